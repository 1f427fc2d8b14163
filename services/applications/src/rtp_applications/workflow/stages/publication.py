"""Publishing a decision in the public register: which decisions a case holds, and what may be said of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from rtp_applications.workflow.casefile import CaseFile, Record, Recorded
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.records import Refusal
from rtp_applications.workflow.stages.award import Award, TenderLoss
from rtp_applications.workflow.stages.decision import Approval, ConditionalApproval, Deferral
from rtp_applications.workflow.stages.interest import Acceptance, Consent, Modification
from rtp_applications.workflow.stages.standing import CourtOrder
from rtp_applications.workflow.words import Status
from rtp_shared.schemas import Prose


class Decision(StrEnum):
    """What was decided of a case. A new word is added; none is renamed."""

    ACCEPTED = "accepted"
    ACCEPTED_AS_MODIFIED = "accepted-as-modified"
    REFUSED = "refused"
    NOT_ELIGIBLE = "not-eligible"
    APPROVED = "approved"
    APPROVED_CONDITIONALLY = "approved-conditionally"
    DEFERRED = "deferred"
    AWARDED = "awarded"
    TENDER_LOST = "tender-lost"
    QUASHED = "quashed"


class Publication(Record):
    """A decision is published in the public register."""

    KIND: ClassVar[str] = "publication"
    KEY: ClassVar[str | None] = "decision"

    decision: Decision = Field(description="Which of the decisions that stand in the case")
    text: Prose | None = Field(
        default=None,
        description="The reasons as they may be published: no names, nothing by which a person can be known. Left "
        "out, those on file are published: for a refusal its published reasons, or else its reasons",
    )
    show_number: bool = Field(
        default=False, strict=True, description="The staff group agreed that its case number is shown"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A decision that was made, with what is on file to publish of it."""

    decision: Decision
    at: datetime
    text: str | None = None
    ground: str | None = None
    conditions: int = 0


BY_RECORD: dict[Decision, type[Record]] = {
    Decision.ACCEPTED: Acceptance,
    Decision.ACCEPTED_AS_MODIFIED: Consent,
    Decision.APPROVED: Approval,
    Decision.APPROVED_CONDITIONALLY: ConditionalApproval,
    Decision.DEFERRED: Deferral,
    Decision.AWARDED: Award,
    Decision.TENDER_LOST: TenderLoss,
}
BY_STATUS = {
    Status.REFUSED: Decision.REFUSED,
    Status.NOT_ELIGIBLE: Decision.NOT_ELIGIBLE,
}
"""Decisions that not always leave a record of their own: time ran out, or an offer was declined."""


def made(file: CaseFile) -> dict[Decision, Made]:
    """The decisions in the case that stand: none from before an order of a court, whatever it left on file."""
    order = file.recorded(CourtOrder)
    found = [*_by_record(file), *_by_status(file), *_by_court(file, order)]
    return {each.decision: each for each in found if order is None or each.at >= order.signed[-1].at}


def latest(file: CaseFile) -> Made | None:
    return max(made(file).values(), key=lambda each: each.at, default=None)


def _by_record(file: CaseFile) -> Iterator[Made]:
    for decision, kind in BY_RECORD.items():
        found = file.recorded(kind)
        if found is None:
            continue
        conditions = len(found.content.get("conditions", ()))
        text = _offered(file, "text") if kind is Consent else found.content.get("reasons")
        yield Made(decision=decision, at=found.signed[-1].at, text=text, conditions=conditions)


def _by_status(file: CaseFile) -> Iterator[Made]:
    decision, window = BY_STATUS.get(file.case.status), file.deadline("appeal-window")
    if decision is None:
        return
    at = window.started_at if window else file.case.changed_at
    refusal = file.recorded(Refusal)
    content: dict[str, Any] = dict(refusal.content) if refusal and refusal.signed[-1].at >= at else {}
    text, ground = content.get("publishedReasons") or content.get("reasons"), content.get("ground")
    if not content and file.case.refused_from is Status.MODIFICATION_OFFERED:
        text, ground = _offered(file, "otherwiseRefusedFor"), _offered(file, "ground")
    yield Made(decision=decision, at=at, text=text, ground=ground)


def _by_court(file: CaseFile, order: Recorded | None) -> Iterator[Made]:
    if file.case.status is Status.QUASHED and order is not None:
        text = f"Quashed by order of a court: {order.content['reference']}"
        yield Made(decision=Decision.QUASHED, at=order.signed[-1].at, text=text)


def _offered(file: CaseFile, field: str) -> str | None:
    offer = file.recorded(Modification)
    return offer.content.get(field) if offer else None


def published_of_itself(step: Step) -> Decision:
    """The decision of a step whose publication is the law: the record that it left, or the status that it led to."""
    if decision := BY_STATUS.get(step.action.leads_to[0]):
        return decision
    return next(decision for decision, kind in BY_RECORD.items() if kind is step.action.takes)


@guard("/decision", given=True)
def decision_was_made(step: Step) -> str | None:
    """The decision was made in this case, and stands."""
    return None if step.given.decision in made(step.file) else "no such decision stands in this case"


@guard("/decision", given=True)
def not_published_yet(step: Step) -> str | None:
    """The decision is not in the register yet."""
    decided = made(step.file).get(step.given.decision)
    published = step.file.recorded(Publication, step.given.decision)
    if decided is None or published is None or published.signed[-1].at < decided.at:
        return None
    return "it is published already"


@guard("/text", given=True)
def reasons_to_publish(step: Step) -> str | None:
    """There are reasons to publish: those given, or those on file."""
    decided = made(step.file).get(step.given.decision)
    if step.given.text or decided is None or decided.text:
        return None
    return "no reasons that may be published are on file; give them"
