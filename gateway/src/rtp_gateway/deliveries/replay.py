"""Sending again: by event, by case, by time; only what was never acknowledged, or all of it. In order, as ever.

What was recorded before the subscription was made, or before it had its present filters, can be had this way too: it
is sent if the subscription's client may see it and it passes the filters of today.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries import claims
from rtp_gateway.deliveries.errors import NotADeadLetter, TooMuchToReplay
from rtp_gateway.deliveries.models import Delivery, DeliveryState
from rtp_gateway.deliveries.queries import position_of
from rtp_gateway.deliveries.schemas import Replay, Replayed
from rtp_gateway.feed.models import Event
from rtp_gateway.subscriptions.errors import SubscriptionEnded
from rtp_gateway.subscriptions.filters import matches
from rtp_gateway.subscriptions.models import Subscription, SubscriptionStatus
from rtp_shared.clock import utcnow
from rtp_shared.contracts.gateway import SubscriptionTested
from rtp_shared.db import AnyRow, AnySelect, get_driver, visible_to
from rtp_shared.problems import FieldError

MOST = 10_000

# Whatever is under way in these lines is called back: its report will not count, and it is sent again in its turn.
_CALL_BACK = """
    WITH held AS MATERIALIZED (
        SELECT position FROM deliveries
        WHERE subscription_id = $1 AND case_id = ANY($2::uuid[]) AND state = 'pending' ORDER BY position FOR UPDATE
    )
    UPDATE deliveries d SET next_attempt_at = NULL, under_way = false, attempts = attempts + under_way::int
    FROM held WHERE d.subscription_id = $1 AND d.position = held.position
"""
_AGAIN = """
    INSERT INTO deliveries (subscription_id, position, case_id, client_id)
    SELECT $1, t.position, t.case_id, $4 FROM unnest($2::bigint[], $3::uuid[]) AS t (position, case_id)
    ON CONFLICT (subscription_id, position) DO UPDATE
    SET state = 'pending', failures = 0, first_failed_at = NULL, next_attempt_at = NULL, settled_at = NULL
"""


async def replay(session: AsyncSession, subscription: Subscription, wanted: Replay, *, dry_run: bool) -> Replayed:
    """Send again what is wanted; with `dry_run`, only count it."""
    if subscription.status is SubscriptionStatus.ENDED:
        raise SubscriptionEnded
    found = await _found(session, subscription, wanted)
    chosen = [row for row in found if _is_wanted(row.state, wanted)]
    if not dry_run and chosen:
        await _again(session, subscription, chosen)
    states = [row.state for row in chosen]
    return Replayed(
        events=len(chosen),
        never_offered=states.count(None),
        acknowledged=states.count(DeliveryState.DELIVERED),
        unacknowledged=len(chosen) - states.count(None) - states.count(DeliveryState.DELIVERED),
        waiting=sum(row.state is DeliveryState.PENDING for row in found),
    )


async def skip(session: AsyncSession, subscription_id: UUID, event_id: UUID) -> None:
    """Give up a dead letter, so that its line goes on without it. It can be replayed later."""
    position, now = await position_of(session, subscription_id, event_id), utcnow()
    await claims.stop_recording(session)
    given_up = await session.execute(
        update(Delivery)
        .where(
            Delivery.subscription_id == subscription_id,
            Delivery.position == position,
            Delivery.state == DeliveryState.DEAD,
        )
        .values(state=DeliveryState.SKIPPED, settled_at=now)
        .returning(Delivery.case_id)
    )
    case_id = given_up.scalar_one_or_none()
    if case_id is None:
        raise NotADeadLetter
    await claims.promote(session, [(subscription_id, case_id)], now=now)


async def raise_dead(session: AsyncSession, subscription: Subscription, event_id: UUID) -> None:
    """Try a dead letter again, from the beginning of its schedule."""
    position = await position_of(session, subscription.id, event_id)
    delivery = await session.get_one(Delivery, (subscription.id, position))
    if delivery.state is not DeliveryState.DEAD:
        raise NotADeadLetter
    await replay(session, subscription, Replay.model_validate({"eventIds": [event_id]}), dry_run=False)


def _is_wanted(state: DeliveryState | None, wanted: Replay) -> bool:
    if state is DeliveryState.PENDING:
        return False
    return wanted.only == "all" or state is not DeliveryState.DELIVERED


async def _found(session: AsyncSession, subscription: Subscription, wanted: Replay) -> Sequence[AnyRow]:
    """The events that are asked for and that the subscription takes, with what became of each, in order."""
    query: AnySelect = (
        select(Event.position, Event.case_id, Event.body, Delivery.state)
        .outerjoin(Delivery, (Delivery.position == Event.position) & (Delivery.subscription_id == subscription.id))
        .where(visible_to(Event.readers, subscription.acts_as), *_asked(wanted), *_taken(subscription))
        .order_by(Event.position)
        .limit(MOST + 1)
    )
    rows = (await session.execute(query)).all()
    if len(rows) > MOST:
        raise TooMuchToReplay(errors=[FieldError("", f"more than {MOST} events; ask for a shorter time")])
    if not subscription.filters:
        return rows
    return [row for row in rows if row.state is not None or matches(subscription.filters, json.loads(row.body))]


def _asked(wanted: Replay) -> list[ColumnElement[bool]]:
    if wanted.event_ids:
        return [Event.event_id.in_(wanted.event_ids)]
    if wanted.case_id is not None:
        asked: list[ColumnElement[bool]] = [Event.case_id == wanted.case_id]
        if wanted.source is not None:
            asked.append(Event.source == wanted.source)
        if wanted.from_sequence is not None:
            asked.append(Event.sequence >= wanted.from_sequence)
        return asked
    assert wanted.recorded_from is not None  # noqa: S101 - the schema wants one of the three
    asked = [Event.recorded_at >= wanted.recorded_from]
    return [*asked, Event.recorded_at < wanted.recorded_to] if wanted.recorded_to else asked


def _taken(subscription: Subscription) -> list[Any]:
    """As offers have it, but what was offered once stays the subscription's own."""
    taken: list[Any] = [(Event.type != SubscriptionTested.TYPE) & (Event.case_id != subscription.id)]
    if subscription.types:
        taken.append(Event.type.in_(subscription.types))
    if subscription.source:
        taken.append(Event.source == subscription.source)
    return [Delivery.state.is_not(None) | and_(*taken)]


async def _again(session: AsyncSession, subscription: Subscription, chosen: Sequence[AnyRow]) -> None:
    connection = await get_driver(session)
    cases = sorted({row.case_id for row in chosen})
    await claims.stop_recording(session)
    await connection.execute(_CALL_BACK, subscription.id, cases)
    await connection.execute(
        _AGAIN,
        subscription.id,
        [row.position for row in chosen],
        [row.case_id for row in chosen],
        subscription.client_id,
    )
    await claims.promote(session, [(subscription.id, case_id) for case_id in cases], now=utcnow())
