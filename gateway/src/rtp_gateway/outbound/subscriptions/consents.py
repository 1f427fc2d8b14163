"""A sink's consent to be sent events, where its owner wants it asked for (CloudEvents webhook specification, 4)."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.subscriptions.deps import SubscriptionDeps
from rtp_gateway.outbound.subscriptions.errors import NoSuchConsent
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.transports.credentials import open_credential
from rtp_gateway.outbound.transports.handshake import (
    ConsentAnswer,
    ConsentGiven,
    ask_for_consent,
    parse_rate,
    read_origin,
)

CALLBACK = "/v1/subscriptions/consents"


@dataclass(frozen=True, slots=True)
class ConsentCheck:
    """A sink's answer to the question for its consent."""

    answer: ConsentAnswer
    consent_hash: bytes
    """Of the secret in the callback address that the sink was given."""


def needs_consent(columns: Mapping[str, Any]) -> bool:
    """Return True if the owner wants the sink to be asked for its consent."""
    return bool(columns["settings"].get("handshake"))


async def check_consent(columns: Mapping[str, Any], deps: SubscriptionDeps) -> ConsentCheck:
    """Ask the sink of a subscription with these columns for its consent."""
    token, sealed = secrets.token_urlsafe(32), columns["sealed_credential"]
    answer = await ask_for_consent(
        deps.connections,
        columns["sink"],
        origin=read_origin(deps.outbox.base_url),
        callback=f"{deps.outbox.base_url}{CALLBACK}/{token}",
        rate=columns["rate_per_minute"],
        credential=open_credential(deps.secret_box, sealed) if sealed else None,
    )
    return ConsentCheck(answer, _hash(token))


def apply_check(subscription: Subscription, check: ConsentCheck, *, now: datetime) -> None:
    """Let the sink's answer decide if anything is sent; it may still consent by the callback."""
    if isinstance(check.answer, ConsentGiven):
        subscription.consent(rate=check.answer.rate, now=now)
    else:
        subscription.withhold(check.consent_hash, now=now)


async def consent(session: AsyncSession, token: str, *, allowed_rate: str | None, now: datetime) -> None:
    """Accept a sink's consent by the callback that it was given; `allowed_rate` is its WebHook-Allowed-Rate."""
    query = select(Subscription).where(
        Subscription.consent_hash == _hash(token), Subscription.status != SubscriptionStatus.ENDED
    )
    subscription = (await session.execute(query.with_for_update(key_share=True))).scalar_one_or_none()
    if subscription is None:
        raise NoSuchConsent
    subscription.consent(rate=parse_rate(allowed_rate, requested=subscription.rate_per_minute), now=now)
    await session.flush()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
