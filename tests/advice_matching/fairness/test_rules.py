"""How fair a round is: the figures of spread, waiting, first choices and envy, each against what it means."""

import json
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_advice_matching.fairness.queries import measure
from rtp_advice_matching.fairness.rules import compute_gini, measure_spread, measure_waits, pick
from rtp_advice_matching.matching import Candidate
from rtp_advice_matching.rounds.rules.assignment import assign
from rtp_advice_matching.rounds.rules.certificate import certify
from rtp_advice_matching.rounds.rules.computed_round import compute_round
from rtp_advice_matching.rounds.rules.repair import Changes
from rtp_advice_matching.rounds.rules.repair_document import compute_repair, read_advisers
from rtp_advice_matching.rounds.rules.snapshot import Parameters, Waiting
from tests.advice_matching.rounds.markets import Lists, make_market
from tests.advice_matching.rounds.test_certificate import CROWDS, PARAMETERS, WAITING, make_adviser, make_waiting

LOADS = st.lists(st.fractions(0, 1, max_denominator=8), min_size=1, max_size=8)


@given(LOADS)
def test_the_coefficient_is_half_the_relative_mean_difference(loads: list[Fraction]) -> None:
    differences = sum(abs(one - other) for one in loads for other in loads)
    expected = Fraction(differences, 2 * len(loads) * sum(loads)) if any(loads) else 0
    assert compute_gini(sorted(loads)) == expected


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_least_that_so_many_do_not_exceed(numbers: list[int], percentile: int) -> None:
    found = pick(sorted(numbers), percentile)
    assert 100 * sum(each <= found for each in numbers) >= percentile * len(numbers)
    assert 100 * sum(each < found for each in numbers) < percentile * len(numbers)


def test_who_has_no_places_has_no_load() -> None:
    spread = measure_spread([0, 2, 1], [0, 2, 2])
    assert (spread.advisers, spread.highest, spread.median) == (2, 100, 50)


def test_of_fewer_than_five_nothing_is_said() -> None:
    def ask(number: int, sector: str) -> dict[str, Any]:
        return {"sector": sector, "region": None, "stage": "operate", "weeksWaited": number}

    requests = [*(ask(number, "health") for number in range(5)), *(ask(9, "youth") for _ in range(4))]
    health, youth, *others = measure_waits(requests, [None, *range(8)])
    assert (health.requests, health.without, health.median, health.ninetieth) == (5, 1, 2, 4)
    assert (youth.group, youth.requests, youth.without, youth.median, youth.ninetieth) == ("youth", *[None] * 4)
    assert [each.requests for each in others] == [9, 9]


@settings(max_examples=100, deadline=None)
@given(WAITING, CROWDS, PARAMETERS)
def test_a_round_has_no_justified_envy_and_its_first_choices_are_the_certificates(
    waiting: list[Waiting], crowd: list[Candidate], parameters: Parameters
) -> None:
    certificate = json.loads(certify(compute_round(waiting, crowd, parameters)))
    figures = measure(certificate, None, {})
    placed = [each["chosen"] for each in certificate["answers"] if each["chosen"]]
    assert (figures["justified_envy"], figures["placed"]) == (0, len(placed))
    assert figures["first_choices"] == sum(each["wouldRatherHave"] == 0 for each in placed)


def test_a_pair_against_the_advice_makes_envy_and_a_repair_ends_it() -> None:
    """The first gives its adviser up for the last one; the second would rather have the free place."""
    waiting = [make_waiting(1, 3), make_waiting(2, 1)]
    advisers = [
        make_adviser(1, capacity=1),
        make_adviser(2, capacity=1, topics=["legal"]),
        make_adviser(3, capacity=1, topics=[]),
    ]
    certificate = json.loads(certify(compute_round(waiting, advisers, Parameters())))
    overridden = {str(waiting[0].id): str(advisers[2].id)}
    assert measure(certificate, None, overridden)["justified_envy"] == 2, "the first as well, had it not been asked"
    changes = Changes(gone=frozenset({0}), places={2: 0})
    repaired = compute_repair(certificate, read_advisers(certificate), changes)
    figures = measure(certificate, repaired, overridden)
    assert (figures["requests"], figures["placed"], figures["justified_envy"]) == (2, 2, 1)
    assert measure(certificate, repaired, {})["justified_envy"] == 0


def test_where_advisers_like_two_equally_a_request_may_gain_by_keeping_a_choice_to_itself() -> None:
    """Who knows one adviser more is sent there, so that both have somebody. Where nobody is equal nobody gains
    (test_assignment); here it is the price of a large round (docs/adr/0047).
    """
    truth: Lists = [{0: (2, 1)}, {0: (2, 1), 1: (1, 1)}]
    lying: Lists = [{0: (2, 1)}, {0: (2, 1)}]
    told, lied = make_market(truth, [1, 1]), make_market(lying, [1, 1])
    honest, gained = assign(told)[1], assign(lied)[1]
    assert (told.advisers[honest], lied.advisers[gained]) == (1, 0)
