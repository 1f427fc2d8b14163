"""Proposals: the advisers proposed for a support request, in their order."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.matching import Fit
from rtp_shared.identities import organisation_identity


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
    def of(cls, request_id: uuid.UUID, fit: Fit, *, rank: int, readers: Sequence[str]) -> "Proposal":
        return cls(
            request_id=request_id,
            adviser_id=fit.candidate.id,
            rank=rank,
            score=fit.score,
            parts=[part._asdict() for part in fit.parts],
            readers=list(dict.fromkeys((*readers, organisation_identity(fit.candidate.network_id)))),
        )

    def repeat(self, fit: Fit, *, rank: int) -> None:
        """Propose the same adviser again, as the score is explained now."""
        self.withdrawn_at = None
        self.rank, self.score = rank, fit.score
        self.parts = [part._asdict() for part in fit.parts]

    def show_to(self, readers: Sequence[str], network_id: uuid.UUID) -> None:
        """Show it to whoever sees the case, and to the adviser's network."""
        self.readers = list(dict.fromkeys((*readers, organisation_identity(network_id))))


def list_standing(proposals: Iterable[Proposal]) -> list[Proposal]:
    """List the proposals that were not taken back, best first."""
    return sorted((each for each in proposals if each.withdrawn_at is None), key=lambda each: each.rank)


def take_up(
    request_id: uuid.UUID,
    fits: Iterable[Fit],
    earlier: Iterable[Proposal],
    *,
    first_rank: int,
    readers: Sequence[str],
) -> list[Proposal]:
    """Return a proposal of each, in their order: the earlier one, if there was one, or a new one."""
    known = {each.adviser_id: each for each in earlier}
    proposals = []
    for rank, fit in enumerate(fits, start=first_rank):
        proposal = known.get(fit.candidate.id) or Proposal.of(request_id, fit, rank=rank, readers=readers)
        proposal.repeat(fit, rank=rank)
        proposals.append(proposal)
    return proposals
