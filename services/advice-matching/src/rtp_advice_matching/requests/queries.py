"""Queries. Row-level security stands behind every query of support requests and proposals."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Label, case, func, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.requests.errors import NoSuchSupportRequest
from rtp_advice_matching.requests.models import Proposal, SupportRequest, SupportStatus
from rtp_shared.db import AnyRow, AnySelect, visible_to

_LINE = (
    SupportRequest.id,
    SupportRequest.case_id,
    SupportRequest.status,
    SupportRequest.version,
    SupportRequest.number,
    SupportRequest.sector,
    SupportRequest.region,
    SupportRequest.opened_at,
    SupportRequest.changed_at,
)


async def list_requests(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: UUID | None = None,
    case_id: UUID | None = None,
    status: SupportStatus | None = None,
) -> Sequence[AnyRow]:
    """List requests, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = (
        select(*_LINE, _select_agreed(readers))
        .where(visible_to(SupportRequest.readers, readers))
        .order_by(SupportRequest.id.desc())
        .limit(limit + 1)
    )
    if case_id is not None:
        query = query.where(SupportRequest.case_id == case_id)
    if status is not None:
        query = query.where(SupportRequest.status == status)
    if after is not None:
        query = query.where(SupportRequest.id < after)
    return (await session.execute(query)).all()


async def get_request(session: AsyncSession, request_id: UUID, *, readers: Sequence[str], own_identity: str) -> AnyRow:
    """Return a request without its proposals; `not_proposed` is None but for the client that opened the case."""
    rest = (column for column in SupportRequest.__table__.c if column.name not in ("not_proposed", "agreed_adviser_id"))
    opened_it = SupportRequest.readers[1] == own_identity  # as `SupportRequest.opener`
    not_proposed = case((opened_it, SupportRequest.not_proposed), else_=null()).label("not_proposed")
    query = select(*rest, not_proposed, _select_agreed(readers)).where(
        SupportRequest.id == request_id, visible_to(SupportRequest.readers, readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchSupportRequest
    return row


def _select_agreed(readers: Sequence[str]) -> Label[UUID]:
    """Select the adviser agreed on, where the readers see that proposal: one network is not told of another's."""
    query = select(Proposal.adviser_id).where(
        Proposal.request_id == SupportRequest.id,
        Proposal.adviser_id == SupportRequest.agreed_adviser_id,
        visible_to(Proposal.readers, readers),
    )
    return query.correlate(SupportRequest).scalar_subquery().label("agreed_adviser_id")


async def list_proposals(session: AsyncSession, request_id: UUID, *, readers: Sequence[str]) -> Sequence[AnyRow]:
    query = (
        select(
            func.row_number().over(order_by=Proposal.rank).label("rank"),  # among those that the reader sees
            Proposal.adviser_id,
            Adviser.name.label("adviser_name"),
            Adviser.kind.label("adviser_kind"),
            Adviser.network_id,
            Proposal.score,
            Proposal.parts,
        )
        .join(Adviser, Adviser.id == Proposal.adviser_id)
        .where(Proposal.request_id == request_id, visible_to(Proposal.readers, readers))
        .order_by(Proposal.rank)
    )
    return (await session.execute(query)).all()
