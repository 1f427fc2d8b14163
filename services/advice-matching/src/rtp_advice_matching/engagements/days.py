"""Working days in England: a pure rule over the bank holidays that the Government has published."""

import json
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

from rtp_shared.clock import LONDON

_ONE_DAY = timedelta(days=1)


@cache
def read_holidays() -> frozenset[date]:
    """Return the bank holidays of England and Wales. Of a year that is not published yet, only weekends are known."""
    content = json.loads((files("rtp_advice_matching") / "reference" / "bank-holidays-england.json").read_text("utf-8"))
    return frozenset(map(date.fromisoformat, content["days"]))


def add_working_days(start: date, number: int, holidays: Collection[date] | None = None) -> date:
    """Return the last day that is in time. The day of the start does not count."""
    closed, day = read_holidays() if holidays is None else holidays, start
    while number:
        day += _ONE_DAY
        number -= day.weekday() < 5 and day not in closed
    return day


def find_civil_date(instant: datetime) -> date:
    return instant.astimezone(LONDON).date()


def find_end_of_day(day: date) -> datetime:
    """Return the first instant, in UTC, that is too late: the midnight in London that ends the day."""
    return datetime.combine(day + _ONE_DAY, time.min, LONDON).astimezone(UTC)
