"""Which deadlines start, stop, pause and run on when a case moves."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from rtp_applications.clocks.days import Calendar, CalendarName, Length, Unit, civil_date
from rtp_applications.clocks.deadline import Deadline
from rtp_applications.workflow.casefile import CaseFile
from rtp_applications.workflow.definition import Clock, Process
from rtp_applications.workflow.words import Status


def moved(process: Process, before: Status | None, after: CaseFile, action: str, now: datetime) -> CaseFile:
    """The case file with its deadlines as they are once the action has been taken from the status `before`."""
    return after.with_deadline(*_changed(process, before, after, action, now))


def _changed(
    process: Process, before: Status | None, after: CaseFile, action: str, now: datetime
) -> Iterator[Deadline]:
    for clock in process.clocks:
        held = open_deadline(after, clock.name)
        running = held and _stopped(clock, held, after, action, now)
        if running is not held and running is not None:
            yield running
        if running is not None and running.is_open:
            changed = _paused_or_not(clock, running, after, now)
            if changed is not running:
                yield changed
        elif _starts(clock, before, after.case.status, action) and (started := start(clock, after, action, now)):
            yield _paused_or_not(clock, started, after, now)


def under(old: Process, new: Process, file: CaseFile, action: str, now: datetime) -> CaseFile:
    """The case file under another version of its process: clocks that are gone stop, those that are new start."""
    before, after = {clock.name for clock in old.clocks}, {clock.name for clock in new.clocks}
    stopped = [each.cancel(now) for each in file.deadlines.values() if each.is_open and each.clock not in after]
    file = file.with_deadline(*stopped)
    for clock in new.clocks:
        added = clock.name not in before and _starts(clock, None, file.case.status, action)
        if added and (started := start(clock, file, action, now)):
            file = file.with_deadline(_paused_or_not(clock, started, file, now))
    return file


def open_deadline(file: CaseFile, clock: str) -> Deadline | None:
    """The deadline of this clock that still runs or is paused."""
    return next((each for each in file.deadlines.values() if each.clock == clock and each.is_open), None)


def _stopped(clock: Clock, running: Deadline, after: CaseFile, action: str, now: datetime) -> Deadline:
    if action in clock.ended_by:
        return running.miss(now) if running.is_over(now) and not clock.window else running.cancel(now)
    if action in clock.met_by and (clock.met_when is None or clock.met_when(after)):
        return running.meet(now, done_on=clock.met_as_of(after) if clock.met_as_of else None)
    if clock.met_once is not None and clock.met_once(after):
        return running.meet(now)
    if after.case.status not in clock.runs_in:
        undone = clock.window or clock.idle or clock.met_once is not None
        return running.cancel(now) if undone else running.meet(now)
    return running.cancel(now) if clock.idle else running


def _starts(clock: Clock, before: Status | None, after: Status, action: str) -> bool:
    if after not in clock.runs_in:
        return False
    if clock.started_by:
        return action in clock.started_by
    return clock.idle or before not in clock.runs_in


def start(clock: Clock, file: CaseFile, action: str, now: datetime) -> Deadline | None:
    """The deadline of a clock that starts now; None where no length is set or it has nothing to count from."""
    length = length_of(clock, file)
    day = clock.counts_from(file, civil_date(now)) if clock.counts_from else civil_date(now)
    if length is None or day is None:
        return None
    return Deadline.start(
        deadline_id=uuid4(),
        clock=clock.name,
        basis=clock.basis,
        source=clock.source,
        length=length,
        calendar=calendar_of(clock, file),
        pausable=clock.pausable,
        at=now,
        started_on=day,
        start_event=action,
        reminders=clock.reminders,
    )


def length_of(clock: Clock, file: CaseFile) -> Length | None:
    own = file.rule(clock.rule) if clock.rule else None
    return as_length(own) if own else clock.length


def as_length(said: Any) -> Length:
    """A length as body rules hold it: {"number": 40, "unit": "working-days"}; of a gap in months, the longest."""
    if "maximumMonths" in said:
        return Length(int(said["maximumMonths"]), Unit.MONTHS)
    return Length(int(said["number"]), Unit(said["unit"]))


def calendar_of(clock: Clock, file: CaseFile) -> Calendar:
    own = file.rule("working-day-calendar") if clock.local_calendar else None
    return file.calendars[CalendarName(own) if own else clock.calendar]


def _paused_or_not(clock: Clock, deadline: Deadline, file: CaseFile, now: datetime) -> Deadline:
    """Paused in the states that pause it, and while the case is suspended; statutory clocks never."""
    calendar = file.calendars[deadline.calendar]
    if file.case.suspended is not None:
        return deadline.pause(now, f"suspended: {file.case.suspended}", calendar)
    if file.case.status in clock.pauses_in:
        return deadline.pause(now, f"in {file.case.status}", calendar)
    return deadline.resume(now, "runs again", calendar)
