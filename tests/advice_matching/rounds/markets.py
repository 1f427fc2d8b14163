"""Small markets in which ties, conflicts and full advisers are common, and what is exactly true of them."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from hypothesis import strategies as st

from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market, find_blocking_pair

Lists = Sequence[Mapping[int, tuple[int, int]]]
"""By request: what each adviser is worth to it, and it to the adviser."""


def make_market(lists: Lists, places: Sequence[int]) -> Market:
    starts, rows = [0], []
    for listed in lists:
        rows += sorted(((adviser, *worth) for adviser, worth in listed.items()), key=lambda row: (-row[1], row[0]))
        starts.append(len(rows))
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    advisers, scores, priorities = (array("i", column) for column in columns)
    return Market(array("i", starts), advisers, scores, priorities, array("i", places))


@st.composite
def draw_markets(draw: st.DrawFn, *, requests: int = 5, advisers: int = 4, worth: int = 3) -> Market:
    count = draw(st.integers(1, advisers))
    ranked = st.tuples(st.integers(1, worth), st.integers(1, worth))
    lists = draw(st.lists(st.dictionaries(st.integers(0, count - 1), ranked), max_size=requests))
    return make_market(lists, draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)))


@st.composite
def draw_strict_lists(draw: st.DrawFn, *, requests: int = 5, advisers: int = 4) -> tuple[Lists, list[int]]:
    """Draw lists on which nobody is equal to another, and places."""
    asking, asked = draw(st.integers(1, requests)), draw(st.integers(1, advisers))
    liked = [draw(st.permutations(range(asked))) for _ in range(asking)]
    likes = [draw(st.permutations(range(asking))) for _ in range(asked)]
    known = [draw(st.sets(st.integers(0, asked - 1))) for _ in range(asking)]
    lists = [
        {
            adviser: (asked - liked[request].index(adviser), asking - likes[adviser].index(request))
            for adviser in known[request]
        }
        for request in range(asking)
    ]
    return lists, draw(st.lists(st.integers(1, 2), min_size=asked, max_size=asked))


def list_stable(market: Market) -> Iterator[Assignment]:
    """List every stable assignment of a small market."""
    for assignment in product(*([NOBODY, *market.list_pairs(request)] for request in range(market.requests))):
        if keeps_places(market, assignment) and find_blocking_pair(market, assignment) is None:
            yield assignment


def keeps_places(market: Market, assignment: Assignment) -> bool:
    taken = [market.advisers[pair] for pair in assignment if pair != NOBODY]
    return all(taken.count(adviser) <= places for adviser, places in enumerate(market.places))


def count_placed(assignment: Assignment) -> int:
    return sum(pair != NOBODY for pair in assignment)
