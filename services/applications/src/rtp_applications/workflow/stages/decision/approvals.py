"""Approvals in a case: their conditions, and whether scrutiny may call them in."""

from datetime import date

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.common.constitutions import find_constitution
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.decision.payloads import (
    Approval,
    Condition,
    ConditionalApproval,
    ConditionClosure,
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
    return civil_date(approved.signed[-1].at) if approved else None


def may_be_called_in(snapshot: CaseSnapshot) -> bool:
    """Return True if the constitution has scrutiny call decisions in, and for a body that set a window itself."""
    decided = find_approval_day(snapshot)
    constitution = find_constitution(snapshot, decided)
    by_law = constitution is not None and constitution.call_in is not None
    return by_law or snapshot.get_rule("call-in-window", decided) is not None


def has_call_in_begun(snapshot: CaseSnapshot) -> bool:
    """Return True if the newest approval had its call-in window, or has it."""
    approved, window = find_approval(snapshot), snapshot.find_deadline("call-in-window")
    return approved is not None and window is not None and window.started_at >= approved.signed[-1].at
