"""Events as they were published, in the order in which subscribers get them."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model


class Event(Model):
    """One event. Its bytes are kept as they came: webhook, feed and broker carry the very same."""

    __tablename__ = "events"

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    """Place in the feed. Positions become visible in order, which a trigger sees to (migration 0001)."""
    event_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    type: Mapped[str]
    case_id: Mapped[uuid.UUID]
    source: Mapped[str]
    sequence: Mapped[int]
    readers: Mapped[list[str]]
    """Who may ever be shown it; row-level security reads this column."""
    body: Mapped[bytes]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_events_readers", "readers", postgresql_using="gin"),
        Index("ix_events_type_position", "type", "position"),
    )
