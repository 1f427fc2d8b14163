"""Measures of a mutual before and after its launch, and the units in which each may be told."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Input, Line, Whole


class Measure(StrEnum):
    """What is measured before the launch and every year after it."""

    SICKNESS_DAYS = "sickness-days-per-fte"
    TURNOVER = "staff-turnover"
    VACANCIES = "vacancy-rate"
    ENGAGEMENT = "staff-engagement"
    USER_SATISFACTION = "user-satisfaction"
    SERVICE_INDICATOR = "service-indicator"
    UNIT_COST = "unit-cost"
    TOTAL_COST = "total-cost"
    OTHER_INCOME = "income-outside-parent-contract"
    SURPLUS = "surplus"
    PRODUCTIVITY = "productivity"
    DECISION_TIME = "decision-time"
    NEW_SERVICES = "new-services"
    CONTRACTS_WON = "contracts-won"
    CONTRACTS_LOST = "contracts-lost"
    CONTRACT_RETAINED = "contract-retained"
    REGULATOR_RATING = "regulator-rating"
    SOCIAL_VALUE = "social-value"
    LOCAL_SPEND = "local-spend"
    LEADERS_WOMEN = "leaders-who-are-women"
    LEADERS_MINORITY = "leaders-of-ethnic-minorities"
    STAFF_BOARD_SEATS = "staff-board-seats"
    STAFF_BALLOT = "staff-ballot-in-favour"


class MeasureUnit(StrEnum):
    DAYS = "days"
    PERCENT = "percent"
    PENCE = "pence"
    COUNT = "count"
    SCORE = "score"
    INDEX = "index"


PERCENTAGES = frozenset(
    {
        Measure.TURNOVER,
        Measure.VACANCIES,
        Measure.OTHER_INCOME,
        Measure.SURPLUS,
        Measure.LEADERS_WOMEN,
        Measure.LEADERS_MINORITY,
        Measure.STAFF_BALLOT,
    }
)
UNITS: Mapping[Measure, frozenset[MeasureUnit]] = {
    **dict.fromkeys(Measure, frozenset(MeasureUnit)),
    **dict.fromkeys(PERCENTAGES, frozenset({MeasureUnit.PERCENT})),
    **dict.fromkeys((Measure.SICKNESS_DAYS, Measure.DECISION_TIME), frozenset({MeasureUnit.DAYS})),
    **dict.fromkeys(
        (Measure.UNIT_COST, Measure.TOTAL_COST, Measure.SOCIAL_VALUE, Measure.LOCAL_SPEND),
        frozenset({MeasureUnit.PENCE}),
    ),
    **dict.fromkeys(
        (Measure.NEW_SERVICES, Measure.CONTRACTS_WON, Measure.CONTRACTS_LOST, Measure.STAFF_BOARD_SEATS),
        frozenset({MeasureUnit.COUNT}),
    ),
}
"""The units in which each may be told; any where practice differs."""


class MeasuredValue(Input):
    measure: Measure
    definition_version: Annotated[Whole, Field(ge=1, le=1000)] = Field(
        description="Version of the definition by which it was measured"
    )
    value: Annotated[Whole, Field(ge=-(10**15), le=10**15)] = Field(
        description="A whole number; the value is this, divided by ten to the power of scale"
    )
    scale: Annotated[Whole, Field(ge=0, le=6)] = 0
    unit: MeasureUnit
    source: Line = Field(description="Where the number comes from", examples=["staff survey, March 2027"])
    comparator: Line | None = Field(default=None, description="What it is compared with")


class MeasuredOutcome(MeasuredValue):
    """A measured value that may say which promised benefit it is of."""

    benefit: Line | None = Field(
        default=None,
        description="Id of the promised benefit that it is of: needed where one measure tells of several, as service "
        "indicators do; left out, it counts for every promise of this measure",
        examples=["visits-kept"],
    )


class Measured(Payload):
    period_from: Day
    period_to: Day = Field(description="Last day of the period")
    values: Sequence[MeasuredValue] = Field(min_length=1, max_length=100)


class PlainBaseline(Measured):
    """The outcomes before the launch."""

    KIND: ClassVar[str] = "baseline"

    baseline: Literal[True] = True


class Baseline(PlainBaseline):
    values: Sequence[MeasuredOutcome] = Field(min_length=1, max_length=100)


class PlainMeasures(Measured):
    """The outcomes of one period after the launch."""

    KIND: ClassVar[str] = "measures"
    KEY: ClassVar[str | None] = "period_to"

    baseline: Literal[False] = False


class Measures(PlainMeasures):
    values: Sequence[MeasuredOutcome] = Field(min_length=1, max_length=100)
