"""The tables of the index of grants, which the worker writes so that a search reads bitmaps and not a million rows."""

import uuid

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model


class GrantChange(Model):
    """A grant that was stored, changed or taken out since the index was written. The database notes it, by triggers."""

    __tablename__ = "grant_changes"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[uuid.UUID]


class GrantIndexState(Model):
    """How far the index has got. Its one row is locked by whoever writes the index."""

    __tablename__ = "grant_index"

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    position: Mapped[int] = mapped_column(BigInteger, server_default=text("-1"))
    """The clock of grants as it stood when nothing was left to do: while it stands there, the index is right."""
    generation: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Grows whenever the index is written."""


class GrantPlace(Model):
    """The block in which a grant stands, for as long as it is there."""

    __tablename__ = "grant_places"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    block: Mapped[int]

    __table_args__ = (Index("ix_grant_places_block", "block"),)


class GrantBlock(Model):
    """Some grants in the order of a page, the newest first: the nth of each array is of the nth grant."""

    __tablename__ = "grant_blocks"

    block: Mapped[int] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger)
    """The generation that wrote it."""
    days: Mapped[bytes]
    """Numbers of the days of award, below zero, so that they rise: of 4 bytes."""
    ids: Mapped[bytes]
    """Of 16 bytes."""
    amounts: Mapped[bytes]
    """Hundredths of the currency, of 8 bytes."""


class GrantFacet(Model):
    """The grants of a block with one value of a facet."""

    __tablename__ = "grant_facets"

    block: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    facet: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    """Of a funder; empty otherwise."""
    bitmap: Mapped[bytes]


class GrantPosting(Model):
    """The grants of a block in which a word stands, as PostgreSQL stems it, with one weight."""

    __tablename__ = "grant_postings"

    word: Mapped[str] = mapped_column(primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[str] = mapped_column(primary_key=True)
    """A: title and recipient; B: programme and funder; C: description."""
    bitmap: Mapped[bytes]

    __table_args__ = (Index("ix_grant_postings_block", "block"),)
