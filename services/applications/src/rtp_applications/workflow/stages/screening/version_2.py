"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from dataclasses import replace
from datetime import date

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Action, CaseClock, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.stages.screening.guards import decision_within_maximum_period


@guard("/sentOn", payload=True)
def sent_since_submission(step: Step) -> str | None:
    """The receipt was sent on a day from the submission to today."""
    return _check_since_submission(step, step.payload.sent_on)


@guard("/notifiedOn", payload=True)
def notified_since_submission(step: Step) -> str | None:
    """The notice was given on a day from the submission to today."""
    return _check_since_submission(step, step.payload.notified_on)


def _check_since_submission(step: Step, day: date) -> str | None:
    submitted = step.snapshot.case.submitted_at
    if day > step.today:
        return f"{day} lies in the future"
    if submitted is not None and day < civil_date(submitted):
        return f"{day} lies before the submission on {civil_date(submitted)}"
    return None


@guard("/expectedOn", payload=True)
def decision_date_in_time(step: Step) -> str | None:
    """The expected decision lies after the notice, and not after the maximum period."""
    if step.payload.expected_on < step.payload.notified_on:
        return "the decision is expected before the notice was given"
    limit = step.snapshot.find_deadline("eoi-decision")
    if limit and limit.pausable is False and step.payload.expected_on > limit.due_on:
        return f"the maximum period ends on {limit.due_on}"
    return None


LATER = frozenset({Status.EOI_UNDER_REVIEW})


def _notify_decision_date(now: Action) -> Action:
    former = (decision_date_in_time, notified_since_submission)
    kept = tuple(each for each in now.guards if each is not decision_within_maximum_period)
    return without_bounds(*former)(replace(now, guards=kept, from_states=now.from_states - LATER))


def _tell_decision_date(now: CaseClock) -> CaseClock:
    return replace(now, runs_in=now.runs_in - LATER, yields_to=None)


@guard("/answer", payload=True)
def answered_or_declined(step: Step) -> str | None:
    """There is an answer, a document, or the word that it is declined."""
    return None if step.payload.answer or step.payload.documents or step.payload.declined else "answer it or decline it"


def _answer_item(now: Action) -> Action:
    return now.without_guard("documents-are-on-file").replace_guard(answered_or_declined.name, answered_or_declined)


VERSION_2 = Earlier(
    clocks={"decision-date-notice": _tell_decision_date},
    actions={
        "answer-item": _answer_item,
        "acknowledge": without_bounds(sent_since_submission),
        "notify-decision-date": _notify_decision_date,
    },
    added=frozenset({"refuse-to-consider"}),
)
