"""Networks and their advisers. A method takes a place or refuses; nobody sets `engaged` from outside."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.constraints import Need
from rtp_advice_matching.directory.contacts import FREE_TEXTS
from rtp_advice_matching.directory.errors import AdviserHasLeft, AdviserNotIndependent, NoPlaceLeft, ProfileStale
from rtp_advice_matching.directory.facets import AdviserKind as AdviserKind
from rtp_advice_matching.directory.facets import ChargeBasis, ProfileStatus
from rtp_advice_matching.directory.profiles import Profile
from rtp_advice_matching.directory.rules import STALE_AFTER

TAKEN_DOWN = "Profile taken down"
"""Stands where the name of a person was erased."""
_NONE = text("'{}'")


class AdviserNetwork(Profile, Model):
    """An organisation that advisers, mentors or ambassadors belong to."""

    __tablename__ = "adviser_networks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The organisation id of its clients."""
    name: Mapped[str]
    description: Mapped[str]
    website: Mapped[str | None]
    imported_from: Mapped[str | None]
    """The feed that it came from; none for one that keeps itself."""
    is_example: Mapped[bool] = mapped_column(server_default=text("false"))
    reviewed: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the operator looks at its people before they are shown."""

    __table_args__ = (Index("ix_adviser_networks_name_id", "name", "id"),)

    def take_down(self) -> None:
        """Leave a tombstone. Of a network that was not shown, nothing is shown by its withdrawal either."""
        if self.status is not ProfileStatus.PUBLISHED:
            self.name = TAKEN_DOWN
        self.description, self.website = "", None
        self.withdraw()


class Adviser(Profile, Model):
    """An adviser, mentor or ambassador of a network. Nothing personal but a display name and what stands about them."""

    __tablename__ = "advisers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[AdviserKind]
    about: Mapped[str | None]
    network_id: Mapped[uuid.UUID]
    """Organisation id of the network, whose clients see the support requests that its advisers are proposed for."""
    network_name: Mapped[str]
    network_published: Mapped[bool] = mapped_column(server_default=text("true"))
    """Whether the network is shown to others; its people are not shown without it."""
    is_example: Mapped[bool]
    active: Mapped[bool]
    """Whether they take part now: a network may let a person pause."""
    sectors: Mapped[list[str]]
    regions: Mapped[list[str]]
    """The regions in which they meet groups in person; none for who meets nobody in person."""
    remote: Mapped[bool]
    topics: Mapped[list[str]]
    stages: Mapped[list[str]]
    legal_forms: Mapped[list[str]]
    headcount_from: Mapped[int | None]
    headcount_to: Mapped[int | None]
    languages: Mapped[list[str]] = mapped_column(server_default=text("'{en}'"))
    access_needs: Mapped[list[str]] = mapped_column(server_default=_NONE)
    capacity: Mapped[int]
    engaged: Mapped[int] = mapped_column(default=0)
    """Places taken. Counted here and not from the requests, because whoever accepts sees only their own of those."""
    hours_per_month: Mapped[int | None]
    calendar: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    """Spans of days with other hours than the usual ones; none for a time away."""
    charge_basis: Mapped[ChargeBasis] = mapped_column(server_default=ChargeBasis.FREE.value)
    day_rate: Mapped[int | None]
    """Pence, without VAT."""
    conflicts: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid()))
    """Bodies that the adviser is not independent of."""
    changed_in: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The number of the transaction that changed the row last. A trigger writes it, whoever makes the change."""

    # Not `engaged <= capacity`: who lowers the capacity ends no engagement by it.
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("engaged >= 0", name="engaged"),
        Index("ix_advisers_name_id", "name", "id"),
        Index("ix_advisers_network_id", "network_id"),
        Index("ix_advisers_changed_in", "changed_in"),
    )

    @property
    def in_person(self) -> bool:
        return bool(self.regions)

    @property
    def takes_part(self) -> bool:
        return self.active and self.status is ProfileStatus.PUBLISHED and self.network_published

    def review_again(self, changes: Mapping[str, Any]) -> None:
        """Hide a published profile whose words change until the operator has looked at them."""
        changed = any(name in changes and getattr(self, name) != changes[name] for name in FREE_TEXTS)
        if self.status is ProfileStatus.PUBLISHED and changed:
            self.status = ProfileStatus.IN_REVIEW

    def require_verified(self, today: date) -> None:
        """Refuse to show what nobody has looked through for long."""
        if self.verified_on is None or self.verified_on < today - STALE_AFTER:
            raise ProfileStale(f"last verified on {self.verified_on}; verify it, then publish it")

    def take_down(self) -> bool:
        """Erase what is personal and leave a tombstone: proposals and engagements of the past keep the id."""
        erased: dict[str, Any] = {"name": TAKEN_DOWN, "about": None, "calendar": [], "conflicts": [], "active": False}
        for name, value in erased.items():
            setattr(self, name, value)
        return self.withdraw()

    def take_place(self, need: Need) -> None:
        """Take a place, inside the adviser's row lock. What was true when they were proposed may be no more."""
        if not self.takes_part:
            raise AdviserHasLeft("the adviser no longer takes part; another proposal can be accepted")
        if not need.is_served_independently_by(self.id, self.network_id, self.conflicts):
            raise AdviserNotIndependent(f"{self.name} has a conflict of interest; another proposal can be accepted")
        if self.engaged >= self.capacity:
            raise NoPlaceLeft(f"all {self.capacity} places of {self.name} are taken; another proposal can be accepted")
        self.engaged += 1
        self.version += 1

    def give_place_back(self) -> None:
        self.engaged -= 1
        self.version += 1
