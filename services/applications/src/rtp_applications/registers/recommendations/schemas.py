"""Request and response bodies of the register of recommendations."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.registers.recommendations.models import Kind, Provenance, State
from rtp_shared.schemas import Day, Input, Line, Output, Prose, Storable

WebAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^https?://[^\s/]\S*$"), Storable
]
Reportable = Literal[State.OPEN, State.IN_PROGRESS, State.DONE, State.SUPERSEDED]


class RecommendationGiven(Input):
    kind: Kind
    text: Prose
    addressed_to: list[Line] = Field(min_length=1, max_length=20, description="To whom, in words")
    addressed_bodies: list[BodyReference] = Field(
        default=[], max_length=50, description="To whom, where it is bodies that exist today"
    )
    due_on: Day | None = Field(default=None, description="The last day that is in time")
    source: Prose = Field(description="The report, act or regulation, with the place in it")
    provenance: Literal[Provenance.FOUND, Provenance.BELIEVED] = Field(description="How sure its text is")


class Progress(Input):
    state: Reportable
    note: Prose = Field(description="What was done or decided; public")
    evidence: WebAddress | None = Field(default=None, description="Where that can be checked")
    done_on: Day | None = Field(default=None, description="For what is done; today if left out")


class RecommendationView(Output):
    """What was recommended or is owed, to whom, by when, and what became of it."""

    id: UUID
    kind: Kind
    number: int = Field(description="Within the kind. The numbers are ours, not the report's")
    text: str
    addressed_to: list[str]
    addressed_bodies: list[UUID]
    due_on: date | None
    state: State
    overdue: bool = Field(description="Whether it is due before today and neither done nor superseded")
    done_on: date | None = Field(description="Null too for what is done on a day that is not known")
    source: str
    provenance: Provenance = Field(description="Whether its text was found in a source, is believed, or not recovered")
    recorded_at: datetime
    changed_at: datetime
    version: int = Field(description="Grows by one with every change; the ETag")


class UpdateView(Output):
    """A report of progress."""

    at: datetime
    organisation: UUID | None = Field(description="Who reported; null for what came with the reference data")
    state: State
    note: str
    evidence: str | None


class RecommendationDetail(RecommendationView):
    """A recommendation or obligation with every report of progress, oldest first."""

    updates: list[UpdateView]
