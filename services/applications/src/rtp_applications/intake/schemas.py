"""Bodies about imports, and what a row of a file says of a case."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.cases.schemas import CaseChanges
from rtp_applications.intake.models import FileFormat, ImportState
from rtp_applications.workflow.enums import Status
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.schemas import Day, Input, Line, OneLine, Output

Reference = Annotated[
    str,
    Field(min_length=1, max_length=100, description="What your own system calls the case: it is never another case's"),
    OneLine,
]


class EarlierRecord(Input):
    """Something that was put on file before the case came here, as the action that would have done so takes it."""

    action: str = Field(max_length=100, description="The action, as the process of the route names it")
    on: Day = Field(description="The day on which it was done")
    given: dict[str, Any] = Field(default={}, description="What the action takes")


class ImportedCase(CaseChanges):
    """A living case as a body's own system has it: a row of the file."""

    reference: Reference
    route: Route = Field(default=Route.RIGHT_TO_PROVIDE, description="The legal route")
    status: Status = Field(description="Where it stands, in the words of the process; it is neither a draft nor over")
    submitted_on: Day = Field(description="The day on which the staff group submitted it")
    status_since: Day = Field(description="The day on which it came into its status")
    employer: BodyReference = Field(description="Your own body, as its employer")
    service_name: Line = Field(description="The service that the staff group wants to run")
    sector: Sector
    records: list[EarlierRecord] = Field(
        default=[], max_length=100, description="What was put on file, the earliest first. Not in CSV"
    )


class ImportView(Output):
    """The import of a file: how far it got, and what became of its rows."""

    id: UUID
    format: FileFormat
    dry_run: bool = Field(description="Nothing is put on file: `made` counts the rows that would be")
    state: ImportState = Field(description="receiving: the file has not come whole; waiting; finished")
    begun_at: datetime
    finished_at: datetime | None
    rows: int = Field(description="Rows of the file, without the names of columns")
    done: int = Field(description="Rows that were dealt with so far: `made`, `known` and `refused` together")
    made: int = Field(description="Rows that became cases")
    known: int = Field(description="Rows whose case is here already, and that say what was said then")
    refused: int = Field(description="Rows that something is wrong with: see its problems")


class ProblemView(Output):
    """What is wrong with a field of a row."""

    row: int = Field(
        description="Where the row begins in the file, as an editor or a spreadsheet counts: the first line is 1",
    )
    reference: str | None = Field(description="Of the row, where it could be read")
    field: str = Field(description="The column of a table, or the JSON pointer of a line; empty for the whole row")
    reason: str


class CaseReferenceView(Output):
    """What your body's own system calls a case."""

    reference: str
    case_id: UUID = Field(serialization_alias="case", description="Its id here")
    number: str = Field(description="Its case number")
    row: int = Field(description="The row of the file by which it came in")
