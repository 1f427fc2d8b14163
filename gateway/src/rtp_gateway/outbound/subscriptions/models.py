"""Subscriptions: the events that a client is sent, the sink, and the way to it."""

import uuid
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.forms.rendering import Form
from rtp_gateway.models import Model
from rtp_gateway.outbound.subscriptions.errors import CannotResume, SubscriptionEnded
from rtp_gateway.outbound.transports.requests import Protocol, ProtocolSettings
from rtp_gateway.types import JsonObject
from rtp_shared.etags import Expected


class SubscriptionStatus(StrEnum):
    PENDING = "pending"
    """Its sink has not yet consented to be sent events (CloudEvents handshake). Events wait."""
    PROVISIONING = "provisioning"
    """Its own queue is not there yet (AMQP). Events wait."""
    ACTIVE = "active"
    PAUSED = "paused"
    """By its owner. Events wait, in order, until it is active again."""
    DISABLED = "disabled"
    """All attempts of three days failed. Events wait, and a test every hour finds out when its sink is there again."""
    ENDED = "ended"
    """For good: by its owner, or because its sink answered 410."""


class OnSinkChange(StrEnum):
    """What becomes of events that wait when the address changes."""

    FOLLOW = "follow"
    """They are sent to the new address."""
    HOLD = "hold"
    """The subscription is paused until its owner resumes it."""
    CANCEL = "cancel"
    """They are not sent; they stay in the feed and can be replayed."""


class Subscription(Model):
    """A subscription, which only the client that made it sees."""

    __tablename__ = "subscriptions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"))
    acts_as: Mapped[list[str]]
    """The identities of its client when it was made. That it still has them is checked when an event is sent."""
    protocol: Mapped[Protocol]
    sink: Mapped[str]
    source: Mapped[str | None]
    """Publisher of the events it takes; all if it names none."""
    types: Mapped[list[str]]
    """Event types it takes; none stands for all."""
    filters: Mapped[list[JsonObject]]
    config: Mapped[JsonObject]
    """The subscriber's own notes, kept and given back (CloudEvents Subscriptions API)."""
    payload: Mapped[Form]
    settings: Mapped[ProtocolSettings] = mapped_column(JSONB)
    """`protocolsettings`."""
    description: Mapped[str | None]
    sealed_keys: Mapped[bytes]
    public_key: Mapped[str]
    old_keys_until: Mapped[datetime | None]
    sealed_credential: Mapped[bytes | None]
    credential_type: Mapped[str | None]
    on_sink_change: Mapped[OnSinkChange]
    sink_version: Mapped[int]
    """Grows when the sink or the way to it changes. Every attempt names the one it was made with."""
    concurrency: Mapped[int]
    rate_per_minute: Mapped[int | None]
    paced_until: Mapped[datetime | None]
    consent_hash: Mapped[bytes | None]
    """Of the secret in the callback address by which a sink may consent later."""
    status: Mapped[SubscriptionStatus]
    version: Mapped[int]
    sequence: Mapped[int]
    """The number of events that were published about it."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them."""
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    failures: Mapped[int]
    """Events that failed since anything got through: enough of them open the circuit, and then each probe counts."""
    failing_since: Mapped[datetime | None]
    cooldown_until: Mapped[datetime | None] = mapped_column("rests_until")
    """Nothing is sent before: the sink asked for a pause, or the circuit is open."""
    disabled_at: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
    """The time of the next health probe of a disabled one."""
    queue_closed_at: Mapped[datetime | None]
    """Since then its own queue (AMQP) is closed to its client, which may not have what is in it."""

    __table_args__ = (
        Index("ix_subscriptions_client_id_id", "client_id", "id"),
        Index(
            "ix_subscriptions_acts_as", "acts_as", postgresql_using="gin", postgresql_where=text("status <> 'ended'")
        ),
        Index(
            "ix_subscriptions_queues",
            "client_id",
            postgresql_where=text("protocol = 'AMQP' AND status <> 'ended'"),
        ),
    )

    def expect(self, version: Expected) -> None:
        """Refuse a change of what has ended, or of a version that is no more."""
        if self.status is SubscriptionStatus.ENDED:
            raise SubscriptionEnded
        version.require(self.version)

    def differs(self, changes: Mapping[str, object], names: AbstractSet[str]) -> bool:
        """Return True if any of these columns would change."""
        return any(getattr(self, name) != changes[name] for name in names & changes.keys())

    @property
    def awaits_consent(self) -> bool:
        return self.consent_hash is not None

    def change(self, changes: JsonObject, *, now: datetime) -> None:
        """Apply changes. Failures of a former sink, or of the same one by another route, are forgotten."""
        rerouted, moved = self.differs(changes, ROUTE), self.differs(changes, {"sink"})
        for name, value in changes.items():
            setattr(self, name, value)
        if rerouted:
            self.sink_version += 1
            self._close_circuit()
            if self.status is SubscriptionStatus.DISABLED:
                self.probe_at = now
        if moved and self.on_sink_change is OnSinkChange.HOLD and self.status is not SubscriptionStatus.PENDING:
            self.status = SubscriptionStatus.PAUSED
        self._touch(now)

    def pause(self, *, now: datetime) -> None:
        """Send nothing until it is resumed. What is under way may still arrive."""
        if self.status is SubscriptionStatus.PENDING:
            raise CannotResume("its sink has not consented yet")
        self._require_queue()
        self.status = SubscriptionStatus.PAUSED
        self._touch(now)

    def resume(self, *, now: datetime) -> bool:
        """Send again; return whether it was disabled before, so that its dead letters are tried again too."""
        self._require_queue()
        was_disabled = self.disabled_at is not None
        self.status = SubscriptionStatus.ACTIVE
        self.disabled_at = self.probe_at = None
        self._close_circuit()
        self._touch(now)
        return was_disabled

    def consent(self, *, rate: int | None, now: datetime) -> None:
        """Send events, because the sink agrees, and at the most `rate` a minute."""
        if self.status is SubscriptionStatus.PENDING:
            self.status = SubscriptionStatus.DISABLED if self.disabled_at else SubscriptionStatus.ACTIVE
        if rate is not None:
            self.rate_per_minute = min(rate, self.rate_per_minute or rate)
        self.consent_hash = None
        self._touch(now)

    def withhold(self, consent_hash: bytes, *, now: datetime) -> None:
        """Send nothing until the sink consents, when it is asked again or by its callback. Paused stays paused."""
        if self.status is not SubscriptionStatus.PAUSED:
            self.status = SubscriptionStatus.PENDING
        self.consent_hash = consent_hash
        self._touch(now)

    def mark_provisioned(self, *, now: datetime) -> None:
        """Send events, now that its queue is there."""
        if self.status is SubscriptionStatus.PROVISIONING:
            self.status = SubscriptionStatus.ACTIVE
            self._touch(now)

    def disable(self, *, now: datetime, probe_at: datetime) -> None:
        self.status = SubscriptionStatus.DISABLED
        self.disabled_at, self.probe_at = now, probe_at
        self._touch(now)

    def end(self, *, now: datetime) -> None:
        """Send nothing to it any more. What waits for it is cancelled by the delivery worker."""
        self.status = SubscriptionStatus.ENDED
        self.ended_at = now
        self._touch(now)

    def _require_queue(self) -> None:
        if self.status is SubscriptionStatus.PROVISIONING:
            raise CannotResume("its queue is not there yet")

    def _close_circuit(self) -> None:
        self.failures = 0
        self.failing_since = self.cooldown_until = None

    def _touch(self, now: datetime) -> None:
        self.version += 1
        self.changed_at = now


ROUTE = frozenset({"sink", "protocol", "settings", "sealed_credential"})
"""The columns that lead to the sink."""
