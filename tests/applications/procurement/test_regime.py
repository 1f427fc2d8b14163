"""The regime of a procurement, against cases worked by hand, and against what must hold of every answer."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from rtp_applications.procurement.rules.facts import ProcurementFacts
from rtp_applications.procurement.rules.regime import Determination, LegalRegime, RouteAnswer, determine_regime
from rtp_applications.procurement.rules.tables import get_texts
from rtp_applications.procurement.rules.truth import Truth
from tests.applications.procurement import hand_worked
from tests.applications.procurement.hand_worked import Worked

MARKS = {"+": True, "-": False, "?": None}
TIED = ("cpv", "mainCpv")
"""Facts that belong together: the codes that are named are taken to be all."""


def determine(facts: Mapping[str, Any]) -> Determination:
    return determine_regime(ProcurementFacts.model_validate(dict(facts)))


@pytest.mark.parametrize("case", hand_worked.EVERY, ids=lambda case: case.because)
def test_the_regime_is_as_worked_by_hand(case: Worked) -> None:
    found = determine(case.facts)
    wanted = {case.opens} if isinstance(case.opens, str) else set(case.opens)
    assert {each.regime for each in found.regimes if each.open is not False} == wanted
    assert {each.open for each in found.regimes if each.regime in wanted} == {
        True if isinstance(case.opens, str) else None
    }
    routes: dict[str, RouteAnswer] = {each.route: each for answer in found.regimes for each in answer.routes}
    assert {name: routes[name].open for name in case.routes} == read(case.routes)
    assert {name: routes[name].open_to_new_mutual for name in case.mutual} == read(case.mutual)
    outcomes = {each.rule.name: each.outcome for each in found.findings}
    assert {name: outcomes[name] for name in case.rules} == read(case.rules)


def read(marks: Mapping[str, str]) -> dict[str, Truth]:
    return {name: MARKS[mark] for name, mark in marks.items()}


def test_there_are_enough_cases_on_both_sides_of_every_line() -> None:
    assert len(hand_worked.EVERY) >= 120
    assert len({case.because for case in hand_worked.EVERY}) == len(hand_worked.EVERY)


def test_more_facts_never_turn_a_settled_answer_round() -> None:
    """What is settled with some of the facts is settled alike with all: a missing fact never silently meant no."""
    chance = random.Random(20260302)  # noqa: S311 - the same facts in every run
    settled = 0
    for _ in range(600):
        everything = draw_facts(chance)
        known = dict(list_answers(determine(everything)))
        fewer = {name: value for name, value in everything.items() if name in TIED or chance.random() < 0.7}
        if chance.random() < 0.2:
            fewer = {name: value for name, value in fewer.items() if name not in TIED}
        for name, answer in list_answers(determine(fewer)):
            if answer is not None:
                assert known.get(name, answer) is answer, (name, fewer, everything)
                settled += 1
    assert settled > 6_000


def draw_facts(chance: random.Random) -> dict[str, Any]:
    """Facts of several cases mixed; none that contradict each other."""
    while True:
        first, *others = chance.sample(hand_worked.EVERY, 3)
        drawn = {name: value for name, value in first.facts.items() if name in TIED}
        for case in (first, *others):
            drawn |= {name: value for name, value in case.facts.items() if name not in TIED and chance.random() < 0.8}
        if not list(ProcurementFacts.model_validate(drawn).list_errors()):
            return drawn


def list_answers(found: Determination) -> Iterator[tuple[str, Truth]]:
    for regime in found.regimes:
        yield regime.regime, regime.open
        for route in regime.routes:
            yield route.route, route.open
            yield f"{route.route} for a new mutual", route.open_to_new_mutual
    yield from ((f"rule {each.rule.name}", each.outcome) for each in found.findings)


def test_every_fact_that_is_named_as_missing_is_one_that_can_be_given_and_was_not() -> None:
    for case in hand_worked.EVERY:
        facts = ProcurementFacts.model_validate(dict(case.facts))
        found = determine_regime(facts)
        assert all(getattr(facts, name) in (None, []) for name in found.missing), case.because
        unknown = [each for each in found.regimes if each.open is None]
        assert (
            found.missing
            or not unknown
            or "not loaded" in case.because
            or "reading" in case.because
            or ("wider" in case.because)
        ), case.because


def test_at_most_one_regime_is_open_and_whatever_is_known_of_all_facts_one_is() -> None:
    for case in hand_worked.EVERY:
        states = [each.open for each in determine(case.facts).regimes]
        assert states.count(True) <= 1
        assert True in states or states.count(None) >= 2


def test_every_rule_explains_itself_and_names_a_text_that_was_read() -> None:
    rules = {each.rule.name: each.rule for case in hand_worked.EVERY for each in determine(case.facts).findings}
    assert len(rules) > 50
    for rule in rules.values():
        assert rule.text in get_texts(), rule.name
        assert rule.says.endswith("."), rule.name
        assert rule.place, rule.name
        assert set(rule.uses) <= ProcurementFacts.model_fields.keys(), rule.name


def test_nothing_known_leaves_every_regime_open_to_question() -> None:
    found = determine({})
    assert [each.open for each in found.regimes] == [None] * len(LegalRegime)
    assert {"buyer", "instrument", "commenced_on", "cpv"} <= set(found.missing)


@pytest.mark.parametrize(
    ("day", "read"),
    [
        ("2014-06-02", False), ("2021-12-31", False), ("2022-01-01", True), ("2025-02-24", True), ("2027-12-31", True),
        ("2028-01-01", False), ("2031-03-03", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("base", [hand_worked.LIBRARY, hand_worked.BOARD, hand_worked.WASTE])
def test_a_day_outside_what_was_read_is_answered_with_doubt_and_the_reason(
    base: dict[str, object], day: str, *, read: bool
) -> None:
    found = determine({**base, "commencedOn": day, "grossPence": 100_000_000, "extensionsPence": 0,
                       "underPublicControl": False})  # fmt: skip
    assert (True in [each.open for each in found.regimes]) is read
    if not read:
        said = found.get_finding("law-of-the-day-was-read")
        assert said.outcome is None
        assert f"the law of {day} is not loaded" in said.because


def test_what_does_not_follow_is_not_told_as_following() -> None:
    for case in hand_worked.EVERY:
        found = determine(case.facts)
        outcomes = {each.rule.name: each.outcome for each in found.findings}
        assert all(outcomes[name] is not False for each in found.regimes for name in each.also), case.because
    ordinary = determine({**hand_worked.WASTE, "grossPence": 100_000_000})
    assert "light-touch-services" not in ordinary.get_regime(LegalRegime.ACT).also
