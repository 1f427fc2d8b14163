"""Repairs of rounds, and pairs that two persons set against a round's advice."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import ERASED, Model
from rtp_advice_matching.repairs.errors import OverrideEnded, PersonStillNeeded, ProposerCannotConfirm, RepairCommitted
from rtp_advice_matching.rounds.models import RoundStatus
from rtp_shared.etags import Expected


class Repair(Model):
    """A round repaired after something has changed. It proposes nothing until it is committed."""

    __tablename__ = "matching_repairs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matching_rounds.id"))
    status: Mapped[RoundStatus]
    version: Mapped[int]
    readers: Mapped[list[str]]
    """The operator's organisation, and the system. Row-level security reads this column."""
    asked: Mapped[dict[str, Any]]
    """The changes that the operator named; all others were found."""
    basis_hash: Mapped[str]
    figures: Mapped[dict[str, Any]]
    moves: Mapped[list[dict[str, Any]]]
    ending: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    """Engagements of advisers who have left, whose groups a repair does not move."""
    document: Mapped[str] = mapped_column(deferred=True)
    """Its JSON, to the byte."""
    left_out: Mapped[list[dict[str, Any]]]
    proposed: Mapped[int | None]
    created_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_matching_repairs_round_id_id", "round_id", "id"),)

    def expect(self, version: Expected) -> None:
        """Refuse to commit another version than the caller has read, or twice."""
        version.require(self.version)
        if self.status is RoundStatus.COMMITTED:
            raise RepairCommitted

    def commit(self, *, proposed: int, left_out: Sequence[Mapping[str, Any]], now: datetime) -> None:
        self.status = RoundStatus.COMMITTED
        self.version += 1
        self.proposed = proposed
        self.left_out = [dict(each) for each in left_out]
        self.committed_at = now


class OverrideStatus(StrEnum):
    AWAITING = "awaiting-second-person"
    """One person wants it; nobody was told."""
    CONFIRMED = "confirmed"
    """A second person wants it too: it is the first proposal of its request."""
    WITHDRAWN = "withdrawn"


class Person(NamedTuple):
    """A person who acts, by a reference that is the same for one human everywhere, and the client that vouches."""

    reference: str
    client_id: str


class Override(Model):
    """A pair that is set against a round's advice: by two persons, with a reason."""

    __tablename__ = "matching_overrides"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matching_rounds.id"))
    status: Mapped[OverrideStatus]
    version: Mapped[int]
    readers: Mapped[list[str]]
    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("support_requests.id"))
    adviser_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("advisers.id"))
    advised_adviser_id: Mapped[uuid.UUID | None]
    """Whom the round had chosen."""
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_client: Mapped[str]
    proposed_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_client: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status <> 'confirmed' OR ended_by <> proposed_by", name="two_people"),
        Index("ix_matching_overrides_round_id_id", "round_id", "id"),
    )

    def confirm(self, version: Expected, by: Person, *, now: datetime) -> None:
        """Let it hold, by somebody else than the person who proposed it."""
        self._require_open(version)
        if by.reference == self.proposed_by:
            raise ProposerCannotConfirm
        self._end(OverrideStatus.CONFIRMED, by, now)

    def withdraw(self, version: Expected, by: Person, *, now: datetime) -> None:
        self._require_open(version)
        self._end(OverrideStatus.WITHDRAWN, by, now)

    def erase_text(self, *, now: datetime) -> None:
        """Erase why it was set; that two persons were there stays."""
        self.reason = ERASED
        self.version += 1

    def rename_person(self, reference: str, pseudonym: str) -> int:
        """Put a pseudonym where the person stands, and return in how many places. One human keeps one of them."""
        if self.status is OverrideStatus.AWAITING:
            raise PersonStillNeeded(f"override {self.id}: confirm or withdraw it first")
        places = self.count_places(reference)
        if self.proposed_by == reference:
            self.proposed_by = pseudonym
        if self.ended_by == reference:
            self.ended_by = pseudonym
        self.version += bool(places)
        return places

    def count_places(self, reference: str) -> int:
        return (self.proposed_by, self.ended_by).count(reference)

    def _require_open(self, version: Expected) -> None:
        version.require(self.version)
        if self.status is not OverrideStatus.AWAITING:
            raise OverrideEnded

    def _end(self, status: OverrideStatus, by: Person, now: datetime) -> None:
        self.status = status
        self.version += 1
        self.ended_by, self.ended_client, self.ended_at = by.reference, by.client_id, now
