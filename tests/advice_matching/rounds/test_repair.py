"""A repaired round is stable and moves as few as can be: against every stable assignment of small markets."""

import json
import runpy
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rtp_advice_matching.matching import Candidate
from rtp_advice_matching.rounds.rules.assignment import assign
from rtp_advice_matching.rounds.rules.certificate import certify
from rtp_advice_matching.rounds.rules.computed_round import compute_round
from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market, find_blocking_pair
from rtp_advice_matching.rounds.rules.repair import Advisers, Changes, change_market, repair
from rtp_advice_matching.rounds.rules.repair_document import compute_repair, count_harm, read_advisers, read_market
from rtp_advice_matching.rounds.rules.snapshot import Parameters, Waiting, write_canonical
from tests.advice_matching.rounds.markets import (
    Lists,
    count_placed,
    draw_markets,
    draw_strict_lists,
    keeps_places,
    list_stable,
    make_market,
)
from tests.advice_matching.rounds.test_certificate import (
    CROWDS,
    PARAMETERS,
    SCRIPT,
    WAITING,
    Json,
    make_adviser,
    make_waiting,
)

verify: Callable[..., list[str]] = runpy.run_path(str(SCRIPT.with_name("verify_repair.py")))["verify"]


@st.composite
def draw_changes(draw: st.DrawFn, market: Market) -> Changes:
    requests, advisers = st.integers(0, market.requests), st.integers(0, len(market.places) - 1)
    listed = [(owner, market.advisers[pair]) for pair, owner in enumerate(market.list_owners())]
    struck = draw(st.sets(st.sampled_from(listed), max_size=2)) if listed else set()
    return Changes(
        frozenset(draw(st.sets(requests, max_size=2))),
        draw(st.dictionaries(advisers, st.integers(0, 2), max_size=2)),
        frozenset(struck),
    )


def name(market: Market, assignment: Assignment) -> list[int]:
    return [NOBODY if pair == NOBODY else market.advisers[pair] for pair in assignment]


def find_moved(before: Advisers, after: Advisers, changes: Changes) -> set[int]:
    pairs = enumerate(zip(before, after, strict=True))
    return {each for each, (had, has) in pairs if had not in (NOBODY, has) and each not in changes.gone}


def read(market: Market, advisers: Advisers) -> list[int]:
    """Return the assignment as pairs of a market."""
    return [
        NOBODY if adviser == NOBODY else next(p for p in market.list_pairs(each) if market.advisers[p] == adviser)
        for each, adviser in enumerate(advisers)
    ]


@settings(max_examples=150, deadline=None)
@given(draw_markets(), st.data())
def test_as_few_are_moved_as_brute_force_finds_and_most_are_placed(market: Market, data: st.DataObject) -> None:
    changes, before = data.draw(draw_changes(market)), name(market, assign(market))
    repaired, changed = repair(market, before, changes), change_market(market, changes)
    found = read(changed, repaired.advisers)
    assert find_blocking_pair(changed, found) is None
    assert keeps_places(changed, found)
    others = [
        (len(find_moved(before, name(changed, each), changes)), -count_placed(each)) for each in list_stable(changed)
    ]
    assert (repaired.moved, -count_placed(found)) == min(others)
    assert repaired.moved == repaired.at_least == len(find_moved(before, repaired.advisers, changes))


@settings(max_examples=150, deadline=None)
@given(draw_markets(requests=14, advisers=6), st.data())
def test_chains_alone_give_a_stable_assignment_and_a_true_bound(market: Market, data: st.DataObject) -> None:
    changes, before = data.draw(draw_changes(market)), name(market, assign(market))
    repaired, changed = repair(market, before, changes, solved_at_most=0), change_market(market, changes)
    found = read(changed, repaired.advisers)
    assert find_blocking_pair(changed, found) is None
    assert keeps_places(changed, found)
    assert repaired.at_least <= repair(market, before, changes).moved <= repaired.moved


@settings(max_examples=150, deadline=None)
@given(draw_strict_lists(), st.data())
def test_where_nobody_is_equal_only_those_are_moved_who_are_moved_in_every_stable_assignment(
    market: tuple[Lists, list[int]], data: st.DataObject
) -> None:
    """When an adviser drops out or has fewer places, the chains need no solver."""
    strict = make_market(*market)
    adviser = data.draw(st.integers(0, len(strict.places) - 1))
    changes = Changes(places={adviser: data.draw(st.integers(0, strict.places[adviser] - 1))})
    before = name(strict, assign(strict))
    changed = strict.with_places(changes.places.get(each, places) for each, places in enumerate(strict.places))
    repaired = find_moved(before, repair(strict, before, changes, solved_at_most=0).advisers, changes)
    assert all(repaired <= find_moved(before, name(changed, each), changes) for each in list_stable(changed))


@settings(max_examples=150, deadline=None)
@given(WAITING, CROWDS, PARAMETERS, st.data())
def test_every_document_of_a_repair_holds(
    waiting: list[Waiting], crowd: list[Candidate], parameters: Parameters, data: st.DataObject
) -> None:
    certificate = json.loads(certify(compute_round(waiting, crowd, parameters)))
    market = read_market(certificate)
    assume(market.places)
    changes = data.draw(draw_changes(market))
    document = compute_repair(certificate, read_advisers(certificate), changes)
    verify(certificate, json.loads(write_canonical(document)))
    harm = count_harm(document["moves"])
    assert harm["moved"] == document["moved"] == harm["directly"] + harm["indirectly"]
    assert harm["moved"] == harm["worse"] + harm["as_good"] + harm["better"] + harm["left_without"]


def overstate(document: Json) -> None:
    document["moves"][0]["rankAfter"] = 1
    document["moves"][0]["rankBefore"] = 1


FORGED: dict[str, tuple[Callable[[Json], Any], str]] = {
    "harm made less": (overstate, "harm"),
    "somebody moved kept secret": (lambda d: d["moves"].pop(), "harm"),
    "fewer said to be moved": (lambda d: d.update(moved=0), "number of moved"),
    "more said to be needed": (lambda d: d.update(atLeast=9), "fewest"),
    "somebody who need not move": (lambda d: d.update(after=d["before"]), "places"),
    "a change kept secret": (lambda d: d["changes"].update(places=[]), "rather have"),
    "a repair of another round": (lambda d: d.update(inputHash="sha256:other"), "another round"),
    "another format": (lambda d: d.update(format="other"), "format"),
    "somebody who had another": (lambda d: d["before"].reverse(), "harm"),
    "a request left out": (lambda d: d["after"].pop(), "missing"),
}


@pytest.mark.parametrize(("forge", "fault"), FORGED.values(), ids=FORGED.keys())
def test_what_is_not_so_in_a_repair_is_found(forge: Callable[[Json], Any], fault: str) -> None:
    """The first adviser drops out; whom it had pushes out who has waited less, and that one gets the last."""
    waiting = [make_waiting(1, 3), make_waiting(2, 1)]
    advisers = [
        make_adviser(1, capacity=1),
        make_adviser(2, capacity=1, topics=["legal"]),
        make_adviser(3, capacity=1, topics=[]),
    ]
    certificate = json.loads(certify(compute_round(waiting, advisers, Parameters())))
    document = compute_repair(certificate, read_advisers(certificate), Changes(places={0: 0}))
    assert [(each["before"], each["after"], each["directly"]) for each in document["moves"]] == [
        (0, 1, True),
        (1, 2, False),
    ]
    verify(certificate, document)
    forge(document := deepcopy(document))
    with pytest.raises(AssertionError, match=fault):
        verify(certificate, document)
