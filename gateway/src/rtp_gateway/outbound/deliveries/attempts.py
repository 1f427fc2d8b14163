"""One attempt to deliver: send, then report the outcome."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial

from cryptography.fernet import InvalidToken
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.forms.rendering import Form, render
from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.backlog.models import DeliveryState
from rtp_gateway.outbound.deliveries import circuit, reports
from rtp_gateway.outbound.deliveries.circuit import CircuitState, FailedAttempt
from rtp_gateway.outbound.deliveries.claims import Claim
from rtp_gateway.outbound.deliveries.metrics import DeliveryMetrics
from rtp_gateway.outbound.deliveries.reports import AttemptReport, Failures, SuccessWriter
from rtp_gateway.outbound.deliveries.retries import OPEN_AFTER, parse_retry_after, schedule_retry
from rtp_gateway.outbound.deliveries.transactions import run_in_transaction
from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.transports.credentials import open_credential
from rtp_gateway.outbound.transports.requests import DeliveryRequest, DeliveryResult, Transport
from rtp_gateway.outbound.transports.signing import Keyring
from rtp_shared.db import Database
from rtp_shared.outbox import Outbox

log = logging.getLogger(__name__)

LOST = "lost"
"""The outcome of an attempt whose lease ran out before its report."""
POSTPONED = "postponed"
GONE = 410
SLOW_DOWN = (429, 503)
"""Statuses that open the circuit at once, and whose Retry-After is obeyed.

502 and 504 do not: a proxy says so of the one request that its server chokes on, too.
"""
FAILURES_AT_ONCE = 4
"""Failures reported at the same time, so that many together do not take the whole connection pool."""


class AttemptRunner:
    """Makes the attempt that a claim is for, and reports it."""

    def __init__(
        self,
        *,
        database: Database,
        transports: Mapping[str, Transport],
        secret_box: SecretBox,
        metrics: DeliveryMetrics,
        outbox: Outbox,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._transports = transports
        self._metrics = metrics
        self._outbox = outbox
        self._now = now
        self._successes = SuccessWriter(database, now)
        self._failing = asyncio.Semaphore(FAILURES_AT_ONCE)
        # Opening takes longer than signing. What was sealed anew is another key here, so nothing is ever stale.
        self._open_keyring = lru_cache(maxsize=1024)(lambda sealed: Keyring.open(secret_box, sealed))
        self._open_credential = lru_cache(maxsize=1024)(lambda sealed: open_credential(secret_box, sealed))

    async def run(self, claim: Claim) -> None:
        """Raise only what the database raises: the lease then runs out, and the attempt is made again."""
        at, started = self._now(), time.perf_counter()
        sent, result = await self.send(claim) if claim.may_see else (0, None)
        seconds = time.perf_counter() - started
        report = AttemptReport(claim, result or DeliveryResult(error="no longer visible"), at, seconds * 1000, sent)
        outcome = await self._report(report, was_sent=result is not None)
        if claim.counted:
            self._metrics.count(outcome)
        if claim.counted and result is not None:
            self._metrics.seconds.observe(seconds)
        log.info(
            "delivery",
            extra={
                "outcome": outcome,
                "subscription_id": str(claim.subscription_id),
                "event_id": str(claim.event_id),
                "attempt": claim.attempt,
                "status": result and result.status,
                "reason": result and result.error,
                "ms": round(seconds * 1000, 2),
            },
        )

    async def send(self, claim: Claim) -> tuple[int, DeliveryResult]:
        """Return the bytes that were sent, and the result. Never raises: an error of ours is a failed attempt too."""
        try:
            return await self._send(claim)
        except Exception as error:  # noqa: BLE001 - whatever it is, the owner must learn of it
            # Only its kind: the text may quote a secret. Without a report it would be tried for ever, unnoticed.
            facts = {"event_id": str(claim.event_id), "error": type(error).__name__}
            log.error("a mistake of ours keeps an event from being sent", extra=facts)  # noqa: TRY400
            return 0, DeliveryResult(error="it could not be sent, by a mistake of ours")

    async def _send(self, claim: Claim) -> tuple[int, DeliveryResult]:
        try:
            keyring = self._open_keyring(claim.sealed_keys)
            credential = self._open_credential(claim.sealed_credential) if claim.sealed_credential else None
        except InvalidToken:
            log.error("a subscription's secrets were sealed with another key than RTP_SECRETS_KEY")  # noqa: TRY400
            return 0, DeliveryResult(error="its secrets cannot be read; rotate its secret and give its credential anew")
        transport = self._transports.get(claim.protocol)
        if transport is None:
            return 0, DeliveryResult(error=f"{claim.protocol} is not offered here at present")
        content_type, body = render(
            Form(claim.payload),
            claim.body,
            hash_=claim.hash,
            subscription_url=f"{self._outbox.base_url}/fhir/R4/Subscription/{claim.subscription_id}",
        )
        # The event's id, a UUID: stable over all attempts and without the dots that ids of other sources may have.
        message_id = str(claim.event_id)
        request = DeliveryRequest(
            subscription_id=claim.subscription_id,
            message_id=message_id,
            type=claim.type,
            sink=claim.sink,
            content_type=content_type,
            body=body,
            settings=claim.settings,
            headers=keyring.sign_message(message_id, at=self._now(), body=body),
            credential=credential,
            replay=claim.replay,
        )
        return len(body), await transport.send(request)

    async def _report(self, report: AttemptReport, *, was_sent: bool) -> str:
        if report.result.accepted:
            return await self._report_success(report)
        async with self._failing:
            return await run_in_transaction(self._database, partial(self._report_undelivered, report, was_sent))

    async def _report_success(self, report: AttemptReport) -> str:
        marked = await self._successes.write(report)
        if marked is None:
            return LOST
        if marked.failing:
            async with self._failing:
                close = partial(circuit.close_circuit, claim=report.claim, now=self._now())
                await run_in_transaction(self._database, close)
        return DeliveryState.DELIVERED.value

    async def _report_undelivered(self, report: AttemptReport, was_sent: bool, session: AsyncSession) -> str:
        await ordering.lock_subject(session, report.claim.subject_id)
        if not was_sent:
            return await self._close(session, report, DeliveryState.CANCELLED, logged=False)
        failures = await reports.lock_delivery(session, report.claim)
        if failures is None:
            return LOST
        state = await circuit.lock_circuit(session, report.claim)
        if not state.same_route:
            return await self._report_former_route(session, report, state)
        if report.result.status == GONE:
            return await self._report_gone(session, report)
        return await self._report_failure(session, report, failures, state)

    async def _report_former_route(self, session: AsyncSession, report: AttemptReport, state: CircuitState) -> str:
        """Report a failure at a sink, or by a way to it, that the subscription no longer has: it counts for nothing."""
        if state.unwanted:
            return await self._close(session, report, DeliveryState.CANCELLED)
        await reports.postpone(session, report, until=self._now(), failures=Failures())
        return POSTPONED

    async def _report_gone(self, session: AsyncSession, report: AttemptReport) -> str:
        outcome = await self._close(session, report, DeliveryState.CANCELLED)
        await circuit.end_gone(session, report.claim, now=self._now())
        return outcome

    async def _report_failure(
        self, session: AsyncSession, report: AttemptReport, before: Failures, state: CircuitState
    ) -> str:
        claim, result, now = report.claim, report.result, self._now()
        slow_down = result.status in SLOW_DOWN
        cooldown = parse_retry_after(result.retry_after, now=now) if slow_down else None
        first = before.first_failed_at or now
        # Nothing got through since it first failed, so its sink may be to blame: that is not counted against it.
        failing_for = state.measure_failing(before.first_failed_at, now=now)
        is_probe = failing_for is not None or state.failures >= OPEN_AFTER
        count = before.count + (0 if is_probe else 1)
        until = schedule_retry(count, now=now, first_failed_at=first, failing_for=failing_for, cooldown=cooldown)
        if until is not None:
            await reports.postpone(session, report, until=until, failures=Failures(count, first, now))
        else:
            await self._close(session, report, DeliveryState.DEAD)
            await circuit.publish_dead_letter(session, self._outbox, claim, result, now=now)
        is_new = state.measure_failing(before.last_failed_at, now=now) is None
        failed = FailedAttempt(claim, result, report.at, is_new, cooldown, opens_at_once=slow_down)
        await circuit.count_failure(session, self._outbox, failed, state, now=now)
        return POSTPONED if until is not None else DeliveryState.DEAD.value

    async def _close(
        self, session: AsyncSession, report: AttemptReport, state: DeliveryState, *, logged: bool = True
    ) -> str:
        """Close the delivery undelivered; the next of its ordering key is due, unless this one is dead."""
        if not await reports.close(session, report, state, logged=logged):
            return LOST
        if state is not DeliveryState.DEAD:
            await ordering.release_next(session, [report.claim.ordering_key], now=self._now())
        return state.value
