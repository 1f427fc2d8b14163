"""Strands: what is between a case and one kind of support, beside the other kinds."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.facets import AdviserKind
from rtp_advice_matching.requests.errors import OfferWaits, SupportAlreadyAgreed


class SupportStatus(StrEnum):
    OPEN = "open"
    """Nobody could be proposed yet."""
    PROPOSED = "proposed"
    OFFERED = "offered"
    """The staff group chose one of the proposals, and the adviser's network is asked."""
    AGREED = "agreed"
    CLOSED = "closed"


BUSY = frozenset({SupportStatus.OFFERED, SupportStatus.AGREED})
"""The states in which nobody else of the kind can be asked."""
IN_ORDER = tuple(AdviserKind)
"""The kinds in the order in which one of them stands for all, where a reader knows of no kinds."""


class SupportStrand(Model):
    """The search of one case for one kind of support. There is one once somebody of the kind was asked, agreed on, or
    looked for beside another kind. It is changed by its support request alone, inside that one's row lock.
    """

    __tablename__ = "support_strands"

    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("support_requests.id"), primary_key=True)
    kind: Mapped[AdviserKind] = mapped_column(primary_key=True)
    status: Mapped[SupportStatus]
    """Open, offered or agreed: whether anybody of the kind is proposed, the proposals say."""
    adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("advisers.id"))
    """Who was agreed on."""
    opened_at: Mapped[datetime]
    """Since when somebody of this kind is looked for."""
    agreed_at: Mapped[datetime | None]
    shared_at: Mapped[datetime | None]
    """When the case was shown to the network of the adviser agreed on: accepted, and consented to."""

    def offer(self) -> None:
        self.status = SupportStatus.OFFERED

    def agree(self, adviser_id: uuid.UUID, *, now: datetime) -> None:
        self.status, self.adviser_id, self.agreed_at = SupportStatus.AGREED, adviser_id, now

    def share(self, *, now: datetime) -> None:
        self.shared_at = now

    def look_again(self) -> None:
        self.status = SupportStatus.OPEN
        self.adviser_id = self.agreed_at = self.shared_at = None


class Strands:
    """The strands of a support request, and what they come to for whoever knows of no kinds."""

    id: Mapped[uuid.UUID]
    kinds: Mapped[list[str]]
    status: Mapped[SupportStatus]
    opened_at: Mapped[datetime]
    agreed_adviser_id: Mapped[uuid.UUID | None]
    agreed_at: Mapped[datetime | None]
    shared_at: Mapped[datetime | None]
    strands: Mapped[list[SupportStrand]]

    @property
    def busy_kinds(self) -> frozenset[AdviserKind]:
        """The kinds of which somebody is asked or agreed on."""
        if self.status not in BUSY:
            return frozenset()
        return frozenset(each.kind for each in self.strands if each.status in BUSY)

    def require_free(self, kind: AdviserKind) -> None:
        """Refuse to ask two of one kind at a time."""
        strand = self.find_strand(kind) if kind in self.busy_kinds else None
        if strand is not None and strand.status is SupportStatus.AGREED:
            raise SupportAlreadyAgreed(f"{kind}: end that first; one of another kind can be asked beside")
        if strand is not None:
            raise OfferWaits(f"{kind}: withdraw it first, or wait for the answer")

    def require_looking(self, kinds: Collection[AdviserKind]) -> None:
        """Refuse to say whom the group would have while an offer waits, or where it looks for nobody besides."""
        if any(each.status is SupportStatus.OFFERED for each in self.strands if each.kind in self.busy_kinds):
            raise OfferWaits("withdraw it first, or wait for the answer")
        if self.busy_kinds and not kinds:
            raise SupportAlreadyAgreed("no need is open for another kind of support")

    def find_opening(self, kind: str | None) -> datetime:
        """Return since when somebody of a kind is looked for; of no kind, since when anybody is."""
        strand = next((each for each in self.strands if each.kind == kind), None)
        return strand.opened_at if strand else self.opened_at

    def search(self, kinds: Iterable[AdviserKind], *, now: datetime) -> None:
        """Look for these kinds of support beside those of which somebody is asked or agreed on."""
        for kind in sorted(kinds):
            self.open_strand(kind, now)

    def narrow(self, kinds: Iterable[AdviserKind]) -> frozenset[AdviserKind]:
        """Return those of the kinds that the group would have, and of which nobody is asked or agreed on."""
        return frozenset(each for each in kinds if not self.kinds or each in self.kinds) - self.busy_kinds

    def find_strand(self, kind: AdviserKind) -> SupportStrand | None:
        return next((each for each in self.strands if each.kind is kind), None)

    def open_strand(self, kind: AdviserKind, now: datetime) -> SupportStrand:
        """Return the strand of a kind. While there is none beside, its search began with the request."""
        strand = self.find_strand(kind)
        if strand is None:
            opened_at = now if self.busy_kinds else self.opened_at
            strand = SupportStrand(request_id=self.id, kind=kind, status=SupportStatus.OPEN, opened_at=opened_at)
            self.strands.append(strand)
        return strand

    def sum_up(self, *, proposals_left: bool) -> None:
        """Say of all strands together how the search stands, and who was agreed on first in the order of the kinds."""
        agreed = sorted(
            (each for each in self.strands if each.status is SupportStatus.AGREED),
            key=lambda each: IN_ORDER.index(each.kind),
        )
        first = agreed[0] if agreed else None
        self.agreed_adviser_id = first.adviser_id if first else None
        self.agreed_at, self.shared_at = (first.agreed_at, first.shared_at) if first else (None, None)
        if first:
            self.status = SupportStatus.AGREED
        elif any(each.status is SupportStatus.OFFERED for each in self.strands):
            self.status = SupportStatus.OFFERED
        else:
            self.status = SupportStatus.PROPOSED if proposals_left else SupportStatus.OPEN
