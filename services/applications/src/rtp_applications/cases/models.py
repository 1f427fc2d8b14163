"""The tables of cases. Their rules are in `workflow/`; nobody sets `status` from outside."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from rtp_applications.base import Model
from rtp_applications.workflow.enums import Audience, Role, Status, Suspension
from rtp_shared.contracts.vocabulary import LegalForm, Route, Sector

BODY_READERS = """
    array_remove(ARRAY['org:' || employer_id, 'org:' || commissioner_id, 'org:' || decision_body_id,
                       'org:' || duty_holder_id, 'scope:cases:oversee', 'system'], NULL)
"""


class Case(Model):
    """A staff group's case. While it is a draft, only the client that opened it may know of it."""

    __tablename__ = "cases"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    number: Mapped[str] = mapped_column(unique=True)
    route: Mapped[Route]
    process_version: Mapped[int]
    status: Mapped[Status]
    version: Mapped[int]
    sequence: Mapped[int]
    """How many events the case has published."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them, which the next one gives."""
    opened_by: Mapped[str]
    """Client id of the system that opened it, in the staff group's confidence."""
    readers: Mapped[list[str]]
    """Who may see it: `client:<id>`, `org:<body id>`, `system`. Row-level security reads this column."""
    body_readers: Mapped[list[str]] = mapped_column(ARRAY(Text()), Computed(BODY_READERS, persisted=True))
    """Who of them stands on the bodies' side, and sees what is for bodies only."""

    employer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bodies.id"))
    commissioner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bodies.id"))
    decision_body_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bodies.id"))
    duty_holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bodies.id"))
    region: Mapped[str | None]
    service_name: Mapped[str | None]
    summary: Mapped[str | None]
    sector: Mapped[Sector | None]
    applicant_count: Mapped[int | None]
    headcount: Mapped[int | None]
    legal_form: Mapped[LegalForm | None]
    annual_value_pence: Mapped[int | None] = mapped_column(BigInteger)
    finance_sought_pence: Mapped[int | None] = mapped_column(BigInteger)
    finance_purposes: Mapped[list[str]]
    support_needs: Mapped[list[str]]
    conflicts_declared: Mapped[bool]

    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]
    suspended: Mapped[Suspension | None]
    suspended_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    refused_from: Mapped[Status | None]
    final_at: Mapped[datetime | None]
    launched_at: Mapped[datetime | None]
    successor_case_id: Mapped[uuid.UUID | None]
    disclosed_position: Mapped[int | None]
    """The audit entry from which on the bodies may read the case's history."""
    audit_position: Mapped[int] = mapped_column(server_default=text("0"))
    audit_hash: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("decode(repeat('00', 32), 'hex')"))

    __table_args__ = (
        Index("ix_cases_readers", "readers", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_cases_employer_id_id", "employer_id", "id"),
        Index("ix_cases_status_id", "status", "id"),
    )


class CaseParty(Model):
    """Somebody's part in a case. The name is personal: it is in no event, no audit and no log."""

    __tablename__ = "case_parties"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    role: Mapped[Role]
    person: Mapped[str]
    holder: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    mandate: Mapped[str | None]
    name: Mapped[str | None]


class CaseRecord(Model):
    """What is on file in a case: the newest of each kind and key. Earlier ones are in the audit."""

    __tablename__ = "case_records"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    signed: Mapped[list[dict[str, Any]]]
    audience: Mapped[Audience]

    # Every case file asks whether the employer published an intention in another case.
    __table_args__ = (
        Index("ix_case_records_intentions", "case_id", postgresql_where=text("kind = 'published-intention'")),
    )


class CaseDeadline(Model):
    """A deadline, as the rules wrote it, with what is searched for beside it."""

    __tablename__ = "case_deadlines"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    clock: Mapped[str]
    state: Mapped[str]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    look_at: Mapped[datetime | None]
    """When the platform has to look at it next: a reminder, or its end. None once it is closed, or while it rests."""
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)

    __table_args__ = (
        Index("ix_case_deadlines_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index("ix_case_deadlines_due_at_id", "due_at", "id", postgresql_where=text("state IN ('running', 'paused')")),
    )
