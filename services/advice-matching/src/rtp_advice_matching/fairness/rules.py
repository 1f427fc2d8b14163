"""How fair a round is, in figures: a pure rule over a round's certificate and who has whom by now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from rtp_advice_matching.matching import score
from rtp_advice_matching.rounds.rules.snapshot import read_candidate, read_need, read_rules

SUPPRESSED_BELOW = 5
"""Groups of fewer requests are not counted, nor their times said: they might be known by it."""
Number = TypeVar("Number", int, Fraction)
GROUPED_BY = ("sector", "region", "stage")


@dataclass(frozen=True, slots=True)
class Spread:
    """How the load is spread over advisers. Loads are shares of places taken, in per cent."""

    advisers: int
    gini: int
    """0 if all have the same share of their places taken; the nearer to 100, the fewer have it all. In per cent."""
    median: int
    highest: int


@dataclass(frozen=True, slots=True)
class Wait:
    """How long the requests of one group have waited, in weeks. None where they are too few to be said."""

    by: str
    group: str | None
    requests: int | None
    without: int | None
    """Those of them who got nobody."""
    median: int | None
    ninetieth: int | None


def measure_spread(taken: Sequence[int], places: Sequence[int]) -> Spread:
    """Measure the load of those who have places at all."""
    loads = sorted(Fraction(have, of) for have, of in zip(taken, places, strict=True) if of > 0)
    return Spread(
        advisers=len(loads),
        gini=int(100 * compute_gini(loads)),
        median=int(100 * pick(loads, 50)) if loads else 0,
        highest=int(100 * loads[-1]) if loads else 0,
    )


def compute_gini(ordered: Sequence[Fraction]) -> Fraction:
    """Return Gini's coefficient of numbers that are in order, the least first; 0 where there is nothing to share."""
    total, count = sum(ordered), len(ordered)
    if not total:
        return Fraction(0)
    weighed = sum(place * each for place, each in enumerate(ordered, 1))
    return Fraction(2 * weighed, count * total) - Fraction(count + 1, count)


def pick(ordered: Sequence[Number], percentile: int) -> Number:
    """Return the percentile by nearest rank, which is one of the numbers."""
    return ordered[max(0, -(-len(ordered) * percentile // 100) - 1)]


def measure_waits(requests: Sequence[Mapping[str, Any]], advisers: Sequence[int | None]) -> list[Wait]:
    """Measure how long requests have waited, by what their groups have in common, as far as that is not withheld."""
    found = []
    for by in GROUPED_BY:
        groups: dict[str | None, list[tuple[int, bool]]] = {}
        for request, adviser in zip(requests, advisers, strict=True):
            if "withheld" not in request:
                groups.setdefault(request[by], []).append((request["weeksWaited"], adviser is None))
        found += [_measure_group(by, group, groups[group]) for group in sorted(groups, key=str)]
    return found


def _measure_group(by: str, group: str | None, rows: Sequence[tuple[int, bool]]) -> Wait:
    if len(rows) < SUPPRESSED_BELOW:
        return Wait(by, group, None, None, None, None)
    weeks, without = sorted(each for each, _ in rows), sum(alone for _, alone in rows)
    return Wait(by, group, len(rows), without, pick(weeks, 50), pick(weeks, 90))


def count_envy(certificate: Mapping[str, Any], advisers: Sequence[int | None], places: Mapping[int, int]) -> int:
    """Count the requests with justified envy: they and an adviser on their list would both rather have each other.

    A place that is free and wanted counts as well. `places` are those of advisers who have others by now.
    """
    given, rules = certificate["input"], read_rules(certificate["input"]["parameters"])
    waited = [rules.count_waiting_points(each["weeksWaited"]) for each in given["requests"]]
    free = [read_candidate(each, rules).free for each in given["advisers"]]
    worth = [_find_worth(certificate, request, adviser) for request, adviser in enumerate(advisers)]
    held: dict[int, list[int]] = {}
    for request, adviser in enumerate(advisers):
        if adviser is not None:
            held.setdefault(adviser, []).append(worth[request] + waited[request])

    def envies(request: int, adviser: int, points: int) -> bool:
        room = places.get(adviser, free[adviser])
        has = held.get(adviser, [])
        return points > worth[request] and (len(has) < room or (bool(has) and min(has) < points + waited[request]))

    return sum(
        any(envies(request, adviser, points) for adviser, points in listed)
        for request, listed in enumerate(certificate["lists"])
    )


def _find_worth(certificate: Mapping[str, Any], request: int, adviser: int | None) -> int:
    """Return what the adviser is worth to the request, also one who was set there from outside the list."""
    if adviser is None:
        return -1
    listed = dict(certificate["lists"][request])
    given = certificate["input"]
    if adviser in listed:
        found: int = listed[adviser]
        return found
    rules = read_rules(given["parameters"])
    candidate = read_candidate(given["advisers"][adviser], rules)
    return score(read_need(given["requests"][request]), candidate, rules.weights).score


def count_first_choices(certificate: Mapping[str, Any], advisers: Sequence[int | None]) -> int:
    """Count the requests for whom nobody on the list fits better than whom they have."""
    return sum(
        adviser is not None
        and _find_worth(certificate, request, adviser)
        >= max((points for _, points in certificate["lists"][request]), default=0)
        for request, adviser in enumerate(advisers)
    )
