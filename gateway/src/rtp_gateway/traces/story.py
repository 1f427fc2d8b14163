"""Putting a trace together from its rows."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.traces import queries
from rtp_gateway.traces.errors import NoSuchTrace
from rtp_gateway.traces.schemas import AttemptOut, CallOut, DeliveryOut, EventOut, TraceOut
from rtp_shared.db import AnyRow
from rtp_shared.identities import Principal
from rtp_shared.paging import cut


async def follow(session: AsyncSession, principal: Principal, correlation_id: str) -> TraceOut:
    """What the caller may see of it; raise NoSuchTrace where that is nothing, whoever else knows the id."""
    calls, more_calls = cut(await queries.calls(session, principal, correlation_id), queries.CALLS)
    events, more_events = cut(await queries.events(session, principal, correlation_id), queries.EVENTS)
    if not calls and not events:
        raise NoSuchTrace
    positions = [event.position for event in events]
    deliveries, more = cut(await queries.deliveries(session, principal, positions), queries.DELIVERIES)
    attempts, more_attempts = cut(await queries.attempts(session, principal, positions), queries.ATTEMPTS)
    sent = _by_event(deliveries, attempts)
    return TraceOut(
        correlation_id=correlation_id,
        calls=[CallOut.model_validate(call) for call in calls],
        events=[_event(event, sent[event.position]) for event in events],
        complete=not (more_calls or more_events or more or more_attempts),
    )


def _by_event(deliveries: Sequence[AnyRow], attempts: Sequence[AnyRow]) -> Mapping[int, list[DeliveryOut]]:
    tries: dict[tuple[int, UUID], list[AttemptOut]] = defaultdict(list)
    for row in attempts:
        tries[row.position, row.subscription_id].append(AttemptOut.model_validate(row))
    sent: dict[int, list[DeliveryOut]] = defaultdict(list)
    for row in deliveries:
        of_it = tries[row.position, row.subscription_id]
        sent[row.position].append(DeliveryOut(subscription_id=row.subscription_id, state=row.state, attempts=of_it))
    return sent


def _event(row: AnyRow, deliveries: list[DeliveryOut]) -> EventOut:
    event: dict[str, Any] = json.loads(row.body)
    return EventOut(
        id=event["id"],
        type=event["type"],
        source=event["source"],
        case_id=event.get("caseid"),
        sequence=event["sequence"],
        causation_id=event.get("causationid"),
        occurred_at=event["time"],
        recorded_at=row.recorded_at,
        deliveries=deliveries,
    )
