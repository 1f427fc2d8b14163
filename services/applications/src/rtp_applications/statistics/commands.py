"""The one command of statistics: to publish what has ended."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.statistics import queries
from rtp_applications.statistics.models import StatisticsRelease
from rtp_applications.statistics.rules.disclosure import publish, round_count
from rtp_applications.statistics.schemas import (
    AsksView,
    BarriersView,
    CellView,
    ClockFiguresView,
    DecisionsView,
    MonthFigures,
    OpenCasesView,
    SurvivalView,
    TableView,
    YearFigures,
)
from rtp_shared.db import AnyRow

SURVIVED_YEARS = (1, 3, 5)


async def publish_periods(session: AsyncSession, *, now: datetime) -> bool:
    """Count the month and the year that have ended, unless that was done; return whether that is news.

    Each is counted once and never again, so that nobody can read off the difference of two counts who came in between.
    """
    month, year = find_ended_periods(civil_date(now))
    news = False
    if not await queries.has_release(session, month):
        news |= await _save(session, month, await _count_month(session, now), now)
    if not await queries.has_release(session, year):
        news |= await _save(session, year, await _count_year(session, int(year)), now)
    return news


def find_ended_periods(today: date) -> tuple[str, str]:
    """Return the month and the year before those of a day."""
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}", f"{today.year - 1:04}"


async def _save(session: AsyncSession, period: str, figures: MonthFigures | YearFigures, now: datetime) -> bool:
    values = {"period": period, "counted_at": now, "content": figures.model_dump(mode="json")}
    made = insert(StatisticsRelease).values(values).on_conflict_do_nothing().returning(StatisticsRelease.period)
    return await session.scalar(made) is not None


async def _count_month(session: AsyncSession, now: datetime) -> MonthFigures:
    return MonthFigures(
        open_cases=[
            OpenCasesView(status=row.status, cases=shown)
            for row in await queries.count_open(session)
            if (shown := round_count(row.cases))
        ],
        deadlines=[_show_clock(row) for row in await queries.count_deadlines(session)],
        decisions=[
            DecisionsView(decision=row.decision, decisions=shown)
            for row in await queries.count_decisions(session)
            if (shown := round_count(row.decisions))
        ],
        barriers=[
            BarriersView(kind=row.kind, state=row.state, barriers=shown)
            for row in await queries.count_barriers(session)
            if (shown := round_count(row.barriers))
        ],
        launched=round_count(await queries.count_launched(session, before=now)),
        survival=[await _count_survival(session, years, now) for years in SURVIVED_YEARS],
        asks=[AsksView.model_validate(row) for row in await queries.count_asks(session)],
    )


async def _count_year(session: AsyncSession, year: int) -> YearFigures:
    published = publish(await queries.count_submitted(session, year))
    names = await queries.list_names(session)
    return YearFigures(
        step=published.step,
        tables=[TableView(by=by, cells=_show_cells(cells, names)) for by, cells in published.tables.items()],
    )


def _show_cells(cells: Mapping[str, int | None], names: Mapping[str, str]) -> list[CellView]:
    shown = [(value, cases) for value, cases in cells.items() if cases]
    shown.sort(key=lambda cell: (-cell[1], cell[0]))
    return [CellView(value=value, name=names.get(value), cases=cases) for value, cases in shown]


def _show_clock(row: AnyRow) -> ClockFiguresView:
    met = round_count(row.met)
    return ClockFiguresView(
        clock=row.clock,
        basis=row.basis,
        met=met,
        missed=round_count(row.missed),
        median_days=None if met is None else _round_days(row.median_days),
        ninetieth_days=None if met is None else _round_days(row.ninetieth_days),
    )


def _round_days(days: float) -> int:
    return round(days / 5) * 5


async def _count_survival(session: AsyncSession, years: int, now: datetime) -> SurvivalView:
    before = now - timedelta(days=365 * years)
    launched = await queries.count_launched(session, before=before)
    going = await queries.count_going(session, years=years, before=before)
    return SurvivalView(years=years, launched=round_count(launched), going=round_count(going))
