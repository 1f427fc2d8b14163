"""Running clocks: hand-worked lives of deadlines, and laws that hold whatever is done to one and in whatever order."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.deadlines.rules import days as counting
from rtp_applications.deadlines.rules.days import Calendar, CalendarName, Length, Pause, Unit, civil_date, starts_at
from rtp_applications.deadlines.rules.deadline import Basis, Deadline, DeadlineState
from rtp_applications.deadlines.rules.stored import Recalculation
from tests.applications.deadlines.rules import UK, law

EW = UK[CalendarName.ENGLAND_AND_WALES]
WORKING_10, WORKING_DAY = Length(10, Unit.WORKING_DAYS), Length(1, Unit.WORKING_DAYS)
RUNNING, PAUSED, MET, MISSED, CANCELLED, UNSETTLED = DeadlineState


def noon(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


FIRST_OF_JUNE = noon(6, 1)


def start(length: Length = WORKING_10, at: datetime = FIRST_OF_JUNE, **changes: Any) -> Deadline:
    """Of policy, pausable; from Monday 1 June 2026: due on Monday 15 June."""
    facts: dict[str, Any] = {
        "deadline_id": UUID(int=7),
        "clock": "acknowledge",
        "basis": Basis.POLICY,
        "source": "Right to Provide guidance",
        "calendar": EW,
        "pausable": True,
        "start_event": "submit",
    }
    return Deadline.start(**{**facts, "length": length, "at": at, **changes})


# What one is when it starts.


def test_a_deadline_starts() -> None:
    deadline = start()
    assert (deadline.started_on, deadline.due_on) == (date(2026, 6, 1), date(2026, 6, 15))
    assert deadline.due_at == deadline.next_look_at == datetime(2026, 6, 15, 23, tzinfo=UTC)
    assert deadline.state is RUNNING
    assert deadline.calendar is CalendarName.ENGLAND_AND_WALES
    assert not deadline.provisional


def test_it_starts_on_the_date_in_london() -> None:
    assert start(at=datetime(2026, 5, 31, 23, 30, tzinfo=UTC)).started_on == date(2026, 6, 1)


def test_it_may_start_on_another_date_than_it_was_noticed() -> None:
    deadline = start(Length(30, Unit.CALENDAR_DAYS), started_on=date(2026, 5, 20))
    assert (deadline.started_at, deadline.started_on) == (noon(6, 1), date(2026, 5, 20))
    assert deadline.due_on == date(2026, 6, 19)


def test_a_statutory_clock_cannot_be_pausable() -> None:
    with pytest.raises(ValueError, match="never pauses"):
        start(basis=Basis.STATUTE)


def test_reminders_are_days_before() -> None:
    assert start(reminders=(7, 30, 7)).reminders == (30, 7)
    with pytest.raises(ValueError, match="most first"):
        replace(start(), reminders=(7, 30))
    with pytest.raises(ValueError, match="before the due date"):
        start(reminders=(-1,))


def test_another_calendar_than_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="england-and-wales, not on scotland"):
        start().pause(noon(6, 2), "why", UK[CalendarName.SCOTLAND])


@pytest.mark.parametrize(
    ("length", "provisional"),
    [
        # From Thu 21 Dec 2028: 22(1) [25] [26] 27-29(4), and Mon 1 Jan 2029 is not known to be a holiday.
        (Length(4, Unit.WORKING_DAYS), False),
        (Length(5, Unit.WORKING_DAYS), True),
        (Length(5, Unit.CLEAR_WORKING_DAYS), True),
        (Length(60, Unit.CALENDAR_DAYS), False),
        (Length(6, Unit.MONTHS), False),
    ],
)
def test_working_days_beyond_the_known_holidays_are_provisional(length: Length, provisional: bool) -> None:
    assert start(length, noon(12, 21, 2028)).provisional is provisional


def test_it_is_no_longer_provisional_once_the_holidays_are_known() -> None:
    deadline = start(Length(5, Unit.WORKING_DAYS), noon(12, 21, 2028))
    assert deadline.due_on == date(2029, 1, 1)
    known = replace(EW, known_until=date(2029, 12, 31))
    same = deadline.recalculate(known, noon(12, 22, 2028), "2029 was published")
    assert (same.due_on, same.provisional, same.history) == (deadline.due_on, False, ())
    with_new_year = replace(known, holidays=known.holidays | {date(2029, 1, 1)})
    moved = deadline.recalculate(with_new_year, noon(12, 22, 2028), "2029 was published")
    assert (moved.due_on, moved.provisional) == (date(2029, 1, 2), False)


def test_the_last_known_day_is_known() -> None:
    assert not start(calendar=replace(EW, known_until=date(2026, 6, 15))).provisional
    assert start(calendar=replace(EW, known_until=date(2026, 6, 14))).provisional


@pytest.mark.parametrize(
    ("days", "by", "provisional"),
    [(5, Length(1, Unit.MONTHS), True), (4, WORKING_DAY, True), (4, Length(1, Unit.MONTHS), False)],
)
def test_an_extension_may_make_it_provisional_and_never_certain(days: int, by: Length, provisional: bool) -> None:
    deadline = start(Length(days, Unit.WORKING_DAYS), noon(12, 21, 2028))
    assert deadline.extend(by, noon(12, 22, 2028), "asked", EW).provisional is provisional


# Pauses, extensions and changed calendars.


def test_a_pause_moves_it_on_when_it_ends() -> None:
    paused = start().pause(noon(6, 4), "asked for accounts", EW)
    assert (paused.state, paused.due_on, paused.next_look_at) == (PAUSED, date(2026, 6, 15), None)
    assert paused.pauses == (Pause(date(2026, 6, 4), None),)
    # 2(1) 3(2) [4 5 8] 9-12(6) 15-18(10)
    resumed = paused.resume(noon(6, 9), "accounts came", EW)
    assert (resumed.state, resumed.due_on) == (RUNNING, date(2026, 6, 18))
    assert resumed.due_at == resumed.next_look_at == datetime(2026, 6, 18, 23, tzinfo=UTC)
    assert resumed.pauses == (Pause(date(2026, 6, 4), date(2026, 6, 9)),)
    assert resumed.history == (
        Recalculation(noon(6, 4), "asked for accounts", date(2026, 6, 15), date(2026, 6, 15)),
        Recalculation(noon(6, 9), "accounts came", date(2026, 6, 15), date(2026, 6, 18)),
    )


def test_two_pauses_with_an_extension_between() -> None:
    deadline = start().pause(noon(6, 4), "one", EW).resume(noon(6, 9), "one", EW)
    # 18(10) then 19(1) 22-25(5)
    extended = deadline.extend(Length(5, Unit.WORKING_DAYS), noon(6, 10), "asked", EW)
    assert extended.due_on == date(2026, 6, 25)
    # [22 23] 24(2) 25(3) 26(4) 29(5)
    again = extended.pause(noon(6, 22), "two", EW).resume(noon(6, 24), "two", EW)
    assert again.due_on == date(2026, 6, 29)


def test_a_pause_on_its_last_day_leaves_that_day() -> None:
    deadline = start().pause(noon(6, 15), "at the last moment", EW).resume(noon(7, 1), "went on", EW)
    assert deadline.due_on == date(2026, 7, 1)
    assert not deadline.is_over(noon(7, 1))


def test_an_extension_of_another_unit_follows_the_length() -> None:
    deadline = start(Length(30, Unit.CALENDAR_DAYS)).extend(Length(2, Unit.MONTHS), noon(6, 2), "council recess", EW)
    assert deadline.due_on == date(2026, 9, 1)
    again = deadline.extend(Length(3, Unit.WORKING_DAYS), noon(6, 3), "quorum", EW)  # Tue 1 Sep: 2(1) 3(2) 4(3)
    assert again.due_on == date(2026, 9, 4)
    assert again.extensions == (Length(2, Unit.MONTHS), Length(3, Unit.WORKING_DAYS))


def test_an_extension_while_paused_counts_at_once_and_the_pause_when_it_ends() -> None:
    paused = start().pause(noon(6, 4), "asked", EW)
    extended = paused.extend(Length(5, Unit.WORKING_DAYS), noon(6, 8), "asked for more", EW)
    assert (extended.state, extended.due_on) == (PAUSED, date(2026, 6, 22))
    assert extended.resume(noon(6, 9), "came", EW).due_on == date(2026, 6, 25)


def test_a_statutory_clock_runs_through_a_pause() -> None:
    deadline = start(Length(30, Unit.CALENDAR_DAYS), basis=Basis.STATUTE, pausable=False)
    assert deadline.pause(noon(6, 4), "suspended", EW) is deadline
    assert deadline.resume(noon(6, 9), "suspended", EW) is deadline


def test_a_holiday_proclaimed_moves_it_and_says_why() -> None:
    proclaimed = replace(EW, holidays=EW.holidays | {date(2026, 6, 8)})
    moved = start().recalculate(proclaimed, noon(6, 2), "Proclamation of 2 June")
    assert moved.due_on == date(2026, 6, 16)
    assert moved.history == (Recalculation(noon(6, 2), "Proclamation of 2 June", date(2026, 6, 15), date(2026, 6, 16)),)
    back = moved.recalculate(EW, noon(6, 3), "withdrawn")
    assert back.due_on == date(2026, 6, 15)
    assert back.recalculate(EW, noon(6, 4), "looked again") == back


def test_a_holiday_taken_away_does_not_make_an_extension_run_backwards() -> None:
    easter = start(Length(5, Unit.WORKING_DAYS), noon(4, 1))  # 2(1) [3] [6] 7(2) 8(3) 9(4) 10(5)
    assert easter.due_on == date(2026, 4, 10)
    without = replace(EW, holidays=frozenset[date]())  # 2(1) 3(2) 6(3) 7(4) 8(5), and a day more: 9
    assert easter.extend(Length(1, Unit.WORKING_DAYS), noon(4, 2), "asked", without).due_on == date(2026, 4, 10)


# Who has to look at it, and when.


def test_reminders_come_at_the_beginning_of_their_day() -> None:
    # Due on 30 Sep; 7 days before is 23 Sep, 30 days before is 31 Aug.
    deadline = start(Length(3, Unit.MONTHS), noon(6, 30), reminders=(7, 30))
    assert (deadline.due_on, deadline.reminders) == (date(2026, 9, 30), (30, 7))
    first, second = datetime(2026, 8, 30, 23, tzinfo=UTC), datetime(2026, 9, 22, 23, tzinfo=UTC)
    assert deadline.next_look_at == first
    assert deadline.remind(first - timedelta(seconds=1)) is deadline
    once = deadline.remind(first)
    assert (once.reminded, once.next_look_at) == (1, second)
    assert once.remind(first) is once
    twice = once.remind(second)
    assert (twice.reminded, twice.next_look_at) == (2, deadline.due_at)
    assert deadline.remind(second) == twice, "late, both are given as one"


def test_a_reminder_over_the_clock_change_is_at_midnight_in_london() -> None:
    deadline = start(Length(7, Unit.CALENDAR_DAYS), noon(10, 22), reminders=(5, 3))
    assert deadline.next_look_at == datetime(2026, 10, 23, 23, tzinfo=UTC)
    assert deadline.remind(noon(10, 24)).next_look_at == datetime(2026, 10, 26, 0, tzinfo=UTC)


def test_reminders_already_past_at_the_start_are_left_out() -> None:
    deadline = start(reminders=(30, 14, 7))
    assert (deadline.reminded, deadline.next_look_at) == (2, starts_at(date(2026, 6, 8)))


def test_a_reminder_is_given_again_for_a_later_due_date() -> None:
    reminded = start(reminders=(7,)).remind(noon(6, 9))
    extended = reminded.extend(WORKING_10, noon(6, 10), "asked", EW)
    assert (extended.due_on, extended.next_look_at) == (date(2026, 6, 29), starts_at(date(2026, 6, 22)))


def test_nobody_is_reminded_of_what_is_over_or_paused() -> None:
    deadline = start(reminders=(7,))
    assert deadline.remind(deadline.due_at) is deadline
    paused = deadline.pause(noon(6, 4), "asked", EW)
    assert paused.remind(noon(6, 9)) is paused


# How one ends.


def test_met_in_the_last_second_and_missed_at_midnight() -> None:
    deadline = start()
    last = deadline.due_at - timedelta(microseconds=1)
    assert deadline.miss(last) is deadline
    met = deadline.meet(last)
    assert (met.state, met.closed_at, met.next_look_at) == (MET, last, None)
    missed = deadline.miss(deadline.due_at)
    assert (missed.state, missed.closed_at, missed.next_look_at) == (MISSED, deadline.due_at, None)
    assert deadline.meet(deadline.due_at) == missed, "whoever looks first"


def test_a_paused_one_is_never_missed() -> None:
    paused = start().pause(noon(6, 4), "asked", EW)
    assert paused.miss(noon(8, 1)) is paused
    met = paused.meet(noon(8, 1))
    assert (met.state, met.pauses) == (MET, (Pause(date(2026, 6, 4), date(2026, 8, 1)),))


def test_time_that_is_up_cannot_be_bought_back() -> None:
    deadline = start()
    assert deadline.pause(deadline.due_at, "too late", EW) is deadline
    assert deadline.extend(WORKING_10, deadline.due_at, "too late", EW) is deadline


def test_one_counted_wrongly_is_corrected_even_when_its_time_is_up() -> None:
    deadline = start()
    proclaimed = replace(EW, holidays=EW.holidays | {date(2026, 6, 8)})
    assert deadline.recalculate(proclaimed, noon(6, 16), "loaded late").miss(noon(6, 16)).state is RUNNING


# The laws.


@dataclass(frozen=True)
class Act:
    """One thing done to a deadline, some time after the one before."""

    name: str
    later: timedelta
    do: Callable[[Deadline, datetime, Calendar], Deadline]

    def __repr__(self) -> str:
        return f"{self.name} after {self.later}"


def _act(name: str, do: Callable[[Deadline, datetime, Calendar], Deadline]) -> st.SearchStrategy[Act]:
    waits = st.one_of(st.timedeltas(timedelta(), timedelta(days=1)), st.timedeltas(timedelta(), timedelta(days=25)))
    return st.builds(lambda later: Act(name, later, do), waits)


def _extension(by: Length) -> st.SearchStrategy[Act]:
    return _act(f"extend by {by}", lambda deadline, at, calendar: deadline.extend(by, at, "extended", calendar))


# Extensions in months are left to the examples: on a paused clock the end of a month makes their days differ.
day_lengths = st.builds(Length, st.integers(1, 40), st.sampled_from([unit for unit in Unit if unit is not Unit.MONTHS]))
lengths = st.one_of(day_lengths, st.builds(Length, st.integers(1, 6), st.just(Unit.MONTHS)))
moves = st.one_of(
    _act("pause", lambda deadline, at, calendar: deadline.pause(at, "paused", calendar)),
    _act("resume", lambda deadline, at, calendar: deadline.resume(at, "resumed", calendar)),
    day_lengths.flatmap(_extension),
    _act("remind", lambda deadline, at, _: deadline.remind(at)),
)
ends = st.one_of(
    _act("meet", lambda deadline, at, _: deadline.meet(at)),
    _act("miss", lambda deadline, at, _: deadline.miss(at)),
    _act("cancel", lambda deadline, at, _: deadline.cancel(at)),
)
lives = st.lists(st.one_of(moves, moves, moves, ends), max_size=15)
holidays = st.lists(
    st.tuples(st.just("england-and-wales"), st.dates(date(2026, 1, 1), date(2027, 12, 31))), min_size=1, max_size=6
)


@st.composite
def deadlines(draw: st.DrawFn) -> Deadline:
    basis = draw(st.sampled_from(Basis))
    return start(
        draw(lengths),
        draw(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))),  # noqa: DTZ001
        calendar=UK[draw(st.sampled_from(CalendarName))],
        basis=basis,
        pausable=basis is not Basis.STATUTE and draw(st.booleans()),
        reminders=tuple(draw(st.sets(st.integers(0, 40), max_size=3))),
    )


def live_through(
    deadline: Deadline, life: list[Act], calendars: counting.Calendars = UK
) -> list[tuple[Deadline, datetime]]:
    """The deadline after each act, and when that was."""
    steps, now = [(deadline, deadline.started_at)], deadline.started_at
    for act in life:
        now += act.later
        steps.append((act.do(steps[-1][0], now, calendars[deadline.calendar]), now))
    return steps


@law
@given(deadlines(), lives, holidays)
def test_clocks_never_run_backwards_not_even_if_holidays_were_moved_since(
    deadline: Deadline, life: list[Act], others: list[tuple[str, date]]
) -> None:
    every = [(name, day) for name in list(CalendarName)[:3] for day in UK[name].holidays]
    for calendars in (UK, UK.with_changes(added=others, removed=every)):
        due = [step.due_on for step, _ in live_through(deadline, life, calendars)]
        assert due == sorted(due)


@law
@given(deadlines(), lives)
def test_a_deadline_always_agrees_with_itself(deadline: Deadline, life: list[Act]) -> None:
    for step, now in live_through(deadline, life):
        assert step.due_at == counting.expires_at(step.due_on)
        assert (step.closed_at is None) == step.is_open
        assert [pause.until is None for pause in step.pauses].count(True) == (step.state is PAUSED)
        assert 0 <= step.reminded <= len(step.reminders)
        assert (step.next_look_at is not None) == (step.state is RUNNING)
        assert step.next_look_at is None or step.next_look_at <= step.due_at
        assert step.started_on == civil_date(step.started_at)
        if (step.extensions or (step.length,))[-1].unit.needs_holidays:
            assert UK[step.calendar].is_working_day(step.due_on)
        assert step.closed_at is None or step.closed_at <= now


@law
@given(deadlines(), lives)
def test_the_history_leads_from_the_first_due_date_to_the_last(deadline: Deadline, life: list[Act]) -> None:
    last, _ = live_through(deadline, life)[-1]
    dates = [deadline.due_on, *(entry.after for entry in last.history)]
    assert [entry.before for entry in last.history] == dates[:-1]
    assert last.due_on == dates[-1]
    assert [entry.at for entry in last.history] == sorted(entry.at for entry in last.history)


@law
@given(deadlines(), lives, st.lists(moves | ends, min_size=1, max_size=5), holidays)
def test_once_closed_it_never_changes(
    deadline: Deadline, life: list[Act], after: list[Act], added: list[tuple[str, date]]
) -> None:
    last, now = live_through(deadline, life)[-1]
    closed = last.cancel(now)
    assert not closed.is_open
    changed = UK.with_changes(added=added)
    assert all(step == closed for step, _ in live_through(closed, after, changed))
    assert closed.recalculate(changed[closed.calendar], now, "proclaimed") is closed


@law
@given(deadlines(), lives)
def test_met_in_time_or_missed_when_time_was_up(deadline: Deadline, life: list[Act]) -> None:
    steps = live_through(deadline, life)
    for (before, _), (after, at) in pairwise(steps):
        if before.is_open and after.state is MISSED:
            assert before.state is RUNNING
            assert at >= before.due_at
        if before.is_open and after.state is MET:
            assert before.state is PAUSED or at < before.due_at


@law
@given(deadlines(), lives, st.timedeltas(timedelta(), timedelta(days=60)))
def test_pausing_and_resuming_on_one_day_moves_nothing(deadline: Deadline, life: list[Act], later: timedelta) -> None:
    last, now = live_through(deadline, life)[-1]
    at, calendar = now + later, UK[last.calendar]
    last = last.resume(now, "resumed", calendar)
    resumed = last.pause(at, "paused", calendar).resume(at, "resumed", calendar)
    assert (resumed.due_on, resumed.due_at, resumed.state) == (last.due_on, last.due_at, last.state)
    assert resumed.next_look_at == last.next_look_at


@law
@given(deadlines(), lives)
def test_one_that_cannot_pause_takes_no_notice(deadline: Deadline, life: list[Act]) -> None:
    steady = replace(deadline, pausable=False)
    without = [(replace(act, do=lambda kept, _, __: kept) if act.name in ("pause", "resume") else act) for act in life]
    assert live_through(steady, life)[-1] == live_through(steady, without)[-1]


@law
@given(deadlines(), st.timedeltas(timedelta(), timedelta(days=90)), st.timedeltas(timedelta(), timedelta(days=90)))
def test_a_pause_never_makes_it_missed(deadline: Deadline, wait: timedelta, pause: timedelta) -> None:
    calendar = UK[deadline.calendar]
    since = deadline.started_at + wait
    paused = deadline.pause(since, "paused", calendar)
    if paused.state is not PAUSED:
        assert paused is deadline
        assert not deadline.pausable or deadline.is_over(since)
        return
    resumed = paused.resume(since + pause, "resumed", calendar)
    assert not resumed.is_over(since + pause)
    if deadline.length.unit in (Unit.CALENDAR_DAYS, Unit.CLEAR_DAYS, Unit.MONTHS):
        away = civil_date(since + pause) - civil_date(since)
        # A pause on the day it starts cannot give that day back: it never counted.
        assert resumed.due_on - deadline.due_on == max(
            away - (counting.ONE_DAY if civil_date(since) == deadline.started_on else timedelta()), timedelta()
        )


@law
@given(deadlines(), lives, holidays)
def test_an_added_holiday_never_makes_it_earlier(
    deadline: Deadline, life: list[Act], added: list[tuple[str, date]]
) -> None:
    last, now = live_through(deadline, life)[-1]
    changed = UK.with_changes(added=added)[last.calendar]
    recalculated = last.recalculate(changed, now, "proclaimed")
    assert recalculated.due_on >= last.due_on
    assert (len(recalculated.history) > len(last.history)) == (recalculated.due_on != last.due_on)
    back = recalculated.recalculate(UK[last.calendar], now, "withdrawn")
    assert back.due_on == last.due_on


@law
@given(deadlines(), lives)
def test_counting_again_on_the_same_calendar_changes_nothing(deadline: Deadline, life: list[Act]) -> None:
    last, now = live_through(deadline, life)[-1]
    assert last.recalculate(UK[last.calendar], now, "looked again") == last


@law
@given(deadlines(), lives)
def test_each_reminder_is_given_once_for_a_due_date(deadline: Deadline, life: list[Act]) -> None:
    """Whoever looks whenever asked to sees each reminder, then the end."""
    last, now = live_through(deadline, life)[-1]
    for _ in range(len(last.reminders) + 2):
        if last.next_look_at is None:
            break
        now = max(now, last.next_look_at)
        following = last.miss(now).remind(now)
        assert following != last, "looking always has a reason"
        last = following
    assert last.next_look_at is None


@law
@given(deadlines(), lives)
def test_it_is_read_back_from_json_as_it_was(deadline: Deadline, life: list[Act]) -> None:
    for step, _ in live_through(deadline, life):
        assert Deadline.from_json(json.loads(json.dumps(step.to_json()))) == step


def test_its_json_is_plain() -> None:
    assert {type(value) for value in start().to_json().values()} == {str, int, bool, dict, list, type(None)}
    deadline = start(reminders=(7,)).pause(noon(6, 4), "asked", EW).resume(noon(6, 9), "came", EW)
    assert deadline.extend(Length(1, Unit.MONTHS), noon(6, 10), "recess", EW).cancel(noon(6, 11)).to_json() == {
        "id": "00000000-0000-0000-0000-000000000007",
        "clock": "acknowledge",
        "basis": "policy",
        "source": "Right to Provide guidance",
        "length": {"number": 10, "unit": "working-days"},
        "calendar": "england-and-wales",
        "pausable": True,
        "started_at": "2026-06-01T12:00:00+00:00",
        "started_on": "2026-06-01",
        "start_event": "submit",
        "extensions": [{"number": 1, "unit": "months"}],
        "pauses": [{"since": "2026-06-04", "until": "2026-06-09"}],
        "due_on": "2026-07-18",
        "due_at": "2026-07-18T23:00:00+00:00",
        "provisional": False,
        "state": "cancelled",
        "reminders": [7],
        "reminded": 0,
        "closed_at": "2026-06-11T12:00:00+00:00",
        "history": [
            {"at": "2026-06-04T12:00:00+00:00", "reason": "asked", "before": "2026-06-15", "after": "2026-06-15"},
            {"at": "2026-06-09T12:00:00+00:00", "reason": "came", "before": "2026-06-15", "after": "2026-06-18"},
            {"at": "2026-06-10T12:00:00+00:00", "reason": "recess", "before": "2026-06-18", "after": "2026-07-18"},
        ],
    }
