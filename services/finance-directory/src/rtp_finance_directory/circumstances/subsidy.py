"""What may still be given as minimal financial assistance, as far as a case tells it: pure.

What counts is worked out where the record of it is kept; it comes here as amounts by financial year. What nobody has
told is not known, and never counts as nothing: then the room is what is left at the most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

CEILING_PENCE = 31_500_000
SOURCE = "Subsidy Control Act 2022 s.36(1), (2): £315,000 in this financial year and the two before it"
_APRIL = 4


@dataclass(frozen=True, slots=True)
class Assistance:
    """What counts against the ceiling in a financial year and the two after it, at the least, as a case told it."""

    year_from: date
    counted_pence: tuple[int, ...]
    settled: bool
    """Whether nothing is left open of what is on file."""
    confirmed_on: date | None
    """When the enterprise last confirmed that all that counts is on file."""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Assistance":
        """Return what is kept of it in JSON."""
        confirmed = kept["confirmed_on"]
        return cls(
            date.fromisoformat(kept["year_from"]),
            tuple(kept["counted_pence"]),
            kept["settled"],
            date.fromisoformat(confirmed) if confirmed else None,
        )

    def count_on(self, day: date) -> int:
        """Return what counts on a day: nothing once all of it has left the three years."""
        years = _name_year(day) - _name_year(self.year_from)
        return self.counted_pence[max(0, years)] if years < len(self.counted_pence) else 0


@dataclass(frozen=True, slots=True)
class SubsidyRoom:
    """What may still be given on a day under the ceiling."""

    counted_pence: int | None
    """What counts already, at the least; None where nobody has told anything."""
    room_pence: int
    """What is left at the most."""
    certain: bool
    """Whether the enterprise has confirmed that nothing else counts."""

    def judge(self, given_pence: int) -> bool | None:
        """Return whether so much more stays within the ceiling: None where more may count than is known."""
        if given_pence > self.room_pence:
            return False
        return True if given_pence == 0 or self.certain else None


UNTOLD = SubsidyRoom(None, CEILING_PENCE, certain=False)


def find_room(told: Assistance | None, day: date) -> SubsidyRoom:
    """Return what may still be given on a day, by what a case has told."""
    if told is None:
        return UNTOLD
    counted = told.count_on(day)
    return SubsidyRoom(counted, max(0, CEILING_PENCE - counted), certain=told.settled and told.confirmed_on is not None)


def _name_year(day: date) -> int:
    """Return the year in which the day's financial year begins, on 1 April: s.42(9)."""
    return day.year - (day.month < _APRIL)
