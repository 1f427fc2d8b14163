"""A certificate stands alone: a script that knows nothing of ours takes what is true, and finds whatever is not."""

import json
import runpy
import subprocess
import sys
import uuid
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_advice_matching.constraints import Candidate, Ground, Need, find_obstacle
from rtp_advice_matching.matching import MatchingRules, PartName
from rtp_advice_matching.rounds.rules.certificate import certify
from rtp_advice_matching.rounds.rules.computed_round import compute_round
from rtp_advice_matching.rounds.rules.parts import RequestPart
from rtp_advice_matching.rounds.rules.repair import Changes
from rtp_advice_matching.rounds.rules.repair_document import compute_repair, read_advisers
from rtp_advice_matching.rounds.rules.snapshot import (
    Parameters,
    Waiting,
    hash_input,
    read_candidate,
    read_need,
    read_rules,
)
from tests.advice_matching.test_matching import CANDIDATES, EMPLOYER, IDEAL, NEED, NEEDS

SCRIPT = Path(__file__).parents[3] / "services" / "advice-matching" / "verify_round.py"
EARLIER = SCRIPT.with_name("verify_earlier_round.py")
verify: Callable[..., list[str]] = runpy.run_path(str(SCRIPT))["verify"]
verify_earlier: Callable[..., str] = runpy.run_path(str(EARLIER))["verify"]
PUBLISHED = Path(__file__).parent / "published"
Json = dict[str, Any]

CROWDS = st.lists(CANDIDATES, max_size=8, unique_by=lambda each: each.id)
WAITING = st.lists(
    st.builds(Waiting, id=st.uuids(), need=NEEDS, weeks=st.integers(0, 12)), max_size=8, unique_by=lambda each: each.id
)
PARAMETERS = st.builds(Parameters, list_length=st.integers(1, 6), seed=st.sampled_from(["1", "2"]))


@settings(max_examples=150, deadline=None)
@given(WAITING, CROWDS, PARAMETERS)
def test_every_certificate_holds_and_has_the_same_bytes_again(
    waiting: list[Waiting], crowd: list[Candidate], parameters: Parameters
) -> None:
    written = certify(compute_round(waiting, crowd, parameters))
    verify(json.loads(written))
    assert certify(compute_round(waiting, crowd, parameters)) == written


def make_waiting(number: int, weeks: int = 0, **facts: Any) -> Waiting:
    need: Need = replace(NEED, case_id=uuid.UUID(int=number), **facts)
    return Waiting(uuid.UUID(int=number), need, weeks)


def make_adviser(number: int, **facts: Any) -> Candidate:
    return replace(IDEAL, id=uuid.UUID(int=number), **facts)


@pytest.fixture(scope="module")
def certificate() -> Json:
    """Of a round in which every reason is given, somebody goes without, and lists end before all are on them."""
    waiting = [
        make_waiting(1, 3),
        make_waiting(2, 1),
        make_waiting(3),
        make_waiting(4),
        make_waiting(5, sector="youth"),
    ]
    advisers = [
        make_adviser(1, capacity=1),
        make_adviser(2, capacity=2, engaged=1, topics=["legal"]),
        make_adviser(3, capacity=1, topics=["legal"], stages=[]),
        make_adviser(4, capacity=1, topics=[], stages=[], legal_forms=[]),
        make_adviser(5, conflicts=[EMPLOYER]),
        make_adviser(6, regions=[]),
        make_adviser(7, stages=["succeed"]),
        make_adviser(8, engaged=4),
    ]
    written: Json = json.loads(certify(compute_round(waiting, advisers, Parameters(list_length=3))))
    return written


def test_a_certificate_says_why_and_what_would_change(certificate: Json) -> None:
    first, *_, last = certificate["answers"]
    assert first["chosen"]["adviser"] == 0
    assert first["chosen"]["priority"] == first["chosen"]["score"] + 6
    [without] = [each for each in certificate["answers"][:4] if each["chosen"] is None]
    more, *others = without["wouldChange"]
    assert (more["change"], more["by"]) == ("more-places", 1)
    assert {each["change"] for each in others} == {"another-stage", "a-free-place", "adviser-meets-online"}
    assert (last["chosen"], [each["change"] for each in last["wouldChange"]]) == (None, ["sector-served"])
    reasons = {group["reason"] for each in certificate["answers"] for group in each["notChosen"]}
    assert reasons >= {"conflict-of-interest", "full-with-requests-it-prefers", "below-the-end-of-the-list"}
    assert (certificate["extraPlaces"]["atLeast"], certificate["extraPlaces"]["atMost"]) == (1, 1)


def rehash(certificate: Json) -> Json:
    certificate["inputHash"] = hash_input(certificate["input"])
    return certificate


def exchange(certificate: Json) -> None:
    first, second = certificate["answers"][0], certificate["answers"][1]
    first["chosen"], second["chosen"] = second["chosen"], first["chosen"]


def forget_a_pair(certificate: Json) -> None:
    certificate["answers"][0] |= {"chosen": None, "wouldChange": None, "lackingPlacesOnly": []}


def overfill(certificate: Json) -> None:
    without = next(each for each in certificate["answers"] if each["chosen"] is None)
    without["chosen"] = certificate["answers"][0]["chosen"]


def shorten_list(certificate: Json) -> None:
    certificate["lists"][0].pop()


MUTATIONS: dict[str, tuple[Callable[[Json], Any], str]] = {
    "another format": (lambda c: c.update(format="other"), "format"),
    "an input that was not hashed": (lambda c: c["input"]["advisers"][0].update(capacity=9), "not what was hashed"),
    "a conflict in the input": (
        lambda c: (c["input"]["advisers"][0]["conflicts"].append(str(EMPLOYER)), rehash(c)),
        "may not help",
    ),
    "a place fewer in the input": (lambda c: (c["input"]["advisers"][0].update(engaged=1), rehash(c)), "places"),
    "another weight": (lambda c: (c["input"]["parameters"]["weights"].update(sector=20), rehash(c)), "score"),
    "a longer wait": (lambda c: (c["input"]["requests"][3].update(weeksWaited=9), rehash(c)), "rather have each other"),
    "two exchanged": (exchange, "rather have each other"),
    "a pair forgotten": (forget_a_pair, "rather have each other"),
    "more than there are places": (overfill, "places"),
    "an adviser not on the list": (lambda c: c["answers"][4].update(chosen={"adviser": 4}), "not on its list"),
    "a better score": (lambda c: c["lists"][0][0].__setitem__(1, 101), "score of adviser"),
    "a list out of order": (lambda c: c["lists"][0].reverse(), "order"),
    "a list too short": (shorten_list, "not on it"),
    "an adviser listed twice": (lambda c: c["lists"][0].append(c["lists"][0][0]), "twice on a list"),
    "another part of a score": (lambda c: c["answers"][0]["chosen"]["parts"].update(topics=1), "said of adviser"),
    "another priority": (lambda c: c["answers"][0]["chosen"].update(priority=1), "said of adviser"),
    "another reason": (lambda c: c["answers"][0]["notChosen"][0].update(reason="no-free-capacity"), "reasons"),
    "another count": (lambda c: c["answers"][0]["notChosen"][0].update(count=7), "reasons"),
    "a reason left out": (lambda c: c["answers"][0]["notChosen"].pop(), "reasons"),
    "more places said to be needed": (
        lambda c: [each["wouldChange"][0].update(by=2) for each in c["answers"][:4] if not each["chosen"]],
        "would change",
    ),
    "no way out said": (
        lambda c: [each.update(wouldChange=[]) for each in c["answers"][:4] if not each["chosen"]],
        "would change",
    ),
    "somebody else who could help": (
        lambda c: c["answers"][4]["wouldChange"][0].update(advisers=[1]),
        "what else would change",
    ),
    "another way out": (
        lambda c: c["answers"][4]["wouldChange"][0].update(change="meet-online"),
        "what else would change",
    ),
    "a way out left out": (lambda c: c["answers"][4]["wouldChange"].pop(), "what else would change"),
    "a higher lower bound": (lambda c: c["extraPlaces"].update(atLeast=2), "bounds of the extra places"),
    "a lower bound of a solver below what is proved": (
        lambda c: c["extraPlaces"].update(atLeast=0, by="solver"),
        "bounds of the extra places",
    ),
    "a lower upper bound": (lambda c: c["extraPlaces"].update(atMost=0), "bounds of the extra places"),
    "fewer places added": (lambda c: c["extraPlaces"].update(atLeast=1, atMost=0, added=[]), "extra places"),
    "somebody left out": (lambda c: c["extraPlaces"]["assignment"].__setitem__(0, -1), "rather have"),
    "extra places for others": (lambda c: c["extraPlaces"]["assignment"].pop(), "other requests"),
    "more places than the fewest": (lambda c: c["fewestPlaces"].update(count=2), "fewer places"),
    "fewer places than the fewest": (lambda c: c["fewestPlaces"].update(count=0, short=[], added=[]), "not enough"),
    "one who lacks a place counted twice": (
        lambda c: c["fewestPlaces"].update(count=2, short=c["fewestPlaces"]["short"] * 2),
        "fewer places",
    ),
    "the fewest without whom they help": (
        lambda c: c["fewestPlaces"].update(count=0, short=[], added=[], assignment=[0, 2, 1, -1, -1]),
        "whom no place helps",
    ),
    "the fewest leave somebody out": (
        lambda c: c["fewestPlaces"]["assignment"].__setitem__(3, 5),
        "leave out request 3",
    ),
    "somebody helped by places who is not": (
        lambda c: c["fewestPlaces"].update(
            count=2, added=[[0, 1], [7, 1]], assignment=[0, 2, 1, 0, 7], noPlaceHelps=[]
        ),
        "helped by other places",
    ),
    "a smaller round said": (lambda c: c["largest"].update(placed=2), "number of pairs"),
    "a larger round said to be possible": (lambda c: c["largest"].update(atMost=5), "bound of the size"),
    "a bound of a method that was not used": (
        lambda c: (
            c["largest"].update(by="two-thirds", atMost=3),
            c["input"]["parameters"].update(method="exact"),
            rehash(c),
        ),
        "bound of the size",
    ),
    "an answer missing": (lambda c: c["answers"].pop(), "answer"),
}  # fmt: skip


@pytest.mark.parametrize(("mutate", "fault"), MUTATIONS.values(), ids=MUTATIONS.keys())
def test_whatever_is_not_so_is_found(certificate: Json, mutate: Callable[[Json], Any], fault: str) -> None:
    mutated = deepcopy(certificate)
    mutate(mutated)
    with pytest.raises(AssertionError, match=fault):
        verify(mutated)


BROKEN: dict[str, Callable[[Json, Json], Any]] = {
    "conflict-of-interest": lambda request, adviser: adviser["conflicts"].append(request["funders"][0]),
    "network-is-a-body-of-the-case": lambda request, adviser: adviser.update(network=request["bodies"][0]),
    "network-is-a-funder": lambda request, adviser: adviser.update(network=request["funders"][0]),
    "advised-in-the-matter-before": lambda request, adviser: request["priorAdvisers"].append(adviser["network"]),
    "declined-or-ended-before": lambda request, adviser: request["refusedBy"].append(adviser["id"]),
    "not-of-the-kind-sought": lambda request, _: request["kinds"].append("ambassador"),
    "does-not-serve-sector": lambda request, _: request.update(sector="transport"),
    "does-not-serve-headcount": lambda _, adviser: adviser.update(headcountTo=59),
    "does-not-serve-region": lambda request, _: request.update(meeting="online"),
    "does-not-speak-language": lambda request, _: request["languages"].append("cy"),
    "does-not-meet-access-needs": lambda request, _: request["accessNeeds"].append("captions"),
    "does-not-serve-stage": lambda request, _: request.update(stage="explore"),
    "no-free-capacity": lambda _, adviser: adviser.update(engaged=4),
    "no-hours-left": lambda _, adviser: adviser.update(hours=1),
}
"""By ground, how an input is made one in which it holds."""


def test_each_ground_can_be_broken_here() -> None:
    assert BROKEN.keys() == set(Ground) - {Ground.OTHERS_COME_FIRST}


@pytest.mark.parametrize("ground", BROKEN)
def test_each_ground_is_said_and_holds_and_whoever_it_keeps_out_is_on_no_list(ground: str) -> None:
    waiting = make_waiting(1, headcount=60, funders=frozenset({uuid.UUID(int=9)}))
    given: Json = json.loads(certify(compute_round([waiting], [make_adviser(1)], Parameters())))
    verify(given)
    BROKEN[ground](given["input"]["requests"][0], given["input"]["advisers"][0])
    with pytest.raises(AssertionError, match=r"may not help|places"):
        verify(rehash(given))
    need, rules = read_need(given["input"]["requests"][0]), read_rules(given["input"]["parameters"])
    candidate = read_candidate(given["input"]["advisers"][0], rules)
    assert find_obstacle(need, candidate) == ground
    written = certify(compute_round([replace(waiting, need=need)], [candidate], Parameters()))
    anew: Json = json.loads(written)
    verify(anew)
    assert [each["reason"] for each in anew["answers"][0]["notChosen"]] == [ground]


def test_who_has_fewer_hours_than_places_gets_no_more_groups_than_the_hours_suffice_for() -> None:
    waiting = [make_waiting(number) for number in range(1, 4)]
    given: Json = json.loads(certify(compute_round(waiting, [make_adviser(1, hours=5)], Parameters())))
    verify(given)
    assert sum(each["chosen"] is not None for each in given["answers"]) == 2
    without = next(each for each in given["answers"] if each["chosen"] is None)
    without["chosen"] = given["answers"][0]["chosen"] or given["answers"][1]["chosen"]
    with pytest.raises(AssertionError, match="more requests than places"):
        verify(given)


def test_what_would_change_it_is_said_in_hours_and_as_meeting_online() -> None:
    waiting = [make_waiting(1, region="E12000001")]
    advisers = [make_adviser(1), make_adviser(2, regions=["E12000001"], hours=0), make_adviser(3, engaged=4)]
    given: Json = json.loads(certify(compute_round(waiting, advisers, Parameters())))
    verify(given)
    assert given["answers"][0]["wouldChange"] == [
        {"change": "more-hours", "by": 2, "count": 1, "advisers": [1]},
        {"change": "adviser-meets-online", "by": None, "count": 1, "advisers": [0]},
    ]


@pytest.mark.parametrize("published", sorted(PUBLISHED.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_published_before_holds_still(published: Path) -> None:
    """Rounds and repairs of the first format, in which whoever has no region is near to everybody."""
    document = json.loads(published.read_text())
    verify_earlier(document)
    with pytest.raises(AssertionError, match="format"):
        verify(document)
    document["inputHash"] = "sha256:other"
    with pytest.raises(AssertionError, match="not what was hashed"):
        verify_earlier(document)


def list_leaves(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the ways to every number, text and nothing in a document."""
    if not isinstance(content, dict | list):
        return [path]
    places = content.items() if isinstance(content, dict) else enumerate(content)
    return [leaf for key, value in places for leaf in list_leaves(value, (*path, key))]


def alter(content: Json, path: tuple[Any, ...]) -> Json:
    altered = deepcopy(content)
    *way, last = path
    inside: Any = altered
    for key in way:
        inside = inside[key]
    was = inside[last]
    inside[last] = was + 1 if isinstance(was, int) else f"{was}x"
    return altered


def holds(content: Json) -> bool:
    try:
        verify(content)
    except (AssertionError, LookupError, TypeError, ValueError, AttributeError):
        return False
    return True


def test_whatever_number_or_word_is_altered_is_found(certificate: Json) -> None:
    """Without a fault of the script's own: whoever reads the verdict is told what is wrong, or that it is no round."""
    leaves = list_leaves(certificate)
    assert len(leaves) > 300
    for leaf in leaves:
        assert not holds(alter(certificate, leaf)), f"{leaf} may be altered"


def test_a_request_that_is_withheld_is_checked_as_far_as_its_place_and_all_others_in_full(certificate: Json) -> None:
    for number in range(5):
        part = read_part(certificate, number).withhold()
        assert verify(put_part(certificate, number, part))[-1] == "1 requests that are withheld"
        for leaf in list_leaves(put_part(certificate, number, part)):
            own = leaf[:3] == ("input", "requests", number) or leaf[:2] in (("lists", number), ("answers", number))
            placed_elsewhere = leaf[1:] == ("assignment", number)
            unseen = leaf[2:3] == ("wouldChange",)  # who is withheld may want the same places
            if not (own or unseen or placed_elsewhere) or leaf[-1] == "withheld":
                assert not holds(alter(put_part(certificate, number, part), leaf)), f"{leaf} may be altered"


@settings(max_examples=50, deadline=None)
@given(WAITING, CROWDS, PARAMETERS, st.sets(st.integers(0, 7)))
def test_every_certificate_holds_whoever_is_withheld(
    waiting: list[Waiting], crowd: list[Candidate], parameters: Parameters, erased: set[int]
) -> None:
    written = json.loads(certify(compute_round(waiting, crowd, parameters)))
    for number in erased & set(range(len(waiting))):
        written = put_part(written, number, read_part(written, number).withhold())
    verify(written)


def read_part(certificate: Json, number: int) -> RequestPart:
    return RequestPart(
        certificate["input"]["requests"][number], certificate["lists"][number], certificate["answers"][number]
    )


def put_part(certificate: Json, number: int, part: RequestPart) -> Json:
    content = deepcopy(certificate)
    content["input"]["requests"][number] = part.request
    content["lists"][number], content["answers"][number] = part.listed, part.answer
    return content


def test_a_round_that_was_published_before_is_repaired_in_its_own_format() -> None:
    certificate = json.loads((PUBLISHED / "round-1-fast.json").read_text())
    before = read_advisers(certificate)
    document = compute_repair(certificate, before, Changes(places={before[0]: 0}))
    assert document["format"] == "org.righttoprovide.matching-repair.1"
    assert document["moved"] > 0
    verify_earlier(document)


def test_the_weights_of_a_round_are_those_that_the_operator_set() -> None:
    weights: dict[PartName, int] = {
        "topics": 40,
        "sector": 40,
        "region": 10,
        "stage": 10,
        "capacity": 0,
        "legal-form": 0,
    }
    rules = MatchingRules(weights, points_per_week=7, points_for_waiting=14, hours_each=3)
    waiting, advisers = [make_waiting(1, 1), make_waiting(2, 5)], [make_adviser(1, hours=5, hours_each=3)]
    given: Json = json.loads(certify(compute_round(waiting, advisers, Parameters(rules=rules))))
    verify(given)
    assert given["input"]["parameters"]["weights"] == weights
    [chosen] = [each["chosen"] for each in given["answers"] if each["chosen"]]
    assert (chosen["score"], chosen["priority"], chosen["parts"]["topics"]) == (100, 114, 40)
    given["input"]["parameters"]["hoursEach"] = 6
    with pytest.raises(AssertionError, match="places"):
        verify(rehash(given))


def test_the_script_runs_alone(certificate: Json, tmp_path: Path) -> None:
    kept = tmp_path / "certificate.json"
    kept.write_text(json.dumps(certificate))
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(kept)]
    assert "holds" in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for broken in ("[]", "{}", "no JSON", json.dumps(certificate | {"answers": 7})):
        kept.write_text(broken)
        refused = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "does not hold" in refused.stderr
