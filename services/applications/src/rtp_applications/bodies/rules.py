"""The rules that a body may set for itself, in place of what the process of a route says: a closed list."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from rtp_applications.deadlines.rules.days import LONGEST, CalendarName, Unit
from rtp_applications.workflow.common.constitutions import WITH_AN_EXECUTIVE, ConstitutionForm, DecidedBy, list_forms
from rtp_shared.contracts.vocabulary import Sector
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Input, Whole
from rtp_shared.validation import describe_failure


class Rule(StrEnum):
    EOI_WINDOWS = "eoi-windows"
    MAXIMUM_DECISION_PERIOD = "maximum-decision-period"
    PROCUREMENT_GAP = "procurement-gap"
    BALLOT_THRESHOLD = "ballot-threshold"
    CALL_IN_WINDOW = "call-in-window"
    CALL_IN_REVIEW = "call-in-review"
    KEY_DECISION_NOTICE = "key-decision-notice"
    AGENDA_NOTICE = "agenda-notice"
    ACKNOWLEDGEMENT = "acknowledgement"
    SCREENING = "screening"
    INFORMATION_REPLY = "information-reply"
    MODIFICATION_REPLY = "modification-reply"
    EOI_DECISION = "eoi-decision"
    FEASIBILITY_START = "feasibility-start"
    FEASIBILITY = "feasibility"
    BUSINESS_CASE = "business-case"
    COMPLETENESS = "completeness"
    ASSURANCE = "assurance"
    QUORUM_PERCENT = "quorum-percent"
    DEFERRAL = "deferral"
    MANDATE = "mandate"
    TRANSFER_CONSULTATION = "transfer-consultation"
    READINESS_REVIEW = "readiness-review"
    IDLE_LIMIT = "idle-limit"
    WORKING_DAY_CALENDAR = "working-day-calendar"
    CONSTITUTION = "constitution"
    BOARD_MEETING_NOTICE = "board-meeting-notice"
    RETENTION_LAUNCHED = "retention-launched"
    RETENTION_TENDER_LOST = "retention-tender-lost"
    RETENTION_OTHER = "retention-other"


class LengthOfTime(Input):
    """A length of time, as {"number": 40, "unit": "working-days"}."""

    number: Annotated[Whole, Field(ge=1, le=LONGEST)]
    unit: Unit


class Notice(LengthOfTime):
    """Notice that the law wants to be given: a body may give longer notice, never shorter."""

    @model_validator(mode="after")
    def _in_clear_days(self) -> Self:
        if not self.unit.is_clear:
            raise ValueError("notice is given in clear days or clear working days")
        return self


class KeyDecisionNotice(Notice):
    number: Annotated[Whole, Field(ge=28, le=LONGEST)]


class AgendaNotice(Notice):
    number: Annotated[Whole, Field(ge=5, le=LONGEST)]


class Retention(LengthOfTime):
    """How long a case is kept: in months, and no shorter than a year."""

    number: Annotated[Whole, Field(ge=12, le=1200)]

    @model_validator(mode="after")
    def _in_months(self) -> Self:
        if self.unit is not Unit.MONTHS:
            raise ValueError("is said in months")
        return self


Month = Annotated[Whole, Field(ge=1, le=12)]
Day = Annotated[Whole, Field(ge=1, le=31)]
_LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class YearlyPeriod(Input):
    """A period of every year, both days included; one that ends before it begins runs over the new year."""

    from_month: Month
    from_day: Day
    to_month: Month
    to_day: Day

    @model_validator(mode="after")
    def _days_of_every_year(self) -> Self:
        for month, day in ((self.from_month, self.from_day), (self.to_month, self.to_day)):
            if day > _LAST_DAYS[month - 1]:
                raise ValueError(f"not every year has a day {day} in month {month}")
        return self


class MonthsBetween(Input):
    """The shortest and the longest gap, in months."""

    minimum_months: Annotated[Whole, Field(ge=0, le=120)]
    maximum_months: Annotated[Whole, Field(ge=1, le=120)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum_months > self.maximum_months:
            raise ValueError("the shortest gap is longer than the longest")
        return self


Percent = Annotated[float, Field(gt=0, le=100, strict=True, allow_inf_nan=False)]


class BallotThreshold(Input):
    percent_in_favour: Percent = Field(description="At least this share of the votes cast")
    percent_turnout: Percent | None = Field(default=None, description="At least this share of those eligible votes")


WholePercent = Annotated[Whole, Field(ge=1, le=100)]


class IdleLimit(LengthOfTime):
    """Long enough for the two reminders that go 30 and 7 days before its end."""

    @model_validator(mode="after")
    def _leaves_time_for_reminders(self) -> Self:
        days = {Unit.MONTHS: 28, Unit.WORKING_DAYS: 1.4, Unit.CLEAR_WORKING_DAYS: 1.4}.get(self.unit, 1) * self.number
        if days < 56:
            raise ValueError("an idle limit is eight weeks or longer")
        return self


class OwnConstitution(Input):
    """By which arrangements the body is run, and who decides for it in matters such as these."""

    form: ConstitutionForm
    decided_by: DecidedBy
    clear_working_days: bool = Field(
        default=False,
        strict=True,
        description="Whether the clear days of its agendas leave out weekends and bank holidays, where it has no "
        "`agenda-notice` of its own",
    )

    @model_validator(mode="after")
    def _has_who_decides(self) -> Self:
        if self.decided_by is DecidedBy.EXECUTIVE and self.form not in WITH_AN_EXECUTIVE:
            raise ValueError(f"{self.form} has no executive that could decide")
        return self


Windows = Annotated[list[YearlyPeriod], Field(max_length=12)]
RuleValue = LengthOfTime | Windows | MonthsBetween | BallotThreshold | WholePercent | CalendarName | OwnConstitution


_LENGTH: TypeAdapter[Any] = TypeAdapter(LengthOfTime)


@dataclass(frozen=True)
class RuleForm:
    """The description of a rule: its subject, the law that lets a body set it, and the form of its value."""

    says: str
    source: str
    value: TypeAdapter[Any] = _LENGTH
    by_service: bool = False
    """True if it may be set for one kind of service alone."""


_PROCESS = "the body's own procedure"
_SCHEDULE = "the body's own retention schedule"

FORMS: Mapping[Rule, RuleForm] = {
    Rule.EOI_WINDOWS: RuleForm(
        "The yearly periods in which expressions of interest under the Community Right to Challenge are taken; "
        "at any time where there are none. For every service, or for one kind of it (s.82(2))",
        "Localism Act 2011, section 82",
        TypeAdapter(Windows),
        by_service=True,
    ),
    Rule.MAXIMUM_DECISION_PERIOD: RuleForm(
        "The longest time to decide on an expression of interest under the Community Right to Challenge, counted from "
        "its receipt (s.84(3)(a)). Different periods may be set for different cases (s.84(4))",
        "Localism Act 2011, section 84",
        by_service=True,
    ),
    Rule.PROCUREMENT_GAP: RuleForm(
        "The shortest and longest time between acceptance of an expression of interest and the start of procurement. "
        "Different periods may be set for different cases (s.83(5))",
        "Localism Act 2011, section 83",
        TypeAdapter(MonthsBetween),
        by_service=True,
    ),
    Rule.BALLOT_THRESHOLD: RuleForm(
        "What the body asks of a ballot of the staff; the law asks for no ballot",
        _PROCESS,
        TypeAdapter(BallotThreshold),
    ),
    Rule.CALL_IN_WINDOW: RuleForm(
        "How long after a decision scrutiny may call it in; commonly 5 working days", "the council's constitution"
    ),
    Rule.CALL_IN_REVIEW: RuleForm(
        "How long scrutiny has to look at a decision that it called in: then its silence no longer holds it, and the "
        "decision may be carried out",
        "the council's constitution, to which Local Government Act 2000 s.9F leaves the arrangements",
    ),
    Rule.KEY_DECISION_NOTICE: RuleForm(
        "Notice of a key decision: 28 clear days or longer",
        "SI 2012/2089 reg 9(2); of a combined authority SI 2017/68 art 11(3)",
        TypeAdapter(KeyDecisionNotice),
    ),
    Rule.AGENDA_NOTICE: RuleForm(
        "Notice of a meeting and its agenda: 5 clear days or longer",
        "SI 2012/2089 regs 6(1), 7(3); Local Government Act 1972 ss.100A(6), 100B(3)",
        TypeAdapter(AgendaNotice),
    ),
    Rule.ACKNOWLEDGEMENT: RuleForm("To acknowledge an expression of interest", _PROCESS),
    Rule.SCREENING: RuleForm("To screen an expression of interest for eligibility and completeness", _PROCESS),
    Rule.INFORMATION_REPLY: RuleForm("For the staff group to answer a request for information", _PROCESS),
    Rule.MODIFICATION_REPLY: RuleForm("For the staff group to answer an offered modification", _PROCESS),
    Rule.EOI_DECISION: RuleForm("To decide on an expression of interest where no statute sets the time", _PROCESS),
    Rule.FEASIBILITY_START: RuleForm(
        "To begin the options appraisal once an expression of interest is accepted", _PROCESS
    ),
    Rule.FEASIBILITY: RuleForm("For the options appraisal", _PROCESS),
    Rule.BUSINESS_CASE: RuleForm("To write the business case", _PROCESS),
    Rule.COMPLETENESS: RuleForm("To check whether a submitted business case is complete", _PROCESS),
    Rule.QUORUM_PERCENT: RuleForm(
        "The share of the panel's members that must vote, in per cent", _PROCESS, TypeAdapter(WholePercent)
    ),
    Rule.DEFERRAL: RuleForm("How long a case may stay deferred before it is back before the panel", _PROCESS),
    Rule.MANDATE: RuleForm("How long an approval holds while no contract route is chosen", _PROCESS),
    Rule.ASSURANCE: RuleForm("To rate every assurance strand", _PROCESS),
    Rule.TRANSFER_CONSULTATION: RuleForm(
        "How long the staff's representatives are consulted on a transfer, counted from when they were informed: the "
        "law says long enough, and no number (TUPE, SI 2006/246, reg 13(2), (6))",
        _PROCESS,
    ),
    Rule.READINESS_REVIEW: RuleForm("To decide whether the mutual is ready to launch", _PROCESS),
    Rule.IDLE_LIMIT: RuleForm("How long a case may lie idle before it lapses", _PROCESS, TypeAdapter(IdleLimit)),
    Rule.WORKING_DAY_CALENDAR: RuleForm(
        "Whose bank holidays are no working days, for the clocks that rest on the body's own rules",
        _PROCESS,
        TypeAdapter(CalendarName),
    ),
    Rule.CONSTITUTION: RuleForm(
        "Who decides for the body in these matters, from which follow notices, agendas, records and call-in; where a "
        "body set none, the constitution that is usual for its kind, as the processes publish it",
        "the body's own constitution: Local Government Act 2000 s.9P for councils, its scheme of delegation for others",
        TypeAdapter(OwnConstitution),
    ),
    Rule.BOARD_MEETING_NOTICE: RuleForm(
        "Public notice of a meeting of the board of an NHS trust or an integrated care board, with its papers, in "
        "clear days; none is asked for where the board set none",
        "the board's standing orders",
        TypeAdapter(Notice),
    ),
    Rule.RETENTION_LAUNCHED: RuleForm(
        "How long a case is kept after the end of the contract with the mutual, in months; longer where it is a deed",
        _SCHEDULE,
        TypeAdapter(Retention),
    ),
    Rule.RETENTION_TENDER_LOST: RuleForm(
        "How long a case is kept in which another bidder won, in months", _SCHEDULE, TypeAdapter(Retention)
    ),
    Rule.RETENTION_OTHER: RuleForm(
        "How long a case is kept that ended in any other way, in months", _SCHEDULE, TypeAdapter(Retention)
    ),
}

LISTED = "\n".join(f"- `{rule}`: {form.says} ({form.source})" for rule, form in FORMS.items())
"""The rules for the public documentation."""


def require_settable_for(rule: Rule, sector: Sector | None) -> None:
    """Refuse a kind of service for a rule that holds for every kind alike."""
    if sector is not None and not FORMS[rule].by_service:
        named = ", ".join(name for name, form in FORMS.items() if form.by_service)
        raise Invalid(
            errors=[FieldError("/sector", f"{rule} is one for every service; by kind of service are {named}")]
        )


def read_value(rule: Rule, said: object, *, kind: str = "") -> Any:
    """Return the value as it is stored, in JSON; raise Invalid for one that has not the form of this rule, or that no
    body of this kind can have, where the kind is told.
    """
    adapter = FORMS[rule].value
    try:
        value = adapter.validate_python(said)
    except ValidationError as error:
        raise Invalid(errors=describe_failure(error, said, under="/value")) from error
    forms = list_forms(kind)
    if rule is Rule.CONSTITUTION and value.form not in forms:
        fitting = ", ".join(sorted(forms))
        raise Invalid(errors=[FieldError("/value/form", f"a body of the kind {kind} has one of: {fitting}")])
    return adapter.dump_python(value, mode="json", by_alias=True, exclude_none=True)
