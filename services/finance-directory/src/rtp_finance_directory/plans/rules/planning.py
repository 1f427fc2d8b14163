"""The plan that covers an amount at the least cost, why each source is in it or not, and what would make it cheaper.

A pure rule. Every "it would cost so much more" is the cost of a plan that was computed for it, not a guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from rtp_finance_directory.plans.rules.programme import Programme
from rtp_finance_directory.plans.rules.sources import (
    Change,
    Obstacle,
    Plan,
    PlanLimits,
    Source,
    find_cap,
    find_obstacle,
    loosen,
)

COMPARED = 12
"""Sources left out for which a plan that uses them is computed: the cheapest by the pound."""


class Extent(StrEnum):
    """How much of a source is taken, and why no more."""

    ALL = "as-much-as-can-be-had"
    LEAST = "its-least-amount"
    REST = "what-was-left"


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A source of the plan, and what it is worth to it."""

    source: Source
    amount_pence: int
    extent: Extent
    saves_pence: int | None
    """What the cheapest plan without it costs more; None if there is none."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source that is no part of the plan."""

    source_id: UUID
    obstacle: Obstacle | None
    """Why it can be part of none; None if it is the cost alone, or what it does to the rest."""
    compared: bool
    """Whether a plan that uses it was looked for."""
    costs_more_pence: int | None
    """What the cheapest such plan costs more; None if there is none."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What changing one limit would bring."""

    change: Change
    saves_pence: int
    covers_more_pence: int


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan with its reasons. Where nothing covers all that is needed it is the plan that covers the most."""

    plan: Plan
    shortfall_pence: int
    parts: tuple[PlanPart, ...]
    left_out: tuple[LeftOut, ...]
    gains: tuple[Gain, ...]
    """The best first; only changes that bring something."""


def make_plan(sources: Sequence[Source], limits: PlanLimits) -> Planned:
    """Choose the sources and say why. Takes a programme for each source and each limit: some milliseconds each."""
    found = _find(sources, limits)
    shortfall = limits.needed_pence - found.covered_pence
    return Planned(
        found,
        shortfall,
        tuple(_explain_part(each, found, sources, limits) for each in sources if each.id in found.amounts),
        _explain_absences(found, sources, limits),
        _list_gains(found, sources, limits),
    )


def _find(sources: Sequence[Source], limits: PlanLimits) -> Plan:
    return Programme(sources, limits).find_cheapest() or Programme(sources, limits).find_most()


def _explain_part(source: Source, found: Plan, sources: Sequence[Source], limits: PlanLimits) -> PlanPart:
    amount = found.amounts[source.id]
    extent = Extent.REST
    if amount == find_cap(source, limits):
        extent = Extent.ALL
    elif amount == source.min_pence:
        extent = Extent.LEAST
    if found.covered_pence < limits.needed_pence:
        return PlanPart(source, amount, extent, None)  # no other covers it either
    without = Programme([each for each in sources if each is not source], limits).find_cheapest()
    return PlanPart(source, amount, extent, without.cost_pence - found.cost_pence if without else None)


def _explain_absences(found: Plan, sources: Sequence[Source], limits: PlanLimits) -> tuple[LeftOut, ...]:
    """Give the reasons, those that could be used first, the cheapest by the pound before the others."""
    absent = [each for each in sources if each.id not in found.amounts]
    barred = [LeftOut(each.id, obstacle, False, None) for each in absent if (obstacle := find_obstacle(each, limits))]
    usable = sorted(
        (each for each in absent if find_obstacle(each, limits) is None), key=lambda each: (each.price.cost, each.id)
    )
    compared = [_compare(each, found, sources, limits) for each in usable[:COMPARED]]
    return (*compared, *(LeftOut(each.id, None, False, None) for each in usable[COMPARED:]), *barred)


def _compare(source: Source, found: Plan, sources: Sequence[Source], limits: PlanLimits) -> LeftOut:
    beside = Programme(sources, limits, using=source.id).find_cheapest()
    return LeftOut(source.id, None, True, beside.cost_pence - found.cost_pence if beside else None)


def _list_gains(found: Plan, sources: Sequence[Source], limits: PlanLimits) -> tuple[Gain, ...]:
    gains = []
    for change, looser in loosen(limits).items():
        other = _find(sources, looser)
        more = other.covered_pence - found.covered_pence
        saved = found.cost_pence - other.cost_pence if more == 0 else 0
        if more > 0 or saved > 0:
            gains.append(Gain(change, saved, more))
    return tuple(sorted(gains, key=lambda gain: (-gain.covers_more_pence, -gain.saves_pence)))
