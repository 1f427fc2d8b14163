"""Events as they were published, in the order in which subscribers get them."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model
from rtp_gateway.types import JsonObject


class Event(Model):
    """One event. Its bytes are kept as they came: webhook, feed and broker carry the very same.

    Nothing of it is ever changed but for one thing: its data may be erased, which leaves its thin form and its hash.
    """

    __tablename__ = "events"

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    """Place in the feed. Positions become visible in order, which a trigger sees to (migration 0001)."""
    event_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    type: Mapped[str]
    subject_id: Mapped[uuid.UUID] = mapped_column("case_id")
    """The case or the subscription that the event is about, within which order holds."""
    source: Mapped[str]
    sequence: Mapped[int]
    readers: Mapped[list[str]]
    """Identities that may ever be shown it; row-level security reads this column."""
    body: Mapped[bytes]
    hash: Mapped[bytes]
    """SHA-256 of the bytes as they came, which the next event of its chain gives."""
    about: Mapped[JsonObject]
    """Route, sector, region, employer and commissioner, by which the feed can be filtered."""
    correlation_id: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_events_readers", "readers", postgresql_using="gin"),
        Index("ix_events_type_position", "type", "position"),
        Index("ix_events_case_id_source_sequence", "case_id", "source", "sequence"),
        Index("ix_events_correlation_id", "correlation_id"),
        Index("ix_events_recorded_at", "recorded_at", postgresql_where=text("erased_at IS NULL")),
    )
