"""Deliveries to subscriptions, and the attempts at them."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Its last try failed. Later events of its ordering key wait until its owner replays or skips this dead letter."""
    SKIPPED = "skipped"
    """A dead letter that its owner gave up, so that later events are sent."""
    CANCELLED = "cancelled"
    """The subscription ended, its owner cancelled what waited, or its client may no longer see the event."""


OPEN = "('pending', 'dead')"
"""SQL: states in which a delivery holds up the later ones of its ordering key."""


class Delivery(Model):
    """One event on its way to one subscription. Those of one subscription and subject share an ordering key."""

    __tablename__ = "deliveries"

    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("subscriptions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, ForeignKey("events.position"), primary_key=True)
    subject_id: Mapped[uuid.UUID] = mapped_column("case_id")
    """The case or the subscription that the event is about."""
    client_id: Mapped[str]
    """The subscription's; row-level security reads this column."""
    state: Mapped[DeliveryState] = mapped_column(server_default=text("'pending'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    """Attempts begun. Only who holds the newest may report, so a lease that ran out reports nothing."""
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    """Attempts that failed though others got through, and one before: its place in the schedule of retries."""
    first_failed_at: Mapped[datetime | None]
    """From here on it is tried for three days."""
    last_failed_at: Mapped[datetime | None]
    """If that was since the last success for any event, it counts no further for the circuit."""
    replays: Mapped[int] = mapped_column(server_default=text("0"))
    """The number of replays that its owner asked for. Its receiver is told, or would drop it for a duplicate."""
    under_way: Mapped[bool] = mapped_column(server_default=text("false"))
    """Claimed by a delivery worker; its lease ends at `next_attempt_at`, and then it is due again unless reported."""
    worker: Mapped[int | None]
    """The delivery worker that claimed it, by the number of its session lock; if that is gone, so is the lease."""
    next_attempt_at: Mapped[datetime | None]
    """The time at which it is due. Null while an earlier one of its ordering key is open, and once it is closed."""
    attempted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
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
        # Finds the first and the last that are open of one ordering key.
        Index(
            "ix_deliveries_line",
            "subscription_id",
            "case_id",
            "position",
            postgresql_where=text(f"state IN {OPEN}"),
        ),
    )


class Attempt(Model):
    """One try of a delivery, and its outcome."""

    __tablename__ = "attempts"

    subscription_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    at: Mapped[datetime]
    ms: Mapped[float]
    outcome: Mapped[str]
    status: Mapped[int | None]
    error: Mapped[str | None]
    bytes: Mapped[int]
    answer: Mapped[str | None]
    """The first characters of the sink's answer."""
    sink_version: Mapped[int]

    __table_args__ = (
        Index("ix_attempts_at", "at"),
        Index("ix_attempts_subscription_id_at", "subscription_id", "at"),
    )
