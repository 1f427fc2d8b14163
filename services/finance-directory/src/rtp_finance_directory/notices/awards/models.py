"""Which reserved contracts were told, and which processes were looked at for them."""

import uuid
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model


class AwardLook(Model):
    """A process that was looked at for awards of reserved contracts, and in which version."""

    __tablename__ = "award_looks"

    ocid: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]


class ToldAward(Model):
    """A reserved contract and who was awarded it, as it was told: a chain of events of its own."""

    __tablename__ = "told_awards"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Made of the process, the award and the provider, so that it is the same in every instance."""
    ocid: Mapped[str]
    authority: Mapped[uuid.UUID]
    """The body that was told."""
    said: Mapped[dict[str, Any]]
    """What the newest event said of it."""
    standing: Mapped[bool]
    """False since notices say it no more."""
    sequence: Mapped[int]
    event_hash: Mapped[str | None]

    __table_args__ = (Index("ix_told_awards_ocid", "ocid"),)

    def count_event(self, digest: str) -> None:
        self.sequence += 1
        self.event_hash = digest
