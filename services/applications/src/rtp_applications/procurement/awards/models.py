"""The table of awards: contracts that bodies awarded for public services, whether a case here led to them or not."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.procurement.awards.errors import AwardWithdrawn
from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.cooling import PastAward, ReservationLaw


class ContractAward(Model):
    """A contract that a body awarded to a provider, as its own client or the central team put it on record."""

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
        )
