"""One attempt to deliver: send, then report in a transaction what became of it."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime

from cryptography.fernet import InvalidToken
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.subscriptions import claims
from rtp_gateway.subscriptions.claims import Claim
from rtp_gateway.subscriptions.metrics import DeliveryMetrics
from rtp_gateway.subscriptions.models import DeliveryState, Subscription, SubscriptionStatus
from rtp_gateway.subscriptions.retries import next_attempt, wanted_rest
from rtp_gateway.subscriptions.sender import Answer, Sender
from rtp_gateway.subscriptions.signing import Safe, signed_headers
from rtp_shared.db import Database
from rtp_shared.events import CONTENT_TYPE

log = logging.getLogger(__name__)

LOST = "lost"
"""The outcome of an attempt whose lease ran out before its report."""
GONE = 410
TOO_MANY = (429, 503)
"""Statuses whose Retry-After is obeyed."""
REPORTS = 4
"""Reports written at once, so that many answers together do not take the whole connection pool."""


class Attempts:
    def __init__(
        self,
        *,
        database: Database,
        sender: Sender,
        safe: Safe,
        metrics: DeliveryMetrics,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._sender = sender
        self._safe = safe
        self._metrics = metrics
        self._now = now
        self._reports = asyncio.Semaphore(REPORTS)

    async def make(self, claim: Claim) -> None:
        """Raises only what the database raises: the lease then runs out, and the delivery is made again."""
        started = time.perf_counter()
        answer = await self._send(claim) if claim.may_see else None
        seconds = time.perf_counter() - started
        async with self._reports, self._database.transaction() as session:
            outcome = await self._report(session, claim, answer)
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

    async def _send(self, claim: Claim) -> Answer:
        try:
            secret = self._safe.open(claim.sealed_secret)
        except InvalidToken:
            log.error("a webhook secret was sealed with another key than RTP_SECRETS_KEY")  # noqa: TRY400
            return Answer(error="the signing secret cannot be read; make a new subscription")
        # The event's id, a UUID: stable over all attempts and without the dots that ids of other sources may have.
        headers = signed_headers(
            secret, message_id=str(claim.event_id), timestamp=int(self._now().timestamp()), body=claim.body
        )
        return await self._sender.post(claim.sink, headers={**headers, "Content-Type": CONTENT_TYPE}, body=claim.body)

    async def _report(self, session: AsyncSession, claim: Claim, answer: Answer | None) -> str:
        now = self._now()
        if answer is None:
            return await self._over(session, claim, DeliveryState.CANCELLED, Answer(error="no longer visible"), now)
        if answer.accepted:
            outcome = await self._over(session, claim, DeliveryState.DELIVERED, answer, now)
            if claim.failing:
                await claims.note_well(session, claim.subscription_id)
            return outcome
        if answer.status == GONE:
            outcome = await self._over(session, claim, DeliveryState.CANCELLED, answer, now)
            if outcome != LOST:
                await _end(session, claim, now=now)
            return outcome
        return await self._failed(session, claim, answer, now)

    async def _failed(self, session: AsyncSession, claim: Claim, answer: Answer, now: datetime) -> str:
        rest = wanted_rest(answer.retry_after, now=now) if answer.status in TOO_MANY else None
        until = next_attempt(claim.attempt, now=now, rest=rest)
        if until is None:
            outcome = await self._over(session, claim, DeliveryState.EXHAUSTED, answer, now)
        else:
            held = await claims.postpone(session, claim, until=until, status=answer.status, error=answer.error)
            outcome = "postponed" if held else LOST
        rests_until = now + rest if rest else None
        await claims.note_failing(session, claim.subscription_id, now=now, rests_until=rests_until)
        return outcome

    @staticmethod
    async def _over(session: AsyncSession, claim: Claim, state: DeliveryState, answer: Answer, now: datetime) -> str:
        held = await claims.settle(session, claim, state, now=now, status=answer.status, error=answer.error)
        return state.value if held else LOST


async def _end(session: AsyncSession, claim: Claim, *, now: datetime) -> None:
    query = select(Subscription).where(Subscription.id == claim.subscription_id).with_for_update(key_share=True)
    subscription = (await session.execute(query)).scalar_one()
    # The sink that said so must still be the one: its owner may have just changed it.
    if subscription.status is not SubscriptionStatus.ENDED and subscription.sink == claim.sink:
        subscription.end(now=now)
        await session.flush()
