"""Guides, toolkits and templates that others publish, with where and when each was found."""

import uuid
from datetime import date
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model


class ResourceKind(StrEnum):
    GUIDE = "guide"
    TOOLKIT = "toolkit"
    TEMPLATE = "template"
    CHECKLIST = "checklist"
    CASE_STUDY = "case-study"
    STUDY = "study"
    DIRECTORY = "directory"


class SourceCertainty(StrEnum):
    FOUND = "found"
    """The source was read, in a copy, on the day it was checked."""
    BELIEVED = "believed"
    """Another text names it; it was not read itself."""


class Resource(Model):
    """A guide, toolkit, template or the like. An empty list of stages, topics, routes or sectors means any."""

    __tablename__ = "resources"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    kind: Mapped[ResourceKind]
    title: Mapped[str]
    publisher: Mapped[str]
    url: Mapped[str | None]
    description: Mapped[str]
    published: Mapped[str | None]
    """As exactly as the source says it: a year, a month or a day."""
    source: Mapped[str]
    certainty: Mapped[SourceCertainty]
    checked_on: Mapped[date]
    licence: Mapped[str | None]
    stages: Mapped[list[str]]
    topics: Mapped[list[str]]
    routes: Mapped[list[str]]
    sectors: Mapped[list[str]]
    told_of: Mapped[date | None]
    """The day of the check of which it was told that it is too long ago."""
    sequence: Mapped[int] = mapped_column(server_default=text("0"))
    event_hash: Mapped[str | None]

    def note_lapse(self, digest: str) -> None:
        """Note that the lapse of this check was told, by an event with the digest."""
        self.told_of, self.sequence, self.event_hash = self.checked_on, self.sequence + 1, digest

    __table_args__ = (Index("ix_resources_title_id", "title", "id"),)
