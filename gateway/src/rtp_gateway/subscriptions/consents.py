"""A sink's consent to be sent events, where its owner wants it asked for (CloudEvents webhook specification, 4)."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.subscriptions.credentials import open_credential
from rtp_gateway.subscriptions.errors import NoSuchConsent
from rtp_gateway.subscriptions.handshake import Consent, Verdict, allowed_rate, origin_of
from rtp_gateway.subscriptions.handshake import ask as ask_sink
from rtp_gateway.subscriptions.kit import Kit
from rtp_gateway.subscriptions.models import Subscription, SubscriptionStatus
from rtp_shared.clock import utcnow

CALLBACK = "/v1/subscriptions/consents"


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a sink."""

    sink: str
    rate: int | None
    sealed_credential: bytes | None

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> "Way":
        return cls(columns["sink"], columns["rate_per_minute"], columns["sealed_credential"])


@dataclass(frozen=True, slots=True)
class Asked:
    verdict: Verdict
    consent_hash: bytes
    """Of the secret in the callback address that the sink was given."""


async def ask(way: Way, kit: Kit) -> Asked:
    token = secrets.token_urlsafe(32)
    verdict = await ask_sink(
        kit.connections,
        way.sink,
        origin=origin_of(kit.outbox.base_url),
        callback=f"{kit.outbox.base_url}{CALLBACK}/{token}",
        rate=way.rate,
        credential=open_credential(kit.safe, way.sealed_credential) if way.sealed_credential else None,
    )
    return Asked(verdict, _hash(token))


def take(subscription: Subscription, asked: Asked, *, now: datetime) -> None:
    """What the sink answered decides whether anything is sent; it may still consent by the callback."""
    if isinstance(asked.verdict, Consent):
        subscription.consent(rate=asked.verdict.rate, now=now)
    else:
        subscription.withhold(asked.consent_hash, now=now)


async def consent(session: AsyncSession, token: str, *, said: str | None) -> None:
    """The sink consents by the callback that it was given; `said` is its WebHook-Allowed-Rate."""
    query = select(Subscription).where(
        Subscription.consent_hash == _hash(token), Subscription.status != SubscriptionStatus.ENDED
    )
    subscription = (await session.execute(query.with_for_update(key_share=True))).scalar_one_or_none()
    if subscription is None:
        raise NoSuchConsent
    subscription.consent(rate=allowed_rate(said, asked=subscription.rate_per_minute), now=utcnow())
    await session.flush()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
