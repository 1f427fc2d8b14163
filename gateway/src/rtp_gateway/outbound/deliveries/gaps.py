"""Gaps: events that a subscriber has not acknowledged, chain by chain, so that it can ask for them again."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog.models import Delivery, DeliveryState
from rtp_gateway.outbound.deliveries.schemas import Chain, Missing
from rtp_gateway.outbound.events.models import Event
from rtp_shared.db import AnyRow, AnySelect


async def list_gaps(session: AsyncSession, subscription_id: UUID, *, limit: int, after: UUID | None) -> list[Chain]:
    """Return chains in which something is not acknowledged, by case; of one case more than `limit` if more follow."""
    # With the events: of those that the caller may not see any more nothing is told, and they must not fill the page.
    open_: AnySelect = (
        select(Delivery.subject_id)
        .join(Event, Event.position == Delivery.position)
        .where(Delivery.subscription_id == subscription_id, Delivery.state != DeliveryState.DELIVERED)
    )
    if after is not None:
        open_ = open_.where(Delivery.subject_id > after)
    subject_ids = (await session.scalars(open_.distinct().order_by(Delivery.subject_id).limit(limit + 1))).all()
    rows = await _list_offered(session, subscription_id, subject_ids)
    return [chain for chain in _group_chains(rows) if chain.missing]


async def account_for_case(session: AsyncSession, subscription_id: UUID, case_id: UUID) -> list[Chain]:
    """Account for every number of a case's chains up to the newest that was offered to the subscription."""
    rows = await _list_offered(session, subscription_id, [case_id])
    chains = _group_chains(rows)
    offered = {source: {row.sequence for row in group} for source, group in groupby(rows, key=lambda row: row.source)}
    for chain in chains:
        numbers = offered[chain.source]
        chain.not_for_you = [number for number in range(1, max(numbers)) if number not in numbers]
    return chains


async def _list_offered(session: AsyncSession, subscription_id: UUID, subject_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    query: AnySelect = (
        select(Delivery.subject_id, Event.source, Event.sequence, Event.event_id, Event.type, Delivery.state)
        .join(Event, Event.position == Delivery.position)
        .where(Delivery.subscription_id == subscription_id, Event.subject_id.in_(subject_ids))
        .order_by(Delivery.subject_id, Event.source, Event.sequence)
    )
    return (await session.execute(query)).all()


def _group_chains(rows: Iterable[AnyRow]) -> list[Chain]:
    return [
        _describe_chain(subject_id, source, list(group))
        for (subject_id, source), group in groupby(rows, key=_read_chain_key)
    ]


def _read_chain_key(row: AnyRow) -> tuple[UUID, str]:
    return row.subject_id, row.source


def _describe_chain(subject_id: UUID, source: str, rows: Sequence[AnyRow]) -> Chain:
    acknowledged = [row.sequence for row in rows if row.state is DeliveryState.DELIVERED]
    missing = [Missing.model_validate(row) for row in rows if row.state is not DeliveryState.DELIVERED]
    return Chain(
        case_id=subject_id, source=source, acknowledged_through=max(acknowledged, default=None), missing=missing
    )
