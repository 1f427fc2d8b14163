"""Decisions that were made in a case, and what may be published of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rtp_applications.workflow.common.payloads import Refusal
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import Decision, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload, SignedRecord
from rtp_applications.workflow.stages.award.payloads import Award, TenderLoss
from rtp_applications.workflow.stages.cross_stage.payloads import CourtOrder, Stop
from rtp_applications.workflow.stages.decision.payloads import Approval, ConditionalApproval, Deferral
from rtp_applications.workflow.stages.review.payloads import Acceptance, Consent, Modification, PartialAcceptance


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishableDecision:
    """A decision that was made, with what is on file to publish of it."""

    decision: Decision
    at: datetime
    text: str | None = None
    ground: str | None = None
    conditions: int = 0


BY_RECORD: dict[Decision, type[Payload]] = {
    Decision.ACCEPTED: Acceptance,
    Decision.ACCEPTED_AS_MODIFIED: Consent,
    Decision.ACCEPTED_IN_PART: PartialAcceptance,
    Decision.APPROVED: Approval,
    Decision.APPROVED_CONDITIONALLY: ConditionalApproval,
    Decision.DEFERRED: Deferral,
    Decision.AWARDED: Award,
    Decision.TENDER_LOST: TenderLoss,
}
BY_STATUS = {
    Status.REFUSED: Decision.REFUSED,
    Status.NOT_ELIGIBLE: Decision.NOT_ELIGIBLE,
    Status.STOPPED: Decision.STOPPED,
}
"""Decisions that not always leave a record of their own: time ran out, or an offer was declined."""


def find_decisions(snapshot: CaseSnapshot) -> dict[Decision, PublishableDecision]:
    """Return the decisions in the case that stand: none from before an order of a court, whatever it left on file."""
    order = snapshot.find_record(CourtOrder)
    found = [*_find_by_record(snapshot), *_find_by_status(snapshot), *_find_by_court(snapshot, order)]
    return {each.decision: each for each in found if order is None or each.at >= order.signed[-1].at}


def find_latest_decision(snapshot: CaseSnapshot) -> PublishableDecision | None:
    return max(find_decisions(snapshot).values(), key=lambda each: each.at, default=None)


def _find_by_record(snapshot: CaseSnapshot) -> Iterator[PublishableDecision]:
    for decision, kind in BY_RECORD.items():
        found = snapshot.find_record(kind)
        if found is None:
            continue
        conditions = len(found.content.get("conditions", ()))
        text = _read_modification(snapshot) if kind is Consent else _read_reasons(found)
        yield PublishableDecision(decision=decision, at=found.signed[-1].at, text=text, conditions=conditions)


def _find_by_status(snapshot: CaseSnapshot) -> Iterator[PublishableDecision]:
    decision, window = BY_STATUS.get(snapshot.case.status), snapshot.find_deadline("appeal-window")
    if decision is None:
        return
    at = window.started_at if window else snapshot.case.changed_at
    refusal = snapshot.find_record(Stop if decision is Decision.STOPPED else Refusal)
    content: dict[str, Any] = dict(refusal.content) if refusal and refusal.signed[-1].at >= at else {}
    part = snapshot.find_record(PartialAcceptance)
    text, ground = content.get("publishedReasons") or content.get("reasons"), content.get("ground")
    if not content and snapshot.case.refused_from is Status.MODIFICATION_OFFERED:
        text, ground = _read_offer(snapshot, "otherwiseRefusedFor"), _read_offer(snapshot, "ground")
    elif not content and part and snapshot.case.refused_from is Status.EOI_ACCEPTED:
        text = _read_reasons(part)
    yield PublishableDecision(decision=decision, at=at, text=text, ground=ground)


def _find_by_court(snapshot: CaseSnapshot, order: SignedRecord | None) -> Iterator[PublishableDecision]:
    if snapshot.case.status is Status.QUASHED and order is not None:
        text = f"Quashed by order of a court: {order.content['reference']}"
        yield PublishableDecision(decision=Decision.QUASHED, at=order.signed[-1].at, text=text)


def _read_reasons(record: SignedRecord) -> str | None:
    """Return the reasons as they may be published, where the full ones may not."""
    return record.content.get("publishedReasons") or record.content.get("reasons")


def _read_offer(snapshot: CaseSnapshot, field: str) -> str | None:
    offer = snapshot.find_record(Modification)
    return offer.content.get(field) if offer else None


def _read_modification(snapshot: CaseSnapshot) -> str | None:
    """Return what was modified, and why: a decision to modify is published with its reasons (Localism Act 2011
    s.84(8)(b), (9)).
    """
    said = (_read_offer(snapshot, field) for field in ("text", "otherwiseRefusedFor"))
    return "\n\n".join(each for each in said if each) or None


def find_decision_published_by_law(step: Step) -> Decision:
    """Return the decision of a step that the law publishes, by the status that it led to or the record that it left."""
    if decision := BY_STATUS.get(step.action.leads_to[0]):
        return decision
    return next(decision for decision, kind in BY_RECORD.items() if kind.KIND == step.action.payload_model.KIND)
