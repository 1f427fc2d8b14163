"""Guards of the decision on a business case and of what follows on it: rows 13, 14, 22, 27 and 28."""

from rtp_applications.deadlines.rules.days import ONE_DAY
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.common.days import read_decision_day
from rtp_applications.workflow.common.guards import is_time_over
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import Criterion
from rtp_applications.workflow.stages.decision.approvals import (
    find_lapse_day,
    list_open_conditions,
    list_scrutiny_times,
)
from rtp_applications.workflow.stages.decision.payloads import (
    CallIn,
    ConditionEvidence,
    Deferral,
    Question,
    QuestionAnswer,
    ScrutinyResponse,
)
from rtp_shared.problems import FieldError


@guard("/findings", payload=True)
def reasoned_by_criterion(step: Step) -> str | None:
    """Reasons are given for each of desirability, viability and feasibility."""
    missing = [each for each in Criterion if not getattr(step.payload.findings, each, None)]
    return f"say why, for: {', '.join(missing)}" if missing else None


@guard("/findings/valueForMoney", payload=True)
def value_for_money_concluded(step: Step) -> str | None:
    """There is a conclusion on value for money."""
    return None if getattr(step.payload.findings, "value_for_money", None) else "conclude on value for money"


@guard("/conditions", payload=True)
def conditions_told_apart(step: Step) -> str | None:
    """Every condition has an id of its own, so that each can be closed."""
    return _find_duplicate_ids([each.id for each in step.payload.conditions])


@guard("/questions", payload=True)
def questions_told_apart(step: Step) -> str | None:
    """Every question has an id of its own, so that each can be answered."""
    return _find_duplicate_ids([each.id for each in step.payload.questions])


def _find_duplicate_ids(ids: list[str]) -> str | None:
    return None if len(ids) == len(set(ids)) else "two have the same id"


@guard("/condition", payload=True)
def condition_is_open(step: Step) -> str | None:
    """It is one of the conditions, and not closed yet."""
    known = {each.id for each in list_open_conditions(step.snapshot)}
    return None if step.payload.condition in known else "no such condition is open"


@guard("/condition", payload=True)
def condition_evidenced(step: Step) -> str | None:
    """There is evidence that an open condition is met."""
    known = {each.id for each in list_open_conditions(step.snapshot)}
    if step.payload.condition not in known or step.snapshot.find_record(ConditionEvidence, step.payload.condition):
        return None
    return "there is no evidence for it yet"


@guard()
def every_condition_closed(step: Step) -> str | None:
    """Every condition is closed, with evidence."""
    waiting = [each.id for each in list_open_conditions(step.snapshot)]
    return f"not closed: {', '.join(waiting)}" if waiting else None


@guard()
def condition_time_over(step: Step) -> str | None:
    """The due date of a condition passed, and it is not closed."""
    if list_open_conditions(step.snapshot) and is_time_over(step, "condition"):
        return None
    return "no open condition is overdue"


def _list_questions(step: Step) -> list[Question]:
    deferral = step.snapshot.find(Deferral)
    return deferral.questions if deferral else []


@guard("/question", payload=True)
def question_was_asked(step: Step) -> str | None:
    """It is one of the questions asked."""
    return (
        None if step.payload.question in {each.id for each in _list_questions(step)} else "no such question was asked"
    )


@guard()
def every_question_answered(step: Step) -> str | None:
    """Every question is answered, with what shows it."""
    answered = {each.question for each, _ in step.snapshot.list_payloads(QuestionAnswer)}
    waiting = [each.id for each in _list_questions(step) if each.id not in answered]
    return f"not answered: {', '.join(waiting)}" if waiting else None


@guard()
def deferral_time_over(step: Step) -> str | None:
    """The time for the answers is over."""
    return None if is_time_over(step, "deferral") else "there is time left for the answers"


@guard("/decidedOn", payload=True)
def call_in_window_open(step: Step) -> FieldError | None:
    """On the day of the call-in the time for it was not over; once called in, a decision is not called in again. One in
    time that is entered when the time is over names the paper that it is taken from.
    """
    window, day = step.snapshot.find_deadline("call-in-window"), read_decision_day(step) or step.today
    before = step.snapshot.find_record(CallIn)
    called = window and before and before.signed[-1].at >= window.started_at
    if window is None or window.state is DeadlineState.CANCELLED or called:
        return FieldError("/decidedOn", "the decision cannot be called in, or was before")
    if day > window.due_on:
        return FieldError("/decidedOn", f"the time for a call-in ended on {window.due_on}")
    if step.today > window.due_on and not step.payload.taken_from:
        return FieldError("/takenFrom", f"the time for a call-in ended on {window.due_on}: name the paper of {day}")
    return None


@guard()
def scrutiny_has_no_time(step: Step) -> str | None:
    """Neither the law nor the body's own rule gives scrutiny a time after which the decision may be carried out, and it
    has not answered: only then the constitution's own paragraph is put on file (Local Government Act 2000 s.9F leaves
    the arrangements to the body; SI 2017/68 art 7(4)(b)).
    """
    if step.snapshot.find(ScrutinyResponse):
        return "scrutiny has answered"
    running = next(iter(list_scrutiny_times(step.snapshot)), None)
    return f"{running.clock} ends on {running.due_on}: nothing else is needed" if running else None


@guard()
def scrutiny_responded(step: Step) -> str | None:
    """What scrutiny found is on file, or its silence holds the decision no more: the time is over for which it may
    direct that the decision rests, 14 days in a combined authority (SI 2017/68 art 7(4)(b)), or which the body's own
    rule `call-in-review` gives it; or the call-in lapsed by the constitution (Local Government Act 2000 s.9F).
    """
    lapsed_on = find_lapse_day(step.snapshot)
    if step.snapshot.find(ScrutinyResponse) or (lapsed_on and step.today >= lapsed_on):
        return None
    law = " (SI 2017/68 art 7(4)(b))" if step.snapshot.find_deadline("scrutiny-direction") else ""
    until = f" until the end of {lapsed_on - ONE_DAY}{law}" if lapsed_on else ""
    return f"the response of scrutiny is wanting{until}"


@guard()
def mandate_time_over(step: Step) -> str | None:
    """No contract route was chosen for as long as the mandate lasts."""
    return None if is_time_over(step, "mandate") else "the mandate still lasts"


@guard()
def mandate_reminders_sent(step: Step) -> str | None:
    """Two reminders were sent before."""
    mandate = step.snapshot.find_deadline("mandate")
    return None if mandate and mandate.reminded >= 2 else "two reminders must go before"
