"""One running clock of a case: when it is due, what moved it, and how it ended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from rtp_applications.deadlines.rules.days import (
    Calendar,
    CalendarName,
    Length,
    Pause,
    civil_date,
    due_on,
    expires_at,
    starts_at,
)
from rtp_applications.deadlines.rules.stored import (
    Recalculation,
    dump_parts,
    load_length,
    load_pause,
    load_recalculation,
)


class Basis(StrEnum):
    STATUTE = "statute"
    POLICY = "policy"
    LOCAL_RULE = "local-rule"


class DeadlineState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"
    UNSETTLED = "unsettled"
    """It is not known yet whether it is this time that counts: it can be met, and is not missed."""


OPEN = (DeadlineState.RUNNING, DeadlineState.PAUSED, DeadlineState.UNSETTLED)


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A value: each method returns the deadline as it is afterwards, itself if there is nothing to do.

    Its time is up at `due_at`, whether or not anybody has looked since: from then on it can only be missed (or
    cancelled, or found to have been counted on a wrong calendar). Once closed it never changes again.
    """

    id: UUID
    clock: str
    basis: Basis
    source: str
    length: Length
    calendar: CalendarName
    pausable: bool
    started_at: datetime
    started_on: date
    start_event: str
    extensions: tuple[Length, ...] = ()
    """Counted one after the other from where the length ends."""
    pauses: tuple[Pause, ...] = ()
    due_on: date
    due_at: datetime
    provisional: bool
    """Working days were counted beyond the last day for which bank holidays are known."""
    state: DeadlineState = DeadlineState.RUNNING
    reminders: tuple[int, ...] = ()
    """Days before the due date, most first, on whose beginning a reminder is due."""
    reminded: int = 0
    """Number of the reminders of this due date that are past; those given for an earlier one are due again."""
    closed_at: datetime | None = None
    history: tuple[Recalculation, ...] = ()
    done_late_on: date | None = None
    """The day after its last on which it was done while it was unsettled."""

    def __post_init__(self) -> None:
        if self.pausable and self.basis is Basis.STATUTE:
            raise ValueError(f"{self.clock}: a statutory clock never pauses")
        if self.reminders != _put_in_order(self.reminders) or min(self.reminders, default=0) < 0:
            raise ValueError(f"{self.clock}: reminders are days before the due date, most first")

    @classmethod
    def start(
        cls,
        *,
        deadline_id: UUID,
        clock: str,
        basis: Basis,
        source: str,
        length: Length,
        calendar: Calendar,
        pausable: bool,
        at: datetime,
        start_event: str,
        started_on: date | None = None,
        reminders: Collection[int] = (),
    ) -> Self:
        """Start the clock: on the date of `at` unless the law counts from another. Reminders already past are left out.

        Raises ValueError if a statutory clock is said to be pausable, or for a reminder after the due date.
        """
        day_0 = started_on or civil_date(at)
        due, provisional = _count(day_0, (length,), calendar, ())
        ordered = _put_in_order(reminders)
        return cls(
            id=deadline_id,
            clock=clock,
            basis=basis,
            source=source,
            length=length,
            calendar=calendar.name,
            pausable=pausable,
            started_at=at,
            started_on=day_0,
            start_event=start_event,
            due_on=due,
            due_at=expires_at(due),
            provisional=provisional,
            reminders=ordered,
            reminded=_count_past(ordered, due, at),
        )

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def next_look_at(self) -> datetime | None:
        """Return when the next reminder is due, else when the time is up; None if it is paused or closed."""
        if self.state is not DeadlineState.RUNNING:
            return None
        if self.reminded == len(self.reminders):
            return self.due_at
        return _find_reminder(self.due_on, self.reminders[self.reminded])

    def is_over(self, at: datetime) -> bool:
        """Return True if its time is up though nobody has closed it. The time of a paused one is never up."""
        return self.state is DeadlineState.RUNNING and at >= self.due_at

    def pause(self, at: datetime, reason: str, calendar: Calendar, *, on: date | None = None) -> Self:
        """Pause it from today on, or from the day of the decision that pauses it. The due date stays until it is known
        how long the pause was.
        """
        over = self.is_over(at) if on is None else on > self.due_on
        if not self.pausable or self.state is not DeadlineState.RUNNING or over:
            return self
        pauses = (*self.pauses, Pause(on or civil_date(at), None))
        return self._change(at, reason, calendar, state=DeadlineState.PAUSED, pauses=pauses)

    def resume(self, at: datetime, reason: str, calendar: Calendar, *, on: date | None = None) -> Self:
        """Resume it: today counts again, or the day of the decision that resumes it, and the due date moves on by the
        days that did not.
        """
        if self.state is not DeadlineState.PAUSED:
            return self
        pauses = self._end_pauses(on or civil_date(at))
        return self._change(at, reason, calendar, state=DeadlineState.RUNNING, pauses=pauses)

    def extend(self, by: Length, at: datetime, reason: str, calendar: Calendar) -> Self:
        if not self.is_open or self.is_over(at):
            return self
        return self._change(at, reason, calendar, extensions=(*self.extensions, by))

    def count_with(self, more: Length, calendar: Calendar) -> date:
        """Return the day on which it would be due with one more extension."""
        return _count(self.started_on, (self.length, *self.extensions, more), calendar, self.pauses)[0]

    def correct_miss(self, at: datetime, done_on: date) -> Self:
        """Return what was missed as met, if it was done in time and only put on file too late."""
        if self.state is not DeadlineState.MISSED or done_on > self.due_on:
            return self
        why = f"done on {done_on}, in time, and put on file later"
        history = (*self.history, Recalculation(at, why, self.due_on, self.due_on))
        return replace(self, state=DeadlineState.MET, history=history)

    def unsettle(self, at: datetime, why: str) -> Self:
        """Leave open whether it is this time that counts: its due date stands provisionally, and is not missed."""
        if self.state is not DeadlineState.RUNNING:
            return self
        noted = (*self.history, Recalculation(at, why, self.due_on, self.due_on))
        return replace(self, state=DeadlineState.UNSETTLED, provisional=True, history=noted)

    def settle(self, at: datetime, why: str, calendar: Calendar) -> Self:
        """Let it run as if it had never been unsettled: what is over by now is missed at the next look."""
        if self.state is not DeadlineState.UNSETTLED:
            return self
        return self._recount(at, why, calendar, state=DeadlineState.RUNNING)

    def void_miss(self, at: datetime, why: str) -> Self:
        """Return what was missed as cancelled: it was another time that counted."""
        if self.state is not DeadlineState.MISSED:
            return self
        noted = (*self.history, Recalculation(at, why, self.due_on, self.due_on))
        return replace(self, state=DeadlineState.CANCELLED, history=noted)

    def recalculate(self, calendar: Calendar, at: datetime, reason: str) -> Self:
        """Count again on a changed calendar, which alone may bring the due date forward."""
        if not self.is_open:
            return self
        recounted = self._recount(at, reason, calendar)
        return recounted if recounted.due_on != self.due_on else replace(recounted, history=self.history)

    def remind(self, at: datetime) -> Self:
        """Give all reminders due by now, as one."""
        if self.state is not DeadlineState.RUNNING or self.is_over(at):
            return self
        past = _count_past(self.reminders, self.due_on, at)
        return replace(self, reminded=past) if past > self.reminded else self

    def meet(self, at: datetime, *, done_on: date | None = None) -> Self:
        """Close it as met, or as missed if its time was up: that never depends on when somebody looked.

        If it is known on which civil date it was done, that day counts, not the instant of recording it.
        """
        if self.state is DeadlineState.UNSETTLED and (day := done_on or civil_date(at)) > self.due_on:
            return replace(self, done_late_on=self.done_late_on or day)
        late = self.is_over(at) and (done_on is None or done_on > self.due_on)
        return self._close(DeadlineState.MISSED if late else DeadlineState.MET, at)

    def miss(self, at: datetime) -> Self:
        return self._close(DeadlineState.MISSED, at) if self.is_over(at) else self

    def run_out(self, at: datetime) -> Self:
        """Close a time in which something could be done, not had to be: nothing is missed."""
        return self._close(DeadlineState.MET, at) if self.is_over(at) else self

    def cancel(self, at: datetime) -> Self:
        return self._close(DeadlineState.CANCELLED, at)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; what few have is left out of the others, and of what was written before there was any."""
        dumped = dump_parts(self)
        return dumped if self.done_late_on else {name: each for name, each in dumped.items() if name != "done_late_on"}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read back the JSON of `to_json`."""
        closed_at, done_late_on = stored["closed_at"], stored.get("done_late_on")
        read = {
            "id": UUID(stored["id"]),
            "basis": Basis(stored["basis"]),
            "length": load_length(stored["length"]),
            "calendar": CalendarName(stored["calendar"]),
            "started_at": datetime.fromisoformat(stored["started_at"]),
            "started_on": date.fromisoformat(stored["started_on"]),
            "extensions": tuple(load_length(length) for length in stored["extensions"]),
            "pauses": tuple(load_pause(pause) for pause in stored["pauses"]),
            "due_on": date.fromisoformat(stored["due_on"]),
            "due_at": datetime.fromisoformat(stored["due_at"]),
            "state": DeadlineState(stored["state"]),
            "reminders": tuple(stored["reminders"]),
            "closed_at": datetime.fromisoformat(closed_at) if closed_at else None,
            "history": tuple(load_recalculation(entry) for entry in stored["history"]),
            "done_late_on": date.fromisoformat(done_late_on) if done_late_on else None,
        }
        return cls(**{**stored, **read})

    def _change(self, at: datetime, reason: str, calendar: Calendar, **changes: Any) -> Self:
        """Return it changed and counted again: a calendar changed since cannot make it earlier."""
        return self._recount(at, reason, calendar, not_before=self.due_on, **changes)

    def _recount(
        self, at: datetime, reason: str, calendar: Calendar, not_before: date = date.min, **changes: Any
    ) -> Self:
        if calendar.name is not self.calendar:
            raise ValueError(f"{self.clock} is counted on {self.calendar}, not on {calendar.name}")
        changed = replace(self, **changes)
        counted, provisional = _count(
            changed.started_on, (changed.length, *changed.extensions), calendar, changed.pauses
        )
        due = max(counted, not_before)
        return replace(
            changed,
            due_on=due,
            due_at=expires_at(due),
            provisional=provisional,
            reminded=min(self.reminded, _count_past(self.reminders, due, at)),
            history=(*self.history, Recalculation(at, reason, self.due_on, due)),
        )

    def _close(self, state: DeadlineState, at: datetime) -> Self:
        pauses = self._end_pauses(civil_date(at))
        return replace(self, state=state, closed_at=at, pauses=pauses) if self.is_open else self

    def _end_pauses(self, day: date) -> tuple[Pause, ...]:
        return tuple(pause.end_on(day) for pause in self.pauses)


def _count(start: date, lengths: Sequence[Length], calendar: Calendar, pauses: Sequence[Pause]) -> tuple[date, bool]:
    """Return the due date, and whether it is provisional. A pause that lasts still adds its days when it ends."""
    ended = [pause for pause in pauses if pause.until is not None]
    day, provisional = start, False
    for length in lengths:
        day = due_on(day, length, calendar, ended)
        provisional = provisional or (length.unit.needs_holidays and day > calendar.known_until)
    return day, provisional


def _put_in_order(reminders: Collection[int]) -> tuple[int, ...]:
    return tuple(sorted(set(reminders), reverse=True))


def _find_reminder(due: date, days_before: int) -> datetime:
    return starts_at(due - timedelta(days=days_before))


def _count_past(reminders: Sequence[int], due: date, at: datetime) -> int:
    return sum(_find_reminder(due, days_before) <= at for days_before in reminders)
