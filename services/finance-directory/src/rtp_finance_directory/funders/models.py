"""Funders and their programmes, as public sources describe them, and every version of both."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_finance_directory.moderation.models import Moderated
from rtp_finance_directory.vocabulary import (
    Certainty,
    DirectoryNoun,
    FunderStatus,
    ProductChange,
    PublicationState,
)


class DirectoryEntry(Moderated):
    """What a funder and a programme have in common: who is meant, since when it is known, and what was told of it."""

    NOUN: ClassVar[DirectoryNoun]
    WORDS: ClassVar[frozenset[str]]
    """What is said in words of its keeper's own, which the operator reads where it reviews the keeper."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1)
    """Grows when what is said of it changes."""
    name: Mapped[str]
    source_note: Mapped[str]
    certainty: Mapped[Certainty]
    verified_on: Mapped[date | None]
    """Day on which somebody last checked it with the funder."""
    reminded_on: Mapped[date | None]
    """The day on which its keeper was last told that nobody had verified it for long."""
    sequence: Mapped[int] = mapped_column(server_default=text("0"))
    """Number of events about it."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them, which the next one gives."""

    def change(self, values: Mapping[str, Any]) -> frozenset[str]:
        """Say other values of it; return the names of those that differ."""
        differing = frozenset(name for name, value in values.items() if getattr(self, name) != value)
        for name in differing:
            setattr(self, name, values[name])
        return differing

    def note_reminder(self, today: date, event_hash: str) -> None:
        """Note that its keeper was told today, by an event of this digest."""
        self.reminded_on, self.event_hash = today, event_hash
        self.sequence += 1


class Funder(DirectoryEntry, Model):
    """An organisation that gives, lends or invests money, or helps in kind."""

    NOUN = DirectoryNoun.FUNDER
    WORDS = frozenset(
        {"name", "description", "website", "contact_page", "public_email", "public_telephone", "source_note"}
    )
    __tablename__ = "funders"

    kinds: Mapped[list[str]]
    status: Mapped[FunderStatus]
    identifiers: Mapped[list[str]]
    """By org-id.guide, such as GB-CHC-1164883 or GB-COH-09668396."""
    description: Mapped[str | None]
    website: Mapped[str | None]
    contact_page: Mapped[str | None]
    public_email: Mapped[str | None]
    """Of an office that answers the public, never of a person."""
    public_telephone: Mapped[str | None]

    __table_args__ = (
        Index("ix_funders_identifiers", "identifiers", postgresql_using="gin"),
        Index("ix_funders_name", func.lower(text("name")), "id"),
    )


class FundingProgramme(DirectoryEntry, Model):
    """What a funder does with a part of its money for a time; products belong to it."""

    NOUN = DirectoryNoun.PROGRAMME
    WORDS = frozenset({"name", "purpose", "website", "source_note"})
    __tablename__ = "programmes"

    funder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("funders.id"), index=True)
    purpose: Mapped[str]
    """What the money is for, in words."""
    purposes: Mapped[list[str] | None]
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    website: Mapped[str | None]

    __table_args__ = (Index("ix_programmes_name", func.lower(text("name")), "id"),)


class EntryVersion(Model):
    """What was said of a funder or programme from one change to the next. Written once; the feed reads it."""

    __tablename__ = "directory_entry_versions"

    entry_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    noun: Mapped[DirectoryNoun]
    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    """The directory's clock at the change. Given under its lock, so positions are committed in their order."""
    change: Mapped[ProductChange]
    told: Mapped[bool]
    """Whether all may know of it: it is published, or takes off what was."""
    publication: Mapped[PublicationState]
    owner: Mapped[uuid.UUID | None]
    recorded_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
    """Its row, by the names of its columns."""
