"""Advisers. A method takes a place or refuses; nobody sets `engaged` from outside."""

import uuid
from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.errors import AdviserHasLeft, AdviserNotIndependent, NoPlaceLeft


class AdviserKind(StrEnum):
    ADVISER = "adviser"
    """Paid for, usually by a support programme."""
    MENTOR = "mentor"
    """From a mutual that has made the same way."""
    AMBASSADOR = "ambassador"
    """Unpaid, at the level of a chief executive: opens doors and clears what is stuck."""


class Adviser(Model):
    """An adviser, mentor or ambassador of a network. Nothing personal but a display name."""

    __tablename__ = "advisers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[AdviserKind]
    network_id: Mapped[uuid.UUID]
    """Organisation id of the network, whose clients see the support requests that its advisers are proposed for."""
    network_name: Mapped[str]
    is_example: Mapped[bool]
    active: Mapped[bool]
    sectors: Mapped[list[str]]
    regions: Mapped[list[str]]
    remote: Mapped[bool]
    topics: Mapped[list[str]]
    stages: Mapped[list[str]]
    legal_forms: Mapped[list[str]]
    capacity: Mapped[int]
    engaged: Mapped[int] = mapped_column(default=0)
    """Places taken. Counted here and not from the requests, because whoever accepts sees only their own of those."""
    conflicts: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid()))
    """Bodies that the adviser is not independent of."""

    # Not `engaged <= capacity`: who lowers the capacity ends no engagement by it.
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("engaged >= 0", name="engaged"),
        Index("ix_advisers_name_id", "name", "id"),
    )

    def take_place(self, *, independent_of: Iterable[uuid.UUID]) -> None:
        """Take a place, inside the adviser's row lock. What was true when they were proposed may be no more."""
        if not self.active:
            raise AdviserHasLeft(f"{self.name} no longer takes part; another proposal can be accepted")
        if not set(self.conflicts).isdisjoint(independent_of):
            raise AdviserNotIndependent(f"{self.name} has a conflict of interest; another proposal can be accepted")
        if self.engaged >= self.capacity:
            raise NoPlaceLeft(f"all {self.capacity} places of {self.name} are taken; another proposal can be accepted")
        self.engaged += 1

    def give_place_back(self) -> None:
        self.engaged -= 1
