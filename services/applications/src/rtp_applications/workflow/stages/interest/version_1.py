"""Version 1 counted both times of s.84 from the same day."""

from datetime import date

from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.interest.clocks import find_receipt, find_window_end


def find_receipt_or_window_end(snapshot: CaseSnapshot, today: date) -> date:
    """Return the end of the period in which it was received, else the day of the receipt: the day before the first."""
    received = find_receipt(snapshot, today)
    return find_window_end(snapshot, received) or received
