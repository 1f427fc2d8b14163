"""Nobody works out a count from what is published, not even with all of it."""

from collections.abc import Iterator, Mapping
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.statistics.rules.disclosure import (
    FEWEST,
    LEAST_DOUBT,
    STEPS,
    find_certain,
    find_range,
    publish,
    round_count,
    round_table,
)

Tables = Mapping[str, Mapping[str, int]]


@st.composite
def tables(draw: st.DrawFn, largest: int = 300) -> Tables:
    """Return tables that count the same cases."""
    cases = draw(st.integers(0, largest))
    return {
        name: count_parts(draw(st.lists(st.integers(0, cases), max_size=5)), cases)
        for name in draw(st.lists(st.sampled_from("abc"), unique=True, min_size=1))
    }


def count_parts(cuts: list[int], cases: int) -> dict[str, int]:
    ends = [0, *sorted(cuts), cases]
    return {str(place): end - start for place, (start, end) in enumerate(pairwise(ends))}


@given(st.integers(0, 10_000), st.sampled_from(STEPS))
def test_a_range_has_what_is_shown_so_and_nothing_else(count: int, step: int) -> None:
    shown = round_count(count, step)
    low, high = find_range(shown, step)
    assert low <= count <= high
    assert {round_count(each, step) for each in (low, high)} == {shown}
    assert {round_count(each, step) for each in (low - 1, high + 1) if each >= 0} & {shown} == set()


def test_small_counts_and_none_at_all_look_the_same() -> None:
    assert {round_count(count) for count in range(FEWEST)} == {None}
    assert [round_count(count) for count in (8, 12, 13, 17, 18)] == [10, 10, 15, 15, 20]


@given(tables())
def test_what_is_published_leaves_every_count_in_doubt(counts: Tables) -> None:
    published = publish(counts)
    assert find_certain(published.tables, published.step) == []
    for name, cells in published.tables.items():
        for cell, shown in cells.items():
            assert shown == round_count(counts[name][cell], published.step)


def test_parts_that_their_sum_would_give_away_are_rounded_more_coarsely() -> None:
    """Four parts shown as 10 are 32 at least, and a whole shown as 30 is 32 at most: each part would be 8."""
    counts = {"all": {"all": 32}, "region": dict.fromkeys("abcd", 8)}
    finest = {name: round_table(cells, STEPS[0]) for name, cells in counts.items()}
    assert {cell for _, cell in find_certain(finest, STEPS[0])} == {"all", "a", "b", "c", "d"}
    assert publish(counts).step > STEPS[0]


@given(tables(largest=36), st.sampled_from(STEPS[:2]))
def test_the_audit_finds_what_trying_every_possibility_finds(counts: Tables, step: int) -> None:
    counts = {name: dict(list(cells.items())[:3]) for name, cells in counts.items()}
    total = sum(next(iter(counts.values())).values())
    counts = {name: cells for name, cells in counts.items() if sum(cells.values()) == total}
    shown = {name: round_table(cells, step) for name, cells in counts.items()}
    possible: dict[tuple[str, str], set[int]] = {}
    for cells in try_everything(shown, step):
        for key, count in cells.items():
            possible.setdefault(key, set()).add(count)
    expected = {key for key, found in possible.items() if max(found) - min(found) < LEAST_DOUBT}
    assert set(find_certain(shown, step)) == expected


def try_everything(shown: Mapping[str, Mapping[str, int | None]], step: int) -> Iterator[dict[tuple[str, str], int]]:
    """Return every way to fill each table, as far as all tables could have the same sum so."""
    ways = {
        name: list(
            product(*(range(low, high + 1) for low, high in (find_range(count, step) for count in cells.values())))
        )
        for name, cells in shown.items()
    }
    common = set.intersection(*({sum(way) for way in found} for found in ways.values()))
    for name, found in ways.items():
        for way in found:
            if sum(way) in common:
                yield {(name, cell): count for cell, count in zip(shown[name], way, strict=True)}


@given(st.integers(0, 10_000), st.integers(0, 20))
def test_two_months_together_tell_of_no_single_case(count: int, more: int) -> None:
    """Whoever subtracts one month's count from the next one's, which has grown, knows it to three values at best."""
    before, after = find_range(round_count(count), STEPS[0]), find_range(round_count(count + more), STEPS[0])
    least, most = max(0, after.low - before.high), after.high - before.low
    assert least <= more <= most
    assert most - least >= LEAST_DOUBT
