"""Calls: write requests that came through the gateway."""

import uuid
from datetime import datetime

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model


class Call(Model):
    """One write request of one client, whatever its outcome. Only that client sees it."""

    __tablename__ = "calls"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    correlation_id: Mapped[str]
    client_id: Mapped[str]
    method: Mapped[str]
    path: Mapped[str]
    status: Mapped[int]
    at: Mapped[datetime]
    ms: Mapped[float]

    __table_args__ = (Index("ix_calls_correlation_id", "correlation_id"), Index("ix_calls_at", "at"))
