"""The tables of the feed of changes. Triggers write them, with every change of a case: see migration 0019."""

import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model


class ChangeClock(Model):
    """What is added to the ids of transactions to make them positions of changes. It has one row."""

    __tablename__ = "change_clock"

    single: Mapped[bool] = mapped_column(primary_key=True)
    ahead: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("single", name="single"),)


class CaseChanged(Model):
    """The place of a case's newest change: as the bodies' side knows of it, and as all others do."""

    __tablename__ = "case_changes"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    position_for_all: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_case_changes_position_case_id", "position", "case_id"),
        Index("ix_case_changes_position_for_all_case_id", "position_for_all", "case_id"),
    )


class SightEnd(Model):
    """That somebody who saw a case sees it no more."""

    __tablename__ = "case_sight_ends"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    reader: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    unknown_to: Mapped[list[str]]
    """Of a draft: the bodies that it names, whose clients never learn that there was one."""

    __table_args__ = (Index("ix_case_sight_ends_reader_position", "reader", "position"),)
