"""Disclosure control of published counts: no number, and no difference of two, says anything of one case.

Counts of fewer than eight, none among them, are not shown; others are rounded to the nearest five, as NHS England
publishes its hospital figures (its disclosure control method for Hospital Episode Statistics). Rounding alone is not
enough where several tables count the same cases: parts that are all at their lower end can give each other away by
their sum. So such tables are audited together before they are published, by what somebody could work out who has all of
them, and rounded more coarsely until nobody can work out a count to fewer than three values. And the same cases are
counted in such tables once and never again: of a sum that only grows, two counts would give away more than each alone.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

FEWEST = 8
"""The smallest count that is shown."""
STEPS = (5, 10, 20, 50, 100)
"""What counts are rounded to: the finest that gives nothing away."""
LEAST_DOUBT = 2
"""The least difference between the largest and the smallest count that a cell could have, from all that is shown."""

Counts = Mapping[str, int]
Shown = Mapping[str, int | None]


class CountRange(NamedTuple):
    """The counts that are possible, both ends included."""

    low: int
    high: int


class Published(NamedTuple):
    """Tables as they are shown, and the step to which their counts are rounded."""

    step: int
    tables: Mapping[str, Shown]


def publish(tables: Mapping[str, Counts]) -> Published:
    """Return the tables as they may be shown. Each counts the same cases, and every case once.

    What no step makes safe, which takes a table whose cells are all alike and many, is left out altogether.
    """
    for step in STEPS:
        shown = {name: round_table(counts, step) for name, counts in tables.items()}
        if not find_certain(shown, step):
            return Published(step, shown)
    return Published(STEPS[-1], {name: {} for name in tables})


def round_table(counts: Counts, step: int) -> Shown:
    """Return each count as it is shown: None where it is too small."""
    return {cell: round_count(count, step) for cell, count in counts.items()}


def round_count(count: int, step: int = STEPS[0]) -> int | None:
    """Return a count as it is shown, or None where it is too small: halves are rounded up."""
    rounded = (count + step // 2) // step * step
    return rounded if count >= FEWEST and rounded else None


def find_range(shown: int | None, step: int) -> CountRange:
    """Return the counts that are shown so."""
    if shown is None:
        return CountRange(0, max(FEWEST, (step + 1) // 2) - 1)
    low = shown - step // 2
    return CountRange(max(FEWEST, low), low + step - 1)


def find_certain(tables: Mapping[str, Shown], step: int) -> Sequence[tuple[str, str]]:
    """Return the cells of which too much can be worked out from all tables together, by table and name.

    Exact: within a table the cells are bound by their sum alone, and the tables by having the same sum.
    """
    ranges = {name: {cell: find_range(count, step) for cell, count in shown.items()} for name, shown in tables.items()}
    total = CountRange(
        max((_sum_low(cells) for cells in ranges.values()), default=0),
        min((_sum_high(cells) for cells in ranges.values()), default=0),
    )
    return [
        (name, cell)
        for name, cells in ranges.items()
        for cell in cells
        if _measure_doubt(cells, cell, total) < LEAST_DOUBT
    ]


def _measure_doubt(cells: Mapping[str, CountRange], cell: str, total: CountRange) -> int:
    """Return how far apart the largest and the smallest count are that a cell could have, given the sum's range."""
    low, high = cells[cell].low, cells[cell].high
    least = total.low - (_sum_high(cells) - high)
    most = total.high - (_sum_low(cells) - low)
    return min(high, most) - max(low, least)


def _sum_low(cells: Mapping[str, CountRange]) -> int:
    return sum(each.low for each in cells.values())


def _sum_high(cells: Mapping[str, CountRange]) -> int:
    return sum(each.high for each in cells.values())
