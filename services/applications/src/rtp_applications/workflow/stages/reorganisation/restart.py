"""Both times of the Localism Act 2011 s.84 from the reorganisation date on."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from rtp_applications.deadlines.rules.running import find_open_deadline, start_deadline
from rtp_applications.workflow.definition import CaseClock, Process
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.reorganisation.facts import find_answer_day, find_restart_day

NOTICE = "decision-date"
"""The record of the predecessor's notice: the successor owes one of its own (s.84(6) as SI 2018/1128 reg 29 has it)."""
ANEW = "a reorganisation began the time anew"


def restart_clocks(process: Process, snapshot: CaseSnapshot, action: str, now: datetime) -> CaseSnapshot:
    """Return the case with both times begun anew: also one that was met or missed under the predecessor, which was not
    the time that counted. What the successor did since counts, though the resolution was put on file later.
    """
    told = _find_notice_day(snapshot)
    if told is None:
        snapshot = snapshot.without_records([NOTICE])
    for name, find_day_done in _RESTARTED.items():
        clock = process.find_clock(name)
        if clock:
            snapshot = _restart(clock, snapshot, action, now, find_day_done(snapshot))
    return snapshot


def _restart(
    clock: CaseClock, snapshot: CaseSnapshot, action: str, now: datetime, done_on: date | None
) -> CaseSnapshot:
    held = find_open_deadline(snapshot, clock.name)
    stopped = [held.cancel(now)] if held else []
    voided = [each.void_miss(now, ANEW) for each in snapshot.deadlines.values() if each.clock == clock.name]
    snapshot = snapshot.with_deadline(*voided, *stopped)
    if done_on is None and snapshot.status not in clock.runs_in:
        return snapshot
    started = start_deadline(clock, snapshot, action, now)
    if done_on and clock.met_as_of:
        done_on = clock.met_as_of(snapshot) or done_on
    if started and done_on and done_on <= started.due_on:
        started = started.meet(now, done_on=done_on)
    return snapshot.with_deadline(*([started] if started else []))


def _find_notice_day(snapshot: CaseSnapshot) -> date | None:
    """Return the day of the successor's own notice; None if it gave none."""
    notice = snapshot.records.get((NOTICE, ""))
    told, anew = notice and date.fromisoformat(notice.content["notifiedOn"]), find_restart_day(snapshot)
    return told if told and anew and told >= anew else None


def _find_answer_day(snapshot: CaseSnapshot) -> date | None:
    answered, anew = find_answer_day(snapshot), find_restart_day(snapshot)
    return answered if answered and anew and answered >= anew else None


_RESTARTED: Mapping[str, Callable[[CaseSnapshot], date | None]] = {
    "decision-date-notice": _find_notice_day,
    "eoi-decision": _find_answer_day,
}
"""The clocks of both times, with the day on which the successor did what is due."""
