"""Payloads that have the day of a decision, and the day of what is on file."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.bounds import Dated, DatedByDocument
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import Payload, SignedRecord
from rtp_shared.schemas import Day, Line, Prose

DAYS = ("decidedOn", "madeOn", "enteredIntoOn")
"""Members of a record's content that say on which day it happened."""


class Decided(Dated):
    """A decision with its day, whose document another field names."""

    ADDED: ClassVar[tuple[str, ...]] = ("decided_on",)

    decided_on: Day | None = Field(
        default=None,
        description="Civil date in London on which it was decided, as in the minutes; left out, it is the day on which "
        "it is put on file. What must go before the decision is held against this day, and its times count from it",
    )


class DecidedByDocument(Decided, DatedByDocument):
    """A decision with its day, and the document from which that is taken where it is entered late."""


class Notified(DecidedByDocument):
    """A decision of which those concerned are notified in writing."""

    ADDED: ClassVar[tuple[str, ...]] = ("notified_on",)

    notified_on: Day | None = Field(
        default=None,
        description="Of a challenge: when the group was notified of the decision in writing; left out, that is done by "
        "this entry. The longest time that the authority published runs to the notification (Localism Act 2011 "
        "s.84(3)(b))",
    )


class ByTheRules(DecidedByDocument):
    """A decision that an executive, or a combined authority, makes as a key decision, or says why it is none."""

    ADDED: ClassVar[tuple[str, ...]] = ("is_key_decision", "not_key_because", "not_key_reference")

    is_key_decision: bool | None = Field(
        default=None,
        strict=True,
        description="Of an executive or a combined authority: whether the decision is likely to incur or save what is "
        "significant to the budget of the service, or to be significant in its effects in two or more wards (SI "
        "2012/2089 reg 8(1); SI 2017/68 art 11(1)(a)). Left out, it is one; a deferral, a refusal of the business case "
        "and a service kept as it is change nothing there, and are none",
    )
    not_key_because: Prose | None = Field(
        default=None, description="Where isKeyDecision is false of what would be one: why it is none"
    )
    not_key_reference: Line | None = Field(
        default=None,
        description="Where that is on paper; of a combined authority the view of its overview and scrutiny committee, "
        "by which it goes (SI 2017/68 art 11(1)(a))",
    )

    @property
    def changes_nothing(self) -> bool:
        """Return True of a decision that leaves all as it is, so that it is no key decision unless said to be one."""
        return False

    @property
    def is_key(self) -> bool:
        return not self.changes_nothing if self.is_key_decision is None else self.is_key_decision


class DecisionDay(DecidedByDocument):
    """The day of a decision that takes nothing else; each action has a record of its own, under its name."""

    KIND: ClassVar[str] = "decision-day"


def read_decision_day(step: Step) -> date | None:
    """Return the day of the decision that the step puts on file, today if it says none; None if it is no such step."""
    model = step.action.payload_model
    if not issubclass(model, Decided) or "decided_on" not in model.model_fields:
        return None
    return (step.payload.decided_on if step.payload else None) or step.today


def find_decision_day(step: Step) -> date:
    """Return the day of the decision that the step puts on file; today, if it puts none on file."""
    return read_decision_day(step) or step.today


def fill_decision_day(step: Step, payload: Payload) -> Payload:
    """Return the payload with the day of the decision, where it was left out."""
    day = read_decision_day(step)
    return payload.model_copy(update={"decided_on": day}) if day else payload


def name_record(step: Step, payload: Payload) -> str:
    """Return the key of the record: of one with nothing but the day, the name of its action."""
    return step.action.name if isinstance(payload, DecisionDay) else payload.key


def find_day(record: SignedRecord) -> date:
    """Return the day on which what is on file happened, as it says; else that on which it was put there."""
    said = next((record.content[name] for name in DAYS if record.content.get(name)), None)
    return date.fromisoformat(said) if said else civil_date(record.signed[-1].at)
