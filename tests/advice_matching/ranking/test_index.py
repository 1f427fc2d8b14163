"""The index says of one need what the rule says, whoever the advisers are."""

import uuid
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.constraints import Candidate, Need, find_obstacle
from rtp_advice_matching.matching import rank
from rtp_advice_matching.ranking.bits import list_places
from rtp_advice_matching.ranking.index import AdviserIndex, Listed
from rtp_advice_matching.ways import find_ways
from tests.advice_matching.test_matching import CROWDS, IDEAL, NEED, NEEDS


@given(NEEDS, CROWDS)
def test_it_proposes_as_the_rule_does(need: Need, crowd: list[Candidate]) -> None:
    assert AdviserIndex(crowd).propose(need) == rank(need, crowd).proposed


@given(NEEDS, CROWDS)
def test_it_leaves_out_whom_the_rule_leaves_out_on_the_same_ground(need: Need, crowd: list[Candidate]) -> None:
    fitting, excluded = AdviserIndex(crowd).narrow(need)
    found = {place: ground for ground, places in excluded.items() for place in list_places(places)}
    assert [found.get(place) for place in range(len(crowd))] == [find_obstacle(need, each) for each in crowd]
    assert [*list_places(fitting)] == [place for place in range(len(crowd)) if place not in found]


@given(NEEDS, CROWDS)
def test_it_says_what_would_change_it_as_the_rule_does(need: Need, crowd: list[Candidate]) -> None:
    ordered = sorted(crowd, key=lambda each: each.id)
    said = [
        (way.change, way.by, way.count, tuple(ordered[place].id for place in way.advisers))
        for way in AdviserIndex(ordered).find_ways(need)
    ]
    assert said == [(way.change, way.by, way.count, way.advisers) for way in find_ways(need, crowd)]


@given(NEEDS, CROWDS, st.integers(1, 8))
def test_a_list_is_of_the_best_and_says_their_scores(need: Need, crowd: list[Candidate], at_most: int) -> None:
    index = AdviserIndex(crowd)
    listed = index.list_best(need, index.narrow(need).fitting, at_most=at_most, seed="1")
    scores = {fit.candidate.id: fit.score for fit in rank(need, crowd, at_most=len(crowd)).proposed}
    assert [points for _, points in listed] == sorted(scores.values(), reverse=True)[:at_most]
    assert all(scores[crowd[place].id] == points for place, points in listed)


def test_of_equals_the_draw_of_the_case_chooses_and_repeats() -> None:
    index = AdviserIndex([replace(IDEAL, id=uuid.UUID(int=number)) for number in range(5)])
    fitting = index.narrow(NEED).fitting

    def list_two(case: int) -> list[Listed]:
        return index.list_best(replace(NEED, case_id=uuid.UUID(int=case)), fitting, at_most=2, seed="1")

    assert [list_two(case) for case in range(9)] == [list_two(case) for case in range(9)]
    first = Counter(list_two(case)[0].place for case in range(500))
    assert len(first) == 5
    assert min(first.values()) > 40
