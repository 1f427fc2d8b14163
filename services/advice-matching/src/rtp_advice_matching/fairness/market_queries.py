"""Queries of the fairness of the whole market, and of the bounds that an operator has set."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Integer, cast, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased, lazyload, load_only

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
from rtp_advice_matching.fairness.searches import GROUPED_BY, WAITING, WAITING_BESIDE, select_agreements, select_waiting
from rtp_advice_matching.matching import MatchingRules
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.preferences import PREFERENCES
from rtp_advice_matching.requests.proposals import Proposal
from rtp_advice_matching.requests.strands import SupportStrand
from rtp_shared.db import AnyRow, system_scope, visible_to

LOOKED_BACK = timedelta(days=365)
"""Agreements of so long are counted."""
COMPARED_AT_MOST = 2000
"""Requests that wait, whose envy is looked at: who waits longest, as in a round."""
_SECONDS_A_WEEK = 7 * 24 * 3600
_NEED = (
    *("case_id", "employer_id", "commissioner_id", "decision_body_id", "sector", "region", "stage", "topics"),
    *("legal_form", "headcount", "refused_by", *PREFERENCES),
)


async def measure_market(session: AsyncSession, rules: MatchingRules, *, now: datetime) -> MarketFigures:
    """Measure how fair the market is now, over the requests of all groups."""
    since = now - LOOKED_BACK
    async with system_scope(session, "fairness is between the groups of all, and says nothing of one"):
        waiting = await _measure_times(session, select_waiting(now))
        agreements = await _measure_times(session, select_agreements(since))
        load, first_choices = await _measure_load(session), await _measure_first_choices(session, since)
        asking, candidates = await _list_asking(session), await list_candidates(session, rules, now=now)
    envy = await asyncio.to_thread(count_envy, asking, candidates, rules)
    return MarketFigures(now, load, suppress(waiting), suppress(agreements), first_choices, envy)


async def _measure_times(session: AsyncSession, searches: CTE) -> list[GroupTimes]:
    """Measure whole weeks from the beginning to the end of searches, of all and by what groups have in common."""
    seconds = func.extract("epoch", searches.c.ended_at - searches.c.opened_at)
    weeks = cast(func.greatest(func.floor(seconds / _SECONDS_A_WEEK), 0), Integer)
    columns = [searches.c[each.name] for each in GROUPED_BY.values()]
    query = select(
        func.grouping(*columns).label("left_out"),
        *columns,
        func.count().label("requests"),
        *(func.percentile_disc(share).within_group(weeks) for share in (0.5, 0.9)),
    ).group_by(func.grouping_sets(tuple_(), *(tuple_(each) for each in columns)))
    return sorted(map(_read_times, await session.execute(query)), key=lambda each: (each.by, str(each.group)))


def _read_times(row: AnyRow) -> GroupTimes:
    left_out, *groups, requests, median, ninetieth = row
    for place, (by, group) in enumerate(zip(GROUPED_BY, groups, strict=True)):
        if not left_out >> (len(groups) - 1 - place) & 1:
            return GroupTimes(by, group, requests, median, ninetieth)
    return GroupTimes(EVERYBODY, None, requests, median, ninetieth)


async def _measure_load(session: AsyncSession) -> list[KindLoad]:
    query = select(Adviser.kind, Adviser.engaged, Adviser.capacity).where(Adviser.active, SHOWN)
    rows = sorted((str(kind), engaged, capacity) for kind, engaged, capacity in await session.execute(query))
    groups = [(None, rows), *((kind, list(each)) for kind, each in groupby(rows, key=lambda row: row[0]))]
    return [KindLoad(kind, measure_spread([row[1] for row in of], [row[2] for row in of])) for kind, of in groups]


async def _measure_first_choices(session: AsyncSession, since: datetime) -> int | None:
    """Return the share of the agreements in which nobody of the same kind who was proposed fits better, in per cent."""
    agreements, other, rival = select_agreements(since), aliased(Proposal), aliased(Adviser)
    best = (
        select(func.max(other.score))
        .join(rival, rival.id == other.adviser_id)
        .where(
            other.request_id == agreements.c.request_id,
            other.withdrawn_at.is_(None),
            rival.kind == agreements.c.kind,
        )
        .correlate(agreements)
        .scalar_subquery()
    )
    query = (
        select(func.count(), func.count().filter(Proposal.score >= best))
        .select_from(agreements)
        .join(Proposal, Proposal.request_id == agreements.c.request_id)
        .where(Proposal.adviser_id == agreements.c.adviser_id)
    )
    number, first = (await session.execute(query)).one()
    return None if number < SUPPRESSED_BELOW else int(100 * first // number)


async def _list_asking(session: AsyncSession) -> list[Asking]:
    """List who waits, the longest first, also for one kind beside another, and everybody who holds a place."""
    needed: list[InstrumentedAttribute[Any]] = [getattr(SupportRequest, name) for name in _NEED]
    loading = load_only(*needed, SupportRequest.opened_at, SupportRequest.agreed_at)
    query = select(SupportRequest).options(loading, lazyload(SupportRequest.strands))
    query = query.where(SupportRequest.route.is_not(None))
    first = query.where(WAITING).order_by(SupportRequest.opened_at, SupportRequest.id).limit(COMPARED_AT_MOST)
    strands = query.join(SupportStrand, SupportStrand.request_id == SupportRequest.id).where(WAITING_BESIDE)
    beside = strands.add_columns(SupportStrand.kind, SupportStrand.opened_at).order_by(SupportStrand.opened_at)
    engaged = query.join(Engagement, Engagement.request_id == SupportRequest.id).add_columns(Engagement)
    holding = engaged.where(SupportRequest.status == SupportStatus.AGREED, Engagement.status.in_(LIVE))
    waiting = list(await session.scalars(first))
    waiting_beside = (await session.execute(beside.limit(COMPARED_AT_MOST))).all()
    holders = (await session.execute(holding)).all()
    asked = await _list_asked(
        session, [each.id for each in (*waiting, *(row[0] for row in (*waiting_beside, *holders)))]
    )
    nobody = frozenset[UUID]()
    return [
        *(Asking(each.build_need(), each.opened_at, asked=asked.get(each.id, nobody)) for each in waiting),
        *(
            Asking(each.build_need({kind}), opened_at, asked=asked.get(each.id, nobody))
            for each, kind, opened_at in waiting_beside
        ),
        *(
            Asking(
                each.build_need({held.kind}),
                each.opened_at,
                held.accepted_at or each.agreed_at,
                held.adviser_id,
                asked.get(each.id, nobody),
            )
            for each, held in holders
        ),
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
