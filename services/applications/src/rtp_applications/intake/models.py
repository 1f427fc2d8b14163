"""The tables of imports: files of living cases, their rows that wait, and what a body calls its cases."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model


class FileFormat(StrEnum):
    """The format of a file of cases."""

    NDJSON = "ndjson"
    CSV = "csv"


class ImportState(StrEnum):
    """How far the import of a file is."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    FINISHED = "finished"


class CaseImport(Model):
    """The import of a file of living cases: how far it got, and what became of its rows."""

    __tablename__ = "case_imports"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    client: Mapped[str]
    organisation: Mapped[uuid.UUID]
    person: Mapped[str]
    format: Mapped[FileFormat]
    columns: Mapped[list[str]]
    """Of a table: the names in its first row."""
    dry_run: Mapped[bool]
    state: Mapped[ImportState]
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    rows: Mapped[int]
    """Rows that the file has."""
    done: Mapped[int]
    """Rows that were dealt with: by it an import goes on where it stopped."""
    made: Mapped[int]
    known: Mapped[int]
    refused: Mapped[int]

    __table_args__ = (
        Index("ix_case_imports_client_id", "client", "id"),
        Index("ix_case_imports_unfinished", "id", postgresql_where=text("state IN ('receiving', 'waiting')")),
    )


class CaseImportRow(Model):
    """A row of a file that waits: as it came, or why it cannot be read. It goes once it was dealt with."""

    __tablename__ = "case_import_rows"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """Where it stands in the file, as an editor or a spreadsheet counts."""
    content: Mapped[str]
    fault: Mapped[str | None]


class CaseImportProblem(Model):
    """What is wrong with a field of a row, for which the row was refused."""

    __tablename__ = "case_import_problems"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_imports.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str | None]
    field: Mapped[str]
    reason: Mapped[str]


class CaseReference(Model):
    """The reference by which a body's own system knows a case. Nobody but the body's clients sees it."""

    __tablename__ = "case_references"

    organisation: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_imports.id"))
    row_number: Mapped[int]
    digest: Mapped[bytes]
    """SHA-256 of what the row said, by which a repetition is told from a row that says something else."""

    __table_args__ = (Index("ix_case_references_import_id_row_number", "import_id", "row_number"),)
