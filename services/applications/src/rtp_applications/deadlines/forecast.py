"""Forecast of the open deadlines of a case if something happened. Pure: the same steps as if it did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from rtp_applications.deadlines.errors import CannotForecast
from rtp_applications.deadlines.rules.days import DIVISIONS, LONGEST, Calendar, Calendars, Row, civil_date, starts_at
from rtp_applications.deadlines.rules.deadline import Basis, Deadline, DeadlineState
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.deadlines.schemas import ForecastHoliday, ForecastPause, Supposed
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.extensions.guards import find_excess, find_obstacle_to_extension
from rtp_shared.problems import FieldError

Span = tuple[date, date]
"""The first day that would not count, and the first that would count again."""


@dataclass(frozen=True)
class ForecastedDeadline:
    """An open deadline as it is and as it would be, with the reasons."""

    before: Deadline
    after: Deadline
    why: tuple[str, ...]


def forecast(process: Process, snapshot: CaseSnapshot, supposed: Supposed, now: datetime) -> list[ForecastedDeadline]:
    """Return each open deadline as it would be, the next due first; raise CannotForecast for what cannot happen."""
    if wrong := list(_find_errors(process, snapshot, supposed, civil_date(now))):
        raise CannotForecast(errors=wrong)
    changes = supposed.bank_holidays
    calendars = snapshot.calendars.with_changes(added=_list_rows(changes.added), removed=_list_rows(changes.removed))
    running = sorted((each for each in snapshot.deadlines.values() if each.is_open), key=lambda each: each.due_at)
    return [_Forecast(process, snapshot, supposed, now, calendars).forecast(each) for each in running]


@dataclass
class _Forecast:
    """The forecast of one deadline; it gathers the reasons."""

    process: Process
    snapshot: CaseSnapshot
    supposed: Supposed
    now: datetime
    calendars: Calendars
    why: list[str] = field(default_factory=list)

    def forecast(self, deadline: Deadline) -> ForecastedDeadline:
        calendar, after = self.calendars[deadline.calendar], deadline
        if deadline.state is DeadlineState.UNSETTLED:
            return ForecastedDeadline(deadline, deadline, (f"unsettled: {deadline.history[-1].reason}",))
        if calendar != self.snapshot.calendars[deadline.calendar] and deadline.state is DeadlineState.RUNNING:
            recounted = after.recalculate(calendar, self.now, "bank holidays changed")
            after = self._explain(after, recounted, "bank holidays changed")
        for extension in self.supposed.extensions:
            if extension.clock == deadline.clock:
                more = extension.length.length
                after = self._explain(after, after.extend(more, self.now, "extended", calendar), f"extended by {more}")
        after = self._rest_while_suspended(after, calendar)
        return ForecastedDeadline(deadline, after, tuple(self.why))

    def _rest_while_suspended(self, deadline: Deadline, calendar: Calendar) -> Deadline:
        spans = merge_pauses([*self.supposed.pauses], self.supposed.suspend_from, self.supposed.resume_on)
        resumed = self.supposed.resume_on if self.supposed.suspend_from is None else None
        if not spans and resumed is None:
            return deadline
        if not deadline.pausable:
            statutory = deadline.basis is Basis.STATUTE
            self.why.append("a statutory time does not rest" if statutory else "it runs on while the case rests")
            return deadline
        if self._is_paused_by_status(deadline):
            self.why.append(f"it rests in {self.snapshot.status} until the case moves on")
            return deadline
        if resumed is not None:
            deadline = self._rest(deadline, None, resumed, calendar)
        for since, until in spans:
            deadline = self._rest(deadline, since, until, calendar)
        return deadline

    def _rest(self, deadline: Deadline, since: date | None, until: date, calendar: Calendar) -> Deadline:
        paused = deadline
        if since is not None and deadline.state is DeadlineState.RUNNING:
            paused = deadline.pause(max(self.now, starts_at(since)), "supposed", calendar)
            if paused is deadline:
                self.why.append(f"its time is up before {since}")
                return deadline
        resumed = paused.resume(max(self.now, starts_at(until)), "supposed", calendar)
        return self._explain(
            deadline, resumed, f"rests until {until}" if since is None else f"rests {since} to {until}"
        )

    def _is_paused_by_status(self, deadline: Deadline) -> bool:
        clock = self.process.find_clock(deadline.clock)
        return clock is not None and self.snapshot.status in clock.pauses_in

    def _explain(self, before: Deadline, after: Deadline, what: str) -> Deadline:
        self.why.append(what if after.due_on != before.due_on else f"{what}: that moves nothing")
        return after


def merge_pauses(pauses: Sequence[ForecastPause], suspend_from: date | None, resume_on: date | None) -> list[Span]:
    """Return the spans in which discretionary clocks would rest, none touching another."""
    spans = [(each.since, each.until) for each in pauses]
    if suspend_from is not None and resume_on is not None:
        spans.append((suspend_from, resume_on))
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _find_errors(process: Process, snapshot: CaseSnapshot, supposed: Supposed, today: date) -> Iterator[FieldError]:
    for number, pause in enumerate(supposed.pauses):
        yield from _check_span(pause.since, pause.until, f"/pauses/{number}/since", f"/pauses/{number}/until", today)
    yield from _check_suspension(snapshot, supposed, today)
    for number, extension in enumerate(supposed.extensions):
        running = find_open_deadline(snapshot, extension.clock)
        why_not = find_obstacle_to_extension(process, running) if running else "no such clock runs in the case"
        if why_not:
            yield FieldError(f"/extensions/{number}/clock", why_not)
        elif running and (too_far := find_excess(process, running, extension.length.length, snapshot.calendars)):
            yield FieldError(f"/extensions/{number}/length", too_far)
    yield from _check_holidays(snapshot.calendars, supposed)


def _check_span(since: date, until: date, since_at: str, until_at: str, today: date) -> Iterator[FieldError]:
    if since < today:
        yield FieldError(since_at, "lies in the past")
    if until <= since:
        yield FieldError(until_at, "must be later than its beginning")
    if until > today + timedelta(days=LONGEST):
        yield FieldError(until_at, "lies too far ahead")


def _check_suspension(snapshot: CaseSnapshot, supposed: Supposed, today: date) -> Iterator[FieldError]:
    since, until, rests = supposed.suspend_from, supposed.resume_on, snapshot.suspended is not None
    if since is not None and rests:
        yield FieldError("/suspendFrom", "the case is suspended already")
    elif since is not None and until is None:
        yield FieldError("/resumeOn", "say when the case would go on: until then nobody knows when anything is due")
    elif since is None and until is not None and not rests:
        yield FieldError("/resumeOn", "the case is not suspended, and no suspension is supposed")
    elif since is not None and until is not None:
        yield from _check_span(since, until, "/suspendFrom", "/resumeOn", today)
    elif until is not None and not today <= until <= today + timedelta(days=LONGEST):
        yield FieldError("/resumeOn", "lies in the past, or too far ahead")


def _check_holidays(calendars: Calendars, supposed: Supposed) -> Iterator[FieldError]:
    for kind, holidays in (("added", supposed.bank_holidays.added), ("removed", supposed.bank_holidays.removed)):
        for number, holiday in enumerate(holidays):
            at = f"/bankHolidays/{kind}/{number}"
            if holiday.division not in DIVISIONS:
                yield FieldError(f"{at}/division", "bank holidays are those of one part of the UK")
            elif kind == "removed" and holiday.day not in calendars[holiday.division].holidays:
                yield FieldError(f"{at}/day", "is no bank holiday there")
            elif kind == "added" and holiday.day in calendars[holiday.division].holidays:
                yield FieldError(f"{at}/day", "is a bank holiday there already")


def _list_rows(holidays: Sequence[ForecastHoliday]) -> list[Row]:
    return [(each.division, each.day) for each in holidays]
