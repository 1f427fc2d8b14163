"""Contract notices as buyers publish them by the Open Contracting Data Standard, and how they were loaded."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, any_, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_finance_directory.loading.models import LoadColumns, ProblemColumns
from rtp_finance_directory.notices.vocabulary import NoticeStage


class NoticeRelease(Model):
    """A release as it was published, without persons: what happened in a contracting process at one time."""

    __tablename__ = "notice_releases"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Made of the process's ocid and the release's id, so that it is the same in every instance."""
    ocid: Mapped[str]
    release_id: Mapped[str]
    modified_at: Mapped[datetime]
    """Its date: when it was published."""
    document: Mapped[dict[str, Any]]

    __table_args__ = (Index("ix_notice_releases_ocid", "ocid", "modified_at", "release_id"),)


class IncomingNoticeRelease(Model):
    """A release of the batch that is being loaded. Unlogged, and empty outside of the batch's transaction."""

    __tablename__ = "incoming_notice_releases"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    ocid: Mapped[str]
    release_id: Mapped[str]
    modified_at: Mapped[datetime]
    document: Mapped[dict[str, Any]]
    row_number: Mapped[int] = mapped_column(BigInteger)
    """The row of the file."""

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)


class Notice(Model):
    """A contracting process: what its releases say, one after another, compiled into one."""

    __tablename__ = "notices"

    ocid: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    """Grows by one whenever its releases say something else than before."""
    digest: Mapped[str]
    """Of the compiled release: by it a change is told."""
    title: Mapped[str]
    description: Mapped[str]
    stage: Mapped[NoticeStage]
    tender_status: Mapped[str | None]
    notice_types: Mapped[list[str]]
    """The notices that were published of it: UK1 to UK17."""
    reserved: Mapped[list[str]]
    """For whom the whole or a lot of it is reserved."""
    reserved_lots: Mapped[list[str]]
    """The lots that are reserved to public service mutuals; none where the whole is."""
    cpv: Mapped[list[str]]
    cpv_prefixes: Mapped[list[str]]
    """Every beginning of the codes, by which they are searched."""
    regions: Mapped[list[str]]
    """ONS codes, as far as its items say where they are delivered."""
    buyer_id: Mapped[str | None]
    buyer_name: Mapped[str | None]
    buyer_body: Mapped[uuid.UUID | None]
    """The body that cases name, if the buyer was recognised as one."""
    buyer_known_by: Mapped[str | None]
    currency: Mapped[str | None]
    value_pence: Mapped[int | None] = mapped_column(BigInteger)
    """Hundredths of the currency, without tax."""
    gross_value_pence: Mapped[int | None] = mapped_column(BigInteger)
    category: Mapped[str | None]
    procurement_method: Mapped[str | None]
    procurement_details: Mapped[str | None]
    closes_on: Mapped[date | None]
    """The last day to answer the call, or the engagement with the market."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    extendable_until: Mapped[date | None]
    published_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """The date of its newest release."""
    releases: Mapped[int]
    document: Mapped[dict[str, Any]]
    """The compiled release, in the form of the standard."""

    __table_args__ = (
        Index("ix_notices_changed_at", "changed_at", "ocid"),
        Index("ix_notices_cpv_prefixes", "cpv_prefixes", "regions", postgresql_using="gin"),
        Index("ix_notices_buyer_body", "buyer_body"),
        Index("ix_notices_buyer_id", "buyer_id"),
        Index(
            "ix_notices_reserved_to_mutuals",
            "ocid",
            postgresql_where=text("'public-service-mutuals' = ANY (reserved)"),
        ),
    )


RESERVED_TO_MUTUALS = literal_column("'public-service-mutuals'") == any_(Notice.reserved)
"""As the index has it: the whole or a lot of the process is reserved to public service mutuals."""


class NoticeContract(Model):
    """A contract that came of a process: an award, or a contract under one."""

    __tablename__ = "notice_contracts"

    ocid: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """The award's id, and the contract's behind it, if there is one."""
    award_id: Mapped[str]
    contract_id: Mapped[str | None]
    title: Mapped[str | None]
    status: Mapped[str | None]
    over: Mapped[bool]
    """It was ended early, or never came into force."""
    suppliers: Mapped[list[str]]
    supplier_ids: Mapped[list[str]]
    to_mutual: Mapped[bool | None]
    """Whether a supplier says that it is a public service mutual; None if none says anything of it."""
    currency: Mapped[str | None]
    value_pence: Mapped[int | None] = mapped_column(BigInteger)
    awarded_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    extendable_until: Mapped[date | None]
    may_be_extended: Mapped[bool | None]

    __table_args__ = (Index("ix_notice_contracts_ends_on", "ends_on", "ocid", "key"),)


class NoticeLoad(LoadColumns, Model):
    """A file of notices that was loaded, or of which a part was."""

    __tablename__ = "notice_loads"


class NoticeProblem(ProblemColumns, Model):
    """What was wrong with a release of a file of notices."""

    __tablename__ = "notice_problems"
