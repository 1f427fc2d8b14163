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

from rtp_advice_matching.constraints import DEPENDENT, Candidate, Ground, Need, find_obstacle, find_obstacles
from rtp_advice_matching.matching import PROPOSED_AT_MOST, WEIGHTS, explain, rank
from rtp_advice_matching.ways import Remedy, find_ways

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
FUNDER, PRIOR, REFUSED = (uuid.UUID(int=number) for number in (4, 5, 6))
ASKING = replace(
    NEED,
    headcount=60,
    languages=frozenset({"cy"}),
    access_needs=frozenset({"captions", "large-print"}),
    kinds=frozenset({"adviser", "mentor"}),
    funders=frozenset({FUNDER}),
    prior_advisers=frozenset({PRIOR}),
    refused_by=frozenset({REFUSED}),
)
ABLE = replace(IDEAL, languages=["en", "cy-GB"], access_needs=["large-print", "captions", "step-free-venues"])


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
        ({"network_id": EMPLOYER, "engaged": 4}, Ground.NETWORK_IS_BODY),
        ({"network_id": FUNDER}, Ground.NETWORK_IS_FUNDER),
        ({"conflicts": [FUNDER]}, Ground.CONFLICT_OF_INTEREST),
        ({"id": PRIOR}, Ground.ADVISED_BEFORE),
        ({"network_id": PRIOR}, Ground.ADVISED_BEFORE),
        ({"id": REFUSED}, Ground.DECLINED_BEFORE),
        ({"kind": "ambassador", "sectors": ["fire-and-rescue"]}, Ground.OTHER_KIND),
        ({"headcount_from": 61}, Ground.OTHER_SIZE),
        ({"headcount_to": 59}, Ground.OTHER_SIZE),
        ({"headcount_from": 60, "headcount_to": 60}, None),
        ({"languages": ["en"]}, Ground.OTHER_LANGUAGE),
        ({"languages": ["en", "CY"]}, None),
        ({"access_needs": ["captions"]}, Ground.ACCESS_NEEDS),
        ({"hours": 0}, Ground.NO_HOURS),
        ({"hours": 7, "engaged": 3}, Ground.NO_HOURS),
        ({"hours": 8, "engaged": 3}, None),
        ({"hours": 0, "engaged": 4}, Ground.NO_FREE_CAPACITY),
    ],
)
def test_the_first_reason_why_not(change: dict[str, Any], ground: Ground | None) -> None:
    assert find_obstacle(ASKING, replace(ABLE, **change)) is ground


@pytest.mark.parametrize(
    ("meeting", "change", "ground"),
    [
        ("in-person", {}, None),
        ("in-person", {"regions": [NORTH_EAST], "remote": True}, Ground.OTHER_REGION),
        ("online", {}, Ground.OTHER_REGION),
        ("online", {"remote": True}, None),
        ("any", {"remote": True, "regions": []}, None),
    ],
)
def test_a_group_is_met_as_it_asks(meeting: str, change: dict[str, Any], ground: Ground | None) -> None:
    assert find_obstacle(replace(NEED, meeting=meeting), replace(IDEAL, **change)) is ground


@pytest.mark.parametrize(
    ("hours", "free", "lacking"), [(None, 3, 0), (0, 0, 4), (3, 0, 1), (4, 1, 0), (7, 2, 0), (100, 3, 0)]
)
def test_places_are_no_more_than_the_hours_suffice_for(hours: int | None, free: int, lacking: int) -> None:
    """Two hours a month for each group; one group is helped already."""
    adviser = replace(IDEAL, capacity=4, engaged=1, hours=hours)
    assert (adviser.free, adviser.lacking_hours) == (free, lacking)
    assert adviser.unfilled == 3


def test_where_no_region_is_known_a_group_is_met_online_alone() -> None:
    nowhere, online = replace(NEED, region=None), replace(IDEAL, remote=True)
    assert find_obstacle(nowhere, IDEAL) is Ground.OTHER_REGION
    assert find_obstacle(nowhere, online) is None
    assert explain(nowhere, online)[2].points == 8


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


IDS = st.integers(20, 40).map(lambda n: uuid.UUID(int=n))
LANGUAGES = st.sampled_from(["en", "en-GB", "cy", "pl"])
ACCESS = st.sampled_from(["captions", "large-print"])
KINDS = st.sampled_from(["adviser", "mentor", "ambassador"])


def rarely(of: st.SearchStrategy[Any]) -> st.SearchStrategy[frozenset[Any]]:
    """A set that is empty more often than not, so that somebody may help still."""
    return st.just(frozenset()) | st.just(frozenset()) | st.frozensets(of, max_size=2)


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
    headcount=st.none() | st.integers(1, 9),
    languages=rarely(LANGUAGES),
    access_needs=rarely(ACCESS),
    meeting=st.sampled_from(["any", "any", "in-person", "online"]),
    kinds=rarely(KINDS),
    funders=rarely(BODIES),
    prior_advisers=rarely(IDS | BODIES),
    refused_by=rarely(IDS),
)
CANDIDATES = st.builds(
    Candidate,
    id=IDS,
    network_id=BODIES | st.uuids(),
    sectors=some(SECTORS),
    regions=some(REGIONS),
    remote=st.booleans(),
    topics=some(TOPICS),
    stages=some(STAGES),
    legal_forms=some(FORMS),
    capacity=st.integers(0, 4),
    engaged=st.integers(0, 5),
    conflicts=st.lists(BODIES, max_size=1),
    kind=KINDS,
    headcount_from=st.none() | st.integers(1, 5),
    headcount_to=st.none() | st.integers(5, 9),
    languages=st.lists(LANGUAGES, unique=True, min_size=1, max_size=2),
    access_needs=some(ACCESS),
    hours=st.none() | st.none() | st.integers(0, 12),
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
        assert candidate.hours is None or candidate.hours >= 2 * (candidate.engaged + 1)
        assert need.is_served_independently_by(candidate.id, candidate.network_id, candidate.conflicts)
        assert candidate.id not in need.refused_by
        assert (candidate.remote and need.meeting != "in-person") or (
            need.meeting != "online" and need.region in candidate.regions
        )
        assert not need.kinds or candidate.kind in need.kinds
        assert need.headcount is None or (
            (candidate.headcount_from or 0) <= need.headcount <= (candidate.headcount_to or 100)
        )
        assert not need.languages or {each[:2] for each in need.languages} & {each[:2] for each in candidate.languages}
        assert need.access_needs <= set(candidate.access_needs)


@given(NEEDS, CROWDS)
def test_what_would_change_it_would(need: Need, crowd: list[Candidate]) -> None:
    """Each adviser whom a change names could help if just this were otherwise, and nobody who could is left out."""
    by_id = {each.id: each for each in crowd}
    named = set[uuid.UUID]()
    for way in find_ways(need, crowd):
        assert way.count == len(way.advisers) > 0
        for each in way.advisers:
            changed_need, changed = LIFTED[way.change](need, by_id[each], way.by or 0)
            assert find_obstacle(changed_need, changed) is None
            named.add(each)
    alone = {each.id: [*find_obstacles(need, each)] for each in crowd}
    liftable = {
        id_
        for id_, grounds in alone.items()
        if len(grounds) == 1 and grounds[0] not in DEPENDENT | {Ground.DECLINED_BEFORE}
    }
    fewest = min((by_id[each].lacking_hours for each in liftable if alone[each] == [Ground.NO_HOURS]), default=0)
    assert named == {
        each for each in liftable if alone[each] != [Ground.NO_HOURS] or by_id[each].lacking_hours == fewest
    }


Lift = Callable[[Need, Candidate, int], tuple[Need, Candidate]]
LIFTED: dict[Remedy, Lift] = {
    Remedy.FREE_PLACE: lambda need, c, _: (need, replace(c, capacity=c.engaged + 1)),
    Remedy.MORE_HOURS: lambda need, c, by: (need, replace(c, hours=(c.hours or 0) + by)),
    Remedy.MEET_ONLINE: lambda need, c, _: (replace(need, meeting="online"), c),
    Remedy.MEET_IN_PERSON: lambda need, c, _: (replace(need, meeting="in-person"), c),
    Remedy.ADVISER_ONLINE: lambda need, c, _: (need, replace(c, remote=True)),
    Remedy.ADVISER_IN_REGION: lambda need, c, _: (
        replace(need, region=need.region or LONDON),
        replace(c, regions=[need.region or LONDON]),
    ),
    Remedy.OTHER_KIND: lambda need, c, _: (replace(need, kinds=frozenset()), c),
    Remedy.OTHER_LANGUAGE: lambda need, c, _: (replace(need, languages=frozenset(c.languages)), c),
    Remedy.ACCESS_NEEDS: lambda need, c, _: (need, replace(c, access_needs=sorted(need.access_needs))),
    Remedy.OTHER_STAGE: lambda need, c, _: (replace(need, stage=c.stages[0]), c),  # type: ignore[index]  # a list here
    Remedy.SECTOR_SERVED: lambda need, c, _: (need, replace(c, sectors=[need.sector])),
    Remedy.SIZE_SERVED: lambda need, c, _: (need, replace(c, headcount_from=None, headcount_to=None)),
}


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
    "has more hours": lambda _, c: replace(c, hours=None if c.hours is None else c.hours + 2),
    "speaks the languages": lambda need, c: replace(c, languages=[*c.languages, *need.languages]),
    "meets the access needs": lambda need, c: replace(c, access_needs=[*c.access_needs, *need.access_needs]),
    "helps all sizes": lambda _, c: replace(c, headcount_from=None, headcount_to=None),
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
    assert (candidate.load == 1) == (candidate.unfilled == 0)
    assert candidate.free <= candidate.unfilled
    assert candidate.unfilled == 0 or candidate.load == Fraction(candidate.engaged, candidate.capacity)
