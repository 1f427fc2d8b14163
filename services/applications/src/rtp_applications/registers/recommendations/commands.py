"""Commands on the register of recommendations."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.queries import find_open_bodies
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.json_types import JsonMapping
from rtp_applications.registers.recommendations.errors import NoSuchRecommendation
from rtp_applications.registers.recommendations.models import Kind, Recommendation, RecommendationUpdate, State
from rtp_shared.etags import Expected
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError

_NUMBERS = 0x52_54_50_11
"""Advisory lock: numbers are given one after the other."""


async def add_recommendation(
    session: AsyncSession, *, details: JsonMapping, addressed_bodies: Sequence[str], now: datetime
) -> Recommendation:
    """Enter a recommendation or obligation under the next number of its kind."""
    bodies = await find_open_bodies(session, addressed_bodies, today=civil_date(now))
    if unknown := [at for at, each in enumerate(addressed_bodies) if each not in bodies]:
        raise UnknownBody(
            errors=[FieldError(f"/addressedBodies/{at}", "not a body that exists today") for at in unknown]
        )
    recommendation = Recommendation(
        **details,
        number=await _choose_number(session, details["kind"]),
        addressed_bodies=list(dict.fromkeys(bodies[each].id for each in addressed_bodies)),
        state=State.OPEN,
        recorded_at=now,
        changed_at=now,
        version=1,
    )
    session.add(recommendation)
    await session.flush()
    return recommendation


async def report_progress(
    session: AsyncSession,
    recommendation_id: UUID,
    *,
    state: State,
    note: str,
    evidence: str | None,
    done_on: date | None,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> Recommendation:
    """Say how far it has come; the report is kept for ever."""
    found = await session.scalars(
        select(Recommendation).where(Recommendation.id == recommendation_id).with_for_update()
    )
    recommendation = found.one_or_none()
    if recommendation is None:
        raise NoSuchRecommendation
    recommendation.expect(version)
    recommendation.report(state, done_on=done_on, now=now, today=civil_date(now))
    session.add(
        RecommendationUpdate(
            recommendation_id=recommendation.id,
            at=now,
            by=actor.client_id,
            organisation=actor.organisation,
            state=state,
            note=note,
            evidence=evidence,
        )
    )
    await session.flush()
    return recommendation


async def _choose_number(session: AsyncSession, kind: Kind) -> int:
    await session.execute(select(func.pg_advisory_xact_lock(_NUMBERS)))
    highest = await session.scalar(select(func.max(Recommendation.number)).where(Recommendation.kind == kind))
    return (highest or 0) + 1
