"""Request bodies about cases of the past."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.contracts.vocabulary import Sector
from rtp_shared.schemas import Day, Input, Line, OneLine, Prose


class HistoricOutcome(Payload):
    """How a case of the past ended, and where that is written."""

    KIND: ClassVar[str] = "historic-outcome"

    ended_on: date
    outcome: Prose = Field(description="What became of it, and why")
    source: Line = Field(description="Where that is written: publication and date")


class HistoricCase(Input):
    """A case under the Right to Request (2008 to 2010), written down from what is known of it."""

    number: Annotated[str, Field(min_length=1, max_length=40), OneLine] | None = Field(
        default=None, description="Its case number here, if it was given one; otherwise it is made"
    )
    employer: BodyReference = Field(description="The body then, which may have been abolished since")
    service_name: Line
    sector: Sector
    opened_on: Day
    status: Status = Field(description="How it ended; of the words of the process, those of an end")
    ended_on: Day
    outcome: Prose = Field(description="What became of it, and why; no personal data")
    source: Line = Field(description="Where that is written: publication and date")
