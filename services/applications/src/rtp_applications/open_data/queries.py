"""Queries of open data: all of it was published before, and everybody may read it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.registers.decisions.models import PublishedDecision
from rtp_applications.registers.decisions.queries import SHOWN
from rtp_applications.statistics.models import StatisticsRelease
from rtp_shared.db import AnyRow

_decision = PublishedDecision.__table__.c
_YEAR = func.extract("year", func.timezone("Europe/London", _decision.published_at))


async def list_years(session: AsyncSession) -> Sequence[int]:
    """Return the years in which decisions were published, the newest first."""
    return [int(year) for year in await session.scalars(select(_YEAR).distinct().order_by(_YEAR.desc()))]


async def list_decisions_of(session: AsyncSession, year: int) -> Sequence[AnyRow]:
    """Return the decisions that were published in a year, the oldest first."""
    query = select(*SHOWN).where(_YEAR.in_([year])).order_by(_decision.published_at, _decision.id)
    return (await session.execute(query)).all()


async def list_figures(session: AsyncSession) -> Sequence[tuple[str, Any]]:
    """Return the contents of all months and years that were published, the oldest first."""
    query = select(StatisticsRelease.period, StatisticsRelease.content).order_by(StatisticsRelease.period)
    return [(period, content) for period, content in await session.execute(query)]
