"""Payloads of the decision on a business case and of what follows on it."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_applications.workflow.common.days import ByTheRules, DecidedByDocument
from rtp_applications.workflow.common.payloads import Findings, Reasons, Refusal
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Input, Line, Prose


class Approval(ByTheRules):
    """The mandate to proceed."""

    KIND: ClassVar[str] = "approval"

    findings: Findings
    decision_published_on: Day | None = Field(
        default=None,
        description="When the body published the decision, from where the call-in window counts; none: not yet, and it "
        "counts from the day of `publish-decision`",
    )


class Condition(Input):
    id: Line = Field(description="Short name, to answer it by", examples=["pension-bond"])
    text: Prose = Field(description="What must be so")
    due_on: Day = Field(description="Civil date in London by whose end it must be closed")


class ConditionalApproval(ByTheRules):
    """The mandate to proceed once every condition is closed."""

    KIND: ClassVar[str] = "conditional-approval"

    findings: Findings
    conditions: list[Condition] = Field(min_length=1, max_length=50)


class ConditionEvidence(Payload):
    """What shows that a condition is met."""

    KIND: ClassVar[str] = "condition-evidence"
    KEY: ClassVar[str | None] = "condition"

    condition: Line = Field(description="Id of the condition")
    evidence: Prose
    documents: list[Line] = Field(default=[], max_length=50, description="Ids of documents that show it")


class ConditionClosure(DecidedByDocument):
    """An officer found a condition met."""

    KIND: ClassVar[str] = "condition-closure"
    KEY: ClassVar[str | None] = "condition"

    condition: Line = Field(description="Id of the condition")
    note: Prose | None = None


class Question(Input):
    id: Line = Field(description="Short name, to answer it by", examples=["cash-flow-year-2"])
    text: Prose = Field(description="What the panel wants to know")


class Deferral(DecidedByDocument):
    """What must be answered before it is decided."""

    KIND: ClassVar[str] = "deferral"

    reasons: Prose
    questions: list[Question] = Field(min_length=1, max_length=50)
    findings: Findings | None = Field(default=None, description="Of the panel; required where the panel defers")


class PanelDeferral(Deferral, ByTheRules):
    """What must be answered before the panel decides."""

    @property
    def changes_nothing(self) -> bool:
        return True


class BusinessCaseRefusal(Refusal, ByTheRules):
    """The refusal of a business case: its reasons, and what was found."""

    @property
    def changes_nothing(self) -> bool:
        return True


class QuestionAnswer(Payload):
    """The answer to one question, with what shows it."""

    KIND: ClassVar[str] = "question-answer"
    KEY: ClassVar[str | None] = "question"

    question: Line = Field(description="Id of the question")
    answer: Prose
    documents: list[Line] = Field(default=[], max_length=50, description="Ids of documents that show it")


class CallIn(Reasons, DecidedByDocument):
    """Scrutiny calls the decision in."""

    KIND: ClassVar[str] = "call-in"

    decided_on: Day | None = Field(
        default=None,
        description="Civil date in London on which it was called in, as the call-in on paper says; left out, it is the "
        "day on which it is put on file. One in time that is entered when the time is over names that paper",
    )


class ScrutinyResponse(Reasons, DatedByDocument):
    """What scrutiny found of the decision that it called in."""

    KIND: ClassVar[str] = "scrutiny-response"
    ADDED: ClassVar[tuple[str, ...]] = ("received_on",)

    received_on: Day | None = Field(
        default=None,
        description="When the body received it, from which the time to reconsider counts (SI 2017/68 art 7(4)(a)); "
        "left out, it is the day on which it is put on file",
    )


class CallInLapse(DatedByDocument):
    """By its constitution the body may carry the decision out, for scrutiny did not meet about it in time."""

    KIND: ClassVar[str] = "call-in-lapse"

    lapsed_on: Day = Field(description="From when on the decision may be carried out")
    paragraph: Line = Field(
        description="Where the constitution says so", examples=["Constitution, part 4, overview and scrutiny, 16(f)"]
    )
    found_by: Line = Field(description="Who found it, by title", examples=["The monitoring officer"])
    reasons: Prose


class Confirmation(Reasons, DecidedByDocument):
    """The decision stands after the call-in."""

    KIND: ClassVar[str] = "call-in-confirmation"


class CallInReopening(Reasons, DecidedByDocument):
    """The authority takes an acceptance up again after the call-in."""

    KIND: ClassVar[str] = "call-in-reopening"
