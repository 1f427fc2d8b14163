"""Queries of the fairness of the whole market, and of the bounds that an operator has set."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, load_only

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import SHOWN, list_candidates
from rtp_advice_matching.engagements.models import LIVE, Engagement, EngagementStatus
from rtp_advice_matching.fairness.market_rules import (
    EVERYBODY,
    Asking,
    GroupTimes,
    KindLoad,
    MarketFigures,
    count_envy,
    suppress,
)
from rtp_advice_matching.fairness.models import FairnessBounds
from rtp_advice_matching.fairness.rules import SUPPRESSED_BELOW, measure_spread
from rtp_advice_matching.matching import MatchingRules
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.preferences import PREFERENCES
from rtp_advice_matching.requests.proposals import Proposal
from rtp_shared.db import AnyRow, system_scope, visible_to

LOOKED_BACK = timedelta(days=365)
"""Agreements of so long are counted."""
COMPARED_AT_MOST = 2000
"""Requests that wait, whose envy is looked at: who waits longest, as in a round."""
_WAITING = and_(
    SupportRequest.status.in_((SupportStatus.OPEN, SupportStatus.PROPOSED, SupportStatus.OFFERED)),
    SupportRequest.ended_as.is_(None),
)
_GROUPED_BY = {
    "sector": SupportRequest.sector,
    "region": SupportRequest.region,
    "employer-kind": SupportRequest.employer_kind,
}
_SECONDS_A_WEEK = 7 * 24 * 3600
_NEED = (
    *("case_id", "employer_id", "commissioner_id", "decision_body_id", "sector", "region", "stage", "topics"),
    *("legal_form", "headcount", "refused_by", *PREFERENCES),
)


async def measure_market(session: AsyncSession, rules: MatchingRules, *, now: datetime) -> MarketFigures:
    """Measure how fair the market is now, over the requests of all groups."""
    since = now - LOOKED_BACK
    agreed = SupportRequest.agreed_at.is_not(None) & (SupportRequest.agreed_at >= since)
    async with system_scope(session, "fairness is between the groups of all, and says nothing of one"):
        waiting = await _measure_times(session, literal(now), _WAITING)
        agreements = await _measure_times(session, SupportRequest.agreed_at, agreed)
        load, first_choices = await _measure_load(session), await _measure_first_choices(session, agreed)
        asking, candidates = await _list_asking(session), await list_candidates(session, rules, now=now)
    envy = await asyncio.to_thread(count_envy, asking, candidates, rules)
    return MarketFigures(now, load, suppress(waiting), suppress(agreements), first_choices, envy)


async def _measure_times(session: AsyncSession, end: Any, wanted: ColumnElement[bool]) -> list[GroupTimes]:
    """Measure whole weeks from the opening to an end, of everybody and by each thing that groups have in common."""
    seconds = func.extract("epoch", end - SupportRequest.opened_at)
    weeks = cast(func.greatest(func.floor(seconds / _SECONDS_A_WEEK), 0), Integer)
    columns = list(_GROUPED_BY.values())
    query = (
        select(
            func.grouping(*columns).label("left_out"),
            *columns,
            func.count().label("requests"),
            *(func.percentile_disc(share).within_group(weeks) for share in (0.5, 0.9)),
        )
        .where(wanted, SupportRequest.route.is_not(None))
        .group_by(func.grouping_sets(tuple_(), *(tuple_(each) for each in columns)))
    )
    return sorted(map(_read_times, await session.execute(query)), key=lambda each: (each.by, str(each.group)))


def _read_times(row: AnyRow) -> GroupTimes:
    left_out, *groups, requests, median, ninetieth = row
    for place, (by, group) in enumerate(zip(_GROUPED_BY, groups, strict=True)):
        if not left_out >> (len(groups) - 1 - place) & 1:
            return GroupTimes(by, group, requests, median, ninetieth)
    return GroupTimes(EVERYBODY, None, requests, median, ninetieth)


async def _measure_load(session: AsyncSession) -> list[KindLoad]:
    query = select(Adviser.kind, Adviser.engaged, Adviser.capacity).where(Adviser.active, SHOWN)
    rows = sorted((str(kind), engaged, capacity) for kind, engaged, capacity in await session.execute(query))
    groups = [(None, rows), *((kind, list(each)) for kind, each in groupby(rows, key=lambda row: row[0]))]
    return [KindLoad(kind, measure_spread([row[1] for row in of], [row[2] for row in of])) for kind, of in groups]


async def _measure_first_choices(session: AsyncSession, agreed: ColumnElement[bool]) -> int | None:
    """Return the share of the agreements in which nobody who was proposed fits better, in per cent."""
    standing = (Proposal.request_id == SupportRequest.id) & Proposal.withdrawn_at.is_(None)
    best = select(func.max(Proposal.score)).where(standing).correlate(SupportRequest)
    query = (
        select(func.count(), func.count().filter(Proposal.score >= best.scalar_subquery()))
        .select_from(SupportRequest)
        .join(Proposal, Proposal.request_id == SupportRequest.id)
        .where(agreed, Proposal.adviser_id == SupportRequest.agreed_adviser_id)
    )
    number, first = (await session.execute(query)).one()
    return None if number < SUPPRESSED_BELOW else int(100 * first // number)


async def _list_asking(session: AsyncSession) -> list[Asking]:
    """List who waits, the longest first, and everybody who holds a place of an adviser."""
    needed: list[InstrumentedAttribute[Any]] = [getattr(SupportRequest, name) for name in _NEED]
    holds = select(Engagement.id).where(
        Engagement.request_id == SupportRequest.id,
        Engagement.adviser_id == SupportRequest.agreed_adviser_id,
        Engagement.status.in_(LIVE),
    )
    loading = load_only(
        *needed,
        SupportRequest.opened_at,
        SupportRequest.agreed_at,
        SupportRequest.agreed_adviser_id,
    )
    query = select(SupportRequest).options(loading).where(SupportRequest.route.is_not(None))
    waiting = query.where(_WAITING).order_by(SupportRequest.opened_at, SupportRequest.id).limit(COMPARED_AT_MOST)
    holding = query.where(SupportRequest.status == SupportStatus.AGREED, holds.exists())
    requests = [*await session.scalars(waiting), *await session.scalars(holding)]
    asked = await _list_asked(session, [each.id for each in requests])
    return [
        Asking(
            each.build_need(), each.opened_at, each.agreed_at, each.agreed_adviser_id, asked.get(each.id, frozenset())
        )
        for each in requests
    ]


async def _list_asked(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
    """List to whom each request was offered without its coming to anything, or ended early."""
    over = or_(Engagement.ended_at.is_not(None), Engagement.status == EngagementStatus.OFFERED)
    query = select(Engagement.request_id, Engagement.adviser_id).where(Engagement.request_id.in_(ids), over)
    asked: dict[UUID, frozenset[UUID]] = {}
    for request_id, adviser_id in await session.execute(query):
        asked[request_id] = asked.get(request_id, frozenset()) | {adviser_id}
    return asked


async def find_bounds(session: AsyncSession, organisation_id: UUID, *, readers: Sequence[str]) -> FairnessBounds:
    """Return the bounds of an operator; where it has set none, such as have no version yet."""
    query = select(FairnessBounds).where(
        FairnessBounds.organisation_id == organisation_id, visible_to(FairnessBounds.readers, readers)
    )
    found = (await session.scalars(query)).first()
    return found or FairnessBounds(**FairnessBounds.make_columns(organisation_id))


async def list_bounds_in_use(session: AsyncSession) -> Sequence[UUID]:
    """List the operators who have set any bound, or of whom one is passed."""
    nothing = (FairnessBounds.bounds == cast({}, JSONB)) & (FairnessBounds.passed == cast([], JSONB))
    query = select(FairnessBounds.organisation_id).where(~nothing).order_by(FairnessBounds.organisation_id)
    return (await session.scalars(query)).all()
