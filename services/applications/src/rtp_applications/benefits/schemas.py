"""Response bodies of the trace of promised benefits."""

from datetime import date

from pydantic import Field

from rtp_applications.benefits.rules import InContract, Standing
from rtp_applications.workflow.stages.benefits.payloads import Sense
from rtp_applications.workflow.stages.monitoring.measures import Measure, MeasureUnit
from rtp_shared.schemas import Output


class BenefitOutcomeView(Output):
    """One measurement of a benefit: the value is `value` divided by ten to the power of `scale`."""

    period_from: date
    period_to: date
    value: int
    scale: int
    unit: MeasureUnit
    comparable: bool = Field(description="Whether definition and unit are those of the promise")
    source: str
    comparator: str | None


class BenefitView(Output):
    """A promised benefit, what the contract makes of it, and what was measured of it."""

    id: str
    description: str
    measure: Measure
    definition_version: int
    sense: Sense
    target: int = Field(description="Divided by ten to the power of scale")
    scale: int
    unit: MeasureUnit
    by: date
    source: str = Field(description="What the promise rests on")
    in_contract: InContract
    clause: str | None
    indicator: str | None = Field(description="The contract's key performance indicator for it")
    left_out_because: str | None
    baseline: BenefitOutcomeView | None = Field(description="Before the launch; null where it was not measured then")
    outcomes: list[BenefitOutcomeView] = Field(description="After the launch, oldest first")
    standing: Standing = Field(description="By the newest measurement after the launch")
    overdue: bool = Field(
        description="Whether the mutual is launched, the day has passed, and the target is not known to be reached"
    )
