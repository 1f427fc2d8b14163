"""Proof of life: a disabled subscription is sent a test event every hour, and is active again once one gets through."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from rtp_gateway.deliveries import circuit, claims
from rtp_gateway.deliveries.attempts import GONE, Attempts
from rtp_gateway.deliveries.claims import Claim
from rtp_gateway.deliveries.retries import PROBE_EVERY
from rtp_gateway.subscriptions.models import Subscription
from rtp_shared.contracts import events
from rtp_shared.contracts.gateway import SubscriptionTested
from rtp_shared.db import Database
from rtp_shared.outbox import Outbox

log = logging.getLogger(__name__)


class Probes:
    def __init__(self, *, database: Database, attempts: Attempts, outbox: Outbox, now: Callable[[], datetime]) -> None:
        self._database = database
        self._attempts = attempts
        self._outbox = outbox
        self._now = now

    async def make(self) -> int:
        """Ask those whose time has come; return how many are active again."""
        async with self._database.transaction() as session:
            due = await claims.probes_due(session, now=self._now(), every=PROBE_EVERY)
        # Side by side, so that one that hangs keeps no other waiting.
        return sum(await asyncio.gather(*map(self._probe, due)))

    async def _probe(self, subscription_id: UUID) -> bool:
        async with self._database.transaction(read_only=True) as session:
            subscription = (
                await session.execute(select(Subscription).where(Subscription.id == subscription_id))
            ).scalar_one()
        claim = self._claim(subscription)
        _, answer = await self._attempts.send(claim)
        log.info(
            "proof of life",
            extra={"subscription_id": str(subscription_id), "status": answer.status, "reason": answer.error},
        )
        async with self._database.transaction() as session:
            if answer.accepted:
                return await circuit.alive(session, self._outbox, claim, now=self._now())
            if answer.status == GONE:
                await circuit.gone(session, claim, now=self._now())
        return False

    def _claim(self, subscription: Subscription) -> Claim:
        """A test event that is kept nowhere, because it is no part of any feed."""
        now = self._now()
        event_id, body = events.write(
            SubscriptionTested(subscription_id=subscription.id, at=now),
            base_url=self._outbox.base_url,
            service=self._outbox.service,
            subject_id=subscription.id,
            sequence=1,
            chain=uuid4(),  # of its own: it takes no number from the events that are kept
            dataref=f"/v1/subscriptions/{subscription.id}",
            at=now,
        )
        return Claim(
            subscription_id=subscription.id,
            position=0,
            case_id=subscription.id,
            attempt=0,
            failing=True,
            rated=False,
            may_see=True,
            protocol=subscription.protocol,
            payload=subscription.payload,
            sink=subscription.sink,
            sink_version=subscription.sink_version,
            settings=subscription.settings,
            sealed_keys=subscription.sealed_keys,
            sealed_credential=subscription.sealed_credential,
            event_id=event_id,
            type=SubscriptionTested.TYPE,
            body=body,
            hash=bytes.fromhex(events.compute_digest(body)),
        )
