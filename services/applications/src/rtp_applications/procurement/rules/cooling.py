"""The cooling-off of a reserved contract: none of the same kind from the same authority in the three years before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rtp_applications.deadlines.rules.days import ONE_DAY, add_months
from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.truth import Truth, any_of

THREE_YEARS = 36
_GROUP = 3
"""Digits of a group of codes."""


class ReservationLaw(StrEnum):
    """The provision in reliance on which a contract was reserved."""

    SECTION_33 = "procurement-act-section-33"
    REGULATION_77 = "public-contracts-regulation-77"


@dataclass(frozen=True, slots=True)
class PastAward:
    """A contract that an authority reserved and awarded to a provider."""

    authority: str
    provider: str
    codes: tuple[CpvCode, ...]
    reserved_under: ReservationLaw | None
    entered_into_on: date
    source: str = ""
    """The notice or decision that says so."""


def begin_three_years(last_day: date) -> date:
    """Return the first day of the period of three years that ends with this day."""
    return add_months(last_day, -THREE_YEARS) + ONE_DAY


def falls_within_three_years(entered_into_on: date, award_on: date) -> bool:
    """Tell whether the day lies in the period of three years ending with the day of the award."""
    return begin_three_years(award_on) <= entered_into_on <= award_on


def find_first_free_day(entered_into_on: date) -> date:
    """Return the first day on which a contract may be awarded again: the period ending with it leaves that day out."""
    day = add_months(entered_into_on, THREE_YEARS)
    return day if not falls_within_three_years(entered_into_on, day) else day + ONE_DAY


def are_same_kind(some: Iterable[CpvCode], others: Iterable[CpvCode]) -> Truth:
    """Tell whether services are of the same kind, by their codes. The law does not say how: where one code covers the
    other they are, where they share no group they are not, and between the two it is not known.
    """
    pairs = [(one, other) for one in some for other in others]
    return any_of(*(_compare(one, other) for one, other in pairs)) if pairs else None


def _compare(one: CpvCode, other: CpvCode) -> Truth:
    if one.covers(other) or other.covers(one):
        return True
    return None if one.digits[:_GROUP] == other.digits[:_GROUP] else False


def is_comparable(past: PastAward, *, authority: str, codes: Iterable[CpvCode], law: ReservationLaw) -> Truth:
    """Tell whether a past award is a comparable contract: same authority, same kind of services, same provision."""
    if past.authority != authority or past.reserved_under is not law:
        return False
    return are_same_kind(past.codes, codes)
