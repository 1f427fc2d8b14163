"""Writing closing dates as iCalendar (RFC 5545): pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from rtp_finance_directory.feeds.queries import ClosingDate
from rtp_finance_directory.notice import NOTICE

LONGEST = 75
"""Octets of a line, without its end; longer ones are folded."""
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def write_calendar(dates: Sequence[ClosingDate], *, url: str) -> bytes:
    """Return the calendar. Each closing date is a whole day in England; what was taken off is cancelled."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Right to Provide//Finance directory//EN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Closing dates of finance products",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        *(line for each in dates for line in _write_event(each, url)),
        "END:VCALENDAR",
    ]
    return b"".join(fold(line) for line in lines)


def _write_event(closing: ClosingDate, url: str) -> Iterator[str]:
    changed = _format(closing.changed_at)
    yield "BEGIN:VEVENT"
    yield f"UID:{closing.id}"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{closing.version}"
    yield f"DTSTART;VALUE=DATE:{_format_day(closing.closes_on)}"
    yield f"DTEND;VALUE=DATE:{_format_day(closing.closes_on + timedelta(days=1))}"
    yield f"SUMMARY:{escape(f'Closes: {closing.name} ({closing.provider})')}"
    yield f"DESCRIPTION:{escape(NOTICE)}"
    yield f"CATEGORIES:{','.join(closing.kinds)}"
    yield f"URL:{url}/v1/products/{closing.product_id}"
    yield f"STATUS:{'CANCELLED' if closing.taken_off else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escape(value: str) -> str:
    """Return the text as a value of type TEXT (RFC 5545 section 3.3.11)."""
    return value.translate(_ESCAPED)


def fold(line: str) -> bytes:
    """Return the line with its end, folded between characters where it is too long (section 3.1)."""
    parts: list[bytes] = []
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > LONGEST:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"


def _format(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _format_day(day: date) -> str:
    return day.isoformat().replace("-", "")  # strftime leaves out the zeros of early years
