"""Offering an event to the subscriptions that it is for: decided once, when it is recorded."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.subscriptions.filters import matches
from rtp_shared.contracts import CASES
from rtp_shared.contracts.events import Envelope
from rtp_shared.contracts.gateway import SubscriptionTested
from rtp_shared.db import get_driver

_FILTERED = """
    SELECT id, filters FROM subscriptions
    WHERE status <> 'ended' AND acts_as && $1::text[] AND filters <> '[]'
      AND (types = '{}' OR $2 = ANY (types)) AND (source IS NULL OR source = $3)
"""

# A delivery is due at once, unless an earlier one of its ordering key is open: then it has no time until that is over.
# The subject is locked, so whoever settles the earlier one did so before (and it is seen as settled) or will do so
# after (and sees this one, and gives it its time).
_DUE = """
    CASE WHEN NOT EXISTS (
        SELECT FROM deliveries d WHERE d.subscription_id = s.id AND d.case_id = $2 AND d.state IN ('pending', 'dead')
    ) THEN now() END
"""
_OFFER = f"""
    INSERT INTO deliveries (subscription_id, position, case_id, client_id, next_attempt_at)
    SELECT s.id, $1, $2, s.client_id, {_DUE}
    FROM subscriptions s
    WHERE s.status <> 'ended' AND s.acts_as && $3::text[] AND (s.types = '{{}}' OR $4 = ANY (s.types))
      AND (s.source IS NULL OR s.source = $5) AND s.id <> ALL ($6::uuid[])
"""  # noqa: S608 - a constant of ours
# A test is for the subscription that it tests, whatever types and filters it has.
_OFFER_TEST = f"""
    INSERT INTO deliveries (subscription_id, position, case_id, client_id, next_attempt_at)
    SELECT s.id, $1, s.id, s.client_id, {_DUE}
    FROM subscriptions s
    WHERE s.id = $2 AND s.status <> 'ended' AND s.acts_as && $3::text[]
"""  # noqa: S608 - a constant of ours


async def offer_event(session: AsyncSession, *, position: int, event: Envelope, readers: Sequence[str]) -> None:
    """Make a delivery of the event for every subscription that takes it and may see it."""
    connection, seen_by = await get_driver(session), list(readers)
    await ordering.lock_subject(session, event.subject_id)
    if event.type == SubscriptionTested.TYPE:
        await connection.execute(_OFFER_TEST, position, event.subject_id, seen_by)
        return
    not_for = await _list_filtered_out(session, event, seen_by)
    if not _is_about_a_case(event):
        not_for.append(event.subject_id)  # how a subscription fares is no news to its own sink
    await connection.execute(_OFFER, position, event.subject_id, seen_by, event.type, event.source, not_for)


async def _list_filtered_out(session: AsyncSession, event: Envelope, readers: list[str]) -> list[UUID]:
    rows = await (await get_driver(session)).fetch(_FILTERED, readers, event.type, event.source)
    whole = {**event.attributes, "data": event.data}
    return [row["id"] for row in rows if not matches(row["filters"], whole)]


def _is_about_a_case(event: Envelope) -> bool:
    return str(event.attributes.get("subject", "")).startswith(f"{CASES}/")
