"""Services that were taken in from a feed of Open Referral UK."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model


class ImportedService(Model):
    """A service of a feed, with what of it is kept: nothing of people, and no address."""

    __tablename__ = "imported_services"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adviser_networks.id"))
    name: Mapped[str]
    record: Mapped[dict[str, Any]]
    """As it is served again, without its organisation."""
    terms: Mapped[list[str]]
    """Ids of the terms of its attributes."""
    taxonomies: Mapped[list[str]]
    """Ids of the taxonomies that those terms belong to, where we know them."""
    source: Mapped[str]
    imported_at: Mapped[datetime]
    """When it was added or changed last."""
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When its feed was last seen to give it."""

    __table_args__ = (
        Index("ix_imported_services_organization_id", "organization_id"),
        Index("ix_imported_services_source", "source", "id"),
        Index("ix_imported_services_terms", "terms", postgresql_using="gin"),
        Index(
            "ix_imported_services_record",
            "record",
            postgresql_using="gin",
            postgresql_ops={"record": "jsonb_path_ops"},
        ),
    )

    def take_over(self, columns: Mapping[str, Any], *, now: datetime) -> None:
        """Take over what its feed says now, and note that it was seen there."""
        self.seen_at = now
        differing = {name: value for name, value in columns.items() if getattr(self, name) != value}
        for name, value in differing.items():
            setattr(self, name, value)
        if differing:
            self.imported_at = now


class FeedNotice(Model):
    """What was told of a feed: that it was not taken in for long."""

    __tablename__ = "feed_notices"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    source: Mapped[str] = mapped_column(unique=True)
    told_of: Mapped[datetime | None]
    """The last load of which it was told that it is too long ago."""
    sequence: Mapped[int] = mapped_column(server_default=text("0"))
    event_hash: Mapped[str | None]

    def note_lapse(self, loaded_at: datetime, digest: str) -> None:
        """Note that the lapse of this load was told, by an event with the digest."""
        self.told_of, self.sequence, self.event_hash = loaded_at, self.sequence + 1, digest
