"""Queries. Row-level security stands behind every query of support requests and proposals."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Label, case, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import SHOWN
from rtp_advice_matching.matching import GROUNDS_IN_ORDER, IN_WORDS
from rtp_advice_matching.requests.errors import NoSuchSupportRequest
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.preferences import PREFERENCES
from rtp_advice_matching.requests.proposals import Proposal
from rtp_advice_matching.requests.strand_queries import is_of_own_network, select_agreed, select_status, was_shared_with
from rtp_shared.db import AnyRow, AnySelect, system_scope, visible_to

HIDDEN = "Not shown now"
"""Instead of the name of an adviser whose profile was taken off for a while."""
_IS_SHOWN = or_(SHOWN, Adviser.status == ProfileStatus.WITHDRAWN)
_LINE = (
    SupportRequest.id,
    SupportRequest.case_id,
    SupportRequest.version,
    SupportRequest.sector,
    SupportRequest.region,
    SupportRequest.opened_at,
    SupportRequest.changed_at,
)

_DETAIL = ("number", "route", "employer_id", "commissioner_id", "decision_body_id", "headcount", "legal_form")
"""What a network sees only once its adviser was agreed on and the staff group has consented."""


_FOR_OPENER = ("not_proposed", "not_proposed_counts", "would_change")
"""What the client that opened the case sees, and nobody else."""


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
        select(*_LINE, *_select_state(readers), _select_detail("number", readers))
        .where(visible_to(SupportRequest.readers, readers))
        .order_by(SupportRequest.id.desc())
        .limit(limit + 1)
    )
    if case_id is not None:
        query = query.where(SupportRequest.case_id == case_id)
    if status is not None:
        query = query.where(_select_state(readers)[0].element == status)
    if after is not None:
        query = query.where(SupportRequest.id < after)
    return (await session.execute(query)).all()


async def get_request(session: AsyncSession, request_id: UUID, *, readers: Sequence[str], own_identity: str) -> AnyRow:
    """Return a request without its proposals; who was not proposed, and what would change it, are None but for the
    client that opened the case.
    """
    apart = (*_FOR_OPENER, "status", "agreed_adviser_id", "agreed_at", "refused_by", *_DETAIL, *PREFERENCES)
    rest = (column for column in SupportRequest.__table__.c if column.name not in apart)
    detail = (_select_detail(name, readers) for name in _DETAIL)
    opened_it = SupportRequest.readers[1] == own_identity  # as `SupportRequest.opener`
    kept_back = (case((opened_it, SupportRequest.__table__.c[name]), else_=null()).label(name) for name in _FOR_OPENER)
    state = _select_state(readers)
    agreed_at = case((_is_no_rival(readers), SupportRequest.agreed_at), else_=select_agreed("agreed_at", readers))
    query = select(
        *rest,
        *state,
        agreed_at.label("agreed_at"),
        *detail,
        _select_preferences(readers),
        *kept_back,
        _is_no_rival(readers).label("is_no_rival"),
    ).where(SupportRequest.id == request_id, visible_to(SupportRequest.readers, readers))
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchSupportRequest
    return row


async def summarise_not_proposed(session: AsyncSession, row: AnyRow) -> dict[str, list[dict[str, Any]] | None]:
    """Return who was not proposed, as far as their profiles are shown now, and how many there were on each ground."""
    if row.not_proposed is None:
        return {"not_proposed": None, "not_proposed_counts": None}
    counts = row.not_proposed_counts or Counter(each["ground"] for each in row.not_proposed)
    ids = [UUID(each["adviser_id"]) for each in row.not_proposed]
    shown = set(await session.scalars(select(Adviser.id).where(Adviser.id.in_(ids), SHOWN))) if ids else set()
    return {
        "not_proposed": [each for each in row.not_proposed if UUID(each["adviser_id"]) in shown],
        "not_proposed_counts": [
            {"ground": each, "reason": IN_WORDS[each], "count": counts[each]}
            for each in GROUNDS_IN_ORDER
            if counts.get(each)
        ],
    }


async def get_case_route(session: AsyncSession, request_id: UUID, *, readers: Sequence[str]) -> str | None:
    """Return the route of a request's case, for whoever sees the case; to all others there is no such request."""
    query = select(SupportRequest.id, SupportRequest.route).where(
        SupportRequest.id == request_id, visible_to(SupportRequest.readers, readers), _sees_case(readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchSupportRequest
    route: str | None = row.route
    return route


def _select_detail(name: str, readers: Sequence[str]) -> Label[Any]:
    """Select a detail of the case, or null for who sees the request as a network alone."""
    return case((_sees_case(readers), SupportRequest.__table__.c[name]), else_=null()).label(name)


def _select_preferences(readers: Sequence[str]) -> Label[Any]:
    """Select what the group asks of its adviser, as a detail of the case."""
    columns = SupportRequest.__table__.c
    pairs = (each for name in PREFERENCES for each in (name, columns[name]))
    return case((_sees_case(readers), func.jsonb_build_object(*pairs)), else_=null()).label("preferences")


def _sees_case(readers: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a caller sees the case: by more than that its advisers were proposed."""
    return or_(_is_no_rival(readers), was_shared_with(readers))


def _is_no_rival(readers: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a caller sees the request otherwise than as the network of some who were proposed."""
    organisations = [each for each in readers if each.startswith("org:")]
    others = [each for each in readers if not each.startswith("org:")]
    columns = (SupportRequest.employer_id, SupportRequest.commissioner_id, SupportRequest.decision_body_id)
    of_a_body = or_(*(func.concat("org:", column).in_(organisations) for column in columns))
    proposed = (
        select(Proposal.adviser_id)
        .join(Adviser, Adviser.id == Proposal.adviser_id)
        .where(Proposal.request_id == SupportRequest.id, is_of_own_network(readers))
    )
    rival = proposed.correlate(SupportRequest).exists() & ~of_a_body
    return or_(visible_to(SupportRequest.readers, others), ~rival)


def _select_state(readers: Sequence[str]) -> tuple[Label[SupportStatus], Label[UUID]]:
    """Select how the search stands, and who was agreed on, as far as the readers may know."""
    status = case((_is_no_rival(readers), SupportRequest.status), else_=select_status(readers))
    return status.label("status"), select_agreed("adviser_id", readers).label("agreed_adviser_id")


async def list_proposals(session: AsyncSession, request_id: UUID, *, readers: Sequence[str]) -> list[dict[str, Any]]:
    """List the proposals of a request that the readers see, best match first, each with its adviser."""
    query: AnySelect = (
        select(
            func.row_number().over(order_by=Proposal.rank).label("rank"),  # among those that the reader sees
            Proposal.adviser_id,
            Proposal.score,
            Proposal.parts,
        )
        .where(
            Proposal.request_id == request_id,
            Proposal.withdrawn_at.is_(None),
            visible_to(Proposal.readers, readers),
        )
        .order_by(Proposal.rank)
    )
    proposals = (await session.execute(query)).all()
    name = case((_IS_SHOWN, Adviser.name), else_=HIDDEN).label("adviser_name")
    wanted: AnySelect = select(Adviser.id, name, Adviser.kind.label("adviser_kind"), Adviser.network_id)
    wanted = wanted.where(Adviser.id.in_([each.adviser_id for each in proposals]))
    # Row-level security has chosen the proposals; of their advisers one may be shown to nobody now.
    async with system_scope(session, "a proposal stays, also of an adviser whose profile is shown to nobody now"):
        advisers = {each.id: each for each in (await session.execute(wanted)).all()}
    return [{**advisers[each.adviser_id]._mapping, **each._mapping} for each in proposals]  # noqa: SLF001 - public names
