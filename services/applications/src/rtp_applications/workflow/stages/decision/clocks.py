"""Clocks of deferral, conditions, call-in and mandate."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from rtp_applications.deadlines.rules.days import Length, Unit, civil_date
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.common.clocks import for_the_body, for_the_group, propose_clock
from rtp_applications.workflow.common.constitutions import find_constitution
from rtp_applications.workflow.common.payloads import Publication
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import Decision, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.decision.approvals import (
    find_approval,
    find_approval_day,
    find_response_day,
    has_call_in_begun,
    list_open_conditions,
    may_be_called_in,
)
from rtp_applications.workflow.stages.decision.payloads import Approval


def find_day_before_next_condition(snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day from which one day is counted to the due date of the open condition that falls due first."""
    due = min((each.due_on for each in list_open_conditions(snapshot)), default=None)
    return due - timedelta(days=1) if due else None


@dataclass(frozen=True)
class DecisionPublication:
    """The day from which the call-in window counts. Equal in every version, so that a window that runs stays as it is
    when the case is moved.
    """

    may_be_called_in: Callable[[CaseSnapshot], bool] = field(compare=False)

    def __call__(self, snapshot: CaseSnapshot, today: date) -> date | None:
        """Return the day; None if the decision is unpublished, once the window ran, or without call-in.

        The closing of conditions counts as published today: the approval on conditions was made public before.
        """
        approved = find_approval(snapshot)
        if not self.may_be_called_in(snapshot) or approved is None or has_call_in_begun(snapshot):
            return None
        if approved.kind != Approval.KIND:
            return today
        register = snapshot.find_record(Publication, Decision.APPROVED)
        registered = register.signed[-1].at if register and register.signed[-1].at >= approved.signed[-1].at else None
        approval = snapshot.find(Approval)
        said = approval.decision_published_on if approval else None
        return said or (civil_date(registered) if registered else None)


def find_direction_length(snapshot: CaseSnapshot) -> Length | None:
    """Return for how long a direction of scrutiny has effect; None where the law knows no direction."""
    return DIRECTION if _is_directed(snapshot) else None


def find_reconsideration_length(snapshot: CaseSnapshot) -> Length | None:
    """Return within what time the body meets about the decision anew; None where the law sets none."""
    return RECONSIDERATION if _is_directed(snapshot) else None


def _is_directed(snapshot: CaseSnapshot) -> bool:
    constitution = find_constitution(snapshot, find_approval_day(snapshot))
    return constitution is not None and constitution.scrutiny_direction is not None


def find_day_of_response(snapshot: CaseSnapshot, _: date) -> date | None:
    return find_response_day(snapshot)


SCRUTINY_REVIEW = CaseClock(
    name="scrutiny-review",
    description="Scrutiny looks at the decision that it called in: after this time its silence holds it no more",
    runs_in=frozenset({Status.CALLED_IN}),
    rule="call-in-review",
    basis=Basis.LOCAL_RULE,
    source="the body's constitution, to which Local Government Act 2000 s.9F leaves the arrangements",
    local_calendar=True,
    met_by=("record-scrutiny-response",),
    met_as_of=find_response_day,
    started_by=("call-in",),
    window=True,
)
DIRECTION, RECONSIDERATION = Length(14, Unit.CALENDAR_DAYS), Length(10, Unit.CALENDAR_DAYS)
OF_A_COMBINED_AUTHORITY = (
    CaseClock(
        name="scrutiny-direction",
        description="The direction of scrutiny that the decision rests: it has effect for 14 days from its day at most",
        runs_in=frozenset({Status.CALLED_IN}),
        length_of=find_direction_length,
        basis=Basis.STATUTE,
        source="SI 2017/68 art 7(4)(b) (combined authorities)",
        started_by=("call-in",),
        window=True,
    ),
    CaseClock(
        name="reconsideration",
        description="Meet to reconsider the decision, 10 days after the day on which the recommendations of scrutiny "
        "came",
        runs_in=frozenset({Status.CALLED_IN}),
        length_of=find_reconsideration_length,
        basis=Basis.STATUTE,
        source="SI 2017/68 art 7(4)(a) (combined authorities)",
        started_by=("record-scrutiny-response",),
        reminders=(3,),
        counts_from=find_day_of_response,
    ),
)
CLOCKS = (
    propose_clock(
        "deferral", "Answer the questions of the panel, counted from their entry", 60, Status.DEFERRED,
        unit=Unit.CALENDAR_DAYS, reminders=(14,), on_end="end-deferral",
        extendable=for_the_group(60, Unit.CALENDAR_DAYS), runs_from_entry=True,
    ),
    CaseClock(
        name="condition",
        description="Close the condition that falls due first, by the day that the decision set",
        runs_in=frozenset({Status.APPROVED_CONDITIONAL}),
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.LOCAL_RULE,
        source="the conditional approval itself",
        started_by=("approve-with-conditions", "close-condition"),
        reminders=(14, 3),
        on_end="let-condition-lapse",
        counts_from=find_day_before_next_condition,
    ),
    CaseClock(
        name="call-in-window",
        description="Scrutiny may call the decision in, counted from its publication",
        runs_in=frozenset({Status.APPROVED}),
        length=Length(5, Unit.WORKING_DAYS),
        rule="call-in-window",
        rule_on=find_approval_day,
        basis=Basis.LOCAL_RULE,
        source="the council's constitution; 5 working days are common, and stand where it is silent",
        local_calendar=True,
        started_by=("approve", "close-conditions", "publish-decision"),
        window=True,
        counts_from=DecisionPublication(may_be_called_in),
    ),
    propose_clock(
        "mandate", "Choose a contract route before the mandate lapses", 12, Status.APPROVED, Status.CALLED_IN,
        unit=Unit.MONTHS, window=True, pauses_in=frozenset({Status.CALLED_IN}), reminders=(90, 30),
        on_end="lapse-mandate", extendable=for_the_body(6, Unit.MONTHS),
    ),
    *OF_A_COMBINED_AUTHORITY,
    SCRUTINY_REVIEW,
)  # fmt: skip
