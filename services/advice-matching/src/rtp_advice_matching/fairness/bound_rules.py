"""When a bound of fairness is passed, and when it is kept again: a pure rule.

A bound is told once when it is passed, and once when it is kept again, whatever happens in between. What cannot be
measured now, because too few requests are left of a group, changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from rtp_advice_matching.fairness.market_rules import EVERYBODY, MarketFigures


class FairnessMeasure(StrEnum):
    """What an operator may set a bound of."""

    LOAD_GINI = "load-gini"
    """At most, in per cent: of each kind of adviser, and of all."""
    WAITING_NINETIETH = "waiting-ninetieth"
    """At most, in weeks: the ninetieth percentile of the waiting time, of each group and of everybody."""
    AGREEMENT_NINETIETH = "agreement-ninetieth"
    """At most, in weeks: the same of the time to the agreement."""
    FIRST_CHOICES = "first-choices"
    """At least, in per cent."""
    JUSTIFIED_ENVY = "justified-envy"
    """At most, in pairs."""


AT_LEAST = frozenset({FairnessMeasure.FIRST_CHOICES})


class MeasuredGroup(NamedTuple):
    """What was measured, and of whom."""

    measure: FairnessMeasure
    by: str
    group: str | None


Values = Mapping[MeasuredGroup, int | None]
Bounds = Mapping[FairnessMeasure, int | None]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A bound that a value has crossed, in either direction."""

    of: MeasuredGroup
    value: int | None
    """None where nothing was measured, and the bound was taken away."""
    bound: int | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What has come of the bounds since they were looked at before."""

    passed: frozenset[MeasuredGroup]
    """Those that are passed now, or were and cannot be measured."""
    newly: tuple[Crossing, ...]
    restored: tuple[Crossing, ...]


def list_values(figures: MarketFigures) -> Values:
    """List all that bounds are held against."""
    values: dict[MeasuredGroup, int | None] = {
        MeasuredGroup(FairnessMeasure.FIRST_CHOICES, EVERYBODY, None): figures.first_choices,
        MeasuredGroup(FairnessMeasure.JUSTIFIED_ENVY, EVERYBODY, None): figures.justified_envy,
    }
    for load in figures.load:
        by = EVERYBODY if load.kind is None else "kind"
        values[MeasuredGroup(FairnessMeasure.LOAD_GINI, by, load.kind)] = load.spread.gini
    for measure, times in (
        (FairnessMeasure.WAITING_NINETIETH, figures.waiting),
        (FairnessMeasure.AGREEMENT_NINETIETH, figures.agreements),
    ):
        values |= {MeasuredGroup(measure, each.by, each.group): each.ninetieth for each in times}
    return values


def is_passed(measure: FairnessMeasure, value: int, bound: int) -> bool:
    return value < bound if measure in AT_LEAST else value > bound


def evaluate(bounds: Bounds, values: Values, passed: frozenset[MeasuredGroup]) -> Evaluation:
    """Return which bounds are passed now, of those which were not, and which are kept again."""
    newly: list[Crossing] = []
    restored: list[Crossing] = []
    still: set[MeasuredGroup] = set()
    for of in sorted({*values, *passed}, key=str):
        value, bound = values.get(of), bounds.get(of.measure)
        if bound is not None and value is None:
            still |= passed & {of}
        elif bound is not None and value is not None and is_passed(of.measure, value, bound):
            still.add(of)
            if of not in passed:
                newly.append(Crossing(of, value, bound))
        elif of in passed:
            restored.append(Crossing(of, value, bound))
    return Evaluation(frozenset(still), tuple(newly), tuple(restored))
