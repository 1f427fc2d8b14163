"""Queries of the register of recommendations."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, any_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import Body
from rtp_applications.bodies.queries import match_body
from rtp_applications.registers.recommendations.errors import NoSuchRecommendation
from rtp_applications.registers.recommendations.models import (
    OUTSTANDING,
    Kind,
    Recommendation,
    RecommendationUpdate,
    State,
)
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.names import contain_name


async def get_recommendation(
    session: AsyncSession, recommendation_id: UUID, *, today: date
) -> tuple[AnyRow, Sequence[AnyRow]]:
    """Return a recommendation with its reports of progress, oldest first."""
    found = await session.execute(_select_lines(today).where(Recommendation.id == recommendation_id))
    row = found.first()
    if row is None:
        raise NoSuchRecommendation
    updates = select(
        RecommendationUpdate.at,
        RecommendationUpdate.organisation,
        RecommendationUpdate.state,
        RecommendationUpdate.note,
        RecommendationUpdate.evidence,
    ).where(RecommendationUpdate.recommendation_id == recommendation_id)
    return row, (await session.execute(updates.order_by(RecommendationUpdate.at, RecommendationUpdate.id))).all()


async def list_recommendations(
    session: AsyncSession,
    *,
    today: date,
    limit: int,
    after: tuple[Kind, int] | None = None,
    kind: Kind | None = None,
    state: State | None = None,
    addressed_to: str | None = None,
    overdue: bool | None = None,
) -> Sequence[AnyRow]:
    """Return recommendations by kind and number."""
    query = _select_lines(today).order_by(Recommendation.kind, Recommendation.number).limit(limit + 1)
    if kind is not None:
        query = query.where(Recommendation.kind == kind)
    if state is not None:
        query = query.where(Recommendation.state == state)
    if addressed_to is not None:
        query = query.where(_is_addressed(addressed_to))
    if overdue is not None:
        query = query.where(_is_overdue(today) == overdue)
    if after is not None:
        query = query.where(tuple_(Recommendation.kind, Recommendation.number) > tuple_(*after))
    return (await session.execute(query)).all()


def _select_lines(today: date) -> AnySelect:
    return select(*Recommendation.__table__.columns, _is_overdue(today).label("overdue"))


def _is_overdue(today: date) -> ColumnElement[bool]:
    outstanding = Recommendation.state.in_(OUTSTANDING)
    return func.coalesce(outstanding & (Recommendation.due_on < today), False)


def _is_addressed(who: str) -> ColumnElement[bool]:
    """Return the condition that it is addressed to the body that is referred to, or to words that stand in the name of
    an addressee.
    """
    named = contain_name(func.array_to_string(Recommendation.addressed_to, "\n"), who)
    meant = select(Body.id).where(match_body(who), Body.id == any_(Recommendation.addressed_bodies))
    return or_(named, meant.exists())
