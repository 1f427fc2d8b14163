"""Proposals of advisers to staff groups, each with the score as it was explained."""

import uuid
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.constraints import Ground
from rtp_advice_matching.matching import PROPOSED_AT_MOST, Fit, PassedOver, Ranking
from rtp_shared.identities import organisation_identity

if TYPE_CHECKING:
    from rtp_advice_matching.requests.models import SupportRequest


class Proposal(Model):
    """One adviser proposed for one request, with the score as it was explained. A round may put another before it."""

    __tablename__ = "proposals"

    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("support_requests.id"), primary_key=True)
    adviser_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("advisers.id"), primary_key=True)
    rank: Mapped[int]
    score: Mapped[int]
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    readers: Mapped[list[str]]
    """Those of the case and the adviser's own network: one network does not see how another's advisers were judged."""

    withdrawn_at: Mapped[datetime | None]
    """When it was taken back, because the adviser may not help any more; the network keeps what it was told."""

    @classmethod
    def of(cls, request: "SupportRequest", fit: Fit, *, rank: int, readers: Sequence[str]) -> "Proposal":
        return cls(
            request_id=request.id,
            adviser_id=fit.candidate.id,
            rank=rank,
            score=fit.score,
            parts=[part._asdict() for part in fit.parts],
            readers=list(dict.fromkeys((*readers, organisation_identity(fit.candidate.network_id)))),
        )

    @classmethod
    def of_last(
        cls, request: "SupportRequest", fit: Fit, again: "Proposal | None", *, rank: int, readers: Sequence[str]
    ) -> "Proposal":
        """Return a proposal after the others: a new one, or that of somebody whose earlier one was taken back."""
        if again is None:
            return cls.of(request, fit, rank=rank, readers=readers)
        again.repeat(fit, rank=rank)
        again.show_to(readers, fit.candidate.network_id)
        return again

    def repeat(self, fit: Fit, *, rank: int) -> None:
        """Propose the same adviser again, as the score is explained now."""
        self.withdrawn_at = None
        self.rank, self.score = rank, fit.score
        self.parts = [part._asdict() for part in fit.parts]

    def show_to(self, readers: Sequence[str], network_id: uuid.UUID) -> None:
        """Show it to whoever sees the case, and to the adviser's network."""
        self.readers = list(dict.fromkeys((*readers, organisation_identity(network_id))))


class Renewed(NamedTuple):
    """What looking through a request's proposals again has come to."""

    proposals: list[Proposal]
    """All that stand now, best first."""
    added: list[Proposal]
    differ: bool
    readers: list[str]
    """Who sees the case, without the networks that compete."""


class LookedThrough(NamedTuple):
    """The proposals that stood, those that may stand still, and who comes besides."""

    before: list[Proposal]
    kept: list[Proposal]
    chosen: list[Fit]
    outranked: list[PassedOver]

    def renew(
        self,
        request: "SupportRequest",
        earlier: "Mapping[Proposal, uuid.UUID]",
        *,
        readers: list[str],
        now: datetime,
    ) -> Renewed:
        """Take back what may not stand, and propose the chosen after the kept. All are given with their networks."""
        for each in self.before:
            each.withdrawn_at = None if each in self.kept else now
            each.show_to(readers, earlier[each])
        known = {each.adviser_id: each for each in earlier}
        added = [
            Proposal.of_last(request, fit, known.get(fit.candidate.id), rank=rank, readers=readers)
            for rank, fit in enumerate(self.chosen, start=len(self.kept) + 1)
        ]
        for rank, proposal in enumerate(self.kept, start=1):
            proposal.rank = rank
        proposals = [*self.kept, *added]
        return Renewed(proposals, added, proposals != self.before, readers)


def look_through(ranking: Ranking, fitting: Container[uuid.UUID], earlier: Iterable[Proposal]) -> LookedThrough:
    """Look through proposals again: whoever is among the fitting keeps the rank, and the best of a ranking of all come
    in place of the others.
    """
    before = sorted((each for each in earlier if each.withdrawn_at is None), key=lambda each: each.rank)
    kept = [each for each in before if each.adviser_id in fitting]
    standing = {each.adviser_id for each in kept}
    others = [fit for fit in ranking.proposed if fit.candidate.id not in standing]
    room = max(0, PROPOSED_AT_MOST - len(kept))
    outranked = [PassedOver(fit.candidate.id, Ground.OTHERS_COME_FIRST) for fit in others[room:]]
    return LookedThrough(before, kept, others[:room], outranked)
