"""Statistics over HTTP."""

from typing import Annotated

from fastapi import Path

from rtp_applications.auth import Anyone
from rtp_applications.statistics import queries
from rtp_applications.statistics.schemas import MonthFigures, MonthView, ReleaseView, YearFigures, YearView
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

statistics = create_router(prefix="/v1/statistics", tags=["Statistics"])

Month = Annotated[str, Path(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="As in `2026-11`", examples=["2026-11"])]
Year = Annotated[str, Path(pattern=r"^\d{4}$", description="As in `2026`", examples=["2026"])]


@statistics.get("")
async def list_statistics(_: Anyone, session: Session, limit: Limit = 50, after: After = None) -> Page[ReleaseView]:
    """List the months and years for which statistics were published, the newest first."""
    key = decode_cursor(after, str)
    rows = await queries.list_releases(session, limit=limit, before=key[0] if key else None)
    page, last = cut(rows, limit)
    items = [ReleaseView.model_validate(row) for row in page]
    return Page(items=items, next=encode_cursor(last.period) if last else None)


@statistics.get("/months/{month}")
async def get_month(_: Anyone, month: Month, session: Session) -> MonthView:
    """Read how things stood at the end of a month: open cases, deadlines met and missed, decisions, barriers, launches.

    It is counted once, after the month has ended, and says nothing of a single case: a count of less than eight is not
    shown, others are rounded to the nearest five. A draft never counts.
    """
    release = await queries.get_release(session, month)
    figures = MonthFigures.model_validate(release.content)
    return MonthView(**dict(figures), month=release.period, counted_at=release.counted_at)


@statistics.get("/years/{year}")
async def get_year(_: Anyone, year: Year, session: Session) -> YearView:
    """Read how many cases were submitted in a year, by route, region, sector and employer.

    They are counted once, after the year has ended. What is less than eight is left out, and the rest rounded so that
    nobody who puts the tables together can work out a count to fewer than three values.
    """
    release = await queries.get_release(session, year)
    figures = YearFigures.model_validate(release.content)
    return YearView(**dict(figures), year=release.period, counted_at=release.counted_at)
