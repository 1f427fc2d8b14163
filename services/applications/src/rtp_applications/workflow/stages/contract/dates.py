"""Bounds of the dates of the regime, of the contract's start and of the procurement."""

from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.bounds import TODAY, Limit, bound, with_late_entries
from rtp_applications.workflow.common.days import find_day
from rtp_applications.workflow.common.decided import find_last_move
from rtp_applications.workflow.common.limits import IN_A_YEAR, IN_TEN_YEARS, LONG_AGO, SUBMISSION, TWO_YEARS_BEFORE
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.stages.contract.acceptance import find_acceptance_day
from rtp_applications.workflow.stages.decision.approvals import find_approval


def _find_acceptance(step: Step) -> date | None:
    return find_acceptance_day(step.snapshot)


def _find_mandate(step: Step) -> date | None:
    approved = find_approval(step.snapshot)
    return find_day(approved) if approved else find_acceptance_day(step.snapshot)


def _find_first_day_uncalled(step: Step) -> date:
    """Return the day after the time for a call-in, where that ran to its end; else that of the decision itself."""
    window, decided = step.snapshot.find_deadline("call-in-window"), find_last_move(step)
    ran = window is not None and window.state is not DeadlineState.CANCELLED
    return max(decided, window.due_on + ONE_DAY) if window and ran else decided


ACCEPTANCE = Limit("the day on which the expression of interest was accepted", _find_acceptance)
MANDATE = Limit("the day of the decision that leads to the contract route", _find_mandate)

UNCALLED = Limit(
    "the day after the time for a call-in, or where none ran the decision that leads there", _find_first_day_uncalled
)

OF_THE_REGIME = with_late_entries(bound("determined_on", SUBMISSION, expected=MANDATE))
OF_THE_TERMS = (bound("starts_on", TODAY, IN_TEN_YEARS),)
OF_THE_ROUTE = with_late_entries(bound("decided_on", UNCALLED, law="Local Government Act 2000 s.9F(4)"))
OF_THE_PROCUREMENT = with_late_entries(
    bound("applicants_told_on", ACCEPTANCE),
    bound("decided_on", UNCALLED, law="Local Government Act 2000 s.9F(4)"),
    reference="reference",
)
OF_THE_FACTS = (
    bound("commenced_on", TWO_YEARS_BEFORE, IN_A_YEAR, timely=False),
    bound("comparable_contract_on", LONG_AGO, timely=False),
)
