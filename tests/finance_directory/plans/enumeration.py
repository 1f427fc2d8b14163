"""Every corner of what limits allow, exactly. The cheapest plan is one of them, and so is the one that covers most."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product

from rtp_finance_directory.plans.rules.sources import PlanLimits, Source, find_cap, find_obstacle

Amounts = Mapping[Source, Fraction]
Row = tuple[Callable[[Source], Fraction], Fraction]
"""What a penny of each source weighs, and the room for all of them."""


def compute_cost(amounts: Amounts) -> Fraction:
    return _weigh(amounts, lambda source: Fraction(source.price.cost))


def check_limits(amounts: Mapping[Source, int], limits: PlanLimits, *, slack: int) -> None:
    """Check whole pence against every limit; sums may be over by rounding."""
    exact = {source: Fraction(pence) for source, pence in amounts.items() if pence}
    assert sum(amounts.values()) <= limits.needed_pence
    assert _fits_together(list(exact), limits)
    assert all(find_obstacle(source, limits) is None for source in exact)
    assert _is_allowed(exact, [(weigh, room + slack) for weigh, room in _list_rows(limits)], limits)


def list_plans(sources: Sequence[Source], limits: PlanLimits) -> Iterator[Amounts]:
    usable = [source for source in sources if find_obstacle(source, limits) is None]
    for size in range(len(usable) + 1):
        for chosen in combinations(usable, size):
            if _fits_together(chosen, limits):
                yield from _list_corners(chosen, limits)


def _fits_together(chosen: Sequence[Source], limits: PlanLimits) -> bool:
    if limits.max_sources is not None and len(chosen) > limits.max_sources:
        return False
    return not any(one.id in other.excludes for one in chosen for other in chosen)


def _list_rows(limits: PlanLimits) -> list[Row]:
    rows: list[Row] = [(lambda _: Fraction(1), Fraction(limits.needed_pence))]
    if limits.max_payment_pence is not None:
        rows.append((lambda source: Fraction(source.price.highest_payment), Fraction(limits.max_payment_pence)))
    if limits.subsidy_room_pence is not None:
        room = Fraction(limits.subsidy_room_pence)
        rows.append((lambda source: Fraction(1 - source.price.lent) * source.subsidy, room))
    return rows


def _list_corners(chosen: Sequence[Source], limits: PlanLimits) -> Iterator[Amounts]:
    """A corner has as many amounts between their ends as sums that are at their limit."""
    rows = _list_rows(limits)
    ends = [(Fraction(each.min_pence), Fraction(find_cap(each, limits))) for each in chosen]
    for count in range(len(rows) + 1):
        for tight, free in product(combinations(rows, count), combinations(range(len(chosen)), count)):
            for fixed in product(*(ends[number] for number in range(len(chosen)) if number not in free)):
                amounts = _solve(chosen, fixed, free, tight)
                if amounts is not None and _is_allowed(amounts, rows, limits):
                    yield amounts


def _solve(
    chosen: Sequence[Source], fixed: Sequence[Fraction], free: Sequence[int], tight: Sequence[Row]
) -> Amounts | None:
    """Find the free amounts by which the tight sums are at their limit: Cramer's rule, for at most three of them."""
    bound = [source for number, source in enumerate(chosen) if number not in free]
    amounts = dict(zip(bound, fixed, strict=True))
    matrix = [[weigh(chosen[number]) for number in free] for weigh, _ in tight]
    right = [room - _weigh(amounts, weigh) for weigh, room in tight]
    whole = _compute_determinant(matrix)
    if whole == 0:
        return None
    for column, number in enumerate(free):
        changed = [[*row[:column], right[at], *row[column + 1 :]] for at, row in enumerate(matrix)]
        amounts[chosen[number]] = _compute_determinant(changed) / whole
    return amounts


def _compute_determinant(matrix: Sequence[Sequence[Fraction]]) -> Fraction:
    if not matrix:
        return Fraction(1)
    total = Fraction(0)
    for column, factor in enumerate(matrix[0]):
        minor = [[*row[:column], *row[column + 1 :]] for row in matrix[1:]]
        total += (-1) ** column * factor * _compute_determinant(minor)
    return total


def _is_allowed(amounts: Amounts, rows: Sequence[Row], limits: PlanLimits) -> bool:
    within = all(source.min_pence <= pence <= find_cap(source, limits) for source, pence in amounts.items())
    return within and all(_weigh(amounts, weigh) <= room for weigh, room in rows)


def _weigh(amounts: Amounts, weigh: Callable[[Source], Fraction]) -> Fraction:
    return sum((pence * weigh(source) for source, pence in amounts.items()), Fraction(0))
