"""Engagements, from the offer to the end. A method changes a state or refuses; nobody sets `status` from outside."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_advice_matching.engagements.days import find_civil_date, find_end_of_day
from rtp_advice_matching.engagements.errors import (
    ConsentedBefore,
    ContactOutOfBounds,
    EngagementElsewhere,
    NotYourSide,
    OfferHasLapsed,
)
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.problems import FieldError

OVERSIGHT = "scope:cases:oversee"


class EngagementStatus(StrEnum):
    OFFERED = "offered"
    """Waits for the answer of the adviser's network, until its last day."""
    DECLINED = "declined"
    LAPSED = "lapsed"
    """Nobody answered the offer in time."""
    WITHDRAWN = "withdrawn"
    """The staff group took the offer back, or its case ended."""
    AWAITING_FIRST_CONTACT = "awaiting-first-contact"
    FIRST_CONTACT_MISSED = "first-contact-missed"
    """No contact is on record, and its time is up. It can be made still."""
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    ENDED_EARLY = "ended-early"


AWAITING = frozenset({EngagementStatus.AWAITING_FIRST_CONTACT, EngagementStatus.FIRST_CONTACT_MISSED})
LIVE = AWAITING | {EngagementStatus.ACTIVE, EngagementStatus.PAUSED}
"""The states in which the engagement holds a place of the adviser."""


class DeclineReason(StrEnum):
    NO_CAPACITY = "no-capacity"
    CONFLICT_OF_INTEREST = "conflict-of-interest"
    OTHER_EXPERTISE = "other-expertise-needed"
    TOO_FAR = "too-far-away"
    TIMING = "timing"
    OTHER = "other"


class EndReason(StrEnum):
    NO_CONTACT = "no-contact"
    NOT_NEEDED = "no-longer-needed"
    ADVISER_UNAVAILABLE = "adviser-unavailable"
    NOT_A_GOOD_FIT = "not-a-good-fit"
    CONFLICT_OF_INTEREST = "conflict-of-interest"
    CASE_ENDED = "case-ended"
    OTHER = "other"


class EngagementSide(StrEnum):
    GROUP = "group"
    NETWORK = "network"


class Engagement(Model):
    """What is between a staff group and an adviser. It is changed inside its support request's row lock only."""

    __tablename__ = "engagements"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("support_requests.id"))
    adviser_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("advisers.id"))
    network_id: Mapped[uuid.UUID]
    kind: Mapped[AdviserKind]
    status: Mapped[EngagementStatus]
    version: Mapped[int]
    sequence: Mapped[int]
    """Number of events that it has published."""
    event_hash: Mapped[str | None]
    readers: Mapped[list[str]]
    """The client that opened the case first, then the network. Row-level security reads this column."""
    by_itself: Mapped[bool]
    """Whether it was offered because another adviser did not take the staff group."""
    offered_at: Mapped[datetime]
    answer_by: Mapped[date | None]
    """The last day to answer; None for what the staff group accepted without asking first."""
    due_at: Mapped[datetime | None]
    """When the clock that runs now is up; None where none runs."""
    accepted_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    """When the staff group consented that the network sees its case."""
    contact_by: Mapped[date | None]
    contact_missed_at: Mapped[datetime | None]
    """When the time for the first contact was up; None where the contact was made in time."""
    first_contact_on: Mapped[date | None]
    reason: Mapped[str | None]
    """Why it was declined or ended early, from the closed list."""
    ended_by: Mapped[EngagementSide | None]
    ended_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    followed_up: Mapped[int] = mapped_column(server_default=text("0"))
    """Days after the end of the last follow-up of which it was told that it is due."""

    __table_args__ = (
        Index("ix_engagements_readers", "readers", postgresql_using="gin"),
        Index("ix_engagements_request_id", "request_id"),
        Index("ix_engagements_due_at", "due_at"),
        Index("ix_engagements_followed_up", "followed_up"),
        # One of each kind at a time, whatever code may do.
        Index(
            "uq_engagements_request_id_kind",
            "request_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    @classmethod
    def of(
        cls, request: SupportRequest, adviser: Adviser, *, consented: bool, by_itself: bool = False, now: datetime
    ) -> "Engagement":
        """Return an engagement that is neither offered nor begun yet."""
        return cls(
            request_id=request.id,
            adviser_id=adviser.id,
            network_id=adviser.network_id,
            kind=adviser.kind,
            status=EngagementStatus.OFFERED,
            version=1,
            sequence=0,
            readers=_choose_readers(request, adviser.network_id),
            by_itself=by_itself,
            offered_at=now,
            consented_at=now if consented else None,
            changed_at=now,
        )

    def follow(self, request: SupportRequest) -> None:
        """Show it to whoever speaks for the staff group now."""
        self.readers = _choose_readers(request, self.network_id)

    @property
    def is_shared(self) -> bool:
        """Return whether both accepted and consented to: the network may see the case."""
        return self.accepted_at is not None and self.consented_at is not None

    def find_side(self, identities: Sequence[str]) -> EngagementSide:
        """Return on which side a caller stands; refuse who only oversees. The group's own client is the group's."""
        if self.readers[0] in identities:
            return EngagementSide.GROUP
        if organisation_identity(self.network_id) in identities:
            return EngagementSide.NETWORK
        raise NotYourSide("you may read it, and are on neither side")

    def require_side(self, side: EngagementSide, identities: Sequence[str]) -> None:
        if self.find_side(identities) is not side:
            raise NotYourSide(f"it is for the {side} to do")

    def expect(self, version: Expected, *states: EngagementStatus) -> None:
        """Refuse another version than the caller has read, or a state that is not among these."""
        version.require(self.version)
        if self.status not in states:
            raise EngagementElsewhere(f"it is {self.status}; that is for {', '.join(sorted(states))}")

    def start_answer_clock(self, answer_by: date) -> None:
        self.answer_by, self.due_at = answer_by, find_end_of_day(answer_by)

    def accept(self, contact_by: date, *, now: datetime) -> None:
        if self.due_at is not None and self.due_at <= now:
            raise OfferHasLapsed(f"its last day was {self.answer_by}")
        self._enter(EngagementStatus.AWAITING_FIRST_CONTACT, now)
        self.accepted_at = now
        self.contact_by, self.due_at = contact_by, find_end_of_day(contact_by)

    def decline(self, reason: DeclineReason, *, now: datetime) -> None:
        self._end(EngagementStatus.DECLINED, now, EngagementSide.NETWORK, reason)

    def withdraw(self, *, now: datetime, by: EngagementSide | None = EngagementSide.GROUP) -> None:
        self._end(EngagementStatus.WITHDRAWN, now, by)

    def lapse(self, *, now: datetime) -> datetime:
        """Let the offer lapse; return when its time was up."""
        due = self._take_due()
        self._end(EngagementStatus.LAPSED, now, None)
        return due

    def miss_contact(self, *, now: datetime) -> datetime:
        """Miss the first contact; return when its time was up."""
        self.contact_missed_at = self._take_due()
        self._enter(EngagementStatus.FIRST_CONTACT_MISSED, now)
        return self.contact_missed_at

    def consent(self, *, now: datetime) -> None:
        if self.consented_at is not None:
            raise ConsentedBefore
        self.consented_at = now
        self._touch(now)

    def make_contact(self, day: date, *, now: datetime) -> bool:
        """Record the first contact; return whether it was late. What was in time and is recorded late was in time."""
        earliest, today = find_civil_date(self.accepted_at or self.offered_at), find_civil_date(now)
        if not earliest <= day <= today:
            raise ContactOutOfBounds(errors=[FieldError("/on", f"must lie between {earliest} and {today}")])
        late = self.contact_by is not None and day > self.contact_by
        if not late:
            self.contact_missed_at = None
        self.first_contact_on, self.due_at = day, None
        self._enter(EngagementStatus.ACTIVE, now)
        return late

    def pause(self, *, now: datetime) -> None:
        self._enter(EngagementStatus.PAUSED, now)

    def resume(self, *, now: datetime) -> None:
        self._enter(EngagementStatus.ACTIVE, now)

    def complete(self, by: EngagementSide, *, now: datetime) -> None:
        self._end(EngagementStatus.COMPLETED, now, by)

    def end_early(self, reason: EndReason, *, by: EngagementSide | None, now: datetime) -> None:
        self._end(EngagementStatus.ENDED_EARLY, now, by, reason)

    def _take_due(self) -> datetime:
        assert self.due_at is not None  # noqa: S101 - a clock ran
        due, self.due_at = self.due_at, None
        return due

    def _end(
        self, status: EngagementStatus, now: datetime, by: EngagementSide | None, reason: str | None = None
    ) -> None:
        self._enter(status, now)
        self.due_at, self.ended_at, self.ended_by, self.reason = None, now, by, reason

    def _enter(self, status: EngagementStatus, now: datetime) -> None:
        self.status = status
        self._touch(now)

    def _touch(self, now: datetime) -> None:
        self.version += 1
        self.changed_at = now


def _choose_readers(request: SupportRequest, network_id: uuid.UUID) -> list[str]:
    overseeing = [OVERSIGHT] if OVERSIGHT in request.readers else []
    return list(dict.fromkeys((request.opener, organisation_identity(network_id), *overseeing, *SYSTEM)))
