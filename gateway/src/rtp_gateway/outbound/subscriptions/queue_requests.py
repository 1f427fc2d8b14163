"""Requests to provision or remove a subscriber's queue, written in the transaction that decides it.

They are an outbox: after the commit, `provisioning.worker` does the work at the broker and deletes the request.
"""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, case, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model
from rtp_gateway.outbound.subscriptions.models import Subscription


class QueueRequest(Model):
    """The work still to be done at the broker for one subscription's queue. Only the newest request counts."""

    __tablename__ = "queue_requests"

    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("subscriptions.id"), primary_key=True)
    request_id: Mapped[uuid.UUID] = mapped_column(server_default=func.uuidv7())
    """Another one with every request: work done for an earlier request does not settle a later one."""
    client_id: Mapped[str]
    """The subscription's; row-level security reads this column."""
    removal: Mapped[bool]
    """True if the queue is to be removed, False if it is to be provisioned or changed."""
    password_hash: Mapped[str | None]
    """Of the password to let the subscriber in by; null where that is not to change."""
    requested_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    last_error: Mapped[str | None]
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    """A worker is at it until then; one that dies leaves the request to the next."""

    __table_args__ = (Index("ix_queue_requests_next_attempt_at", "next_attempt_at"),)


async def request_queue(
    session: AsyncSession, subscription: Subscription, *, password_hash: str | None = None, now: datetime
) -> None:
    """Have the subscription's queue provisioned or changed once this transaction has committed."""
    await _write(session, subscription, removal=False, password_hash=password_hash, now=now)


async def request_removal(session: AsyncSession, subscription: Subscription, *, now: datetime) -> None:
    """Have the subscription's queue removed once this transaction has committed."""
    await _write(session, subscription, removal=True, password_hash=None, now=now)


async def _write(
    session: AsyncSession, subscription: Subscription, *, removal: bool, password_hash: str | None, now: datetime
) -> None:
    statement = insert(QueueRequest).values(
        subscription_id=subscription.id,
        client_id=subscription.client_id,
        removal=removal,
        password_hash=password_hash,
        requested_at=now,
        next_attempt_at=now,
    )
    new = statement.excluded
    # A password that was not set yet is still to be set; the lease of a worker that is at it stays.
    kept = case((new.removal, None), else_=func.coalesce(new.password_hash, QueueRequest.password_hash))
    changes = {
        "request_id": func.uuidv7(),
        "removal": new.removal,
        "password_hash": kept,
        "requested_at": new.requested_at,
        "failures": 0,
        "next_attempt_at": new.next_attempt_at,
    }
    await session.execute(statement.on_conflict_do_update(index_elements=["subscription_id"], set_=changes))
