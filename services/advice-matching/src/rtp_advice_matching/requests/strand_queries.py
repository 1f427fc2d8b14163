"""What a reader may know of a request's strands: a network knows of its own kinds of support alone."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, case, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.requests.proposals import Proposal
from rtp_advice_matching.requests.strands import BUSY, IN_ORDER, SupportStatus, SupportStrand
from rtp_shared.db import AnyRow, visible_to

_PLACE = case(*((SupportStrand.kind == kind, place) for place, kind in enumerate(IN_ORDER)), else_=len(IN_ORDER))


def is_of_own_network(readers: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that an adviser is one of the readers' own people."""
    return func.concat("org:", Adviser.network_id).in_([each for each in readers if each.startswith("org:")])


def was_shared_with(readers: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that the case was shown to the readers as the network of somebody agreed on."""
    query = (
        select(SupportStrand.kind)
        .join(Adviser, Adviser.id == SupportStrand.adviser_id)
        .where(
            SupportStrand.request_id == SupportRequest.id,
            SupportStrand.shared_at.is_not(None),
            is_of_own_network(readers),
        )
    )
    return query.correlate(SupportRequest).exists()


def select_agreed(name: Literal["adviser_id", "agreed_at"], readers: Sequence[str]) -> ScalarSelect[Any]:
    """Select who was agreed on, or when, of the first kind whose proposal the readers see."""
    query = (
        select(getattr(SupportStrand, name))
        .join(
            Proposal,
            (Proposal.request_id == SupportStrand.request_id) & (Proposal.adviser_id == SupportStrand.adviser_id),
        )
        .where(SupportStrand.request_id == SupportRequest.id, visible_to(Proposal.readers, readers))
        .order_by(_PLACE)
        .limit(1)
    )
    return query.correlate(SupportRequest).scalar_subquery()


def select_status(readers: Sequence[str]) -> ColumnElement[SupportStatus]:
    """Select how the search stands for those kinds of support of which the readers' own people were proposed."""
    own = (
        select(Adviser.id)
        .join(Proposal, Proposal.adviser_id == Adviser.id)
        .where(Proposal.request_id == SupportRequest.id, is_of_own_network(readers))
    )
    of_kind = own.where(Adviser.kind == SupportStrand.kind).correlate(SupportRequest, SupportStrand).exists()

    def any_strand(status: SupportStatus) -> ColumnElement[bool]:
        strand = exists().where(SupportStrand.request_id == SupportRequest.id, SupportStrand.status == status, of_kind)
        return strand.correlate(SupportRequest)

    standing = own.where(Proposal.withdrawn_at.is_(None)).correlate(SupportRequest).exists()
    return case(
        (SupportRequest.status == SupportStatus.CLOSED, literal(SupportStatus.CLOSED)),
        (any_strand(SupportStatus.AGREED), literal(SupportStatus.AGREED)),
        (any_strand(SupportStatus.OFFERED), literal(SupportStatus.OFFERED)),
        (standing, literal(SupportStatus.PROPOSED)),
        else_=literal(SupportStatus.OPEN),
    )


async def list_strands(
    session: AsyncSession, request: AnyRow, proposals: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """List how the search for each kind of support stands: all kinds, for a network alone those of which its own
    people are proposed. The proposals are those that the reader sees.
    """
    query = select(SupportStrand).where(SupportStrand.request_id == request.id)
    strands = {each.kind: each for each in await session.scalars(query)}
    seen = {kind: {each["adviser_id"] for each in proposals if each["adviser_kind"] == kind} for kind in IN_ORDER}
    known = {each["adviser_id"] for each in proposals}
    return [
        _describe(strands.get(kind), kind, proposed=bool(seen[kind]), known=known, closed=request.closed_at is not None)
        for kind in IN_ORDER
        if request.is_no_rival or seen[kind]
    ]


def _describe(
    strand: SupportStrand | None, kind: AdviserKind, *, proposed: bool, known: Collection[UUID], closed: bool
) -> dict[str, Any]:
    busy = strand is not None and strand.status in BUSY
    status = strand.status if strand and busy else SupportStatus.PROPOSED if proposed else SupportStatus.OPEN
    agreed = strand if strand and strand.adviser_id in known else None
    return {
        "kind": kind,
        "status": SupportStatus.CLOSED if closed else status,
        "adviser_id": agreed and agreed.adviser_id,
        "agreed_at": agreed and agreed.agreed_at,
    }
