"""Queries of the register of decisions. Everybody may read it, so no reader narrows these."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.queries import get_name
from rtp_applications.registers.decisions.errors import NoSuchDecision
from rtp_applications.registers.decisions.models import PublishedDecision
from rtp_applications.registers.decisions.schemas import DecisionView
from rtp_applications.workflow.enums import Decision, Ground
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.db import AnyRow
from rtp_shared.names import contain_name

_decision = PublishedDecision.__table__.c
SHOWN = [
    *(_decision[name] for name in DecisionView.model_fields if name != "body_name"),
    get_name(_decision.body_id).label("body_name"),
]
"""Never the case's id."""


async def get_decision(session: AsyncSession, decision_id: UUID) -> AnyRow:
    row = (await session.execute(select(*SHOWN).where(_decision.id == decision_id))).first()
    if row is None:
        raise NoSuchDecision
    return row


async def list_decisions(
    session: AsyncSession,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    body: Sequence[UUID] | None = None,
    route: Route | None = None,
    decision: Decision | None = None,
    ground: Ground | None = None,
    since: date | None = None,
    until: date | None = None,
    sector: Sector | None = None,
    region: str | None = None,
    words: str | None = None,
) -> Sequence[AnyRow]:
    """Return the newest first."""
    query = select(*SHOWN)
    equal = {"route": route, "decision": decision, "ground": ground, "sector": sector, "region": region}
    query = query.where(*(_decision[name] == value for name, value in equal.items() if value is not None))
    if body is not None:
        query = query.where(_decision.body_id.in_(body))
    if since is not None:
        query = query.where(_decision.decided_on >= since)
    if until is not None:
        query = query.where(_decision.decided_on <= until)
    if words is not None:
        query = query.where(_contain_words(words))
    if after is not None:
        query = query.where(tuple_(_decision.published_at, _decision.id) < tuple_(*after))
    return (
        await session.execute(query.order_by(_decision.published_at.desc(), _decision.id.desc()).limit(limit + 1))
    ).all()


def _contain_words(words: str) -> ColumnElement[bool]:
    # Folding a text of pages takes a hundred times as long as reading it.
    in_text = func.lower(_decision.text).contains(words.strip().lower(), autoescape=True)
    return or_(contain_name(_decision.service_name, words), in_text)
