"""Needs of a support request, and what was heard of its case. A method changes a state or refuses."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.needs.errors import NeedAtRest, ReasonMissing
from rtp_advice_matching.needs.rules import (
    WITHDRAWN,
    HeardBarrier,
    HeardCase,
    KindSought,
    NeedDue,
    NeedSource,
    RestReason,
    find_stage,
)
from rtp_shared.contracts.vocabulary import Stage
from rtp_shared.etags import Expected
from rtp_shared.problems import FieldError


class NeedState(StrEnum):
    OPEN = "open"
    BEING_MET = "being-met"
    """An engagement is under way with somebody who covers it."""
    MET = "met"
    NOT_NEEDED = "not-needed"


class NotNeededReason(StrEnum):
    """Why the staff group does not need something."""

    MET_OTHERWISE = "met-otherwise"
    NO_LONGER_RELEVANT = "no-longer-relevant"
    OTHER = "other"


UNMET = (NeedState.OPEN, NeedState.BEING_MET)


class SupportNeed(Model):
    """One thing that a staff group needs. It is changed inside its support request's row lock only."""

    __tablename__ = "needs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("support_requests.id"))
    key: Mapped[str]
    """What makes it one need of its request, however often its cause is heard of."""
    source: Mapped[NeedSource]
    kind: Mapped[KindSought]
    topic: Mapped[str | None]
    stage: Mapped[str]
    """The stage of the case that it belongs to; a barrier's goes with the case."""
    state: Mapped[NeedState]
    """What staff group and engagements have made of it; it is shown as not needed while it is open and rests."""
    met_by: Mapped[AdviserKind | None]
    """The kind of support that is at it, or has met it; None of what a process of the release before took up."""
    reason: Mapped[NotNeededReason | None]
    rests: Mapped[RestReason | None]
    """Why it rests by the course of the case; None while it does not."""
    version: Mapped[int]
    sequence: Mapped[int]
    """Number of events that it has published."""
    event_hash: Mapped[str | None]
    readers: Mapped[list[str] | None]
    """Who alone may know of it, of those who see the case; None for all of these."""
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("request_id", "key"), Index("ix_needs_request_id_id", "request_id", "id"))

    @classmethod
    def of(cls, request_id: uuid.UUID, due: NeedDue, *, now: datetime) -> "SupportNeed":
        return cls(
            request_id=request_id,
            key=due.key,
            source=due.source,
            kind=due.kind,
            topic=due.topic,
            stage=due.stage,
            state=NeedState.OPEN,
            rests=due.rests,
            version=1,
            sequence=0,
            readers=None if due.readers is None else list(due.readers),
            opened_at=now,
            changed_at=now,
            closed_at=now if due.rests else None,
        )

    @property
    def shown_state(self) -> NeedState:
        return NeedState.NOT_NEEDED if self.state is NeedState.OPEN and self.rests else self.state

    @property
    def shown_reason(self) -> str | None:
        return self.reason or (self.rests if self.shown_state is NeedState.NOT_NEEDED else None)

    @property
    def is_for_somebody(self) -> bool:
        """Whether somebody is to meet it, and has not yet."""
        return self.kind is not KindSought.INFORMATION and self.shown_state in UNMET

    def follow(self, due: NeedDue, *, now: datetime) -> None:
        """Rest or wake by what was heard of the case. What is being met is left to its engagement."""
        readers = None if due.readers is None else list(due.readers)
        if (self.rests, self.stage, self.readers) != (due.rests, due.stage, readers):
            self.rests, self.stage, self.readers = due.rests, due.stage, readers
            self._touch(now)

    def end(self, rests: RestReason | None, *, now: datetime) -> None:
        """Rest because the case has ended, or wake because that was taken back."""
        if self.rests != rests:
            self.rests = rests
            self._touch(now)

    def is_met_by(self, kind: AdviserKind | None) -> bool:
        """Return whether somebody of a kind is at it, or anybody where none is named."""
        return self.state is NeedState.BEING_MET and (kind is None or self.met_by in (kind, None))

    def take_up(self, kind: AdviserKind, *, now: datetime) -> None:
        self.met_by = kind
        self._enter(NeedState.BEING_MET, now)

    def release(self, *, now: datetime) -> None:
        """Be open again: whoever was to meet it does not."""
        self.met_by = None
        self._enter(NeedState.OPEN, now)

    def meet(self, *, now: datetime) -> None:
        self._enter(NeedState.MET, now)

    def expect(self, version: Expected) -> None:
        version.require(self.version)

    def change(self, state: NeedState, reason: NotNeededReason | None, *, now: datetime) -> None:
        """Do as the staff group says: open it anew, or say that it is met, or not needed, which has a reason."""
        if (state is NeedState.NOT_NEEDED) != (reason is not None):
            problem = "is missing" if reason is None else f"is not for {state}"
            raise ReasonMissing(errors=[FieldError("/reason", problem)])
        if self.rests:
            raise NeedAtRest(f"it rests: {self.rests}")
        if (self.state, self.reason) != (state, reason) and not (state is NeedState.OPEN and self.state in UNMET):
            self._enter(state, now, reason)

    def _enter(self, state: NeedState, now: datetime, reason: NotNeededReason | None = None) -> None:
        self.state, self.reason = state, reason
        self._touch(now)

    def _touch(self, now: datetime) -> None:
        self.closed_at = None if self.shown_state in UNMET else self.closed_at or now
        self.version += 1
        self.changed_at = now


class CaseProgress(Model):
    """What was heard of a case after its submission, in whatever order, also before its submission was heard.

    A draft has none: nothing of it is heard.
    """

    __tablename__ = "case_progress"

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    route: Mapped[str | None]
    asked: Mapped[list[str]]
    status: Mapped[str | None]
    status_sequence: Mapped[int]
    stage: Mapped[str | None]
    """The stage by the newest event of a case that goes on; it stays when the case ends."""
    stage_sequence: Mapped[int]
    reached: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The stages at which the case was seen, each with the first day."""
    barriers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Its barriers by their ids: kind, day, whether it was closed, and the readers of the event that told of it."""

    def learn(self, route: str, asked: Sequence[str]) -> None:
        """Take in what was asked for as the case was submitted."""
        self.route, self.asked = route, list(asked)

    def note_status(self, status: str, *, sequence: int, on: date) -> None:
        """Take in that the case was at a status. The newest event says where it stands; a withdrawal is the last."""
        if sequence > self.status_sequence or status == WITHDRAWN:
            self.status_sequence = max(sequence, self.status_sequence)
            self.status = WITHDRAWN if self.status == WITHDRAWN else status
        stage = find_stage(status)
        if stage is None:
            return
        if sequence > self.stage_sequence:
            self.stage, self.stage_sequence = stage, sequence
        self.reached = {**self.reached, stage: min(on.isoformat(), self.reached.get(stage, on.isoformat()))}

    def note_barrier(self, barrier_id: uuid.UUID, *, kind: str, on: date, readers: Sequence[str], closed: bool) -> None:
        """Take in that a barrier was disclosed or closed. Who may know of it, the event says that disclosed it."""
        known = self.barriers.get(str(barrier_id), {"closed": False})
        told = {"kind": kind, "on": on.isoformat(), "readers": list(readers), "raised": not closed}
        kept = known if known.get("raised") or (closed and "kind" in known) else told
        self.barriers = {**self.barriers, str(barrier_id): {**kept, "closed": known["closed"] or closed}}

    @property
    def facts(self) -> HeardCase:
        """What the rules go by, the stages in their order."""
        return HeardCase(
            route=self.route,
            asked=tuple(self.asked),
            reached={stage: date.fromisoformat(self.reached[stage]) for stage in Stage if stage in self.reached},
            stage=self.stage,
            status=self.status,
            barriers={
                barrier_id: HeardBarrier(
                    each["kind"], date.fromisoformat(each["on"]), each["closed"], tuple(each["readers"])
                )
                for barrier_id, each in self.barriers.items()
            },
        )
