"""Health probes: a disabled subscription is sent a test event every hour, and is active again once one gets through."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from rtp_gateway.outbound.deliveries import circuit, claims
from rtp_gateway.outbound.deliveries.attempts import GONE, AttemptRunner
from rtp_gateway.outbound.deliveries.claims import Claim
from rtp_gateway.outbound.deliveries.retries import PROBE_EVERY
from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_shared.contracts import events
from rtp_shared.contracts.gateway import SubscriptionTested
from rtp_shared.db import Database
from rtp_shared.outbox import Outbox

log = logging.getLogger(__name__)


class HealthProbes:
    """Sends the health probes that are due."""

    def __init__(
        self, *, database: Database, attempts: AttemptRunner, outbox: Outbox, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._attempts = attempts
        self._outbox = outbox
        self._now = now

    async def run_due(self) -> int:
        """Probe the subscriptions whose time has come; return how many are active again."""
        async with self._database.transaction() as session:
            due = await claims.claim_probes_due(session, now=self._now(), every=PROBE_EVERY)
        # Side by side, so that one that hangs keeps no other waiting.
        return sum(await asyncio.gather(*map(self._probe, due)))

    async def _probe(self, subscription_id: UUID) -> bool:
        async with self._database.transaction(read_only=True) as session:
            subscription = (
                await session.execute(select(Subscription).where(Subscription.id == subscription_id))
            ).scalar_one()
        claim = self._build_claim(subscription)
        _, result = await self._attempts.send(claim)
        log.info(
            "health probe",
            extra={"subscription_id": str(subscription_id), "status": result.status, "reason": result.error},
        )
        async with self._database.transaction() as session:
            if result.accepted:
                return await circuit.enable(session, self._outbox, claim, now=self._now())
            if result.status == GONE:
                await circuit.end_gone(session, claim, now=self._now())
        return False

    def _build_claim(self, subscription: Subscription) -> Claim:
        """Build a claim for a test event that is kept nowhere, because it is no part of any feed."""
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
            subject_id=subscription.id,
            attempt=0,
            replay=0,
            rated=False,
            may_see=True,
            counted=False,
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
