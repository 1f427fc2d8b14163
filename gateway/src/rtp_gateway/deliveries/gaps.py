"""What a subscriber has not acknowledged, chain by chain, so that it can see what it missed and ask for it again."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries.models import Delivery, DeliveryState
from rtp_gateway.deliveries.schemas import Chain, Missing
from rtp_gateway.feed.models import Event
from rtp_shared.db import AnyRow, AnySelect


async def list_gaps(session: AsyncSession, subscription_id: UUID, *, limit: int, after: UUID | None) -> list[Chain]:
    """Chains in which something is not acknowledged, by case; those of one case more than `limit` where more follow."""
    open_: AnySelect = select(Delivery.case_id).where(
        Delivery.subscription_id == subscription_id, Delivery.state != DeliveryState.DELIVERED
    )
    if after is not None:
        open_ = open_.where(Delivery.case_id > after)
    cases = (await session.scalars(open_.distinct().order_by(Delivery.case_id).limit(limit + 1))).all()
    rows = await _made(session, subscription_id, cases)
    return [chain for chain in _chains(rows) if chain.missing]


async def account_for(session: AsyncSession, subscription_id: UUID, case_id: UUID) -> list[Chain]:
    """Every number of a case's chains up to the newest that was made for the subscription."""
    rows = await _made(session, subscription_id, [case_id])
    chains = _chains(rows)
    made = {source: {row.sequence for row in group} for source, group in groupby(rows, key=lambda row: row.source)}
    for chain in chains:
        numbers = made[chain.source]
        chain.not_for_you = [number for number in range(1, max(numbers)) if number not in numbers]
    return chains


async def _made(session: AsyncSession, subscription_id: UUID, cases: Sequence[UUID]) -> Sequence[AnyRow]:
    query: AnySelect = (
        select(Delivery.case_id, Event.source, Event.sequence, Event.event_id, Event.type, Delivery.state)
        .join(Event, Event.position == Delivery.position)
        .where(Delivery.subscription_id == subscription_id, Event.case_id.in_(cases))
        .order_by(Delivery.case_id, Event.source, Event.sequence)
    )
    return (await session.execute(query)).all()


def _chains(rows: Iterable[AnyRow]) -> list[Chain]:
    return [_chain(case_id, source, list(group)) for (case_id, source), group in groupby(rows, key=_of_chain)]


def _of_chain(row: AnyRow) -> tuple[UUID, str]:
    return row.case_id, row.source


def _chain(case_id: UUID, source: str, rows: Sequence[AnyRow]) -> Chain:
    acknowledged = [row.sequence for row in rows if row.state is DeliveryState.DELIVERED]
    missing = [Missing.model_validate(row) for row in rows if row.state is not DeliveryState.DELIVERED]
    return Chain(case_id=case_id, source=source, acknowledged_through=max(acknowledged, default=None), missing=missing)
