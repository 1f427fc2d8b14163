"""What becomes of a mutual: the baseline, and the checks, measures and returns after the launch."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from rtp_applications.clocks.days import ONE_DAY, CalendarName, Length, civil_date, due_on, latest_before
from rtp_applications.workflow.casefile import CaseFile, Record
from rtp_applications.workflow.definition import Step, guard
from rtp_shared.schemas import Input, Line, Prose


class CheckKind(StrEnum):
    DAY_30 = "30-day"
    DAY_90 = "90-day"
    DAY_180 = "180-day"


class MonitoringCheck(Record):
    """A look at the young mutual."""

    KIND: ClassVar[str] = "monitoring-check"
    KEY: ClassVar[str | None] = "kind"

    kind: CheckKind
    held_on: date
    findings: Prose
    action_needed: bool = Field(default=False, strict=True)


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
    definition_version: Annotated[int, Field(ge=1, le=1000, strict=True)] = Field(
        description="Version of the definition by which it was measured"
    )
    value: Annotated[int, Field(ge=-(10**15), le=10**15, strict=True)] = Field(
        description="A whole number; the value is this, divided by ten to the power of scale"
    )
    scale: Annotated[int, Field(ge=0, le=6, strict=True)] = 0
    unit: MeasureUnit
    source: Line = Field(description="Where the number comes from", examples=["staff survey, March 2027"])
    comparator: Line | None = Field(default=None, description="What it is compared with")


class Measured(Record):
    period_from: date
    period_to: date = Field(description="Last day of the period")
    values: list[MeasuredValue] = Field(min_length=1, max_length=100)


class Baseline(Measured):
    """The outcomes before the launch."""

    KIND: ClassVar[str] = "baseline"

    baseline: Literal[True] = True


class Measures(Measured):
    """The outcomes of one period after the launch."""

    KIND: ClassVar[str] = "measures"
    KEY: ClassVar[str | None] = "period_to"

    baseline: Literal[False] = False


class AnnualReturn(Record):
    KIND: ClassVar[str] = "annual-return"
    KEY: ClassVar[str | None] = "year_ending"

    year_ending: date
    reference: Line | None = None


class ContractEnd(Record):
    """When the contract with the parent body ends, as things stand."""

    KIND: ClassVar[str] = "contract-end"

    ends_on: date


class EndCode(StrEnum):
    """How the first contract, and with it the monitoring, came to its end."""

    RENEWED = "renewed"
    RETENDER_WON = "retender-won"
    RETENDER_LOST = "retender-lost"
    INSOURCED = "insourced"
    MERGED = "merged"
    INSOLVENT = "insolvent"
    CONVERTED = "converted"


class MonitoringEnd(Record):
    """The record is closed. What comes after it is another case."""

    KIND: ClassVar[str] = "monitoring-end"

    code: EndCode
    ended_on: date
    reasons: Prose
    next_case: UUID | None = Field(default=None, description="Id of the case that goes on from here")


def launched_on(file: CaseFile) -> date | None:
    return civil_date(file.case.launched_at) if file.case.launched_at else None


def checked(kind: CheckKind, file: CaseFile) -> bool:
    return file.recorded(MonitoringCheck, kind) is not None


def quarter_begins(first_checks: Length, file: CaseFile, today: date) -> date | None:
    """Quarters follow the last of the first checks; each begins when the one before is recorded."""
    launched = launched_on(file)
    if any(True for _ in file.every(Measures)):
        return today
    return due_on(launched, first_checks, file.calendars[CalendarName.ENGLAND_AND_WALES]) if launched else None


def year_begins(file: CaseFile, today: date) -> date | None:
    """The first year begins with the launch, the next when the return for the one before is recorded."""
    return today if any(True for _ in file.every(AnnualReturn)) else launched_on(file)


def day_before_retender_risk(before_the_end: Length, file: CaseFile, today: date) -> date | None:
    """The alert is due so long before the contract ends, or tomorrow if that is past."""
    end = file.last(ContractEnd)
    if end is None:
        return None
    alert = latest_before(end.ends_on, before_the_end, file.calendars[CalendarName.ENGLAND_AND_WALES])
    return max(alert - ONE_DAY, today)


@guard()
def monitoring_open(step: Step) -> str | None:
    """The mutual is still monitored: no end is on file."""
    return "the monitoring has ended" if step.file.last(MonitoringEnd) else None


@guard("/heldOn", given=True)
def check_after_launch(step: Step) -> str | None:
    """The check was held since the launch, and not in the future."""
    return _since_launch(step, step.given.held_on)


@guard("/endedOn", given=True)
def end_after_launch(step: Step) -> str | None:
    """The end came since the launch, and does not lie in the future."""
    return _since_launch(step, step.given.ended_on)


@guard("/yearEnding", given=True)
def year_after_launch(step: Step) -> str | None:
    """The year ended since the launch, and not in the future."""
    return _since_launch(step, step.given.year_ending)


def _since_launch(step: Step, day: date) -> str | None:
    launched = launched_on(step.file) or date.min
    return None if launched <= day <= step.today else f"the day lies between the launch ({launched}) and today"


@guard("/periodTo", given=True)
def period_is_over(step: Step) -> str | None:
    """The period begins before it ends, and is over."""
    in_order = step.given.period_from <= step.given.period_to <= step.today
    return None if in_order else "a period begins, then ends, and is over when it is measured"


@guard("/values", given=True)
def measured_once_each(step: Step) -> str | None:
    """Each measure is told once, by one definition; service indicators may be several."""
    told = [each.measure for each in step.given.values if each.measure is not Measure.SERVICE_INDICATOR]
    twice = sorted({each for each in told if told.count(each) > 1})
    return f"told twice: {', '.join(twice)}" if twice else None


@guard("/values", given=True)
def units_fit(step: Step) -> str | None:
    """Each measure is told in a unit that it can have."""
    wrong = [each.measure for each in step.given.values if each.unit not in UNITS[each.measure]]
    return f"not in this unit: {', '.join(wrong)}" if wrong else None


@guard("/endsOn", given=True)
def contract_ends_later(step: Step) -> str | None:
    """The contract ends after today."""
    return None if step.given.ends_on > step.today else "the contract's end must lie after today"
