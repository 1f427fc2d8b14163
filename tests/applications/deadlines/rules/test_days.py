"""Counting days: examples worked by hand on a calendar (the working is beside each), and laws that always hold.

Expected dates were counted on paper. In the working, (n) is the nth day counted and [day] is one passed over.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.deadlines.rules import days as counting
from rtp_applications.deadlines.rules.days import ONE_DAY, Calendar, CalendarName, Length, Pause, Unit, due_on
from tests.applications.deadlines.rules import ROWS, UK, law

EW, SCOTLAND, NI, ANY = (UK[name] for name in CalendarName)


working, calendar_days, clear, clear_working, months = (
    partial(Length, unit=unit)
    for unit in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.CLEAR_DAYS, Unit.CLEAR_WORKING_DAYS, Unit.MONTHS)
)

# Easter 2026, from Wed 25 Mar: 26(1) 27(2) 30(3) 31(4) 1 Apr(5) 2(6) [Fri 3] [Mon 6] 7(7) 8(8) 9(9) 10(10) 13-17(15)
# 20-24(20) 27 Apr-1 May(25) [Mon 4 May] 5-8(29) 11(30) 12-15(34) 18-22(39) [Mon 25] 26(40)
EASTER_2026 = ("2026-03-25", "2026-04-01", "2026-04-10", "2026-04-17", "2026-04-24", "2026-05-11", "2026-05-26")
# Christmas 2026, from Fri 18 Dec: 21-24(4) [Fri 25] [Mon 28, for Boxing Day] 29(5) 30(6) 31(7) [Fri 1 Jan] 4-8 Jan(12)
# 11-15(17) 18-22(22) 25-29(27) 1-5 Feb(32) 8-12(37) 15(38) 16(39) 17(40)
CHRISTMAS_2026 = ("2026-12-18", "2026-12-29", "2027-01-06", "2027-01-13", "2027-01-20", "2027-02-03", "2027-02-17")
# May 2027, from Thu 29 Apr: 30(1) [Mon 3] 4-7(5) 10-14(10) 17-21(15) 24-28(20) [Mon 31] 1-4 Jun(24) 7-11(29) 14(30)
# 15-18(34) 21-25(39) 28(40)
MAY_2027 = ("2027-04-29", "2027-05-07", "2027-05-14", "2027-05-21", "2027-05-28", "2027-06-14", "2027-06-28")
# Christmas 2027, a Saturday, from Fri 17 Dec: 20-24(5) [Mon 27] [Tue 28] 29(6) 30(7) 31(8) [Mon 3 Jan] 4(9) 5(10) 6(11)
# 7(12) 10-14(17) 17-21(22) 24-28(27) 31(28) 1 Feb(29) 2(30) 3(31) 4(32) 7-11(37) 14(38) 15(39) 16(40)
CHRISTMAS_2027 = ("2027-12-17", "2027-12-24", "2028-01-05", "2028-01-12", "2028-01-19", "2028-02-02", "2028-02-16")


@pytest.mark.parametrize("days", [EASTER_2026, CHRISTMAS_2026, MAY_2027, CHRISTMAS_2027], ids=lambda days: days[0])
def test_5_10_15_20_30_and_40_working_days_in_england_and_wales(days: tuple[str, ...]) -> None:
    start, *due = map(date.fromisoformat, days)
    assert [due_on(start, working(number), EW) for number in (5, 10, 15, 20, 30, 40)] == due


@pytest.mark.parametrize(
    ("start", "number", "calendar", "due"),
    [
        pytest.param(date(2026, 8, 28), 1, EW, date(2026, 9, 1), id="summer 2026, Friday: [Mon 31] Tue 1 Sep(1)"),
        pytest.param(date(2027, 3, 22), 5, EW, date(2027, 3, 31), id="Easter 2027: 23-25(3) [26] [29] 30(4) 31(5)"),
        pytest.param(date(2027, 12, 31), 1, EW, date(2028, 1, 4), id="New Year 2028, Friday: [Mon 3] Tue 4(1)"),
        pytest.param(date(2027, 12, 31), 5, EW, date(2028, 1, 10), id="New Year 2028: [3] 4-7(4) 10(5)"),
        pytest.param(date(2028, 4, 10), 5, EW, date(2028, 4, 19), id="Easter 2028: 11-13(3) [14] [17] 18(4) 19(5)"),
        pytest.param(date(2028, 12, 21), 4, EW, date(2028, 12, 29), id="Christmas 2028: 22(1) [25] [26] 27-29(4)"),
        pytest.param(date(2026, 5, 9), 1, EW, date(2026, 5, 11), id="from a Saturday: Mon(1)"),
        pytest.param(date(2026, 5, 4), 1, EW, date(2026, 5, 5), id="from a bank holiday: Tue(1)"),
        pytest.param(date(2026, 4, 2), 1, SCOTLAND, date(2026, 4, 6), id="Scotland works on Easter Monday"),
        pytest.param(date(2026, 4, 2), 1, EW, date(2026, 4, 7), id="England does not"),
        pytest.param(date(2026, 3, 16), 1, NI, date(2026, 3, 18), id="St Patrick's Day in Northern Ireland"),
        pytest.param(date(2026, 3, 16), 1, EW, date(2026, 3, 17), id="St Patrick's Day in England"),
    ],
)
def test_working_days_one_by_one(start: date, number: int, calendar: Calendar, due: date) -> None:
    assert due_on(start, working(number), calendar) == due


@pytest.mark.parametrize(
    ("number", "notice", "in_england", "in_any_part"),
    [
        # Wed 31 Dec: [1] 2(1) 5-9(6) 12(7) 13(8); any: [1] [Fri 2] 5-9(5) 12(6) 13(7) 14(8)
        pytest.param(8, date(2025, 12, 31), date(2026, 1, 13), date(2026, 1, 14), id="2 January 2026"),
        # Thu 12 Mar: 13(1) 16(2) 17(3) 18(4) 19(5) 20(6) 23(7) 24(8); any: [17], so 25
        pytest.param(8, date(2026, 3, 12), date(2026, 3, 24), date(2026, 3, 25), id="17 March 2026"),
        # Wed 8 Jul: 9(1) 10(2) 13(3) 14-17(7) 20(8); any: [Mon 13], so 21
        pytest.param(8, date(2026, 7, 8), date(2026, 7, 20), date(2026, 7, 21), id="13 July 2026, for the 12th"),
        # Fri 31 Jul: 3-7(5) 10(6) 11(7) 12(8); any: [Mon 3], so 13
        pytest.param(8, date(2026, 7, 31), date(2026, 8, 12), date(2026, 8, 13), id="Scotland's summer 2026"),
        # Tue 24 Nov: 25(1) 26(2) 27(3) 30(4) 1 Dec(5) 2(6) 3(7) Fri 4(8); any: [Mon 30], so Mon 7
        pytest.param(8, date(2026, 11, 24), date(2026, 12, 4), date(2026, 12, 7), id="30 November 2026"),
        # Tue 29 Dec: 30(1) 31(2) [1] 4-8(7) 11(8); any: [Mon 4], so 12
        pytest.param(8, date(2026, 12, 29), date(2027, 1, 11), date(2027, 1, 12), id="4 January 2027, for the 2nd"),
        # Mon 15 Mar: 16(1) 17(2) 18(3) 19(4) 22(5) 23(6) 24(7) Thu 25(8); any: [17], then [Fri 26] [Mon 29], so Tue 30
        pytest.param(8, date(2027, 3, 15), date(2027, 3, 25), date(2027, 3, 30), id="17 March 2027, then Easter"),
        # Fri 26 Nov: 29(1) 30(2) 1 Dec(3) 2(4) 3(5) 6(6) 7(7) 8(8); any: [Tue 30], so 9
        pytest.param(8, date(2027, 11, 26), date(2027, 12, 8), date(2027, 12, 9), id="30 November 2027"),
        # Thu 30 Dec: 31(1) [3] 4(2) 5(3) 6(4) 7(5) 10(6) 11(7) 12(8); any: [3] [Tue 4], so 13
        pytest.param(8, date(2027, 12, 30), date(2028, 1, 12), date(2028, 1, 13), id="4 January 2028, for the 2nd"),
        # Mon 10 Jul: 11(1) 12(2) 13(3) 14(4) 17(5) 18(6) 19(7) 20(8); any: [Wed 12], so 21
        pytest.param(8, date(2028, 7, 10), date(2028, 7, 20), date(2028, 7, 21), id="12 July 2028"),
        # Mon 1 Jun: 2-5(4) 8-11(8): nobody has a holiday
        pytest.param(8, date(2026, 6, 1), date(2026, 6, 11), date(2026, 6, 11), id="no difference in June"),
        # Fri 27 Feb: 2-6(5) 9-13(10) 16(11) 17(12) 18-20(15) 23-27(20); any: [Tue 17], so Mon 30
        pytest.param(20, date(2026, 2, 27), date(2026, 3, 27), date(2026, 3, 30), id="over 17 March"),
        # Mon 29 Jun: 30(1) 1-3 Jul(4) 6-10(9) 13-17(14) 20-24(19) 27(20); any: [Mon 13], so 28
        pytest.param(20, date(2026, 6, 29), date(2026, 7, 27), date(2026, 7, 28), id="over 13 July"),
        # Mon 14 Dec: 15-18(4) 21-24(8) [25] [28] 29-31(11) [1] 4-8 Jan(16) 11-14(20); any: [Mon 4], so 15
        pytest.param(20, date(2026, 12, 14), date(2027, 1, 14), date(2027, 1, 15), id="over Christmas"),
    ],
)
def test_standstills_and_freedom_of_information_in_one_part_and_in_any(
    number: int, notice: date, in_england: date, in_any_part: date
) -> None:
    assert due_on(notice, working(number), EW) == in_england
    assert due_on(notice, working(number), ANY) == in_any_part


@pytest.mark.parametrize(
    ("received", "due"),
    [
        pytest.param(date(2026, 3, 20), date(2026, 4, 19), id="11 days of March and 19 of April: a Sunday"),
        pytest.param(date(2026, 12, 1), date(2026, 12, 31), id="within a month"),
        pytest.param(date(2027, 1, 30), date(2027, 3, 1), id="1 day of January, 28 of February, 1 of March"),
        pytest.param(date(2028, 1, 30), date(2028, 2, 29), id="1 day of January, 29 of February"),
    ],
)
def test_challenge_answered_in_30_calendar_days(received: date, due: date) -> None:
    assert due_on(received, calendar_days(30), EW) == due


@pytest.mark.parametrize(
    ("notice", "length", "meeting"),
    [
        pytest.param(date(2026, 6, 1), clear(28), date(2026, 6, 30), id="2 to 29 June lie between"),
        pytest.param(date(2026, 11, 4), clear(28), date(2026, 12, 3), id="26 days of November and 2 of December"),
        pytest.param(date(2028, 2, 15), clear(28), date(2028, 3, 15), id="14 days of February and 14 of March"),
        pytest.param(date(2026, 1, 7), clear(5), date(2026, 1, 13), id="8 to 12 January, a weekend among them"),
        pytest.param(date(2026, 3, 30), clear_working(5), date(2026, 4, 9), id="31 1 2 [3] [6] 7 8"),
        pytest.param(date(2026, 12, 29), clear_working(5), date(2027, 1, 7), id="30 31 [1] 4 5 6"),
    ],
)
def test_clear_days_between_notice_and_meeting(notice: date, length: Length, meeting: date) -> None:
    assert counting.earliest_after(notice, length, EW) == meeting
    assert counting.latest_before(meeting, length, EW) == notice
    assert due_on(notice, length, EW) == meeting - ONE_DAY


def test_other_notice_may_end_on_the_day_itself() -> None:
    assert counting.earliest_after(date(2027, 3, 4), calendar_days(28), EW) == date(2027, 4, 1)
    assert counting.earliest_after(date(2026, 4, 2), working(1), EW) == date(2026, 4, 7)


def test_the_ends_of_clear_working_days_may_be_any_day() -> None:
    # Mon 11 to Fri 15 May 2026 lie between.
    assert counting.latest_before(date(2026, 5, 18), clear_working(5), EW) == date(2026, 5, 10)
    assert counting.earliest_after(date(2026, 5, 10), clear_working(5), EW) == date(2026, 5, 16)


@pytest.mark.parametrize(
    ("event", "length", "latest"),
    [
        pytest.param(date(2027, 4, 1), calendar_days(28), date(2027, 3, 4), id="transfer: 4 + 28 = 32 March"),
        pytest.param(date(2027, 3, 1), calendar_days(28), date(2027, 2, 1), id="transfer: February has 28 days"),
        pytest.param(date(2028, 3, 1), calendar_days(28), date(2028, 2, 2), id="transfer: February has 29 days"),
        pytest.param(
            date(2027, 1, 4), working(5), date(2026, 12, 23), id="[1] 31(1) 30(2) 29(3) [28] [25] 24(4) 23(5)"
        ),
        pytest.param(date(2026, 5, 11), working(1), date(2026, 5, 8), id="before a Monday: Friday"),
        pytest.param(date(2026, 5, 9), working(1), date(2026, 5, 7), id="before a Saturday: Friday is the day counted"),
        pytest.param(date(2026, 5, 31), months(1), date(2026, 4, 30), id="from 1 May it would be 1 June"),
        pytest.param(date(2027, 2, 28), months(1), date(2027, 1, 31), id="a month after 31 January is 28 February"),
        pytest.param(date(2028, 2, 28), months(1), date(2028, 1, 28), id="a month after 29 January is 29 February"),
        pytest.param(date(2028, 2, 29), months(1), date(2028, 1, 31), id="a month after 31 January is 29 February"),
    ],
)
def test_the_last_day_to_act_before_an_event(event: date, length: Length, latest: date) -> None:
    assert counting.latest_before(event, length, EW) == latest


@pytest.mark.parametrize(
    ("start", "number", "due"),
    [
        pytest.param(date(2027, 1, 31), 1, date(2027, 2, 28), id="February has no 31st"),
        pytest.param(date(2028, 1, 31), 1, date(2028, 2, 29), id="nor in a leap year"),
        pytest.param(date(2028, 1, 29), 1, date(2028, 2, 29), id="but a 29th"),
        pytest.param(date(2028, 2, 29), 1, date(2028, 3, 29), id="from the leap day, the same day"),
        pytest.param(date(2028, 2, 29), 12, date(2029, 2, 28), id="a year from the leap day"),
        pytest.param(date(2027, 8, 31), 6, date(2028, 2, 29), id="into the leap day"),
        pytest.param(date(2026, 11, 30), 3, date(2027, 2, 28), id="over the new year"),
        pytest.param(date(2026, 9, 15), 18, date(2028, 3, 15), id="the longest gap before a tender"),
        pytest.param(date(2026, 12, 31), 12, date(2027, 12, 31), id="December to December"),
    ],
)
def test_months(start: date, number: int, due: date) -> None:
    assert due_on(start, months(number), EW) == due


PAUSE = Pause(date(2026, 6, 4), date(2026, 6, 9))
"""Thursday to Monday: five days, three of them working."""


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        # Mon 1 Jun: 2(1) 3(2) [4 5 8] 9-12(6) 15-18(10)
        pytest.param(date(2026, 6, 1), working(10), date(2026, 6, 18), id="15 June and three working days"),
        pytest.param(date(2026, 6, 1), calendar_days(30), date(2026, 7, 6), id="1 July and five days"),
        pytest.param(date(2026, 4, 10), months(3), date(2026, 7, 15), id="10 July and five days"),
        pytest.param(date(2026, 6, 1), working(2), date(2026, 6, 3), id="over before the pause"),
        pytest.param(date(2026, 6, 4), working(1), date(2026, 6, 9), id="started on the day of the pause"),
        pytest.param(date(2026, 6, 9), working(1), date(2026, 6, 10), id="started after it"),
    ],
)
def test_paused_days_do_not_count(start: date, length: Length, due: date) -> None:
    assert due_on(start, length, EW, [PAUSE]) == due
    still = replace(PAUSE, until=None)
    assert due_on(start, length, EW, [still], today=date(2026, 6, 9)) == due
    with pytest.raises(ValueError, match="until today"):
        due_on(start, length, EW, [still])


def test_a_pause_never_ends_before_it_began() -> None:
    still = replace(PAUSE, until=None)
    assert still.end_on(date(2026, 6, 1)) == Pause(PAUSE.since, PAUSE.since)
    assert PAUSE.end_on(date(2026, 7, 1)) == PAUSE


@pytest.mark.parametrize(
    ("day", "midnight", "hours"),
    [
        pytest.param(date(2026, 1, 15), datetime(2026, 1, 16, 0, tzinfo=UTC), 24, id="winter"),
        pytest.param(date(2026, 3, 28), datetime(2026, 3, 29, 0, tzinfo=UTC), 24, id="before spring 2026"),
        pytest.param(date(2026, 3, 29), datetime(2026, 3, 29, 23, tzinfo=UTC), 23, id="spring 2026"),
        pytest.param(date(2026, 7, 1), datetime(2026, 7, 1, 23, tzinfo=UTC), 24, id="summer"),
        pytest.param(date(2026, 10, 24), datetime(2026, 10, 24, 23, tzinfo=UTC), 24, id="before autumn 2026"),
        pytest.param(date(2026, 10, 25), datetime(2026, 10, 26, 0, tzinfo=UTC), 25, id="autumn 2026"),
        pytest.param(date(2027, 3, 28), datetime(2027, 3, 28, 23, tzinfo=UTC), 23, id="spring 2027"),
        pytest.param(date(2027, 3, 29), datetime(2027, 3, 29, 23, tzinfo=UTC), 24, id="after spring 2027"),
        pytest.param(date(2027, 10, 31), datetime(2027, 11, 1, 0, tzinfo=UTC), 25, id="autumn 2027"),
        pytest.param(date(2028, 2, 29), datetime(2028, 3, 1, 0, tzinfo=UTC), 24, id="leap day"),
    ],
)
def test_a_day_ends_at_midnight_in_london(day: date, midnight: datetime, hours: int) -> None:
    assert counting.expires_at(day) == midnight
    assert counting.expires_at(day).tzinfo is UTC
    assert counting.expires_at(day) - counting.starts_at(day) == timedelta(hours=hours)


def test_the_date_in_london_is_not_that_in_utc() -> None:
    assert counting.civil_date(datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC)) == date(2026, 6, 30)
    assert counting.civil_date(datetime(2026, 6, 30, 23, 0, 0, tzinfo=UTC)) == date(2026, 7, 1)
    assert counting.civil_date(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)) == date(2026, 12, 31)
    with pytest.raises(ValueError, match="time zone"):
        counting.civil_date(datetime(2026, 6, 30, 12))  # noqa: DTZ001 - what is refused


def test_lengths_read_as_words_and_are_bounded() -> None:
    words = ["40 working days", "1 working day", "1 month", "28 clear days", "5 clear working days"]
    assert [str(each) for each in (working(40), working(1), months(1), clear(28), clear_working(5))] == words
    for number in (0, -1, counting.LONGEST + 1):
        with pytest.raises(ValueError, match=f"not {number}"):
            working(number)


def test_what_is_known_of_the_calendars() -> None:
    assert {UK[name].known_until for name in CalendarName} == {date(2028, 12, 31)}
    shorter = counting.Calendars.of(row for row in ROWS if row[0] != "scotland" or row[1].year < 2028)
    assert shorter[CalendarName.SCOTLAND].known_until == date(2027, 12, 31)
    assert shorter[CalendarName.ENGLAND_AND_WALES].known_until == date(2028, 12, 31)
    assert shorter[CalendarName.ANY_UK].known_until == date(2027, 12, 31)
    assert counting.Calendars.of([])[CalendarName.ANY_UK].known_until == date.min


def test_a_changed_copy_of_the_calendars() -> None:
    coronation, st_andrew = date(2030, 5, 6), date(2026, 11, 30)
    changed = UK.with_changes(added=[("england-and-wales", coronation)], removed=[("scotland", st_andrew)])
    assert not changed[CalendarName.ENGLAND_AND_WALES].is_working_day(coronation)
    assert not changed[CalendarName.ANY_UK].is_working_day(coronation)
    assert changed[CalendarName.SCOTLAND].is_working_day(coronation)
    assert changed[CalendarName.SCOTLAND].is_working_day(st_andrew)
    assert changed[CalendarName.ANY_UK].is_working_day(st_andrew)
    assert not ANY.is_working_day(st_andrew)
    assert EW.is_working_day(coronation)
    assert {changed[name].known_until for name in CalendarName} == {date(2028, 12, 31)}


def test_a_day_that_two_parts_share_stays_a_holiday_of_any() -> None:
    changed = UK.with_changes(removed=[("scotland", date(2026, 12, 25))])
    assert changed[CalendarName.SCOTLAND].is_working_day(date(2026, 12, 25))
    assert not changed[CalendarName.ANY_UK].is_working_day(date(2026, 12, 25))


@pytest.mark.parametrize("division", ["any-uk", "wales", ""])
def test_holidays_are_of_a_division(division: str) -> None:
    with pytest.raises(ValueError, match="no division"):
        counting.Calendars.of([(division, date(2026, 1, 1))])


# The laws.

starts = st.dates(date(2026, 1, 1), date(2029, 3, 1))
calendars = st.sampled_from([EW, SCOTLAND, NI, ANY])
units = st.sampled_from(Unit)
day_units = st.sampled_from([unit for unit in Unit if unit is not Unit.MONTHS])
numbers = st.integers(1, 60)
lengths = st.builds(Length, numbers, units)
day_lengths = st.builds(Length, numbers, day_units)
pauses = st.builds(lambda since, days: Pause(since, since + days * ONE_DAY), starts, st.integers(0, 40))
some_pauses = st.lists(pauses, max_size=4)


def count_days(length: Length, calendar: Calendar, pauses: list[Pause], after: date, until: date) -> int:
    """Days counted after one date and until another, by looking at each."""
    days = (after + n * ONE_DAY for n in range(1, (until - after).days + 1))
    return sum(
        not any(pause.covers(day) for pause in pauses)
        and (not length.unit.needs_holidays or (day.weekday() < 5 and day not in calendar.holidays))
        for day in days
    )


@law
@given(starts, day_lengths, calendars, some_pauses)
def test_as_many_days_are_counted_as_asked_for_and_the_last_counts(
    start: date, length: Length, calendar: Calendar, pauses: list[Pause]
) -> None:
    due = due_on(start, length, calendar, pauses)
    assert count_days(length, calendar, pauses, start, due) == length.number
    assert count_days(length, calendar, pauses, due - ONE_DAY, due) == 1


@law
@given(starts, numbers, calendars, some_pauses)
def test_working_days_end_on_a_working_day(start: date, number: int, calendar: Calendar, pauses: list[Pause]) -> None:
    assert calendar.is_working_day(due_on(start, working(number), calendar, pauses))
    assert calendar.is_working_day(counting.latest_before(start, working(number), calendar))


@law
@given(starts, lengths, calendars, some_pauses)
def test_longer_is_later(start: date, length: Length, calendar: Calendar, pauses: list[Pause]) -> None:
    longer = replace(length, number=length.number + 1)
    assert start < due_on(start, length, calendar, pauses) < due_on(start, longer, calendar, pauses)


@law
@given(starts, st.integers(0, 60), lengths, calendars)
def test_a_later_start_is_never_due_earlier(start: date, days: int, length: Length, calendar: Calendar) -> None:
    assert due_on(start, length, calendar) <= due_on(start + days * ONE_DAY, length, calendar)


@law
@given(starts, st.integers(0, 60), day_lengths, calendars, some_pauses)
def test_nor_if_it_is_paused(start: date, days: int, length: Length, calendar: Calendar, pauses: list[Pause]) -> None:
    assert due_on(start, length, calendar, pauses) <= due_on(start + days * ONE_DAY, length, calendar, pauses)


@law
@given(starts, day_lengths, numbers, calendars, some_pauses)
def test_one_after_the_other_is_both_together(
    start: date, length: Length, more: int, calendar: Calendar, pauses: list[Pause]
) -> None:
    halfway = due_on(start, length, calendar, pauses)
    both = replace(length, number=length.number + more)
    assert due_on(halfway, replace(length, number=more), calendar, pauses) == due_on(start, both, calendar, pauses)


@law
@given(starts, lengths, calendars, some_pauses, pauses)
def test_another_pause_never_makes_it_earlier(
    start: date, length: Length, calendar: Calendar, pauses: list[Pause], another: Pause
) -> None:
    assert due_on(start, length, calendar, pauses) <= due_on(start, length, calendar, [*pauses, another])


@law
@given(starts, numbers, some_pauses)
def test_months_move_on_by_the_days_paused(start: date, number: int, pauses: list[Pause]) -> None:
    due, unpaused = due_on(start, months(number), EW, pauses), due_on(start, months(number), EW)
    paused = (due - start).days - count_days(months(number), EW, pauses, start, due)
    assert due - unpaused == paused * ONE_DAY


@law
@given(starts, lengths, some_pauses, st.lists(st.tuples(st.sampled_from(["scotland", "england-and-wales"]), starts)))
def test_an_added_holiday_never_makes_it_earlier(
    start: date, length: Length, pauses: list[Pause], added: list[tuple[str, date]]
) -> None:
    changed = UK.with_changes(added=added)
    for name in CalendarName:
        assert due_on(start, length, UK[name], pauses) <= due_on(start, length, changed[name], pauses)
        assert counting.latest_before(start, length, changed[name]) <= counting.latest_before(start, length, UK[name])
    fewer = UK.with_changes(removed=added)
    for name in CalendarName:
        assert due_on(start, length, fewer[name], pauses) <= due_on(start, length, UK[name], pauses)


@law
@given(starts, lengths, calendars)
def test_any_part_of_the_uk_is_never_earlier_than_one(start: date, length: Length, calendar: Calendar) -> None:
    assert due_on(start, length, calendar) <= due_on(start, length, ANY)


clear_lengths = st.builds(Length, numbers, st.sampled_from([unit for unit in Unit if unit.is_clear]))


@law
@given(starts, clear_lengths, calendars)
def test_clear_days_lie_between_and_one_day_fewer_would_not_do(day: date, length: Length, calendar: Calendar) -> None:
    meeting = counting.earliest_after(day, length, calendar)
    assert count_days(length, calendar, [], day, meeting - ONE_DAY) == length.number
    assert count_days(length, calendar, [], day, meeting - 2 * ONE_DAY) == length.number - 1
    notice = counting.latest_before(day, length, calendar)
    assert count_days(length, calendar, [], notice, day - ONE_DAY) == length.number
    assert count_days(length, calendar, [], notice + ONE_DAY, day - ONE_DAY) == length.number - 1


@law
@given(starts, numbers, calendars)
def test_clear_calendar_days_forward_and_backward_are_inverse(day: date, number: int, calendar: Calendar) -> None:
    assert counting.latest_before(counting.earliest_after(day, clear(number), calendar), clear(number), calendar) == day
    assert counting.earliest_after(counting.latest_before(day, clear(number), calendar), clear(number), calendar) == day


@law
@given(starts, clear_lengths, calendars)
def test_clear_working_days_are_inverse_but_for_the_days_passed_over(
    day: date, length: Length, calendar: Calendar
) -> None:
    """Back from the earliest meeting is the same notice, or a later one; forward again is the same meeting."""
    meeting = counting.earliest_after(day, length, calendar)
    notice = counting.latest_before(meeting, length, calendar)
    assert notice >= day
    assert counting.earliest_after(notice, length, calendar) == meeting
    assert counting.latest_before(counting.earliest_after(notice, length, calendar), length, calendar) == notice


@law
@given(starts, lengths.filter(lambda length: not length.unit.is_clear), calendars)
def test_the_latest_day_before_an_event_is_in_time_and_the_next_is_not(
    event: date, length: Length, calendar: Calendar
) -> None:
    latest = counting.latest_before(event, length, calendar)
    assert due_on(latest, length, calendar) <= event
    following = latest + ONE_DAY
    while length.unit.needs_holidays and not calendar.is_working_day(following):
        following += ONE_DAY
    assert due_on(following, length, calendar) > event


@law
@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_day_holds_its_instants(day: date) -> None:
    assert counting.civil_date(counting.starts_at(day)) == day
    assert counting.civil_date(counting.expires_at(day) - timedelta(microseconds=1)) == day
    assert counting.civil_date(counting.expires_at(day)) == day + ONE_DAY
