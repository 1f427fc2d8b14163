"""Counting of a challenge's times from its receipt."""

from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY, civil_date
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.interest.guards import is_within
from rtp_applications.workflow.stages.reorganisation.facts import find_restart_day, find_windows


def find_receipt(snapshot: CaseSnapshot, today: date) -> date:
    """Return the day on which the authority received the expression of interest: the maximum period elapses from then,
    whatever period it was received in (Localism Act 2011 s.84(3)(a)).
    """
    return civil_date(snapshot.case.submitted_at) if snapshot.case.submitted_at else today


def find_start_of_maximum(snapshot: CaseSnapshot, today: date) -> date:
    """Return the day from which the maximum period elapses: the receipt, or the date of a reorganisation before which
    the authority resolved so.
    """
    return find_restart_day(snapshot) or find_receipt(snapshot, today)


def find_day_before_notice_period(snapshot: CaseSnapshot, today: date) -> date:
    """Return the day before the 30 days to tell when a decision is expected: the last of the period in which it was
    received (s.84(7)(a)), or else the day before the receipt, which is the first of them (s.84(7)(b)); where the
    authority resolved so before a reorganisation, the day before that.
    """
    if anew := find_restart_day(snapshot):
        return anew - ONE_DAY
    received = find_receipt(snapshot, today)
    return find_window_end(snapshot, received) or received - ONE_DAY


def find_window_end(snapshot: CaseSnapshot, received: date) -> date | None:
    """Return the last day of the published period in which it was received; None outside every one."""
    windows = find_windows(snapshot) or []
    open_then = next((window for window in windows if is_within(received, window)), None)
    if open_then is None:
        return None
    end = date(received.year, open_then["toMonth"], open_then["toDay"])
    return end if end >= received else end.replace(year=end.year + 1)
