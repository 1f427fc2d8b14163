"""The decision that was taken, and the constitution by which it was."""

from datetime import date

from rtp_applications.workflow.common.constitutions import Constitution, find_constitution
from rtp_applications.workflow.common.days import find_day
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.decision.approvals import find_approval
from rtp_applications.workflow.stages.review.payloads import Acceptance, Modification


def find_decision_in_favour(snapshot: CaseSnapshot) -> SignedRecord | None:
    """Return the newest approval of a business case; of a challenge, which has none, the acceptance."""
    accepted = (snapshot.find_record(kind) for kind in (Acceptance, Modification))
    latest = max((each for each in accepted if each), key=lambda each: each.signed[-1].at, default=None)
    return find_approval(snapshot) or latest


def find_deciding_day(snapshot: CaseSnapshot, _: date | None = None) -> date | None:
    """Return the day on which the body decided so: of a modification that on which it was offered."""
    decided = find_decision_in_favour(snapshot)
    return find_day(decided) if decided else None


def find_deciding_constitution(snapshot: CaseSnapshot) -> Constitution | None:
    """Return the constitution of the day on which it was decided; of today, where nothing is decided yet."""
    return find_constitution(snapshot, find_deciding_day(snapshot))
