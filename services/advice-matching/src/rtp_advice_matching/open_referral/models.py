"""Services that were taken in from a feed of Open Referral UK."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
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

    __table_args__ = (Index("ix_imported_services_organization_id", "organization_id"),)
