"""The record of the public keys that a subscription's events were ever signed with, and of when."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model
from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_gateway.outbound.transports.signing import Keyring


class KeyRecord(Model):
    """A public key, and the time in which its private key signed. It stays for good: what was signed is kept too."""

    __tablename__ = "subscription_keys"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("subscriptions.id"))
    client_id: Mapped[str]
    """The subscription's; row-level security reads this column."""
    public_key: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    """None: it signs until another takes its place, or the subscription ends."""

    __table_args__ = (Index("ix_subscription_keys_public_key", "subscription_id", "public_key", unique=True),)


async def record_keys(session: AsyncSession, subscription: Subscription, keyring: Keyring, *, now: datetime) -> None:
    """Record the keys that sign from now on. A key that was made by a process of the former code is added."""
    ending = {key.public_key: key.until for key in keyring.keys}
    rows = [
        {
            "subscription_id": subscription.id,
            "client_id": subscription.client_id,
            "public_key": public_key,
            "since": subscription.made_at if until else now,
            "until": until,
        }
        for public_key, until in reversed(ending.items())
    ]
    new = insert(KeyRecord).values(rows)
    changed = {"until": new.excluded.until}
    await session.execute(new.on_conflict_do_update(index_elements=["subscription_id", "public_key"], set_=changed))
    dropped = update(KeyRecord).where(
        KeyRecord.subscription_id == subscription.id,
        KeyRecord.public_key.not_in(ending),
        or_(KeyRecord.until.is_(None), KeyRecord.until > now),
    )
    await session.execute(dropped.values(until=now))


async def list_keys(
    session: AsyncSession, subscription_id: uuid.UUID, *, limit: int, after: uuid.UUID | None
) -> Sequence[KeyRecord]:
    """Return the newest first, one more than `limit` where more follow."""
    query = select(KeyRecord).where(KeyRecord.subscription_id == subscription_id)
    if after is not None:
        query = query.where(KeyRecord.id < after)
    return (await session.execute(query.order_by(KeyRecord.id.desc()).limit(limit + 1))).scalars().all()
