"""The matching rule: what it says in plain cases, and its laws over generated ones."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rtp_advice_matching.matching import (
    PROPOSED_AT_MOST,
    WEIGHTS,
    Candidate,
    Ground,
    Need,
    explain,
    find_obstacle,
    rank,
)

EMPLOYER = uuid.UUID(int=1)
LONDON, NORTH_EAST = "E12000007", "E12000001"

NEED = Need(
    case_id=uuid.UUID(int=7),
    bodies=frozenset({EMPLOYER}),
    sector="libraries-and-archives",
    region=LONDON,
    stage="make-the-case",
    topics=("legal", "financial"),
    legal_form="charity",
)
IDEAL = Candidate(
    id=uuid.UUID(int=100),
    network_id=uuid.UUID(int=200),
    sectors=["libraries-and-archives"],
    regions=[LONDON],
    remote=False,
    topics=["legal", "financial"],
    stages=["make-the-case"],
    legal_forms=["charity"],
    capacity=4,
    engaged=0,
    conflicts=[],
)


def test_who_fits_in_everything_gets_every_point() -> None:
    parts = explain(NEED, IDEAL)
    assert [(part.part, part.points) for part in parts] == list(WEIGHTS.items())
    assert sum(WEIGHTS.values()) == 100
    assert [part.reason for part in parts] == [
        "Advises on legal and financial, all that you asked for",
        "Knows services like yours: libraries and archives",
        "Meets groups in your region",
        "Advises groups at your stage: make the case",
        "Has 4 of 4 places free",
        "Knows the legal form you intend: charity",
    ]


@pytest.mark.parametrize(
    ("change", "part", "points", "reason"),
    [
        ({"topics": ["legal"]}, "topics", 15, "Advises on legal, but not on financial"),
        ({"topics": []}, "topics", 0, "Advises on none of the topics you asked for: legal and financial"),
        ({"sectors": []}, "sector", 15, "Advises services of any sector"),
        ({"regions": [], "remote": True}, "region", 8, "Meets you online, not in your region"),
        ({"remote": True}, "region", 16, "Meets groups in your region, and online"),
        ({"stages": []}, "stage", 5, "Advises groups at any stage"),
        ({"engaged": 3}, "capacity", 2, "Has 1 of 4 places free"),
        ({"legal_forms": []}, "legal-form", 2, "Advises on any legal form"),
        ({"legal_forms": ["limited-liability-partnership"]}, "legal-form", 0, "Knows other legal forms than charity"),
    ],
)  # fmt: skip
def test_a_part_says_why(change: dict[str, Any], part: str, points: int, reason: str) -> None:
    found = {str(each.part): each for each in explain(NEED, replace(IDEAL, **change))}
    assert (found[part].points, found[part].reason) == (points, reason)


@pytest.mark.parametrize(
    ("need", "part", "reason"),
    [
        ({"topics": ()}, "topics", "You asked for no particular topic"),
        ({"legal_form": None}, "legal-form", "You have not settled on a legal form"),
    ],
)
def test_what_was_not_asked_costs_nobody_a_point(need: dict[str, Any], part: str, reason: str) -> None:
    unlike = replace(IDEAL, topics=["pensions"], legal_forms=["cooperative-society"])
    found = {str(each.part): each for each in explain(replace(NEED, **need), unlike)}
    assert found[part].points == found[part].max
    assert found[part].reason == reason


@pytest.mark.parametrize(
    ("change", "ground"),
    [
        ({"conflicts": [EMPLOYER], "engaged": 4}, Ground.CONFLICT_OF_INTEREST),
        ({"sectors": ["fire-and-rescue"], "engaged": 4}, Ground.OTHER_SECTOR),
        ({"regions": [NORTH_EAST]}, Ground.OTHER_REGION),
        ({"regions": [NORTH_EAST], "remote": True}, None),
        ({"stages": ["succeed"]}, Ground.OTHER_STAGE),
        ({"engaged": 4}, Ground.NO_FREE_CAPACITY),
        ({"capacity": 0}, Ground.NO_FREE_CAPACITY),
        ({"engaged": 3}, None),
        ({}, None),
    ],
)
def test_the_first_reason_why_not(change: dict[str, Any], ground: Ground | None) -> None:
    assert find_obstacle(NEED, replace(IDEAL, **change)) is ground


def test_where_no_region_is_known_nobody_is_too_far() -> None:
    nowhere = replace(NEED, region=None)
    assert find_obstacle(nowhere, IDEAL) is None
    points = [explain(nowhere, replace(IDEAL, remote=remote))[2].points for remote in (False, True)]
    assert points == [0, 8]


def test_nobody_is_an_answer_too() -> None:
    assert rank(NEED, []) == ((), ())


@pytest.mark.parametrize("case_id", [uuid.UUID(int=n) for n in range(20)])
def test_whole_points_do_not_hide_who_is_less_loaded(case_id: uuid.UUID) -> None:
    less, more = (replace(IDEAL, id=uuid.UUID(int=n), capacity=30, engaged=n) for n in (1, 2))
    first, second = rank(replace(NEED, case_id=case_id), [more, less]).proposed
    assert (first.candidate, second.candidate) == (less, more)
    assert first.score == second.score


def test_equals_take_turns() -> None:
    """Over many cases each of five equals comes first about as often."""
    equals = [replace(IDEAL, id=uuid.UUID(int=n)) for n in range(5)]
    first = Counter(rank(replace(NEED, case_id=uuid.UUID(int=n)), equals).proposed[0].candidate.id for n in range(500))
    assert len(first) == 5
    assert min(first.values()) > 60


# Small pools, so that fits, ties and conflicts are common.
SECTORS = st.sampled_from(["libraries-and-archives", "youth", "transport"])
REGIONS = st.sampled_from([LONDON, NORTH_EAST])
STAGES = st.sampled_from(["explore", "make-the-case"])
TOPICS = st.sampled_from(["legal", "financial", "pensions"])
FORMS = st.sampled_from(["charity", "cooperative-society"])
BODIES = st.integers(1, 3).map(lambda n: uuid.UUID(int=n))


def some(of: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, unique=True, max_size=3)


NEEDS = st.builds(
    Need,
    case_id=st.uuids(),
    bodies=st.frozensets(BODIES, min_size=1),
    sector=SECTORS,
    region=st.none() | REGIONS,
    stage=STAGES,
    topics=some(TOPICS).map(tuple),
    legal_form=st.none() | FORMS,
)
CANDIDATES = st.builds(
    Candidate,
    id=st.uuids(),
    network_id=st.uuids(),
    sectors=some(SECTORS),
    regions=some(REGIONS),
    remote=st.booleans(),
    topics=some(TOPICS),
    stages=some(STAGES),
    legal_forms=some(FORMS),
    capacity=st.integers(0, 4),
    engaged=st.integers(0, 5),
    conflicts=st.lists(BODIES, max_size=1),
)
CROWDS = st.lists(CANDIDATES, max_size=8, unique_by=lambda candidate: candidate.id)


@given(NEEDS, CROWDS, st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(need: Need, crowd: list[Candidate], chance: random.Random) -> None:
    shuffled = chance.sample(crowd, len(crowd))
    assert rank(need, shuffled) == rank(need, crowd)


@given(NEEDS, CROWDS)
def test_everybody_is_answered_once(need: Need, crowd: list[Candidate]) -> None:
    ranking = rank(need, crowd)
    answered = [fit.candidate.id for fit in ranking.proposed] + [each.adviser_id for each in ranking.passed_over]
    assert sorted(answered) == sorted(candidate.id for candidate in crowd)
    assert len(ranking.proposed) <= PROPOSED_AT_MOST
    outranked = [each for each in ranking.passed_over if each.ground is Ground.OTHERS_COME_FIRST]
    assert not outranked or len(ranking.proposed) == PROPOSED_AT_MOST


@given(NEEDS, CROWDS)
def test_nobody_is_proposed_who_must_not_be(need: Need, crowd: list[Candidate]) -> None:
    for fit in rank(need, crowd).proposed:
        candidate = fit.candidate
        assert candidate.engaged < candidate.capacity
        assert need.bodies.isdisjoint(candidate.conflicts)
        assert candidate.remote or need.region is None or need.region in candidate.regions


@given(NEEDS, CROWDS)
def test_scores_are_explained_and_fall(need: Need, crowd: list[Candidate]) -> None:
    proposed = rank(need, crowd).proposed
    for fit in proposed:
        assert fit.score == sum(part.points for part in fit.parts)
        assert [(part.part, part.max) for part in fit.parts] == list(WEIGHTS.items())
        assert all(0 <= part.points <= part.max and part.reason for part in fit.parts)
    scores = [fit.score for fit in proposed]
    assert scores == sorted(scores, reverse=True)


@given(NEEDS, CROWDS)
def test_of_equals_the_least_loaded_comes_first(need: Need, crowd: list[Candidate]) -> None:
    proposed = rank(need, crowd, at_most=len(crowd)).proposed
    for better, worse in pairwise(proposed):
        assert better.score > worse.score or better.candidate.load <= worse.candidate.load


@given(NEEDS, CROWDS)
def test_who_was_passed_over_would_not_have_changed_the_rest(need: Need, crowd: list[Candidate]) -> None:
    ranking = rank(need, crowd)
    proposed = {fit.candidate.id for fit in ranking.proposed}
    assert rank(need, [candidate for candidate in crowd if candidate.id in proposed]).proposed == ranking.proposed


def added(named: Any, wanted: str | None) -> list[str]:
    return [*named, wanted] if wanted is not None and wanted not in named else list(named)


Better = Callable[[Need, Candidate], Candidate]
BETTER: dict[str, Better] = {
    "knows the sector": lambda need, c: replace(c, sectors=added(c.sectors, need.sector)),
    "meets in the region": lambda need, c: replace(c, regions=added(c.regions, need.region)),
    "meets online": lambda _, c: replace(c, remote=True),
    "knows the stage": lambda need, c: replace(c, stages=added(c.stages, need.stage)),
    "knows a topic more": lambda need, c: replace(c, topics=added(c.topics, need.topics[0] if need.topics else None)),
    "knows the legal form": lambda need, c: replace(c, legal_forms=added(c.legal_forms, need.legal_form)),
    "has no conflict": lambda _, c: replace(c, conflicts=[]),
    "has a place free again": lambda _, c: replace(c, engaged=max(0, c.engaged - 1)),
    "takes on one more": lambda _, c: replace(c, capacity=c.capacity + 1),
}


@pytest.mark.parametrize("better", BETTER.values(), ids=BETTER.keys())
@given(need=NEEDS, candidate=CANDIDATES, others=CROWDS)
def test_who_fits_better_never_ranks_lower(
    better: Better, need: Need, candidate: Candidate, others: list[Candidate]
) -> None:
    assume(candidate.id not in {other.id for other in others})
    before = place(need, candidate, others)
    assert place(need, better(need, candidate), others) <= before


def place(need: Need, candidate: Candidate, others: list[Candidate]) -> int:
    """Place in the whole ranking; behind everybody for who cannot help."""
    ranked = rank(need, [candidate, *others], at_most=len(others) + 1).proposed
    return next((place for place, fit in enumerate(ranked) if fit.candidate.id == candidate.id), len(others) + 1)


@given(CANDIDATES)
def test_load_is_a_share(candidate: Candidate) -> None:
    assert 0 <= candidate.load <= 1
    assert (candidate.load == 1) == (candidate.free == 0)
    assert candidate.free == 0 or candidate.load == Fraction(candidate.engaged, candidate.capacity)
