"""Bounds of the dates of the receipt and of the notice of the decision's date."""

from datetime import date

from rtp_applications.deadlines.rules.days import due_on
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.deadlines.rules.running import choose_calendar, find_length, find_open_deadline
from rtp_applications.workflow.bounds import Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import IN_TEN_YEARS, SUBMISSION
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.stages.reorganisation.facts import find_restart_day

RECEIPT = Limit(
    "the day on which the case was submitted, or from which a reorganisation began its times anew",
    lambda step: find_restart_day(step.snapshot) or SUBMISSION.find(step),
)


def _find_last_day_of(step: Step, name: str, start: date) -> date | None:
    """Return the last day of the time that this clock counts, if it begins on the day; None if it has no length."""
    clock = step.process.find_clock(name)
    length = find_length(clock, step.snapshot, step.today) if clock else None
    if clock is None or length is None:
        return None
    return due_on(start, length, choose_calendar(clock, step.snapshot, step.today))


def _find_latest_decision(step: Step) -> date | None:
    """Return the day by which the decision is due if the review begins on the last day for screening. Where a statute
    counts the time from the receipt, a guard of its own holds the day against it.
    """
    clock = step.process.find_clock("eoi-decision")
    if clock is None or clock.basis is Basis.STATUTE:
        return IN_TEN_YEARS.find(step)
    screening = find_open_deadline(step.snapshot, "screening")
    begins = screening.due_on if screening else _find_last_day_of(step, "screening", step.today)
    return _find_last_day_of(step, "eoi-decision", max(begins or step.today, step.today))


LATEST_DECISION = Limit(
    "the day by which the decision is due if the review begins on the last day for screening; where a statute sets its "
    "time, ten years from today",
    _find_latest_decision,
)
OF_THE_RECEIPT = with_late_entries(bound("sent_on", SUBMISSION))
OF_THE_NOTICE = with_late_entries(
    bound("notified_on", RECEIPT), bound("expected_on", same_as("notified_on"), LATEST_DECISION)
)
