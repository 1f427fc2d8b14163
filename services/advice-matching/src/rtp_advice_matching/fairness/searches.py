"""Searches of staff groups for support, as rows that fairness is measured over.

A request is one search, and each kind of support that is looked for, or was agreed on, beside the first is another.
What a barrier has brought is left out: figures must not tell of it.
"""

from datetime import datetime

from sqlalchemy import CTE, ColumnElement, and_, exists, literal, or_, select, union_all

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.needs.models import NeedState, SupportNeed
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.strands import SupportStrand

WAITING = and_(
    SupportRequest.status.in_((SupportStatus.OPEN, SupportStatus.PROPOSED, SupportStatus.OFFERED)),
    SupportRequest.ended_as.is_(None),
)
"""The condition that a request has nobody yet."""
GROUPED_BY = {
    "sector": SupportRequest.sector,
    "region": SupportRequest.region,
    "employer-kind": SupportRequest.employer_kind,
}
_NEEDED = (
    exists()
    .where(
        SupportNeed.request_id == SupportStrand.request_id,
        SupportNeed.kind == SupportStrand.kind,
        SupportNeed.state == NeedState.OPEN,
        SupportNeed.rests.is_(None),
        SupportNeed.readers.is_(None),
    )
    .correlate(SupportStrand)
)
WAITING_BESIDE: ColumnElement[bool] = and_(
    SupportRequest.status == SupportStatus.AGREED,
    SupportRequest.ended_as.is_(None),
    or_(
        SupportStrand.status == SupportStatus.OFFERED,
        and_(SupportStrand.status == SupportStatus.OPEN, _NEEDED),
    ),
)
"""The condition that a strand of a request that has somebody has nobody yet."""


def select_waiting(now: datetime) -> CTE:
    """Select the searches that have nobody yet, each with when it began, and now."""
    columns, end = GROUPED_BY.values(), literal(now).label("ended_at")
    known = SupportRequest.route.is_not(None)
    first = select(*columns, SupportRequest.opened_at, end).where(WAITING, known)
    beside = (
        select(*columns, SupportStrand.opened_at, end)
        .join(SupportStrand, SupportStrand.request_id == SupportRequest.id)
        .where(WAITING_BESIDE, known)
    )
    return union_all(first, beside).cte("waiting")


def select_agreements(since: datetime) -> CTE:
    """Select the searches that came to an agreement since a time, each with when it began and ended."""
    columns, known = GROUPED_BY.values(), SupportRequest.route.is_not(None)
    first = (
        select(
            *columns,
            SupportRequest.id.label("request_id"),
            SupportRequest.opened_at,
            SupportRequest.agreed_at.label("ended_at"),
            SupportRequest.agreed_adviser_id.label("adviser_id"),
            Adviser.kind,
        )
        .join(Adviser, Adviser.id == SupportRequest.agreed_adviser_id)
        .where(SupportRequest.agreed_at >= since, known)
    )
    beside = (
        select(
            *columns,
            SupportStrand.request_id,
            SupportStrand.opened_at,
            SupportStrand.agreed_at.label("ended_at"),
            SupportStrand.adviser_id,
            SupportStrand.kind,
        )
        .join(SupportStrand, SupportStrand.request_id == SupportRequest.id)
        .where(
            SupportRequest.agreed_at.is_not(None),
            SupportStrand.agreed_at >= since,
            SupportStrand.adviser_id != SupportRequest.agreed_adviser_id,
            known,
        )
    )
    return union_all(first, beside).cte("agreements")
