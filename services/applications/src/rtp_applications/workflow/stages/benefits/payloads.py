"""Payloads of what is promised, and of what the contract makes of it."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.monitoring.measures import Measure, MeasureUnit
from rtp_shared.schemas import Day, Line, Prose, Whole

BenefitId = Annotated[Line, Field(description="Short name of the benefit", examples=["sickness"])]


class Sense(StrEnum):
    """On which side of the target the promise is kept."""

    AT_LEAST = "at-least"
    AT_MOST = "at-most"


class BenefitPromise(Payload):
    """One benefit that the business case promises, in a form that can be measured."""

    KIND: ClassVar[str] = "benefit-promise"
    KEY: ClassVar[str | None] = "id"

    id: BenefitId
    description: Prose = Field(description="What will be better, and for whom")
    measure: Measure
    definition_version: Annotated[Whole, Field(ge=1, le=1000)] = Field(
        default=1, description="Version of the definition by which it is measured"
    )
    sense: Sense
    target: Annotated[Whole, Field(ge=-(10**15), le=10**15)] = Field(
        description="A whole number; the target is this, divided by ten to the power of scale"
    )
    scale: Annotated[Whole, Field(ge=0, le=6)] = 0
    unit: MeasureUnit
    by: Day = Field(description="By when the target is to be reached")
    source: Line = Field(description="What the promise rests on", examples=["business case, table 4"])


class BenefitWithdrawal(Payload):
    """That a benefit is promised no more."""

    KIND: ClassVar[str] = "benefit-withdrawal"
    KEY: ClassVar[str | None] = "benefit"

    benefit: BenefitId
    reasons: Prose


class BenefitClause(Payload):
    """Where the contract holds the mutual to a promised benefit, or why it does not."""

    KIND: ClassVar[str] = "benefit-clause"
    KEY: ClassVar[str | None] = "benefit"

    benefit: BenefitId
    clause: Line | None = Field(default=None, description="The clause or schedule", examples=["Schedule 2, 4.1"])
    indicator: Line | None = Field(
        default=None, description="The key performance indicator that measures it", examples=["Sickness days per FTE"]
    )
    left_out_because: Prose | None = Field(default=None, description="Why the contract does not have it")
