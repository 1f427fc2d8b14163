"""The common account of requests, in tables that a crash of PostgreSQL may empty: then everybody has all again."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model


class RequestAccount(Model):
    """What a client or an organisation has used of its quotas, over all processes."""

    __tablename__ = "request_accounts"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - as SQLAlchemy has it

    owner: Mapped[str] = mapped_column(primary_key=True)
    """`client:` with its id, or `org:` with its id."""
    burst_free_at: Mapped[float]
    """When all of the quota is free again, in seconds since the epoch."""
    sustained_free_at: Mapped[float]


class HeldSlot(Model):
    """The slots that a process has given a client or an organisation, for streams, long polls and documents."""

    __tablename__ = "held_slots"
    __table_args__ = (Index("ix_held_slots_owner", "owner"), {"prefixes": ["UNLOGGED"]})

    process: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(primary_key=True)
    held: Mapped[int]
    until: Mapped[float]
    """After this a process that said nothing more counts as gone, in seconds since the epoch."""
