"""Counting of a challenge's times from its receipt."""

from datetime import date

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.interest.guards import is_within


def find_receipt_or_window_end(snapshot: CaseSnapshot, today: date) -> date:
    """Return the day from which time counts under s.84: receipt, or the end of the period in which it was received."""
    windows = snapshot.get_rule("eoi-windows") or []
    received = civil_date(snapshot.case.submitted_at) if snapshot.case.submitted_at else today
    open_now = next((window for window in windows if is_within(received, window)), None)
    if open_now is None:
        return received
    end = date(received.year, open_now["toMonth"], open_now["toDay"])
    return end if end >= received else end.replace(year=end.year + 1)
