"""The index that lists and search read. Triggers of the database write it; no process may."""

import uuid

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_shared.contracts.vocabulary import Route, Sector

NARROWED = ("route", "sector", "region")
"""What a list is narrowed by without looking at cases that are not asked for."""


class SearchEntry(Model):
    """What one reader finds of one case: that there is one, and its words as far as the reader may know them."""

    __tablename__ = "search_entries"

    reader: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    of_group: Mapped[bool]
    """Whether the reader is the staff group's own client."""
    group_reader: Mapped[str]
    """That client, which finds by its own entry alone."""
    barred: Mapped[list[str]]
    """Who finds nothing of it by this entry: the bodies that a draft names."""
    words: Mapped[str] = mapped_column(TSVECTOR)
    """Each begins with a mark of the reader, and a sign for who finds by it (migration 0017)."""

    __table_args__ = (
        Index("ix_search_entries_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )


class ListEntry(Model):
    """What a reader's lists go by and a case's status does not change. Each has an index in the reader's order."""

    __tablename__ = "list_entries"

    reader: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    barred: Mapped[list[str]]
    """Who knows nothing of the case by this entry: the bodies that a draft names."""
    route: Mapped[Route]
    sector: Mapped[Sector | None]
    region: Mapped[str | None]

    __table_args__ = tuple(
        Index(f"ix_list_entries_reader_{name}_case_id", "reader", name, "case_id") for name in NARROWED
    )
