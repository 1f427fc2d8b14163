"""Working days in England, at Easter, at Christmas, and where the clocks change."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.engagements.days import add_working_days, find_civil_date, find_end_of_day, read_holidays
from rtp_applications.bodies.load import read_bank_holidays


@pytest.mark.parametrize(
    ("start", "number", "last"),
    [
        ("2026-11-30", 5, "2026-12-07"),
        ("2026-12-23", 5, "2027-01-04"),  # Christmas Day, Boxing Day's substitute on the 28th, New Year's Day
        ("2027-03-24", 5, "2027-04-02"),  # Good Friday and Easter Monday
        ("2026-12-05", 1, "2026-12-07"),  # from a Saturday
    ],
)
def test_the_last_day_that_is_in_time(start: str, number: int, last: str) -> None:
    assert add_working_days(date.fromisoformat(start), number) == date.fromisoformat(last)


def test_the_bank_holidays_are_those_that_applications_goes_by() -> None:
    published = {row["day"] for row in read_bank_holidays() if row["division"] == "england-and-wales"}
    assert read_holidays() == published


def test_a_day_ends_at_midnight_in_london() -> None:
    assert find_end_of_day(date(2026, 12, 7)) == datetime(2026, 12, 8, tzinfo=UTC)
    assert find_end_of_day(date(2027, 4, 2)) == datetime(2027, 4, 2, 23, tzinfo=UTC)
    assert find_civil_date(datetime(2027, 4, 2, 23, tzinfo=UTC)) == date(2027, 4, 3)


@given(st.dates(date(2026, 1, 1), date(2028, 6, 1)), st.integers(1, 60))
def test_it_is_a_working_day_and_as_many_lie_between(start: date, number: int) -> None:
    last = add_working_days(start, number)
    days = [date.fromordinal(each) for each in range(start.toordinal() + 1, last.toordinal() + 1)]
    assert sum(day.weekday() < 5 and day not in read_holidays() for day in days) == number
    assert last.weekday() < 5
