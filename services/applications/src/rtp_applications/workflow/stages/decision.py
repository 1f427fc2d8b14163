"""The decision on a business case and what follows on it: rows 13, 14, 22, 27 and 28 of the process."""

from datetime import date, timedelta
from typing import ClassVar

from pydantic import Field

from rtp_applications.clocks.days import LONGEST
from rtp_applications.workflow.casefile import CaseFile, Record, Recorded
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.guards import time_is_over
from rtp_applications.workflow.records import Findings, Reasons
from rtp_applications.workflow.words import WITH_EXECUTIVES, Criterion
from rtp_shared.schemas import Input, Line, Prose


class Approval(Record):
    """The mandate to proceed."""

    KIND: ClassVar[str] = "approval"

    findings: Findings
    decision_published_on: date | None = Field(
        default=None,
        description="When the body published the decision, from where the call-in window counts; none: not yet, and it "
        "counts from the day of `publish-decision`",
    )


class Condition(Input):
    id: Line = Field(description="Short name, to answer it by", examples=["pension-bond"])
    text: Prose = Field(description="What must be so")
    due_on: date = Field(description="Civil date in London by whose end it must be closed")


class ConditionalApproval(Record):
    """The mandate to proceed once every condition is closed."""

    KIND: ClassVar[str] = "conditional-approval"

    findings: Findings
    conditions: list[Condition] = Field(min_length=1, max_length=50)


class ConditionEvidence(Record):
    """What shows that a condition is met."""

    KIND: ClassVar[str] = "condition-evidence"
    KEY: ClassVar[str | None] = "condition"

    condition: Line = Field(description="Id of the condition")
    evidence: Prose
    documents: list[Line] = Field(default=[], max_length=50, description="Ids of documents that show it")


class ConditionClosure(Record):
    """An officer found a condition met."""

    KIND: ClassVar[str] = "condition-closure"
    KEY: ClassVar[str | None] = "condition"

    condition: Line = Field(description="Id of the condition")
    note: Prose | None = None


class Question(Input):
    id: Line = Field(description="Short name, to answer it by", examples=["cash-flow-year-2"])
    text: Prose = Field(description="What the panel wants to know")


class Deferral(Record):
    """What must be answered before it is decided."""

    KIND: ClassVar[str] = "deferral"

    reasons: Prose
    questions: list[Question] = Field(min_length=1, max_length=50)
    findings: Findings | None = Field(default=None, description="Of the panel; required where the panel defers")


class QuestionAnswer(Record):
    """The answer to one question, with what shows it."""

    KIND: ClassVar[str] = "question-answer"
    KEY: ClassVar[str | None] = "question"

    question: Line = Field(description="Id of the question")
    answer: Prose
    documents: list[Line] = Field(default=[], max_length=50, description="Ids of documents that show it")


class CallIn(Reasons):
    """Scrutiny calls the decision in."""

    KIND: ClassVar[str] = "call-in"


class ScrutinyResponse(Reasons):
    """What scrutiny found of the decision that it called in."""

    KIND: ClassVar[str] = "scrutiny-response"


class Confirmation(Reasons):
    """The decision stands after the call-in."""

    KIND: ClassVar[str] = "call-in-confirmation"


@guard("/findings", given=True)
def reasoned_by_criterion(step: Step) -> str | None:
    """Reasons are given for each of desirability, viability and feasibility."""
    missing = [each for each in Criterion if not getattr(step.given.findings, each, None)]
    return f"say why, for: {', '.join(missing)}" if missing else None


@guard("/findings/valueForMoney", given=True)
def value_for_money_concluded(step: Step) -> str | None:
    """There is a conclusion on value for money."""
    return None if getattr(step.given.findings, "value_for_money", None) else "conclude on value for money"


@guard("/conditions", given=True)
def conditions_told_apart(step: Step) -> str | None:
    """Every condition has an id of its own, so that each can be closed."""
    return _told_apart([each.id for each in step.given.conditions])


@guard("/conditions", given=True)
def conditions_fall_due_later(step: Step) -> str | None:
    """Every condition leaves time to meet it, ten years at most."""
    last = step.today + timedelta(days=LONGEST)
    wrong = [each.id for each in step.given.conditions if not step.today < each.due_on <= last]
    return f"due today or before, or in more than ten years: {', '.join(wrong)}" if wrong else None


@guard("/questions", given=True)
def questions_told_apart(step: Step) -> str | None:
    """Every question has an id of its own, so that each can be answered."""
    return _told_apart([each.id for each in step.given.questions])


def _told_apart(ids: list[str]) -> str | None:
    return None if len(ids) == len(set(ids)) else "two have the same id"


def conditions(file: CaseFile) -> list[Condition]:
    approval = file.last(ConditionalApproval)
    return approval.conditions if approval else []


def open_conditions(file: CaseFile) -> list[Condition]:
    closed = {each.condition for each, _ in file.every(ConditionClosure)}
    return [each for each in conditions(file) if each.id not in closed]


def day_before_next_condition(file: CaseFile, _: date) -> date | None:
    """From where one day is counted to the due date of the open condition that falls due first."""
    due = min((each.due_on for each in open_conditions(file)), default=None)
    return due - timedelta(days=1) if due else None


@guard("/condition", given=True)
def condition_is_open(step: Step) -> str | None:
    """It is one of the conditions, and not closed yet."""
    known = {each.id for each in open_conditions(step.file)}
    return None if step.given.condition in known else "no such condition is open"


@guard("/condition", given=True)
def condition_evidenced(step: Step) -> str | None:
    """There is evidence that an open condition is met."""
    known = {each.id for each in open_conditions(step.file)}
    if step.given.condition not in known or step.file.recorded(ConditionEvidence, step.given.condition):
        return None
    return "there is no evidence for it yet"


@guard()
def every_condition_closed(step: Step) -> str | None:
    """Every condition is closed, with evidence."""
    waiting = [each.id for each in open_conditions(step.file)]
    return f"not closed: {', '.join(waiting)}" if waiting else None


@guard()
def condition_time_over(step: Step) -> str | None:
    """The due date of a condition passed, and it is not closed."""
    if open_conditions(step.file) and time_is_over(step, "condition"):
        return None
    return "no open condition is overdue"


def _questions(step: Step) -> list[Question]:
    deferral = step.file.last(Deferral)
    return deferral.questions if deferral else []


@guard("/question", given=True)
def question_was_asked(step: Step) -> str | None:
    """It is one of the questions asked."""
    return None if step.given.question in {each.id for each in _questions(step)} else "no such question was asked"


@guard()
def every_question_answered(step: Step) -> str | None:
    """Every question is answered, with what shows it."""
    answered = {each.question for each, _ in step.file.every(QuestionAnswer)}
    waiting = [each.id for each in _questions(step) if each.id not in answered]
    return f"not answered: {', '.join(waiting)}" if waiting else None


@guard()
def deferral_time_over(step: Step) -> str | None:
    """The time for the answers is over."""
    return None if time_is_over(step, "deferral") else "there is time left for the answers"


def approved_by(file: CaseFile) -> Recorded | None:
    """The newest approval, with conditions or without."""
    found = [each for kind in (Approval, ConditionalApproval) if (each := file.recorded(kind))]
    return max(found, key=lambda each: each.signed[-1].at, default=None)


def may_be_called_in(file: CaseFile) -> bool:
    """Call-in is for councils with an executive (Localism Act 2011 Sch.2), and for a body that set a window itself."""
    body = file.bodies.get(file.case.decision_body) if file.case.decision_body else None
    return (body is not None and body.kind in WITH_EXECUTIVES) or file.rule("call-in-window") is not None


def call_in_begun(file: CaseFile) -> bool:
    """Whether the newest approval had its call-in window, or has it."""
    approved, window = approved_by(file), file.deadline("call-in-window")
    return approved is not None and window is not None and window.started_at >= approved.signed[-1].at


@guard("/decisionPublishedOn", given=True)
def decision_published_by_today(step: Step) -> str | None:
    """The decision was published on a day that is not in the future, or is not published yet."""
    published = step.given.decision_published_on
    return None if published is None or published <= step.today else "the day of publication lies in the future"


@guard()
def call_in_window_open(step: Step) -> str | None:
    """The time in which scrutiny may call the decision in is not over; once called in, it is not called in again."""
    window = step.file.deadline("call-in-window")
    if window and window.is_open and not window.is_over(step.now):
        return None
    return "the decision cannot be called in any more"


@guard()
def scrutiny_responded(step: Step) -> str | None:
    """What scrutiny found is on file."""
    return None if step.file.last(ScrutinyResponse) else "the response of scrutiny is wanting"


@guard()
def mandate_time_over(step: Step) -> str | None:
    """No contract route was chosen for as long as the mandate lasts."""
    return None if time_is_over(step, "mandate") else "the mandate still lasts"


@guard()
def mandate_reminders_sent(step: Step) -> str | None:
    """Two reminders were sent before."""
    mandate = step.file.deadline("mandate")
    return None if mandate and mandate.reminded >= 2 else "two reminders must go before"
