"""The tables of cases. Their rules are in `workflow/`; nobody sets `status` from outside."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import get_type_hints

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text, Uuid

from rtp_applications.base import Model
from rtp_applications.json_types import JsonObject
from rtp_applications.sides_sql import BODY_READERS
from rtp_applications.workflow.enums import ENDED, Audience, Role
from rtp_applications.workflow.snapshot import Facts


def _map_columns() -> dict[str, object]:
    """Map every field of a case's facts to a column of the same name: the facts say the columns once."""
    hints = {name: _STORED.get(hint, hint) for name, hint in get_type_hints(Facts).items()}
    return {name: Mapped[hint] for name, hint in hints.items()}  # type: ignore[valid-type]  # made, not written


ZERO, NO_HASH = text("0"), text("decode(repeat('00', 32), 'hex')")
_ENDED = ", ".join(f"'{status}'" for status in sorted(ENDED))
_STORED: dict[object, object] = {Sequence[str]: list[str], Sequence[uuid.UUID]: list[uuid.UUID]}


class Case(Model):
    """A staff group's case. While it is a draft, only the client that opened it may know of it.

    Its columns are the fields of `Facts`; here stands what a column is besides its name and type.
    """

    __tablename__ = "cases"
    __annotations__ = _map_columns()

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    employer_id = mapped_column(ForeignKey("bodies.id"))
    commissioner_id = mapped_column(ForeignKey("bodies.id"))
    decision_body_id = mapped_column(ForeignKey("bodies.id"))
    duty_holder_id = mapped_column(ForeignKey("bodies.id"))
    further_employer_ids = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))
    previous_case_id = mapped_column(ForeignKey("cases.id"))
    annual_value_pence = mapped_column(BigInteger)
    finance_sought_pence = mapped_column(BigInteger)
    audit_position = mapped_column(server_default=ZERO)
    audit_hash = mapped_column(LargeBinary, server_default=NO_HASH)
    chain_position = mapped_column(server_default=ZERO)
    confidential_position = mapped_column(server_default=ZERO)
    confidential_hash = mapped_column(LargeBinary, server_default=NO_HASH)
    confidential_steps = mapped_column(server_default=ZERO)
    draft_steps = mapped_column(server_default=ZERO)
    draft_readers = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    body_readers: Mapped[list[str]] = mapped_column(ARRAY(Text()), Computed(BODY_READERS, persisted=True))
    """Computed, and so no field of the facts."""

    __table_args__ = (
        Index("ix_cases_readers", "readers", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_cases_employer_id_id", "employer_id", "id"),
        Index("ix_cases_status_id", "status", "id"),
        Index("ix_cases_number", "number"),
        # For whoever looks what was kept long enough.
        Index(
            "ix_cases_changed_at_id_ended",
            "changed_at",
            "id",
            postgresql_where=text(f"status IN ({_ENDED}) AND disposed_at IS NULL"),
        ),
        Index("ix_cases_previous_case_id", "previous_case_id", postgresql_where=text("previous_case_id IS NOT NULL")),
        Index("ix_cases_sector_id", "sector", "id"),
        Index("ix_cases_region_id", "region", "id"),
        Index("ix_cases_suspended", "id", postgresql_where=text("suspended IS NOT NULL")),
        Index("ix_cases_escalated_at", "id", postgresql_where=text("escalated_at IS NOT NULL")),
        Index("ix_cases_submitted_at_id", "submitted_at", "id", postgresql_where=text("submitted_at IS NOT NULL")),
        # Not of drafts: a number that is refused would tell that a draft has it.
        Index("uq_cases_number", "number", unique=True, postgresql_where=text("submitted_at IS NOT NULL")),
    )


class CaseParty(Model):
    """Somebody's part in a case. The person's name is kept apart: `PartyName`."""

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
    """Always null: the release before wrote names here, which the database puts where they are kept now."""


class PartyName(Model):
    """The name of somebody with a part in a case. It is in no event, no audit and no log."""

    __tablename__ = "party_names"

    party_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_parties.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(index=True)
    name: Mapped[str]


class CaseRecord(Model):
    """A record on file in a case: the newest of each kind and key. Earlier ones are in the audit."""

    __tablename__ = "case_records"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[JsonObject]
    signed: Mapped[list[JsonObject]]
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
    """The time at which the platform looks at it next: a reminder, or its end. None once closed, or while it rests."""
    content: Mapped[JsonObject] = mapped_column(JSONB)

    __table_args__ = (
        Index("ix_case_deadlines_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index(
            "ix_case_deadlines_due_at_id",
            "due_at",
            "id",
            postgresql_where=text("state IN ('running', 'paused', 'unsettled')"),
        ),
    )
