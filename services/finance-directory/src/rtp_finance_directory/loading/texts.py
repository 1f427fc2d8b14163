"""The forms of text that the schemas of open standards ask for: days, times, addresses."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from rtp_finance_directory.loading.problems import Path

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_MONTH = re.compile(r"\d{4}(-(0[1-9]|1[012]))?", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//[^\s/?#<>\"{}|\\^`\[\]]+)?[^\s<>\"{}|\\^`\[\]]*", re.ASCII)
_BRITISH = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})", re.ASCII)


def is_time(text: str) -> bool:
    return parse_time(text) is not None


@lru_cache(4096)  # a file has few days
def parse_time(text: str) -> datetime | None:
    """Return the instant that a date-time of RFC 3339 names; None where it is none."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_day(text: str) -> bool:
    return parse_day(text) is not None


@lru_cache(4096)
def parse_day(text: str) -> date | None:
    """Return the day of a date, or of a date-time as it is written there; None where it is neither."""
    if not _DAY.fullmatch(text) and not is_time(text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def is_day_or_month(text: str) -> bool:
    return is_day(text) or (_MONTH.fullmatch(text) is not None and text[:4] != "0000")


def is_address(text: str) -> bool:
    """Return whether it is a URI: a scheme, a colon, and none of the characters that have to be escaped."""
    return text.isascii() and _ADDRESS.fullmatch(text) is not None


def suggest_day(text: str) -> str:
    """Return how the day would be written, where it can be told; any example otherwise. Days come before months."""
    if found := _BRITISH.fullmatch(text):
        day, month, year = map(int, found.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            pass
    return "2024-07-24"


def suggest_time(text: str) -> str:
    day = suggest_day(text) if not _DAY.fullmatch(text) else text
    return f"{day}T00:00:00Z"


def find_unfit(value: Any, path: Path = ()) -> Path | None:
    """Return the place of a text that cannot be stored: with U+0000, or half of a pair of surrogates."""
    if isinstance(value, str):
        return path if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value) else None
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return next((found for key, item in items if (found := find_unfit(item, (*path, key))) is not None), None)
