"""The table of awards: contracts that bodies awarded for public services, whether a case here led to them or not."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.procurement.awards.errors import AwardWithdrawn
from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.cooling import PastAward, ReservationLaw, are_same_kind


class ContractAward(Model):
    """A contract that a body awarded to a provider: as its own client or the central team put it on record, a case led
    to it, or public notices say it.
    """

    __tablename__ = "contract_awards"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bodies.id"))
    provider: Mapped[str]
    """Identifier with its scheme, such as GB-COH-01234567."""
    provider_name: Mapped[str]
    cpv: Mapped[list[str]]
    """Codes of eight digits."""
    reserved_under: Mapped[ReservationLaw | None]
    """None for a contract that was not reserved."""
    awarded_on: Mapped[date]
    entered_into_on: Mapped[date]
    source: Mapped[str]
    """The notice or decision that it is taken from."""
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    case_id: Mapped[uuid.UUID | None]
    """The case that led to it; told to nobody, for a case's number is its own."""
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None]
    ocid: Mapped[str | None]
    """The contracting process, where its notices tell the award."""
    from_notice: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """All that it says is what notices say; False as soon as the body enters it, or a case leads to it."""
    authority_known_by: Mapped[str | None]
    """How the authority was recognised in a notice: `name` is a guess, and counts for nothing."""

    __table_args__ = (
        Index("ix_contract_awards_authority_id_provider", "authority_id", "provider"),
        Index(
            "uq_contract_awards_case_id",
            "case_id",
            unique=True,
            postgresql_where=text("case_id IS NOT NULL AND withdrawn_at IS NULL"),
        ),
    )

    def withdraw(self, reason: str, now: datetime) -> None:
        """Take the record back, with the reason; it stays readable and counts no more."""
        if self.withdrawn_at is not None:
            raise AwardWithdrawn
        self.withdrawn_at, self.withdrawal_reason = now, reason
        self.version += 1

    def correct(self, values: Mapping[str, Any]) -> None:
        """Take over what the notices say now. What a body or a case has said stands, and what was taken back."""
        if not self.from_notice or self.withdrawn_at is not None:
            return
        changed = {name: value for name, value in values.items() if getattr(self, name) != value}
        for name, value in changed.items():
            setattr(self, name, value)
        self.version += 1 if changed else 0

    def take_over(self, values: Mapping[str, Any]) -> None:
        """Let stand what the body or a case says, in place of what its notices say of the same contract."""
        for name, value in values.items():
            setattr(self, name, value)
        self.from_notice, self.authority_known_by = False, None
        self.version += 1

    def note_process(self, ocid: str) -> None:
        """Note the process whose notices tell the award as well."""
        if self.ocid != ocid:
            self.ocid = ocid
            self.version = (self.version or 0) + 1

    def is_same(self, entered_into_on: date, codes: Sequence[CpvCode]) -> bool:
        """Tell whether it is the contract of this day: one of another kind of services is another."""
        same_day = self.entered_into_on == entered_into_on
        return same_day and are_same_kind(map(CpvCode, self.cpv), codes) is not False

    def end(self, day: date, reason: str) -> None:
        """Mark when the contract ended. That it was entered into counts all the same (s.33(5))."""
        if (self.ended_on, self.end_reason) != (day, reason):
            self.ended_on, self.end_reason = day, reason
            self.version += 1

    def as_past_award(self) -> PastAward:
        """Return it as the rule of cooling-off sees it: s.33 counts from the contract, reg 77 from the award."""
        by_award = self.reserved_under is ReservationLaw.REGULATION_77
        return PastAward(
            authority=str(self.authority_id),
            provider=self.provider,
            codes=tuple(map(CpvCode, self.cpv)),
            reserved_under=self.reserved_under,
            entered_into_on=self.awarded_on if by_award else self.entered_into_on,
            source=self.source,
        )


class NoticedAward(Model):
    """An award that finance-directory reads in public notices, and the record of it."""

    __tablename__ = "noticed_awards"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """As finance-directory numbers it."""
    sequence: Mapped[int]
    """Of the newest event that was heard of it."""
    award_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contract_awards.id"), unique=True)
    """None while it is not on record, and after its notices took it back."""

    def hear(self, sequence: int) -> bool:
        """Note that the event was heard; return whether it is news."""
        if sequence <= self.sequence:
            return False
        self.sequence = sequence
        return True
