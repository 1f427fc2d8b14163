"""Replay: sending again by event, by case or by time; only what was never acknowledged, or all of it; in order.

Events recorded before the subscription was made, or before it had its present filters, are included if the
subscription's client may see them and they pass its present filters.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.backlog.models import Delivery, DeliveryState
from rtp_gateway.outbound.deliveries.errors import NotADeadLetter, TooMuchToReplay
from rtp_gateway.outbound.deliveries.queries import find_position
from rtp_gateway.outbound.deliveries.schemas import Replay, Replayed
from rtp_gateway.outbound.events.models import Event
from rtp_gateway.outbound.subscriptions.errors import SubscriptionEnded
from rtp_gateway.outbound.subscriptions.filters import matches
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_shared.contracts.gateway import SubscriptionTested
from rtp_shared.db import AnyRow, AnySelect, get_driver, visible_to
from rtp_shared.problems import FieldError

MOST = 10_000

# What is under way with these ordering keys is called back: its report will not count, and it is sent again in turn.
_CALL_BACK = """
    WITH held AS MATERIALIZED (
        SELECT position FROM deliveries
        WHERE subscription_id = $1 AND case_id = ANY($2::uuid[]) AND state = 'pending' ORDER BY position FOR UPDATE
    )
    UPDATE deliveries d
    SET next_attempt_at = NULL, under_way = false, worker = NULL, attempts = attempts + under_way::int
    FROM held WHERE d.subscription_id = $1 AND d.position = held.position
"""
_OFFER_AGAIN = """
    INSERT INTO deliveries AS d (subscription_id, position, case_id, client_id, replays)
    SELECT $1, t.position, t.case_id, $4, 1 FROM unnest($2::bigint[], $3::uuid[]) AS t (position, case_id)
    ON CONFLICT (subscription_id, position) DO UPDATE
    SET state = 'pending', replays = d.replays + 1, failures = 0, first_failed_at = NULL, next_attempt_at = NULL,
        settled_at = NULL
"""


async def replay(
    session: AsyncSession, subscription: Subscription, query: Replay, *, dry_run: bool, now: datetime
) -> Replayed:
    """Send the events of the query again; with `dry_run`, only count them."""
    if subscription.status is SubscriptionStatus.ENDED:
        raise SubscriptionEnded
    found = await _find_events(session, subscription, query)
    chosen = [row for row in found if _is_chosen(row.state, query)]
    if not dry_run and chosen:
        await _offer_again(session, subscription, chosen, now=now)
    states = [row.state for row in chosen]
    return Replayed(
        events=len(chosen),
        never_offered=states.count(None),
        acknowledged=states.count(DeliveryState.DELIVERED),
        unacknowledged=len(chosen) - states.count(None) - states.count(DeliveryState.DELIVERED),
        waiting=sum(row.state is DeliveryState.PENDING for row in found),
    )


async def skip_dead_letter(session: AsyncSession, subscription_id: UUID, event_id: UUID, *, now: datetime) -> None:
    """Give up a dead letter, so that the next of its ordering key is sent. It can be replayed later."""
    position = await find_position(session, subscription_id, event_id)
    await ordering.pause_recording(session)
    given_up = await session.execute(
        update(Delivery)
        .where(
            Delivery.subscription_id == subscription_id,
            Delivery.position == position,
            Delivery.state == DeliveryState.DEAD,
        )
        .values(state=DeliveryState.SKIPPED, settled_at=now)
        .returning(Delivery.subject_id)
    )
    subject_id = given_up.scalar_one_or_none()
    if subject_id is None:
        raise NotADeadLetter
    await ordering.release_next(session, [(subscription_id, subject_id)], now=now)


async def replay_dead_letter(
    session: AsyncSession, subscription: Subscription, event_id: UUID, *, now: datetime
) -> None:
    """Try a dead letter again, from the beginning of its schedule."""
    position = await find_position(session, subscription.id, event_id)
    delivery = await session.get_one(Delivery, (subscription.id, position))
    if delivery.state is not DeliveryState.DEAD:
        raise NotADeadLetter
    await replay(session, subscription, Replay.model_validate({"eventIds": [event_id]}), dry_run=False, now=now)


def _is_chosen(state: DeliveryState | None, query: Replay) -> bool:
    if state is DeliveryState.PENDING:
        return False
    return query.only == "all" or state is not DeliveryState.DELIVERED


async def _find_events(session: AsyncSession, subscription: Subscription, query: Replay) -> Sequence[AnyRow]:
    """Return the events of the query that the subscription takes, with the state of each delivery, in order."""
    statement: AnySelect = (
        select(Event.position, Event.subject_id, Event.body, Delivery.state)
        .outerjoin(Delivery, (Delivery.position == Event.position) & (Delivery.subscription_id == subscription.id))
        .where(visible_to(Event.readers, subscription.acts_as), *_select_queried(query), *_select_taken(subscription))
        .order_by(Event.position)
        .limit(MOST + 1)
    )
    rows = (await session.execute(statement)).all()
    if len(rows) > MOST:
        raise TooMuchToReplay(errors=[FieldError("", f"more than {MOST} events; ask for a shorter time")])
    if not subscription.filters:
        return rows
    return [row for row in rows if row.state is not None or matches(subscription.filters, json.loads(row.body))]


def _select_queried(query: Replay) -> list[ColumnElement[bool]]:
    if query.event_ids:
        return [Event.event_id.in_(query.event_ids)]
    if query.case_id is not None:
        conditions: list[ColumnElement[bool]] = [Event.subject_id == query.case_id]
        if query.source is not None:
            conditions.append(Event.source == query.source)
        if query.from_sequence is not None:
            conditions.append(Event.sequence >= query.from_sequence)
        return conditions
    assert query.recorded_from is not None  # noqa: S101 - the schema wants one of the three
    conditions = [Event.recorded_at >= query.recorded_from]
    return [*conditions, Event.recorded_at < query.recorded_to] if query.recorded_to else conditions


def _select_taken(subscription: Subscription) -> list[ColumnElement[bool]]:
    """Choose the events that would be offered today; what was offered once stays the subscription's own."""
    taken: list[ColumnElement[bool]] = [(Event.type != SubscriptionTested.TYPE) & (Event.subject_id != subscription.id)]
    if subscription.types:
        taken.append(Event.type.in_(subscription.types))
    if subscription.source:
        taken.append(Event.source == subscription.source)
    return [Delivery.state.is_not(None) | and_(*taken)]


async def _offer_again(
    session: AsyncSession, subscription: Subscription, chosen: Sequence[AnyRow], *, now: datetime
) -> None:
    connection = await get_driver(session)
    subject_ids = sorted({row.subject_id for row in chosen})
    await ordering.pause_recording(session)
    await connection.execute(_CALL_BACK, subscription.id, subject_ids)
    await connection.execute(
        _OFFER_AGAIN,
        subscription.id,
        [row.position for row in chosen],
        [row.subject_id for row in chosen],
        subscription.client_id,
    )
    await ordering.release_next(session, [(subscription.id, each) for each in subject_ids], now=now)
