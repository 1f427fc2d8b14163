"""Dated amounts at which a duty begins, besides the threshold amounts: indicators, copies, notices and entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from rtp_applications.procurement.rules.tables import read_table


@dataclass(frozen=True, slots=True)
class DutyAmount:
    """An amount in pence, for the days on which it holds."""

    name: str
    since: date
    until: date | None
    text: str
    """Key of the text."""
    place: str
    pence: int


@cache
def get_amounts() -> Sequence[DutyAmount]:
    return tuple(
        DutyAmount(
            name=row["name"],
            since=date.fromisoformat(row["from"]),
            until=row["until"] and date.fromisoformat(row["until"]),
            text=row["text"],
            place=row["place"],
            pence=row["pence"],
        )
        for row in read_table("amounts")["rows"]
    )


def find_amount(name: str, day: date) -> DutyAmount | None:
    """Return the amount that holds on the day; None for a day outside those of which the law was read."""
    held = (each for each in get_amounts() if each.name == name and each.since <= day)
    return next((each for each in held if each.until is None or day <= each.until), None)
