"""Subscriptions, and what is to be delivered to them."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model
from rtp_gateway.subscriptions.errors import SubscriptionEnded
from rtp_shared.etags import Expected


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    """Events wait, in order, until it is active again."""
    ENDED = "ended"
    """For good: by its owner, or because its sink answered 410."""


class Subscription(Model):
    """Who gets which events where. Only the client that made it sees it."""

    __tablename__ = "subscriptions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"))
    acts_as: Mapped[list[str]]
    """The readers that its client was when it was made. Whether it still is, is checked when an event is sent."""
    sink: Mapped[str]
    types: Mapped[list[str]]
    """Event types it takes; none stands for all."""
    description: Mapped[str | None]
    sealed_secret: Mapped[bytes]
    status: Mapped[SubscriptionStatus]
    version: Mapped[int]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    """Set by the first attempt that fails, cleared by the next that does not. A failing sink is tried one by one."""
    rests_until: Mapped[datetime | None]
    """The sink asked for a rest (Retry-After); nothing is sent to it before."""

    __table_args__ = (
        Index("ix_subscriptions_client_id_id", "client_id", "id"),
        Index(
            "ix_subscriptions_acts_as", "acts_as", postgresql_using="gin", postgresql_where=text("status <> 'ended'")
        ),
    )

    def expect(self, version: Expected) -> None:
        """Refuse a change of what has ended, or of a version that is no more."""
        if self.status is SubscriptionStatus.ENDED:
            raise SubscriptionEnded
        version.require(self.version)

    def change(self, changes: dict[str, object], *, now: datetime) -> None:
        for name, value in changes.items():
            setattr(self, name, value)
        if "sink" in changes:
            self.failing_since = self.rests_until = None
        self._changed(now)

    def end(self, *, now: datetime) -> None:
        """Send nothing to it any more. What waits for it is cancelled by the courier."""
        self.status = SubscriptionStatus.ENDED
        self.ended_at = now
        self._changed(now)

    def _changed(self, now: datetime) -> None:
        self.version += 1
        self.changed_at = now


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"
    """Every try failed. It rests here, and the next event of its case is sent."""
    CANCELLED = "cancelled"
    """The subscription ended, or its client may no longer see the event."""


class Delivery(Model):
    """One event on its way to one subscription."""

    __tablename__ = "deliveries"

    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("subscriptions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, ForeignKey("events.position"), primary_key=True)
    case_id: Mapped[uuid.UUID]
    client_id: Mapped[str]
    """The subscription's; row-level security reads this column."""
    state: Mapped[DeliveryState] = mapped_column(server_default=text("'pending'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    """Tries begun. One that is under way counts already, so an event that kills its courier cannot do so for ever."""
    next_attempt_at: Mapped[datetime | None]
    """When it is due. During a try this is the end of the lease, so it is due again if nobody reports back.
    Null while an earlier event of the same case waits for the same subscription, and once it is no longer pending."""
    attempted_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        # Finds what is due for one subscription; rows that wait for an earlier one are not in it.
        Index(
            "ix_deliveries_due",
            "subscription_id",
            "next_attempt_at",
            "position",
            postgresql_where=text("state = 'pending' AND next_attempt_at IS NOT NULL"),
        ),
        Index(
            "ix_deliveries_next",
            "next_attempt_at",
            postgresql_where=text("state = 'pending' AND next_attempt_at IS NOT NULL"),
        ),
        # Finds the first and the last that wait in one case for one subscription.
        Index(
            "ix_deliveries_line", "subscription_id", "case_id", "position", postgresql_where=text("state = 'pending'")
        ),
    )
