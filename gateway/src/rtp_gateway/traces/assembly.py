"""Putting a trace together from its rows: the caller's calls, the events they led to, and the events' deliveries."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.inbound.calls.queries import list_calls
from rtp_gateway.outbound.backlog.queries import list_attempts_of_events, list_deliveries_of_events
from rtp_gateway.outbound.events.queries import list_correlated
from rtp_gateway.traces.errors import NoSuchTrace
from rtp_gateway.traces.schemas import AttemptOut, CallOut, DeliveryOut, EventOut, TraceOut
from rtp_gateway.types import JsonObject
from rtp_shared.db import AnyRow
from rtp_shared.identities import Principal
from rtp_shared.paging import cut

CALLS = 200
EVENTS = 200
DELIVERIES = 1000
ATTEMPTS = 2000
"""The parts of a trace that are shown. A caller may use one correlation id for as many calls as it likes."""


async def assemble_trace(session: AsyncSession, principal: Principal, correlation_id: str) -> TraceOut:
    """Return the part of the trace that the caller may see; raise NoSuchTrace where there is none.

    The answer is the same whether or not others know the correlation id.
    """
    calls, more_calls = cut(await list_calls(session, principal, correlation_id, limit=CALLS), CALLS)
    events, more_events = cut(await list_correlated(session, principal, correlation_id, limit=EVENTS), EVENTS)
    if not calls and not events:
        raise NoSuchTrace
    positions = [event.position for event in events]
    rows = await list_deliveries_of_events(session, principal, positions, limit=DELIVERIES)
    deliveries, more = cut(rows, DELIVERIES)
    rows = await list_attempts_of_events(session, principal, positions, limit=ATTEMPTS)
    attempts, more_attempts = cut(rows, ATTEMPTS)
    by_event = _group_by_event(deliveries, attempts)
    return TraceOut(
        correlation_id=correlation_id,
        calls=[CallOut.model_validate(call) for call in calls],
        events=[_describe_event(event, by_event[event.position]) for event in events],
        complete=not (more_calls or more_events or more or more_attempts),
    )


def _group_by_event(deliveries: Sequence[AnyRow], attempts: Sequence[AnyRow]) -> Mapping[int, list[DeliveryOut]]:
    tries: dict[tuple[int, UUID], list[AttemptOut]] = defaultdict(list)
    for row in attempts:
        tries[row.position, row.subscription_id].append(AttemptOut.model_validate(row))
    by_event: dict[int, list[DeliveryOut]] = defaultdict(list)
    for row in deliveries:
        own = tries[row.position, row.subscription_id]
        by_event[row.position].append(DeliveryOut(subscription_id=row.subscription_id, state=row.state, attempts=own))
    return by_event


def _describe_event(row: AnyRow, deliveries: list[DeliveryOut]) -> EventOut:
    event: JsonObject = json.loads(row.body)
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
