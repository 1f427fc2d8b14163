"""A subscription's health: its circuit opens when its sink fails for everything, and it is disabled after three days.

Its row is locked after the delivery's (see backlog.ordering).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.deliveries.claims import Claim
from rtp_gateway.outbound.deliveries.retries import GIVE_UP_AFTER, LONGEST_BREAK, OPEN_AFTER, PROBE_EVERY, choose_pause
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.subscriptions.notices import publish_notice
from rtp_gateway.outbound.transports.requests import DeliveryResult
from rtp_shared.contracts.gateway import (
    EventDeadLettered,
    SubscriptionDisabled,
    SubscriptionEnabled,
    SubscriptionEvent,
)
from rtp_shared.db import get_driver
from rtp_shared.outbox import Outbox


@dataclass(frozen=True, slots=True)
class CircuitState:
    """The health of a subscription, with its row locked, and whether an attempt still says something about it."""

    failures: int
    failing_since: datetime | None
    cooldown_until: datetime | None
    active: bool
    same_route: bool
    """False if the way to the sink was changed since the attempt began: then it says nothing about the new one."""
    unwanted: bool
    """True if the sink was changed, and its owner wants nothing sent to the new one that was for the former."""

    def measure_failing(self, failed_at: datetime | None, *, now: datetime) -> timedelta | None:
        """Return for how long nothing got through; None if something did since the event failed, or if it never did."""
        if failed_at is None or self.failing_since is None or failed_at < self.failing_since:
            return None
        return now - self.failing_since


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """A failure as it counts for the circuit."""

    claim: Claim
    result: DeliveryResult
    began: datetime
    new: bool
    """True if the event has not failed since the last success: it counts once, or it alone would open the circuit."""
    cooldown: timedelta | None
    """The time that the sink asks to be left alone."""
    opens_at_once: bool


_LOCK = """
    SELECT failures, failing_since, rests_until AS cooldown_until, status = 'active' AS active,
        sink_version = $2 AS same_route, sink <> $3 AND on_sink_change = 'cancel' AS unwanted
    FROM subscriptions WHERE id = $1 FOR NO KEY UPDATE
"""
_COUNT_FAILURE = """
    UPDATE subscriptions SET failures = $2, failing_since = $3, rests_until = greatest(rests_until, $4) WHERE id = $1
"""

_IS_FAILING = "SELECT true FROM subscriptions WHERE id = $1 AND failing_since IS NOT NULL"
_CLOSE = """
    UPDATE subscriptions SET failures = 0, failing_since = NULL, rests_until = NULL
    WHERE id = $1 AND failing_since IS NOT NULL AND sink_version = $2
    RETURNING old.failures AS failures, old.failing_since AS failing_since
"""
# What first failed in this outage is due at once, and begins its schedule anew. What failed before it has failed though
# a success came in between: it may be to blame itself, so it is due only if the circuit was open, and keeps its place.
_BRING_FORWARD = """
    UPDATE deliveries SET next_attempt_at = $2, failures = CASE WHEN first_failed_at < $3 THEN failures ELSE 0 END
    WHERE subscription_id = $1 AND state = 'pending' AND next_attempt_at > $2 AND NOT under_way
      AND ($4 OR first_failed_at >= $3)
"""
# The attempt began a little before its failure was counted, from which `failing_since` is.
_PRESENT_FAILURE = """
    SELECT max(at) FROM (
        SELECT at, outcome, at - lag(at) OVER (ORDER BY at) AS pause, lag(outcome) OVER (ORDER BY at) AS outcome_before
        FROM attempts WHERE subscription_id = $1 AND at >= $2::timestamptz - interval '1 minute'
    ) tries
    WHERE outcome <> 'delivered' AND (pause > $3::interval OR outcome_before = 'delivered')
"""


async def lock_circuit(session: AsyncSession, claim: Claim) -> CircuitState:
    key = claim.subscription_id, claim.sink_version, claim.sink
    return CircuitState(**await (await get_driver(session)).fetchrow(_LOCK, *key))


async def count_failure(
    session: AsyncSession, outbox: Outbox, failed: FailedAttempt, state: CircuitState, *, now: datetime
) -> None:
    """Count a failed attempt, set a cooldown where it is time to, disable the subscription after three days."""
    if not state.active:
        return
    since, failures, cooldown = state.failing_since or now, state.failures, failed.cooldown
    # What was under way when the circuit opened tells of the same outage, and is no probe.
    if state.cooldown_until is None or failed.began >= state.cooldown_until:
        if failed.new or failures >= OPEN_AFTER:
            failures += 1
        if failed.opens_at_once:
            failures = max(failures, OPEN_AFTER)
        if failures >= OPEN_AFTER:
            cooldown = max(cooldown or timedelta(), choose_pause(failures, failing_for=now - since))
    subscription_id = failed.claim.subscription_id
    if now - since >= GIVE_UP_AFTER:
        since = await _find_failing_since(session, subscription_id, since)
    until = cooldown and now + cooldown
    await (await get_driver(session)).execute(_COUNT_FAILURE, subscription_id, failures, since, until)
    if now - since >= GIVE_UP_AFTER:
        subscription = await _lock_subscription(session, subscription_id)
        # Where too few events failed to open the circuit, others might get through.
        subscription.disable(now=now, probe_at=now + PROBE_EVERY if failures >= OPEN_AFTER else now)
        event = SubscriptionDisabled(
            subscription_id=subscription.id, at=now, failing_since=since, last_status=failed.result.status
        )
        await publish_notice(session, outbox, subscription, event)


async def _find_failing_since(session: AsyncSession, subscription_id: UUID, since: datetime) -> datetime:
    """Return when the present failure began: later than `since`, if attempts succeeded or were not made meanwhile.

    An event that failed once and was cancelled, weeks ago, is no failure of three days.
    """
    driver = await get_driver(session)
    begun: datetime | None = await driver.fetchval(_PRESENT_FAILURE, subscription_id, since, LONGEST_BREAK)
    return begun or since


async def close_circuit(session: AsyncSession, claim: Claim, *, now: datetime) -> None:
    """Close the circuit of a sink that works again, and bring forward what waited because it did not.

    A transaction of its own: it locks what waits before the subscription, and a batch of reports has many of both.
    """
    connection = await get_driver(session)
    if not await connection.fetchval(_IS_FAILING, claim.subscription_id):
        return
    await ordering.lock_open(session, claim.subscription_id)
    if closed := await connection.fetchrow(_CLOSE, claim.subscription_id, claim.sink_version):
        was_open = closed["failures"] >= OPEN_AFTER
        await connection.execute(_BRING_FORWARD, claim.subscription_id, now, closed["failing_since"], was_open)


async def end_gone(session: AsyncSession, claim: Claim, *, now: datetime) -> None:
    """End the subscription because its sink answered 410, if that sink is still its sink."""
    subscription = await _lock_subscription(session, claim.subscription_id)
    if subscription.status is not SubscriptionStatus.ENDED and subscription.sink_version == claim.sink_version:
        subscription.end(now=now)
        await session.flush()


async def publish_dead_letter(
    session: AsyncSession, outbox: Outbox, claim: Claim, result: DeliveryResult, *, now: datetime
) -> None:
    """Tell the owner of a dead letter, but not of one that is about a subscription itself, or it would never end."""
    if claim.type in {kind.TYPE for kind in SubscriptionEvent.__subclasses__()}:
        return
    subscription = await _lock_subscription(session, claim.subscription_id)
    event = EventDeadLettered(
        subscription_id=subscription.id,
        at=now,
        event_id=claim.event_id,
        event_type=claim.type,
        last_status=result.status,
    )
    await publish_notice(session, outbox, subscription, event)


async def enable(session: AsyncSession, outbox: Outbox, claim: Claim, *, now: datetime) -> bool:
    """Make a disabled subscription active after a health probe got through; False if it was changed meanwhile."""
    await ordering.pause_recording(session)
    await ordering.lock_open(session, claim.subscription_id)
    subscription = await _lock_subscription(session, claim.subscription_id)
    if subscription.status is not SubscriptionStatus.DISABLED or subscription.sink_version != claim.sink_version:
        return False
    subscription.resume(now=now)
    event = SubscriptionEnabled(subscription_id=subscription.id, at=now)
    await publish_notice(session, outbox, subscription, event)
    await ordering.restart_all(session, subscription.id, now=now)
    return True


async def _lock_subscription(session: AsyncSession, subscription_id: UUID) -> Subscription:
    # Without the key: events that are being recorded refer to the subscription and need not wait for this.
    query = select(Subscription).where(Subscription.id == subscription_id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
