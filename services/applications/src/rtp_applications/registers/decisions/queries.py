"""What can be asked of the register of decisions. Everybody may read it, so no reader narrows these."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import Body
from rtp_applications.bodies.queries import named
from rtp_applications.registers.decisions.errors import NoSuchDecision
from rtp_applications.registers.decisions.models import PublishedDecision
from rtp_applications.registers.decisions.schemas import DecisionView
from rtp_applications.workflow.enums import Decision, Ground
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.db import AnyRow

_decision = PublishedDecision.__table__.c
_SHOWN = [_decision[name] for name in DecisionView.model_fields]
"""Never the case's id."""


async def get_decision(session: AsyncSession, decision_id: UUID) -> AnyRow:
    row = (await session.execute(select(*_SHOWN).where(_decision.id == decision_id))).first()
    if row is None:
        raise NoSuchDecision
    return row


async def list_decisions(
    session: AsyncSession,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    body: str | None = None,
    route: Route | None = None,
    decision: Decision | None = None,
    ground: Ground | None = None,
    since: date | None = None,
    until: date | None = None,
    sector: Sector | None = None,
    region: str | None = None,
    words: str | None = None,
) -> Sequence[AnyRow]:
    """Newest first."""
    conditions: list[tuple[Any, Any]] = [
        (body, body and _decision.body_id.in_(select(Body.id).where(named(body)))),
        (route, _decision.route == route),
        (decision, _decision.decision == decision),
        (ground, _decision.ground == ground),
        (since, since and _decision.decided_on >= since),
        (until, until and _decision.decided_on <= until),
        (sector, _decision.sector == sector),
        (region, _decision.region == region),
        (words, words and _says(words)),
        (after, after and tuple_(_decision.published_at, _decision.id) < tuple_(*after)),
    ]
    query = select(*_SHOWN).where(*(condition for value, condition in conditions if value is not None))
    return (
        await session.execute(query.order_by(_decision.published_at.desc(), _decision.id.desc()).limit(limit + 1))
    ).all()


def _says(words: str) -> Any:
    said = (func.lower(_decision.service_name), func.lower(_decision.text))
    return or_(*(each.contains(words.lower(), autoescape=True) for each in said))
