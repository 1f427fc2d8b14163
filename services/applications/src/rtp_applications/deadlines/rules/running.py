"""Starting, stopping and pausing of deadlines when a case moves."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from rtp_applications.deadlines.rules.clock import CaseT, CitedRule, Clock, TimedCase
from rtp_applications.deadlines.rules.days import Calendar, CalendarName, Length, Unit, civil_date
from rtp_applications.deadlines.rules.deadline import Basis, Deadline, DeadlineState

Clocks = Iterable[Clock[CaseT]]
SPENT = frozenset({DeadlineState.MET, DeadlineState.MISSED})
COUNTED_BY = ("length", "length_of", "rule", "basis", "calendar", "local_calendar", "counts_from")
"""The parts of a clock by which it is counted."""


def update_deadlines(
    clocks: Clocks[CaseT],
    before: str | None,
    after: CaseT,
    action: str,
    now: datetime,
    *,
    decided_on: date | None = None,
) -> CaseT:
    """Return the case with its deadlines as they are once the action has been taken from the status `before`.

    `decided_on` is the day of the decision that the action puts on file: what it meets was met then, and what it starts
    runs from there.
    """
    return after.with_deadline(*_list_changes(clocks, before, after, action, now, decided_on))


def _list_changes(
    clocks: Clocks[CaseT], before: str | None, after: CaseT, action: str, now: datetime, decided_on: date | None
) -> Iterator[Deadline]:
    for clock in clocks:
        counted_on = None if clock.idle or clock.runs_from_entry else decided_on
        held = find_open_deadline(after, clock.name)
        yield from _correct_miss(clock, before, after, action, now, decided_on)
        running = held and _carry_on(clock, held, after, action, now, decided_on)
        if running is not held and running is not None:
            yield running
        if running is not None and running.is_open:
            changed = _pause_or_resume(clock, running, after, now, on=counted_on)
            if changed is not running:
                yield changed
        elif (
            _is_started(clock, before, after, action)
            and not _yields(clock, clocks, after, action)
            and (started := start_deadline(clock, after, action, now, on=counted_on))
        ):
            yield _pause_or_resume(clock, started, after, now)


def _carry_on(
    clock: Clock[CaseT], held: Deadline, after: CaseT, action: str, now: datetime, decided_on: date | None
) -> Deadline:
    """Return the deadline as it is after the action. One that the action settles or begins anew, and that is over
    without being shown to be done in time, is left to the next look: that it was missed is told then.
    """
    weighed = weigh_doubt(clock, held, after, now)
    settled = held.state is DeadlineState.UNSETTLED and weighed.state is DeadlineState.RUNNING
    stopped = _stop(clock, weighed, after, action, now, decided_on)
    known_now = settled or (held.start_event, held.started_at) == (action, now)
    return weighed if known_now and stopped.state is DeadlineState.MISSED else stopped


def weigh_doubt(clock: Clock[CaseT], held: Deadline, case: CaseT, now: datetime) -> Deadline:
    """Return the deadline unsettled while it is not known whether it is this time that counts, and settled once it is.
    What was over before the doubt began was missed.
    """
    if clock.unsettled_when is None:
        return held
    why = clock.unsettled_when(case, held.due_on if held.is_over(now) else civil_date(now))
    return held.unsettle(now, why) if why else held.settle(now, "settled", case.calendars[held.calendar])


def _correct_miss(
    clock: Clock[CaseT], before: str | None, after: CaseT, action: str, now: datetime, decided_on: date | None
) -> Iterator[Deadline]:
    """Yield the clock's last deadline as met, where it was missed and the action shows that it was done in time."""
    goes_on = decided_on is not None and _goes_on(clock, before, after, action)
    if not goes_on and not _is_met_by(clock, after, action):
        return
    ended = [each for each in after.deadlines.values() if each.clock == clock.name and not each.is_open]
    last, done_on = max(ended, key=lambda each: each.started_at, default=None), _find_done_on(clock, after, decided_on)
    if last and done_on and (corrected := last.correct_miss(now, done_on)) is not last:
        yield corrected


def _is_met_by(clock: Clock[CaseT], after: CaseT, action: str) -> bool:
    return action in clock.met_by and (clock.met_when is None or clock.met_when(after))


def _goes_on(clock: Clock[CaseT], before: str | None, after: CaseT, action: str) -> bool:
    """Return whether the action meets the clock as it takes the case on to another status."""
    left = before in clock.runs_in and after.status not in clock.runs_in
    return left and action not in clock.ended_by and not _is_undone(clock)


def _is_undone(clock: Clock[CaseT]) -> bool:
    """Return whether going on to another status leaves the clock neither met nor missed."""
    return clock.window or clock.idle or clock.met_once is not None


def _find_done_on(clock: Clock[CaseT], after: CaseT, decided_on: date | None) -> date | None:
    """Return on which day it was done, where that is known and may lie before that of the entry."""
    return clock.met_as_of(after) if clock.met_as_of else decided_on


def replace_clocks(old: Clocks[CaseT], new: Clocks[CaseT], case: CaseT, action: str, now: datetime) -> CaseT:
    """Return the case under other clocks: those that are gone stop, those that are new start, those that count
    otherwise are counted anew, the rest run on.
    """
    before, after = {clock.name: clock for clock in old}, {clock.name for clock in new}
    stopped = [each.cancel(now) for each in case.deadlines.values() if each.is_open and each.clock not in after]
    case = case.with_deadline(*stopped)
    for clock in new:
        former, held = before.get(clock.name), find_open_deadline(case, clock.name)
        if held and former and _counts_otherwise(former, clock):
            case = case.with_deadline(held.cancel(now))
            started = start_deadline(clock, case, action, now, on=held.started_on)
        elif former is None and _is_started(clock, None, case, action):
            started = start_deadline(clock, case, action, now)
        else:
            continue
        if started:
            case = case.with_deadline(_pause_or_resume(clock, started, case, now))
    return case


def _counts_otherwise(former: Clock[CaseT], clock: Clock[CaseT]) -> bool:
    return any(getattr(former, part) != getattr(clock, part) for part in COUNTED_BY)


def find_open_deadline(case: TimedCase, clock: str) -> Deadline | None:
    """Return the deadline of this clock that still runs or is paused."""
    return next((each for each in case.deadlines.values() if each.clock == clock and each.is_open), None)


def _stop(
    clock: Clock[CaseT], running: Deadline, after: CaseT, action: str, now: datetime, decided_on: date | None
) -> Deadline:
    """Return the deadline closed if the action closes it, else as it is."""
    if action in clock.ended_by:
        return running.miss(now) if running.is_over(now) and not clock.window else running.cancel(now)
    if _is_met_by(clock, after, action):
        return running.meet(now, done_on=_find_done_on(clock, after, decided_on))
    if clock.met_once is not None and clock.met_once(after):
        return running.meet(now)
    if after.status not in clock.runs_in:
        done_on = _find_done_on(clock, after, decided_on) if decided_on else None
        return running.cancel(now) if _is_undone(clock) else running.meet(now, done_on=done_on)
    return running.cancel(now) if clock.idle else running


def _is_started(clock: Clock[CaseT], before: str | None, after: CaseT, action: str) -> bool:
    if after.status not in clock.runs_in or (clock.once and _is_spent(clock, after)):
        return False
    if clock.started_by:
        return action in clock.started_by
    return clock.idle or before not in clock.runs_in


def _yields(clock: Clock[CaseT], clocks: Clocks[CaseT], after: CaseT, action: str) -> bool:
    """Return whether another clock has taken the place of this one, or takes it by this very action."""
    others = (each for each in clocks if each.name == clock.yields_to)
    return has_yielded(clock, after) or any(action in each.started_by for each in others)


def has_yielded(clock: Clock[CaseT], case: CaseT) -> bool:
    return any(each.clock == clock.yields_to for each in case.deadlines.values())


def _is_spent(clock: Clock[CaseT], case: CaseT) -> bool:
    return any(each.clock == clock.name and each.state in SPENT for each in case.deadlines.values())


def start_deadline(
    clock: Clock[CaseT], case: CaseT, action: str, now: datetime, *, on: date | None = None
) -> Deadline | None:
    """Start the clock now; return None if no length is set, it has nothing to count from, or what it asks for from that
    day is done with. `on` is the day that it counts from where it does not say so itself; today unless given.
    """
    today = civil_date(now)
    own = find_own_rule(clock, case, on or today)
    length = _find_length(clock, case, own)
    day = clock.counts_from(case, today) if clock.counts_from else on or today
    if length is None or day is None or (clock.skipped_when and clock.skipped_when(case, day)):
        return None
    basis, source = _cite_length(clock, own, length)
    return Deadline.start(
        deadline_id=uuid4(),
        clock=clock.name,
        basis=basis,
        source=source,
        length=length,
        calendar=choose_calendar(clock, case, on or today),
        pausable=clock.pausable,
        at=now,
        started_on=day,
        start_event=action,
        reminders=clock.reminders,
    )


def find_length(clock: Clock[CaseT], case: CaseT, today: date) -> Length | None:
    """Return the length that the case states, where the clock goes by that; else the body's own, or the clock's."""
    return _find_length(clock, case, find_own_rule(clock, case, today))


def find_own_rule(clock: Clock[CaseT], case: CaseT, today: date) -> CitedRule | None:
    """Return the body's rule that was in force on the day by which this clock goes. Where only a rule of the body gives
    a length, one that it published after that day counts if there was none before.
    """
    if clock.rule is None:
        return None
    day = clock.rule_on(case, today) if clock.rule_on else None
    if clock.length is None and day is not None:
        return case.find_rule_published_late(clock.rule, day)
    return case.find_rule(clock.rule, day or today)


def _find_length(clock: Clock[CaseT], case: CaseT, own: CitedRule | None) -> Length | None:
    if clock.length_of:
        return clock.length_of(case)
    return parse_length(own.value) if own and own.value else clock.length


def _cite_length(clock: Clock[CaseT], own: CitedRule | None, length: Length) -> tuple[Basis, str]:
    """Return on what the length of a deadline rests, and the paper that it is taken from.

    What a body set in place of the clock's own length rests on the body's rule, also where a statute sets the least.
    Where a statute has the body publish the length and sets none itself, the statute still binds it.
    """
    if own is None or parse_length(own.value) != length:
        return clock.basis, clock.source
    if clock.basis is not Basis.STATUTE:
        return Basis.LOCAL_RULE, own.cite()
    if clock.length == length:
        return clock.basis, clock.source
    binding = clock.basis if clock.length is None else Basis.LOCAL_RULE
    return binding, f"{own.cite()} ({clock.source})"


def parse_length(value: Mapping[str, Any]) -> Length:
    """Read a length as body rules hold it: {"number": 40, "unit": "working-days"}; of a gap in months, the longest."""
    if "maximumMonths" in value:
        return Length(int(value["maximumMonths"]), Unit.MONTHS)
    return Length(int(value["number"]), Unit(value["unit"]))


def choose_calendar(clock: Clock[CaseT], case: CaseT, today: date) -> Calendar:
    """Return the calendar that the body chose, if it may choose, or else the clock's."""
    own = case.get_rule("working-day-calendar", today) if clock.local_calendar else None
    return case.calendars[CalendarName(own) if own else clock.calendar]


def _pause_or_resume(
    clock: Clock[CaseT], deadline: Deadline, case: CaseT, now: datetime, *, on: date | None = None
) -> Deadline:
    """Pause it in the statuses that pause it, and while the case is suspended; statutory clocks never pause."""
    calendar = case.calendars[deadline.calendar]
    if case.suspended is not None:
        return deadline.pause(now, f"suspended: {case.suspended}", calendar)
    if case.status in clock.pauses_in:
        return deadline.pause(now, f"in {case.status}", calendar, on=on)
    return deadline.resume(now, "runs again", calendar, on=on)
