"""One attempt to deliver: send, then report what became of it."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries import circuit, claims, reports
from rtp_gateway.deliveries.claims import Claim
from rtp_gateway.deliveries.forms import Form, render
from rtp_gateway.deliveries.metrics import DeliveryMetrics
from rtp_gateway.deliveries.models import DeliveryState
from rtp_gateway.deliveries.parcels import Answer, Carrier, Parcel
from rtp_gateway.deliveries.reports import Report, Successes
from rtp_gateway.deliveries.retries import OPEN_AFTER, next_attempt, wanted_rest
from rtp_gateway.subscriptions.credentials import open_credential
from rtp_gateway.subscriptions.signing import Keyring, Safe
from rtp_shared.db import Database
from rtp_shared.outbox import Outbox

log = logging.getLogger(__name__)

LOST = "lost"
"""The outcome of an attempt whose lease ran out before its report."""
GONE = 410
SLOW_DOWN = (429, 502, 503, 504)
"""Statuses that open the circuit at once."""
OBEYED = (429, 503)
"""Statuses whose Retry-After is obeyed."""
TROUBLES = 4
"""Failures written down at once, so that many together do not take the whole connection pool."""


class Attempts:
    def __init__(
        self,
        *,
        database: Database,
        carriers: Mapping[str, Carrier],
        safe: Safe,
        metrics: DeliveryMetrics,
        outbox: Outbox,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._carriers = carriers
        self._metrics = metrics
        self._outbox = outbox
        self._now = now
        self._successes = Successes(database, now)
        self._troubles = asyncio.Semaphore(TROUBLES)
        # Opening takes longer than signing. What was sealed anew is another key here, so nothing is ever stale.
        self._keyring = lru_cache(maxsize=1024)(lambda sealed: Keyring.open(safe, sealed))
        self._credential = lru_cache(maxsize=1024)(lambda sealed: open_credential(safe, sealed))

    async def make(self, claim: Claim) -> None:
        """Raises only what the database raises: the lease then runs out, and the delivery is made again."""
        at, started = self._now(), time.perf_counter()
        sent, answer = await self.send(claim) if claim.may_see else (0, None)
        seconds = time.perf_counter() - started
        report = Report(claim, answer or Answer(error="no longer visible"), at, seconds * 1000, sent)
        outcome = await self._report(report, made=answer is not None)
        self._metrics.count(outcome)
        if answer is not None:
            self._metrics.seconds.observe(seconds)
        log.info(
            "delivery",
            extra={
                "outcome": outcome,
                "subscription_id": str(claim.subscription_id),
                "event_id": str(claim.event_id),
                "attempt": claim.attempt,
                "status": answer and answer.status,
                "reason": answer and answer.error,
                "ms": round(seconds * 1000, 2),
            },
        )

    async def send(self, claim: Claim) -> tuple[int, Answer]:
        """How many bytes went out, and what was answered. Never raises: what cannot be sent fails as other attempts."""
        try:
            return await self._send(claim)
        except Exception as error:  # noqa: BLE001 - whatever it is, the owner must learn of it
            # Only its kind: the text may quote a secret. Without an answer it would be tried for ever, and nobody told.
            facts = {"event_id": str(claim.event_id), "error": type(error).__name__}
            log.error("a mistake of ours keeps an event from being sent", extra=facts)  # noqa: TRY400
            return 0, Answer(error="it could not be sent, by a mistake of ours")

    async def _send(self, claim: Claim) -> tuple[int, Answer]:
        try:
            keyring = self._keyring(claim.sealed_keys)
            credential = self._credential(claim.sealed_credential) if claim.sealed_credential else None
        except InvalidToken:
            log.error("a subscription's secrets were sealed with another key than RTP_SECRETS_KEY")  # noqa: TRY400
            return 0, Answer(error="its secrets cannot be read; make a new subscription")
        carrier = self._carriers.get(claim.protocol)
        if carrier is None:
            return 0, Answer(error=f"{claim.protocol} is not offered here at present")
        content_type, body = render(
            Form(claim.payload),
            claim.body,
            hash_=claim.hash,
            subscription_url=f"{self._outbox.base_url}/fhir/R4/Subscription/{claim.subscription_id}",
        )
        # The event's id, a UUID: stable over all attempts and without the dots that ids of other sources may have.
        message_id = str(claim.event_id)
        parcel = Parcel(
            subscription_id=claim.subscription_id,
            message_id=message_id,
            type=claim.type,
            sink=claim.sink,
            content_type=content_type,
            body=body,
            settings=claim.settings,
            headers=keyring.headers(message_id, at=self._now(), body=body),
            credential=credential,
        )
        return len(body), await carrier.carry(parcel)

    async def _report(self, report: Report, *, made: bool) -> str:
        if report.answer.accepted:
            held = await self._successes.report(report)
            return DeliveryState.DELIVERED.value if held else LOST
        async with self._troubles, self._database.transaction() as session:
            if not made:
                return await self._over(session, report, DeliveryState.CANCELLED, logged=False)
            standing = await reports.standing(session, report.claim)
            if standing is None:
                return LOST
            state = await circuit.lock(session, report.claim)
            if not state.same_way:
                return await self._failed_elsewhere(session, report, state)
            if report.answer.status == GONE:
                return await self._gone(session, report)
            return await self._failed(session, report, standing, state)

    async def _failed_elsewhere(self, session: AsyncSession, report: Report, state: circuit.State) -> str:
        """The way to the sink is another one now, of which the failure says nothing."""
        if state.unwanted:
            return await self._over(session, report, DeliveryState.CANCELLED)
        await reports.postpone(session, report, until=self._now(), failures=0, first_failed_at=None)
        return "postponed"

    async def _gone(self, session: AsyncSession, report: Report) -> str:
        outcome = await self._over(session, report, DeliveryState.CANCELLED)
        await circuit.gone(session, report.claim, now=self._now())
        return outcome

    async def _failed(self, session: AsyncSession, report: Report, standing: Any, state: circuit.State) -> str:
        claim, answer, now = report.claim, report.answer, self._now()
        # Failures of a sink that fails for everything are not counted against the event that serves as the probe.
        failures = standing["failures"] + (0 if state.failures >= OPEN_AFTER else 1)
        first = standing["first_failed_at"] or now
        rest = wanted_rest(answer.retry_after, now=now) if answer.status in OBEYED else None
        until = next_attempt(failures, now=now, first_failed_at=first, rest=rest)
        if until is not None:
            await reports.postpone(session, report, until=until, failures=failures, first_failed_at=first)
        else:
            await self._over(session, report, DeliveryState.DEAD)
            await circuit.tell_dead(session, self._outbox, claim, answer, now=now)
        await self._note(session, report, state, rest, now)
        return "postponed" if until is not None else DeliveryState.DEAD.value

    async def _note(
        self, session: AsyncSession, report: Report, state: circuit.State, rest: timedelta | None, now: datetime
    ) -> None:
        slow_down = report.answer.status in SLOW_DOWN
        await circuit.failed(
            session,
            self._outbox,
            report.claim,
            state,
            began=report.at,
            now=now,
            answer=report.answer,
            rest=rest,
            slow_down=slow_down,
        )

    async def _over(self, session: AsyncSession, report: Report, state: DeliveryState, *, logged: bool = True) -> str:
        if not await reports.over(session, report, state, logged=logged):
            return LOST
        if state is not DeliveryState.DEAD:
            line = (report.claim.subscription_id, report.claim.case_id)
            await claims.promote(session, [line], now=self._now())
        return state.value
