"""The two kinds of time: instants are aware and UTC, dates of the law are civil dates in London."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

Clock = Callable[[], datetime]


def utcnow() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """Return the civil date in London now."""
    return datetime.now(LONDON).date()
