"""Approvals in a case: their conditions, and whether scrutiny may call them in."""

from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY, civil_date
from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.workflow.common.constitutions import find_constitution
from rtp_applications.workflow.common.days import find_day
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.decision.payloads import (
    Approval,
    CallIn,
    CallInLapse,
    Condition,
    ConditionalApproval,
    ConditionClosure,
    ScrutinyResponse,
)


def list_conditions(snapshot: CaseSnapshot) -> list[Condition]:
    approval = snapshot.find(ConditionalApproval)
    return approval.conditions if approval else []


def list_open_conditions(snapshot: CaseSnapshot) -> list[Condition]:
    closed = {each.condition for each, _ in snapshot.list_payloads(ConditionClosure)}
    return [each for each in list_conditions(snapshot) if each.id not in closed]


def find_approval(snapshot: CaseSnapshot) -> SignedRecord | None:
    """Return the newest approval, with conditions or without."""
    found = [each for kind in (Approval, ConditionalApproval) if (each := snapshot.find_record(kind))]
    return max(found, key=lambda each: each.signed[-1].at, default=None)


def find_approval_day(snapshot: CaseSnapshot, _: date | None = None) -> date | None:
    """Return the day of the newest approval: what follows from who decided goes by the constitution of that day."""
    approved = find_approval(snapshot)
    return find_day(approved) if approved else None


def may_be_called_in(snapshot: CaseSnapshot, decided: date | None = None) -> bool:
    """Return True if the constitution of the day of the decision, or else of the newest approval, has scrutiny call
    decisions in, and for a body that had set a window itself.
    """
    decided = decided or find_approval_day(snapshot)
    constitution = find_constitution(snapshot, decided)
    by_law = constitution is not None and constitution.call_in is not None
    return by_law or snapshot.get_rule("call-in-window", decided) is not None


def find_response_day(snapshot: CaseSnapshot) -> date | None:
    """Return the day on which the body received what scrutiny found; None before it did."""
    response = snapshot.find_record(ScrutinyResponse)
    if response is None:
        return None
    said = response.content.get("receivedOn")
    return date.fromisoformat(said) if said else civil_date(response.signed[-1].at)


def find_lapse_day(snapshot: CaseSnapshot) -> date | None:
    """Return the day from which the call-in no longer holds the decision: after the time that the law, or the body's
    own rule, gives scrutiny to answer, or as it lapsed by the constitution. None where no such day is known.
    """
    lapse = snapshot.find(CallInLapse)
    ends = [each.due_on + ONE_DAY for each in list_scrutiny_times(snapshot)]
    return min([*ends, *([lapse.lapsed_on] if lapse else [])], default=None)


def list_scrutiny_times(snapshot: CaseSnapshot) -> list[Deadline]:
    """Return the times that scrutiny has for this call-in; those of a former one no longer count."""
    called = snapshot.find_record(CallIn)
    found = (snapshot.find_deadline(clock) for clock in ("scrutiny-direction", "scrutiny-review"))
    return [each for each in found if each and (called is None or each.started_at >= called.signed[-1].at)]


def has_call_in_begun(snapshot: CaseSnapshot) -> bool:
    """Return True if the newest approval had its call-in window, or has it."""
    approved, window = find_approval(snapshot), snapshot.find_deadline("call-in-window")
    return approved is not None and window is not None and window.started_at >= approved.signed[-1].at
