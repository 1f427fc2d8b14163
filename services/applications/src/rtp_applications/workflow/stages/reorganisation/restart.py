"""Both times of the Localism Act 2011 s.84 from the reorganisation date on."""

from datetime import datetime

from rtp_applications.deadlines.rules.running import find_open_deadline, start_deadline
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.snapshot import CaseSnapshot

RESTARTED = ("decision-date-notice", "eoi-decision")
NOTICE = "decision-date"
"""The record of the predecessor's notice: the successor owes one of its own (s.84(6) as SI 2018/1128 reg 29 has it)."""


def restart_clocks(process: Process, snapshot: CaseSnapshot, action: str, now: datetime) -> CaseSnapshot:
    """Return the case with both times begun anew: also one that was met or missed under the predecessor."""
    snapshot = snapshot.without_records([NOTICE])
    for name in RESTARTED:
        clock, held = process.find_clock(name), find_open_deadline(snapshot, name)
        if clock is None or snapshot.status not in clock.runs_in:
            continue
        stopped = [held.cancel(now)] if held else []
        snapshot = snapshot.with_deadline(*stopped)
        started = start_deadline(clock, snapshot, action, now)
        snapshot = snapshot.with_deadline(*([started] if started else []))
    return snapshot
