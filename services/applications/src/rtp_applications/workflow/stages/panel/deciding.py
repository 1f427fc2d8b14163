"""The decision that was taken, and the constitution by which it was."""

from datetime import date

from rtp_applications.workflow.common.constitutions import Constitution, find_constitution
from rtp_applications.workflow.common.days import find_day
from rtp_applications.workflow.common.payloads import Refusal
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.decision.approvals import find_approval
from rtp_applications.workflow.stages.decision.payloads import (
    Approval,
    CallInReopening,
    ConditionalApproval,
    Confirmation,
    Deferral,
)
from rtp_applications.workflow.stages.review.payloads import Acceptance, Modification

_DECISIONS = frozenset(
    each.KIND
    for each in (
        Approval, ConditionalApproval, Deferral, Refusal, Confirmation, CallInReopening, Acceptance, Modification,
    )
) | {"procurement-choice"}  # fmt: skip
"""Kinds of what a body decides and states in writing; the last is of a stage after this one."""


def find_decision_in_favour(snapshot: CaseSnapshot) -> SignedRecord | None:
    """Return the newest approval of a business case; of a challenge, which has none, the acceptance."""
    accepted = (snapshot.find_record(kind) for kind in (Acceptance, Modification))
    latest = max((each for each in accepted if each), key=lambda each: each.signed[-1].at, default=None)
    return find_approval(snapshot) or latest


def list_decision_days(snapshot: CaseSnapshot) -> list[date]:
    """Return the days of the decisions on file of which a written statement can be made."""
    return sorted({find_day(each) for each in snapshot.records.values() if each.kind in _DECISIONS})


def find_deciding_day(snapshot: CaseSnapshot, _: date | None = None) -> date | None:
    """Return the day on which the body decided so: of a modification that on which it was offered."""
    decided = find_decision_in_favour(snapshot)
    return find_day(decided) if decided else None


def find_deciding_constitution(snapshot: CaseSnapshot) -> Constitution | None:
    """Return the constitution of the day on which it was decided; of today, where nothing is decided yet."""
    return find_constitution(snapshot, find_deciding_day(snapshot))
