"""A subscription's health: its circuit opens when its sink fails for everything, and it is disabled after three days.

Its row is locked after the delivery's (see claims).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries import claims
from rtp_gateway.deliveries.claims import Claim
from rtp_gateway.deliveries.parcels import Answer
from rtp_gateway.deliveries.retries import GIVE_UP_AFTER, OPEN_AFTER, PROBE_EVERY, pause
from rtp_gateway.subscriptions.commands import tell
from rtp_gateway.subscriptions.models import Subscription, SubscriptionStatus
from rtp_shared.contracts.gateway import (
    EventDeadLettered,
    SubscriptionDisabled,
    SubscriptionEnabled,
    SubscriptionEvent,
)
from rtp_shared.db import get_driver
from rtp_shared.outbox import Outbox


@dataclass(frozen=True, slots=True)
class State:
    failures: int
    failing_since: datetime | None
    rests_until: datetime | None
    active: bool
    same_way: bool
    """False if the way to the sink was changed since the attempt began: then it says nothing about the new one."""
    unwanted: bool
    """True if the sink was changed, and its owner wants nothing sent to the new one that was for the former."""


_LOCK = """
    SELECT failures, failing_since, rests_until, status = 'active' AS active, sink_version = $2 AS same_way,
        sink <> $3 AND on_sink_change = 'cancel' AS unwanted
    FROM subscriptions WHERE id = $1 FOR NO KEY UPDATE
"""
_FAILED = """
    UPDATE subscriptions SET failures = $2, failing_since = $3, rests_until = greatest(rests_until, $4) WHERE id = $1
"""
# A dead letter leads its line, unless an older event of the line was replayed meanwhile.
_REVIVE = """
    UPDATE deliveries d
    SET state = 'pending', failures = 0, first_failed_at = NULL, next_attempt_at = CASE WHEN NOT EXISTS (
        SELECT FROM deliveries e WHERE e.subscription_id = d.subscription_id AND e.case_id = d.case_id
          AND e.position < d.position AND e.state IN ('pending', 'dead')) THEN $2::timestamptz END
    WHERE subscription_id = $1 AND state = 'dead'
"""


async def lock(session: AsyncSession, claim: Claim) -> State:
    key = claim.subscription_id, claim.sink_version, claim.sink
    return State(**await (await get_driver(session)).fetchrow(_LOCK, *key))


async def failed(
    session: AsyncSession,
    outbox: Outbox,
    claim: Claim,
    state: State,
    *,
    began: datetime,
    now: datetime,
    answer: Answer,
    rest: timedelta | None,
    slow_down: bool,
) -> None:
    """An attempt failed: count it, rest where it is time to, disable the subscription after three days."""
    if not state.active:
        return
    since = state.failing_since or now
    failures = state.failures
    # What was under way when the circuit opened tells of the same outage, and is no probe.
    if state.rests_until is None or began >= state.rests_until:
        failures = max(failures + 1, OPEN_AFTER if slow_down else 0)
        if failures >= OPEN_AFTER:
            rest = max(rest or timedelta(), pause(failures, failing_for=now - since))
    await (await get_driver(session)).execute(_FAILED, claim.subscription_id, failures, since, rest and now + rest)
    if now - since >= GIVE_UP_AFTER:
        subscription = await _locked(session, claim.subscription_id)
        subscription.disable(now=now, probe_at=now + PROBE_EVERY)
        event = SubscriptionDisabled(
            subscription_id=subscription.id, at=now, failing_since=since, last_status=answer.status
        )
        await tell(session, outbox, subscription, event)


async def gone(session: AsyncSession, claim: Claim, *, now: datetime) -> None:
    """The sink answered 410: the subscription ends, if that sink is still its sink."""
    subscription = await _locked(session, claim.subscription_id)
    if subscription.status is not SubscriptionStatus.ENDED and subscription.sink_version == claim.sink_version:
        subscription.end(now=now)
        await session.flush()


async def tell_dead(session: AsyncSession, outbox: Outbox, claim: Claim, answer: Answer, *, now: datetime) -> None:
    """The owner is told of a dead letter; not of one that tells of subscriptions itself, or it would never end."""
    if claim.type in {kind.TYPE for kind in SubscriptionEvent.__subclasses__()}:
        return
    subscription = await _locked(session, claim.subscription_id)
    event = EventDeadLettered(
        subscription_id=subscription.id,
        at=now,
        event_id=claim.event_id,
        event_type=claim.type,
        last_status=answer.status,
    )
    await tell(session, outbox, subscription, event)


async def revive(session: AsyncSession, subscription_id: UUID, *, now: datetime) -> None:
    """All that waits is tried again from the beginning, dead letters first."""
    connection = await get_driver(session)
    await connection.execute(_REVIVE, subscription_id, now)
    await claims.begin_anew(session, subscription_id, now=now)


async def alive(session: AsyncSession, outbox: Outbox, claim: Claim, *, now: datetime) -> bool:
    """A disabled subscription gave proof of life: it is active again. False if it was changed meanwhile."""
    await claims.stop_recording(session)
    await claims.hold(session, claim.subscription_id)
    subscription = await _locked(session, claim.subscription_id)
    if subscription.status is not SubscriptionStatus.DISABLED or subscription.sink_version != claim.sink_version:
        return False
    subscription.resume(now=now)
    await tell(session, outbox, subscription, SubscriptionEnabled(subscription_id=subscription.id, at=now))
    await revive(session, subscription.id, now=now)
    return True


async def _locked(session: AsyncSession, subscription_id: UUID) -> Subscription:
    # Without the key: events that are being recorded refer to the subscription and need not wait for this.
    query = select(Subscription).where(Subscription.id == subscription_id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
