"""What each filter of the directory asks of a profile. Whoever serves any sector, or meets online, is found by each."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, and_, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB

from rtp_advice_matching.directory.models import Adviser

Condition = ColumnElement[bool]


def build_conditions(filters: Mapping[str, Any]) -> list[Condition]:
    """Build the conditions of the filters that are given."""
    return [CONDITIONS[name](value) for name, value in filters.items() if value is not None]


def _name_or_take_any(column: Any, word: str) -> Condition:
    return or_(column.contains([word]), func.cardinality(column) == 0)


def _hold_words(text: str) -> Condition:
    """Return the condition that every word stands in the name, the network's name or what is said about them."""
    searched = func.concat_ws(" ", Adviser.name, Adviser.network_name, Adviser.about)
    return and_(true(), *(searched.icontains(word, autoescape=True) for word in text.split()))


def _speak(tag: str) -> Condition:
    """Return the condition that a language or a narrower one is spoken (RFC 4647 section 3.3.1): `cy` finds cy-GB."""
    spoken = func.lower(func.unnest(Adviser.languages).column_valued("spoken"))
    narrower = spoken.startswith(f"{tag.lower()}-", autoescape=True)
    return select(1).where(or_(spoken == tag.lower(), narrower)).exists()


def _take_part_on(day: date) -> Condition:
    """Return the condition that there are hours on the day: the calendar's, or else the usual ones, or nothing said."""
    span = func.jsonb_array_elements(Adviser.calendar, type_=JSONB()).column_valued("span")
    within = and_(
        span["starts_on"].astext.cast(Date) <= day,
        span["ends_on"].astext.cast(Date) >= day,
    )
    planned = select(span["hours_per_month"].astext.cast(Integer)).where(within).limit(1).scalar_subquery()
    return func.coalesce(planned, Adviser.hours_per_month, 1) > 0


CONDITIONS: Mapping[str, Callable[[Any], Condition]] = {
    "q": _hold_words,
    "kind": lambda kind: Adviser.kind == kind,
    "network_id": lambda network: Adviser.network_id == network,
    "is_example": lambda is_example: Adviser.is_example == is_example,
    "active": lambda active: Adviser.active == active,
    "sector": lambda sector: _name_or_take_any(Adviser.sectors, sector),
    "region": lambda region: or_(Adviser.regions.contains([region]), Adviser.remote),
    "in_person": lambda meets: (func.cardinality(Adviser.regions) > 0) == meets,
    "remote": lambda remote: Adviser.remote == remote,
    "topic": lambda topic: Adviser.topics.contains([topic]),
    "stage": lambda stage: _name_or_take_any(Adviser.stages, stage),
    "legal_form": lambda form: _name_or_take_any(Adviser.legal_forms, form),
    "headcount": lambda people: and_(
        func.coalesce(Adviser.headcount_from, people) <= people, func.coalesce(Adviser.headcount_to, people) >= people
    ),
    "language": _speak,
    "access_need": lambda needs: Adviser.access_needs.contains(needs),
    "capacity_at_least": lambda places: Adviser.capacity >= places,
    "has_capacity": lambda has: (Adviser.engaged < Adviser.capacity) == has,
    "hours_at_least": lambda hours: Adviser.hours_per_month >= hours,
    "available_on": _take_part_on,
    "charge_basis": lambda basis: Adviser.charge_basis == basis,
    "day_rate_at_most": lambda pence: Adviser.day_rate <= pence,
    "stale_since": lambda day: or_(Adviser.verified_on < day, Adviser.verified_on.is_(None)),
}
"""By the filter's name."""
