"""Days of periods, as the civil calendar of London has them."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rtp_finance_directory.loading.texts import parse_day, parse_time

_LONDON = ZoneInfo("Europe/London")
_LAST_MINUTE = "23:59"
_MOST_MONTHS = 1200


class Span(NamedTuple):
    """The first and last day of a period, and the last that it may be extended to; None where that is not said."""

    starts_on: date | None = None
    ends_on: date | None = None
    extendable_until: date | None = None


def read_day(text: Any) -> date | None:
    """Return the day in London. What ends in the last minute of a day ends on it as it is written: in summer many
    write that minute in UTC, and mean the day."""
    if not isinstance(text, str):
        return None
    at = parse_time(text)
    if at is None or text[11:16] == _LAST_MINUTE:
        return parse_day(text)
    return at.astimezone(_LONDON).date()


def read_span(period: Mapping[str, Any] | None) -> Span:
    """Read a period; where it says how long it is and not when it ends, the end is computed."""
    period = period or {}
    starts_on, ends_on = read_day(period.get("startDate")), read_day(period.get("endDate"))
    if ends_on is None and starts_on is not None:
        ends_on = _compute_end(starts_on, period)
    extent = read_day(period.get("maxExtentDate"))
    return Span(starts_on, ends_on, extent if extent and (ends_on is None or extent > ends_on) else None)


def _compute_end(starts_on: date, period: Mapping[str, Any]) -> date | None:
    months, days = period.get("durationInMonths"), period.get("durationInDays")
    if isinstance(months, int) and 0 < months <= _MOST_MONTHS:
        return add_months(starts_on, months) - timedelta(days=1)
    if isinstance(days, int) and 0 < days <= _MOST_MONTHS * 31:
        return starts_on + timedelta(days=days - 1)
    return None


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    year = min(year, date.max.year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
