"""Counting the days of the law: what a length of time means, on which calendar, and on which day it ends."""

import calendar as months
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, islice
from typing import Self

from rtp_shared.clock import LONDON

ONE_DAY = timedelta(days=1)
LONGEST = 3_660
"""Ten years of days. It only keeps a slip of the keyboard from counting past the last year there is."""


class Unit(StrEnum):
    CALENDAR_DAYS = "calendar-days"
    WORKING_DAYS = "working-days"
    CLEAR_DAYS = "clear-days"
    """Calendar days between the day of notice and the day of the meeting, neither of which counts."""
    CLEAR_WORKING_DAYS = "clear-working-days"
    """Working days between the day of notice and the day of the meeting, neither of which counts."""
    MONTHS = "months"
    """To the same day of a later month, or that month's last day if it has no such day."""

    @property
    def is_clear(self) -> bool:
        return self in (Unit.CLEAR_DAYS, Unit.CLEAR_WORKING_DAYS)

    @property
    def needs_holidays(self) -> bool:
        return self in (Unit.WORKING_DAYS, Unit.CLEAR_WORKING_DAYS)


class CalendarName(StrEnum):
    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"
    ANY_UK = "any-uk"
    """A bank holiday in any part of the UK is no working day (Freedom of Information Act, Procurement Act)."""


DIVISIONS = (CalendarName.ENGLAND_AND_WALES, CalendarName.SCOTLAND, CalendarName.NORTHERN_IRELAND)

Row = tuple[str, date]
"""A bank holiday: one of DIVISIONS, and the day."""


@dataclass(frozen=True)
class Length:
    """Raises ValueError unless 1 <= number <= LONGEST."""

    number: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.number <= LONGEST:
            raise ValueError(f"a length is 1 to {LONGEST} {self._words}, not {self.number}")

    @property
    def _words(self) -> str:
        return self.unit.value.replace("-", " ")

    def __str__(self) -> str:
        return f"{self.number} {self._words.removesuffix('s') if self.number == 1 else self._words}"


@dataclass(frozen=True)
class Pause:
    """The days from `since` until the day before `until` do not count; without `until` it lasts still."""

    since: date
    until: date | None

    def end_on(self, day: date) -> Self:
        """Return this pause, ended on the day given if it lasts still."""
        return replace(self, until=max(self.since, day)) if self.until is None else self

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Calendar:
    """The bank holidays of one part of the UK, by which working days are counted."""

    name: CalendarName
    holidays: frozenset[date]
    known_until: date
    """The last day for which bank holidays are loaded."""

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays


@dataclass(frozen=True)
class Calendars:
    """All calendars, by name."""

    by_name: Mapping[CalendarName, Calendar]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """Make the calendars of these bank holidays. Years are published whole: a division's last is known to its end.

        Raises ValueError for a division that does not exist.
        """
        days = _by_division(rows)
        return cls._of({name: Calendar(name, days[name], _find_last_known_day(days[name])) for name in DIVISIONS})

    @classmethod
    def _of(cls, divisions: Mapping[CalendarName, Calendar]) -> Self:
        holidays = frozenset[date]().union(*(division.holidays for division in divisions.values()))
        known_until = min(division.known_until for division in divisions.values())
        any_uk = Calendar(CalendarName.ANY_UK, holidays, known_until)
        return cls({**divisions, CalendarName.ANY_UK: any_uk})

    def __getitem__(self, name: CalendarName) -> Calendar:
        return self.by_name[name]

    def with_changes(self, *, added: Iterable[Row] = (), removed: Iterable[Row] = ()) -> Self:
        """Return the calendars as they would be; the last known day stays as it is."""
        more, fewer = _by_division(added), _by_division(removed)
        changed = {name: (self[name].holidays - fewer[name]) | more[name] for name in DIVISIONS}
        return self._of({name: replace(self[name], holidays=changed[name]) for name in DIVISIONS})


def _by_division(rows: Iterable[Row]) -> dict[CalendarName, frozenset[date]]:
    days: dict[CalendarName, set[date]] = {name: set() for name in DIVISIONS}
    for division, day in rows:
        if division not in days:
            raise ValueError(f"{division!r} is no division of bank holidays")
        days[CalendarName(division)].add(day)
    return {name: frozenset(found) for name, found in days.items()}


def _find_last_known_day(holidays: frozenset[date]) -> date:
    return date(max(holidays).year, 12, 31) if holidays else date.min


def due_on(
    start: date, length: Length, calendar: Calendar, pauses: Sequence[Pause] = (), *, today: date | None = None
) -> date:
    """Return the last day that is in time. The day of the start is day 0; neither it nor a paused day counts.

    A pause that lasts still counts as ending `today`, and ValueError is raised if that is not given.
    Clear days end with the last of the days between. Months are moved on by as many calendar days as were paused.
    """
    in_months = length.unit is Unit.MONTHS
    number = (add_months(start, length.number) - start).days if in_months else length.number
    if not pauses and not length.unit.needs_holidays:
        return start + number * ONE_DAY
    ended = [_end_pause(pause, today) for pause in pauses]
    counts = _choose_counting_days(length.unit, calendar)
    return _nth(number, start, ONE_DAY, lambda day: counts(day) and not any(pause.covers(day) for pause in ended))


def earliest_after(notice: date, length: Length, calendar: Calendar) -> date:
    """Return the first day for something of which `length` notice must be given: after it, if clear."""
    last = due_on(notice, length, calendar)
    return last + ONE_DAY if length.unit.is_clear else last


def latest_before(event: date, length: Length, calendar: Calendar) -> date:
    """Return the last day for something that must be done at least `length` before the event.

    Working days before an event end on a working day, whose own `due_on` is never after the event.
    Of clear days only those between are counted: the day of notice itself may be any day.
    """
    if length.unit is Unit.MONTHS:
        return _months_before(event, length.number)
    counts = _choose_counting_days(length.unit, calendar)
    if length.unit.is_clear:
        return _nth(length.number, event, -ONE_DAY, counts) - ONE_DAY
    return _nth(length.number if counts(event) else length.number + 1, event, -ONE_DAY, counts)


def add_months(day: date, number: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def starts_at(day: date) -> datetime:
    """Return the instant, in UTC, of the midnight in London that begins the day."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)


def expires_at(day: date) -> datetime:
    """Return the instant, in UTC, of the midnight in London that ends the day: the first that is too late."""
    return starts_at(day + ONE_DAY)


def civil_date(instant: datetime) -> date:
    """Return the date in London; raise ValueError for a time without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant has a time zone")
    return instant.astimezone(LONDON).date()


def _end_pause(pause: Pause, today: date | None) -> Pause:
    if pause.until is None and today is None:
        raise ValueError("a pause that lasts still is counted until today, which is not given")
    return pause.end_on(today or pause.since)


def _choose_counting_days(unit: Unit, calendar: Calendar) -> Callable[[date], bool]:
    return calendar.is_working_day if unit.needs_holidays else lambda _: True


def _nth(number: int, start: date, step: timedelta, counts: Callable[[date], bool]) -> date:
    days = (start + step * away for away in count(1))
    return next(islice(filter(counts, days), number - 1, None))


def _months_before(event: date, number: int) -> date:
    """Return the last day that is so many months before: 28 February is a month after 28, 29, 30 and 31 January."""
    day = add_months(event, -number)
    while add_months(day + ONE_DAY, number) <= event:
        day += ONE_DAY
    return day
