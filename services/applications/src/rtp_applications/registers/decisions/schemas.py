"""Response bodies of the register of decisions."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from rtp_applications.registers.decisions.models import Appeal, Overturned
from rtp_applications.workflow.enums import Decision, Ground
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.schemas import Output


class DecisionView(Output):
    """A decision as it was published."""

    id: UUID
    published_at: datetime
    number: str | None = Field(description="The case number, only where the staff group agreed that it is shown")
    body_id: UUID | None = Field(serialization_alias="body", description="The body that decided: its id")
    body_name: str | None
    route: Route
    service_name: str | None
    region: str | None = Field(description="ONS region code of the employing body")
    sector: Sector | None
    decision: Decision
    decided_on: date
    ground: Ground | None = Field(description="From the closed list, where the route has one")
    text: str = Field(description="The reasons as they may be published")
    conditions: int = Field(description="How many conditions it was made on")
    appeal: Appeal | None = Field(description="What became of the appeal against it; null where there was none")
    overturned: Overturned | None = Field(description="What took it away again; null while it stands")
    overturned_on: date | None
    superseded_by: UUID | None = Field(description="The decision made in its place, once that is published")
    version: int = Field(description="Grows by one with every change; the ETag")
