"""Who was shown whose personal data, when and of which case."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model


class ReadKind(StrEnum):
    """What of people was shown."""

    NAMES = "names"
    """Names of the people of a case."""
    CONFIDENTIAL_DOCUMENT = "confidential-document"
    """The content of a document that was marked confidential."""
    COMPLAINT = "complaint"
    """A complaint on data protection."""
    SUBJECT_ACCESS = "subject-access"
    """All that is kept of a person."""


class PersonalDataRead(Model):
    """One reading of the data of the people for whom one client or organisation vouches.

    Append-only: the service's role may add and read. Only the worker deletes, when its time is over.
    """

    __tablename__ = "personal_data_reads"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    at: Mapped[datetime]
    kind: Mapped[ReadKind]
    case_id: Mapped[uuid.UUID | None]
    client_id: Mapped[str]
    organisation: Mapped[uuid.UUID]
    person: Mapped[str | None]
    """On whose behalf the client read; None where it read for itself."""
    reason: Mapped[str | None]
    holder: Mapped[str]
    """Who vouches for the people."""
    people: Mapped[list[str]]
    """References of those whose data was shown; none where it is of whoever is in a document."""
    readers: Mapped[list[str]]
    """The holder, whoever answers for the data, and the system. Row-level security reads this column."""

    __table_args__ = (
        Index("ix_personal_data_reads_readers", "readers", postgresql_using="gin"),
        Index("ix_personal_data_reads_case_id", "case_id"),
        Index("ix_personal_data_reads_at", "at"),
    )
