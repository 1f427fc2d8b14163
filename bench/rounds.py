"""Matching rounds in a process of their own: ours beside scipy's assignment and the `matching` library.

The markets are made up: sectors, regions, stages, topics and legal forms are drawn evenly, and an adviser has one to
eight places free. The floor of `match-round-500` is scipy's assignment on the same scores, which knows neither places
nor preferences of advisers; that of `match-round-2k` is the library's stable assignment on the same lists, ties broken.
"""

import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import numpy as np
from matching.games import HospitalResident
from scipy.optimize import linear_sum_assignment

from rtp_advice_matching.matching import Candidate, Need
from rtp_advice_matching.rounds.rules.certificate import write_parts
from rtp_advice_matching.rounds.rules.computed_round import Round, compute_round
from rtp_advice_matching.rounds.rules.market import Market, find_blocking_pair
from rtp_advice_matching.rounds.rules.snapshot import Parameters, Waiting, write_canonical
from rtp_shared.contracts.vocabulary import LegalForm, Sector, Stage, SupportTopic

Row = dict[str, Any]
NAMES = ("match-round-500", "match-round-2k", "match-round-100k")
SECTORS, STAGES, TOPICS, FORMS = ([str(each) for each in of] for of in (Sector, Stage, SupportTopic, LegalForm))
REGIONS = [f"E1200000{number}" for number in range(1, 10)]
LIMITS: dict[str, Row] = {
    "match-round-500": {"seconds": 1.0},
    "match-round-2k": {},
    "match-round-100k": {"seconds": 60.0, "mib": 2048},
}
"""What no row may exceed; `match-round-2k` has its floor instead, which it may not be slower than."""
PLACES = 8
LISTED = 20


def measure(name: str, say: Callable[[str], None]) -> Row:
    """Measure one row in a new process, so that its memory is its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        row = pool.submit(_MEASURES[name]).result()
    figures = ", ".join(f"{key} {value}" for key, value in row.items() if key not in ("name", "floor"))
    say(f"  {name}: {figures}; floor {row['floor']}")
    check_limits(row, LIMITS[name])
    return row


def check_limits(row: Row, limits: Row) -> None:
    """Fail where a row exceeds a limit, or is slower than its floor where it has no other."""
    over = {name: row[name] for name, most in limits.items() if row[name] > most}
    assert not over, f"{row['name']}: {over} is more than {limits}"
    assert limits or row["ratio"] >= 1, f"{row['name']} is slower than its floor: {row}"


def make_market(requests: int, advisers: int) -> tuple[list[Waiting], list[Candidate]]:
    chance = random.Random(1)  # noqa: S311 - the same market each time
    bodies = [_draw_id(chance) for _ in range(400)]
    waiting = [
        Waiting(_draw_id(chance), _draw_need(chance, bodies), weeks=chance.randrange(12)) for _ in range(requests)
    ]
    return waiting, [_draw_candidate(chance, bodies) for _ in range(advisers)]


def _draw_id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128))


def _draw_some(chance: random.Random, of: Sequence[Any], least: int, most: int) -> list[Any]:
    return chance.sample(of, chance.randint(least, most))


def _draw_need(chance: random.Random, bodies: Sequence[UUID]) -> Need:
    return Need(
        case_id=_draw_id(chance),
        bodies=frozenset(_draw_some(chance, bodies, 1, 3)),
        sector=chance.choice(SECTORS),
        region=chance.choice(REGIONS),
        stage=chance.choice(STAGES),
        topics=tuple(_draw_some(chance, TOPICS, 0, 4)),
        legal_form=chance.choice([None, *FORMS]),
    )


def _draw_candidate(chance: random.Random, bodies: Sequence[UUID]) -> Candidate:
    return Candidate(
        id=_draw_id(chance),
        network_id=UUID(int=chance.randrange(50)),
        sectors=_draw_some(chance, SECTORS, 0, 4),
        regions=_draw_some(chance, REGIONS, 0, 3),
        remote=chance.random() < 0.5,
        topics=_draw_some(chance, TOPICS, 1, 5),
        stages=_draw_some(chance, STAGES, 0, 3),
        legal_forms=_draw_some(chance, FORMS, 0, 3),
        capacity=PLACES,
        engaged=chance.randrange(PLACES),
        conflicts=_draw_some(chance, bodies, 0, 2),
    )


def measure_500() -> Row:
    """Measure a round of 500 by 500 with whole lists beside scipy's assignment on the same scores."""
    waiting, candidates = make_market(500, 500)
    computed, seconds = _time(lambda: compute_round(waiting, candidates, Parameters(list_length=500)))
    costs = _write_costs(computed.market)
    _, floor = _time(lambda: linear_sum_assignment(costs))
    return _make_row("match-round-500", computed, seconds, floor)


def measure_2k() -> Row:
    """Measure a round of 2,000 by 500 beside the library's on the same lists; it takes no ties, so they are broken."""
    waiting, candidates = make_market(2000, 500)
    computed, seconds = _time(lambda: compute_round(waiting, candidates, Parameters(list_length=LISTED)))
    requests, advisers, places = _write_dictionaries(computed.market)
    sys.setrecursionlimit(1_000_000)  # the library copies its players one inside the other
    _, floor = _time(lambda: HospitalResident.create_from_dictionaries(requests, advisers, places).solve())
    return _make_row("match-round-2k", computed, seconds, floor)


def measure_100k() -> Row:
    """Measure a round of 100,000 by 20,000 with its whole certificate; nothing else finishes at that size."""
    waiting, candidates = make_market(100_000, 20_000)
    computed, seconds = _time(lambda: compute_round(waiting, candidates, Parameters(list_length=LISTED, named=0)))
    fewest, more = _time(lambda: computed.fewest)
    enough, longer = _time(lambda: computed.extra)
    written, writing = _time(lambda: _write_certificate(computed))
    row = _make_row("match-round-100k", computed, seconds, None)
    cpu = time.process_time()
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return row | {
        "bounds_seconds": round(more + longer, 2),
        "certificate_seconds": round(writing, 1),
        "certificate_mb": written // 1_000_000,
        "cpu_seconds": round(cpu, 1),
        "mib": mib,
        "at_least": fewest.count,
        "at_most": enough.count,
    }


def _write_certificate(computed: Round) -> int:
    """Write a certificate part by part, as it is kept; return its size. What it says of places is worked out before."""
    parts = write_parts(computed)
    size = len(write_canonical(parts.whole))
    for part in parts.requests:
        size += sum(len(write_canonical(each)) for each in (part.request, part.listed, part.answer))
    return size


def _make_row(name: str, computed: Round, seconds: float, floor: float | None) -> Row:
    assert find_blocking_pair(computed.market, computed.assignment) is None
    row: Row = {"name": name, "seconds": round(seconds, 3), "placed": computed.placed, "floor": {}}
    return row if floor is None else row | {"ratio": round(floor / seconds, 2), "floor": {"seconds": round(floor, 3)}}


def _time(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def _write_costs(market: Market) -> Any:
    costs = np.full((market.requests, len(market.places)), 1000)
    for request in range(market.requests):
        for pair in market.list_pairs(request):
            costs[request, market.advisers[pair]] = -market.scores[pair]
    return costs


def _write_dictionaries(market: Market) -> tuple[dict[int, list[int]], dict[int, list[int]], dict[int, int]]:
    owners = market.list_owners()
    requests = {
        request: [market.advisers[pair] for pair in market.list_pairs(request)]
        for request in range(market.requests)
        if market.list_pairs(request)
    }
    advisers = {
        adviser: [owners[pair] for pair in sorted(pairs, key=lambda pair: -market.priorities[pair])]
        for adviser, pairs in enumerate(market.list_pairs_by_adviser())
        if pairs
    }
    return requests, advisers, {adviser: market.places[adviser] for adviser in advisers}


_MEASURES: dict[str, Callable[[], Row]] = {
    "match-round-500": measure_500,
    "match-round-2k": measure_2k,
    "match-round-100k": measure_100k,
}
