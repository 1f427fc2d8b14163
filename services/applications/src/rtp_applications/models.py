"""Bodies and cases. A method changes a case's state or refuses; nobody sets `status` from outside."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.errors import CaseClosed, NotADraft, NotReadyToSubmit, NotTheApplicant
from rtp_applications.numbers import new_number
from rtp_shared.auth import organisation_reader
from rtp_shared.contracts.vocabulary import LegalForm, Route, Sector
from rtp_shared.db import SYSTEM, Base, new_metadata
from rtp_shared.etags import Expected
from rtp_shared.problems import FieldError


class Model(Base):
    __abstract__ = True
    metadata = new_metadata()


class BodyKind(StrEnum):
    NHS_TRUST = "nhs-trust"
    INTEGRATED_CARE_BOARD = "integrated-care-board"
    COUNTY = "county"
    UNITARY = "unitary"
    DISTRICT = "district"
    METROPOLITAN_BOROUGH = "metropolitan-borough"
    LONDON_BOROUGH = "london-borough"
    CITY_OF_LONDON = "city-of-london"
    COMBINED_AUTHORITY = "combined-authority"
    GREATER_LONDON_AUTHORITY = "greater-london-authority"
    WELSH_UNITARY = "welsh-unitary"
    SCOTTISH_UNITARY = "scottish-unitary"
    NORTHERN_IRELAND_DISTRICT = "northern-ireland-district"


class Body(Model):
    """A public body that may employ, commission or decide. It may end; its identifiers are dated."""

    __tablename__ = "bodies"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[BodyKind]
    nation: Mapped[str]
    region: Mapped[str | None]
    """ONS region code, E12...; none outside England and for bodies across regions."""
    opened_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    successor_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("bodies.id", deferrable=True, initially="DEFERRED")
    )

    __table_args__ = (Index("ix_bodies_name", text("lower(name)")),)


class BodyIdentifier(Model):
    """An identifier of a body in one scheme (org-id.guide prefix, or GSS), with the dates it held."""

    __tablename__ = "body_identifiers"

    body_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bodies.id"), primary_key=True)
    scheme: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Computed("scheme || '-' || value", persisted=True), index=True)
    """As people write it: GB-NHS-RRV."""
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class BankHoliday(Model):
    """A day on which no working day falls, in one part of the UK. Source: GOV.UK bank holidays."""

    __tablename__ = "bank_holidays"

    division: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    title: Mapped[str]


class Region(Model):
    __tablename__ = "regions"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class CaseStatus(StrEnum):
    DRAFT = "draft"
    EOI_SUBMITTED = "eoi-submitted"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({CaseStatus.WITHDRAWN})


class Case(Model):
    """A staff group's case. While it is a draft, only the client that opened it may know of it."""

    __tablename__ = "cases"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    number: Mapped[str] = mapped_column(unique=True, default=new_number)
    route: Mapped[Route]
    status: Mapped[CaseStatus] = mapped_column(default=CaseStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=1)
    """How many events the case has published."""
    opened_by: Mapped[str]
    """Client id of the system that opened it, in the staff group's confidence."""
    readers: Mapped[list[str]]
    """Who may see it: `client:<id>`, `org:<body id>`, `system`. Row-level security reads this column."""

    employer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bodies.id"))
    commissioner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bodies.id"))
    decision_body_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bodies.id"))
    region: Mapped[str | None]
    service_name: Mapped[str | None]
    summary: Mapped[str | None]
    sector: Mapped[Sector | None]
    applicant_count: Mapped[int | None]
    headcount: Mapped[int | None]
    legal_form: Mapped[LegalForm | None]
    annual_value_pence: Mapped[int | None] = mapped_column(BigInteger)
    finance_sought_pence: Mapped[int | None] = mapped_column(BigInteger)
    finance_purposes: Mapped[list[str]] = mapped_column(default=list)
    support_needs: Mapped[list[str]] = mapped_column(default=list)
    conflicts_declared: Mapped[bool] = mapped_column(default=False)

    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]

    __table_args__ = (
        Index("ix_cases_readers", "readers", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_cases_employer_id_id", "employer_id", "id"),
        Index("ix_cases_status_id", "status", "id"),
    )

    @classmethod
    def open(cls, *, route: Route, opened_by: str, now: datetime) -> "Case":
        """A new draft, known to nobody but the client that opens it."""
        return cls(
            route=route,
            status=CaseStatus.DRAFT,
            version=1,
            sequence=1,
            number=new_number(),
            opened_by=opened_by,
            readers=[f"client:{opened_by}", *SYSTEM],
            finance_purposes=[],
            support_needs=[],
            conflicts_declared=False,
            opened_at=now,
            changed_at=now,
        )

    def expect(self, version: Expected, *, by: str) -> None:
        """Refuse a write by another client than the one that opened the case, or on a version that is no more."""
        if self.opened_by != by:
            raise NotTheApplicant
        version.require(self.version)

    def edit(self, changes: dict[str, object], *, now: datetime) -> None:
        """Change what the draft says. After submission the disclosed text stands."""
        if self.status is not CaseStatus.DRAFT:
            raise NotADraft(f"{self.number} is {self.status}; only a draft can be edited")
        for name, value in changes.items():
            setattr(self, name, value)
        self._changed(now)

    def submit(self, *, now: datetime) -> None:
        """Disclose the case to the bodies it names. This cannot be undone, only withdrawn."""
        if self.status is not CaseStatus.DRAFT:
            raise NotADraft(f"{self.number} is {self.status}; it was submitted before")
        if missing := self._missing():
            raise NotReadyToSubmit(errors=missing)
        self.status = CaseStatus.EOI_SUBMITTED
        self.submitted_at = now
        bodies = dict.fromkeys(filter(None, (self.employer_id, self.commissioner_id, self.decision_body_id)))
        self.readers = [*self.readers, *(organisation_reader(body) for body in bodies)]
        self._published(now)

    def withdraw(self, *, reason: str | None, now: datetime) -> CaseStatus:
        """End the case at the staff group's wish; a withdrawn draft stays hidden. Returns the status it had."""
        if self.status in ENDED:
            raise CaseClosed(f"{self.number} is {self.status}")
        before, self.status = self.status, CaseStatus.WITHDRAWN
        self.withdrawn_at = now
        self.withdrawal_reason = reason
        self._published(now)
        return before

    def _missing(self) -> list[FieldError]:
        """The guards of the first transition (DRAFT to EOI_SUBMITTED) that do not hold."""
        guards = [
            ("/employer", self.employer_id, "name the employing body"),
            ("/serviceName", self.service_name, "name the service"),
            ("/sector", self.sector, "say which sector the service belongs to"),
            ("/applicantCount", self.applicant_count, "at least one employee must apply"),
            (
                "/conflictsDeclared",
                self.conflicts_declared,
                "the applicants must have declared their conflicts of interest",
            ),
        ]
        return [FieldError(field, reason) for field, value, reason in guards if not value]

    def _changed(self, now: datetime) -> None:
        self.version += 1
        self.changed_at = now

    def _published(self, now: datetime) -> None:
        self._changed(now)
        self.sequence += 1
