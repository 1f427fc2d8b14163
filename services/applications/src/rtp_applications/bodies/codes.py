"""Changes of GSS codes: a council whose boundary moves gets another code and stays the body that it was."""

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class DatedCode(NamedTuple):
    """A code and the days on which it is the one to use: from the first up to, not including, the second."""

    code: str
    since: date | None
    until: date | None


def list_codes(code: str) -> list[DatedCode]:
    """Return all codes that the area of this one ever had, the first in front."""
    former = {change.code: old for old, change in _read_changes().items()}
    while code in former:
        code = former[code]
    return list(_follow(code, None))


def _follow(code: str, since: date | None) -> Iterator[DatedCode]:
    change = _read_changes().get(code)
    yield DatedCode(code, since, change and change.since)
    if change:
        yield from _follow(change.code, change.since)


@cache
def _read_changes() -> dict[str, DatedCode]:
    """Return what each former code became, and on which day."""
    text = (files("rtp_applications") / "reference" / "gss-changes.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["former"]: DatedCode(row["code"], date.fromisoformat(row["from"]), None) for row in rows}
