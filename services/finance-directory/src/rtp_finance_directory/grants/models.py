"""Grants that were awarded, as funders publish them by the 360Giving Data Standard, and how they were loaded."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_finance_directory.loading.models import LoadColumns, ProblemColumns

SEARCHED = """
    setweight(to_tsvector('english', left(title, 2000) || ' ' || left(coalesce(recipient_name, ''), 2000)), 'A')
    || setweight(to_tsvector('english', left(coalesce(programme, ''), 2000) || ' ' || left(funder_name, 2000)), 'B')
    || setweight(to_tsvector('english', left(description, 20000)), 'C')
"""
"""What is found by words: the title and who received it weigh most."""


class Grant(Model):
    """A grant that was awarded, as its funder publishes it. Nothing in it names a person who received one."""

    __tablename__ = "grants"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Made from the publisher's identifier, so that it is the same in every instance."""
    grant_id: Mapped[str]
    """The publisher's identifier."""
    title: Mapped[str]
    description: Mapped[str]
    currency: Mapped[str]
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    """Hundredths of the currency."""
    awarded_on: Mapped[date]
    funder_id: Mapped[str]
    funder_name: Mapped[str]
    recipient_id: Mapped[str | None]
    """None if a person received it."""
    recipient_name: Mapped[str | None]
    recipient_scheme: Mapped[str | None]
    """The list of organisations that the recipient's identifier is of."""
    programme: Mapped[str | None]
    regions: Mapped[list[str]]
    """ONS codes, as far as its places say them."""
    modified_at: Mapped[datetime | None]
    """When its publisher changed it last: what is not newer replaces nothing."""
    document: Mapped[dict[str, Any]]
    """The grant in the form of the standard, without what is not kept."""
    search: Mapped[str] = mapped_column(TSVECTOR, Computed(SEARCHED, persisted=True))

    __table_args__ = (
        Index("ix_grants_search", "search", "regions", postgresql_using="gin"),
        Index("ix_grants_awarded_on", "awarded_on", "id"),
        Index("ix_grants_funder_id", "funder_id", "awarded_on", "id"),
        Index("ix_grants_recipient_id", "recipient_id", "awarded_on"),
        Index("ix_grants_amount_pence", "amount_pence"),
    )


class GrantClock(Model):
    """A number that grows whenever grants are loaded. Its one row is locked by whoever stores a batch, at the end."""

    __tablename__ = "grant_clock"

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    position: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class IncomingGrant(Model):
    """A grant of the batch that is being loaded. Unlogged, and empty outside of the batch's transaction."""

    __tablename__ = "incoming_grants"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    grant_id: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    currency: Mapped[str]
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    awarded_on: Mapped[date]
    funder_id: Mapped[str]
    funder_name: Mapped[str]
    recipient_id: Mapped[str | None]
    recipient_name: Mapped[str | None]
    recipient_scheme: Mapped[str | None]
    programme: Mapped[str | None]
    regions: Mapped[list[str]]
    modified_at: Mapped[datetime | None]
    document: Mapped[dict[str, Any]]
    row_number: Mapped[int] = mapped_column(BigInteger)
    """The row of the file."""

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)


class GrantLoad(LoadColumns, Model):
    """A file of grants that was loaded, or of which a part was. A day that was given is part of its digest."""

    __tablename__ = "grant_loads"


class GrantProblem(ProblemColumns, Model):
    """What was wrong with a row of a file of grants."""

    __tablename__ = "grant_problems"
