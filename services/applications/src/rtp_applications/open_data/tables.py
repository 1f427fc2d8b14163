"""The tables of open data: decisions as they were published, and figures one to a row."""

from collections.abc import Iterable, Iterator

from pydantic import Field

from rtp_applications.statistics.schemas import MonthFigures, YearFigures
from rtp_shared.schemas import Output


class FigureRow(Output):
    """One published figure. It is rounded, and what is not shown has no row: see the statistics' own description."""

    period: str = Field(description="The month, as in 2026-11, at whose end it was counted; or the year, as in 2026")
    figure: str = Field(description="What is counted, as in open-cases or deadlines-met")
    of: str = Field(description="What it is counted of: a status, clock, decision, barrier, region, body; else empty")
    state: str = Field(description="The state or basis that tells rows of the same thing apart; else empty")
    name: str = Field(description="The name of a region or body; else empty")
    value: int = Field(description="The count, or calendar days where the figure ends in -days")


def list_month(month: str, figures: MonthFigures) -> Iterator[FigureRow]:
    """Yield the figures of a month, one to a row."""
    for at in figures.open_cases:
        yield _row(month, "open-cases", at.cases, of=at.status)
    for clock in figures.deadlines:
        for name, value in (
            ("deadlines-met", clock.met),
            ("deadlines-missed", clock.missed),
            ("deadlines-median-days", clock.median_days),
            ("deadlines-ninetieth-percentile-days", clock.ninetieth_days),
        ):
            yield from _if_shown(month, name, value, of=clock.clock, state=clock.basis)
    for decided in figures.decisions:
        yield _row(month, "decisions", decided.decisions, of=decided.decision)
    for barrier in figures.barriers:
        yield _row(month, "barriers", barrier.barriers, of=barrier.kind, state=barrier.state)
    yield from _if_shown(month, "launched", figures.launched)
    for survival in figures.survival:
        yield from _if_shown(month, "launched-years-ago", survival.launched, of=str(survival.years))
        yield from _if_shown(month, "still-going-after-years", survival.going, of=str(survival.years))
    for ask in figures.asks:
        yield _row(month, "recommendations", ask.asks, of=ask.kind, state=ask.state)


def list_year(year: str, figures: YearFigures) -> Iterator[FigureRow]:
    """Yield the cases that were submitted in a year, one count to a row."""
    for table in figures.tables:
        for cell in table.cells:
            yield _row(year, f"submitted-by-{table.by}", cell.cases, of=cell.value, name=cell.name or "")


def list_all(releases: Iterable[tuple[str, object]]) -> list[FigureRow]:
    """Return the figures of all months and years that were published, in the order given."""
    rows: list[FigureRow] = []
    for period, content in releases:
        is_month = "-" in period
        rows.extend(
            list_month(period, MonthFigures.model_validate(content))
            if is_month
            else list_year(period, YearFigures.model_validate(content))
        )
    return rows


def _if_shown(period: str, figure: str, value: int | None, **more: str) -> Iterator[FigureRow]:
    if value is not None:
        yield _row(period, figure, value, **more)


def _row(period: str, figure: str, value: int, *, of: str = "", state: str = "", name: str = "") -> FigureRow:
    return FigureRow(period=period, figure=figure, of=of, state=state, name=name, value=value)
