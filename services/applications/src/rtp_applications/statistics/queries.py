"""Queries of statistics: counts of submitted cases, and what was published of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Date, DateTime, Table, Text, and_, exists, func, select
from sqlalchemy import cast as convert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import Body, Region
from rtp_applications.cases.models import Case, CaseDeadline, CaseRecord
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.registers.barriers.models import Barrier
from rtp_applications.registers.decisions.models import PublishedDecision
from rtp_applications.registers.recommendations.models import Recommendation
from rtp_applications.statistics.errors import NoSuchRelease
from rtp_applications.statistics.models import StatisticsRelease
from rtp_applications.workflow.enums import OPEN
from rtp_applications.workflow.stages.monitoring.payloads import EndCode, MonitoringEnd
from rtp_shared.db import AnyRow

_case, _deadline = cast("Table", Case.__table__).c, cast("Table", CaseDeadline.__table__).c
_record, _body = cast("Table", CaseRecord.__table__).c, cast("Table", Body.__table__).c
_SUBMITTED = _case.submitted_at.is_not(None)
TABLES = {
    "route": _case.route,
    "region": _case.region,
    "sector": _case.sector,
    "employer": _case.employer_id,
}
"""What the cases of a year are counted by. Of several employers, the one that leads counts."""
_OVER = (EndCode.RETENDER_LOST, EndCode.INSOURCED, EndCode.INSOLVENT)
"""Ends of the first contract after which the mutual does not run the service any more."""


async def count_submitted(session: AsyncSession, year: int) -> dict[str, dict[str, int]]:
    """Return how many cases were submitted in a year by each thing; what is not known of a case counts under ""."""
    within = func.extract("year", func.timezone("Europe/London", _case.submitted_at)) == year
    found: dict[str, dict[str, int]] = {}
    for by, column in TABLES.items():
        value = func.coalesce(convert(column, Text), "").label("value")
        rows = await session.execute(select(value, func.count().label("cases")).where(within).group_by(value))
        found[by] = {row.value: row.cases for row in rows}
    return found


async def count_open(session: AsyncSession) -> Sequence[AnyRow]:
    """Return how many submitted cases stand at each status, of those that have not ended."""
    is_open = and_(_SUBMITTED, _case.status.in_(sorted(OPEN)))
    counted = select(_case.status, func.count().label("cases")).where(is_open)
    return (await session.execute(counted.group_by(_case.status).order_by(_case.status))).all()


async def count_deadlines(session: AsyncSession) -> Sequence[AnyRow]:
    """Return how the deadlines of submitted cases ended by clock and basis, with days until they were met."""
    basis, started_on = _deadline.content["basis"].astext, convert(_deadline.content["started_on"].astext, Date)
    closed_at = convert(_deadline.content["closed_at"].astext, DateTime(timezone=True))
    days = convert(func.timezone("Europe/London", closed_at), Date) - started_on
    met, missed = (_deadline.state == state.value for state in (DeadlineState.MET, DeadlineState.MISSED))

    median, ninetieth = (func.percentile_cont(share).within_group(days).filter(met) for share in (0.5, 0.9))
    query = (
        select(
            _deadline.clock,
            basis.label("basis"),
            func.count().filter(met).label("met"),
            func.count().filter(missed).label("missed"),
            median.label("median_days"),
            ninetieth.label("ninetieth_days"),
        )
        .join(Case, _case.id == _deadline.case_id)
        .where(_SUBMITTED, met | missed)
        .group_by(_deadline.clock, basis)
        .order_by(_deadline.clock, basis)
    )
    return (await session.execute(query)).all()


async def count_decisions(session: AsyncSession) -> Sequence[AnyRow]:
    counted = select(PublishedDecision.decision, func.count().label("decisions"))
    return (
        await session.execute(counted.group_by(PublishedDecision.decision).order_by(PublishedDecision.decision))
    ).all()


async def count_barriers(session: AsyncSession) -> Sequence[AnyRow]:
    """Return the disclosed barriers of submitted cases by kind and state."""
    by = (Barrier.kind, Barrier.state)
    query = select(*by, func.count().label("barriers")).join(Case, _case.id == Barrier.case_id)
    return (await session.execute(query.where(Barrier.disclosed, _SUBMITTED).group_by(*by).order_by(*by))).all()


async def count_asks(session: AsyncSession) -> Sequence[AnyRow]:
    by = (Recommendation.kind, Recommendation.state)
    return (await session.execute(select(*by, func.count().label("asks")).group_by(*by).order_by(*by))).all()


async def count_launched(session: AsyncSession, *, before: datetime) -> int:
    """Return how many mutuals were launched by then."""
    query = select(func.count()).select_from(Case).where(_SUBMITTED, _case.launched_at <= before)
    return await session.scalar(query) or 0


async def count_going(session: AsyncSession, *, years: int, before: datetime) -> int:
    """Return how many of the mutuals launched by then still ran the service so many years after their launch."""
    ended_on = convert(_record.content["endedOn"].astext, Date)
    over = exists().where(
        _record.case_id == _case.id,
        _record.kind == MonitoringEnd.KIND,
        _record.content["code"].astext.in_(_OVER),
        ended_on < convert(_case.launched_at, Date) + timedelta(days=365 * years),
    )
    query = select(func.count()).select_from(Case).where(_SUBMITTED, _case.launched_at <= before, ~over)
    return await session.scalar(query) or 0


async def list_names(session: AsyncSession) -> Mapping[str, str]:
    """Return the names of regions by their codes, and of bodies by their ids."""
    regions = (await session.execute(select(Region.code, Region.name))).all()
    named = exists().where(_case.employer_id == _body.id)
    bodies = (await session.execute(select(convert(_body.id, Text), _body.name).where(named))).all()
    return {row[0]: row[1] for row in (*regions, *bodies)}


async def has_release(session: AsyncSession, period: str) -> bool:
    return await session.get(StatisticsRelease, period) is not None


async def get_release(session: AsyncSession, period: str) -> StatisticsRelease:
    release = await session.get(StatisticsRelease, period)
    if release is None:
        raise NoSuchRelease
    return release


async def list_releases(session: AsyncSession, *, limit: int, before: str | None = None) -> Sequence[AnyRow]:
    """List months and years, the newest first, and one more than `limit` where more follow."""
    query = select(StatisticsRelease.period, StatisticsRelease.counted_at)
    if before is not None:
        query = query.where(StatisticsRelease.period < before)
    return (await session.execute(query.order_by(StatisticsRelease.period.desc()).limit(limit + 1))).all()
