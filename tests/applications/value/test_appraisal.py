"""Appraisals to the penny: the worked example of the docs, numpy-financial beside us, and what is refused."""

import json
import re
from pathlib import Path
from typing import Any

import numpy_financial
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.value.rules.appraisal import appraise
from rtp_applications.value.rules.discounting import RateName, compute_factor
from rtp_applications.value.rules.effects import Effect, Money, compute_budget_year, compute_present_value
from rtp_applications.value.rules.question import AppraisalQuestion
from tests.conftest import NewClient
from tests.support.problems import list_fields

DOCS = Path(__file__).parents[3] / "docs" / "value-for-money.md"
QUESTION, ANSWER = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL))


def make_effect(**details: Any) -> Effect:
    span = {"fromYear": 0, "toYear": 4, "pence": 1_000_000}
    return Effect.model_validate({"name": "x", "kind": "benefit", "amounts": [span], **details})


def hold(shown: Any, said: Any) -> None:
    """Hold an answer against what the docs say of it: they leave some of it out."""
    if isinstance(said, dict):
        for name, each in said.items():
            hold(shown[name], each)
    elif isinstance(said, list):
        assert len(shown) == len(said)
        for one, other in zip(shown, said, strict=True):
            hold(one, other)
    else:
        assert shown == said


async def test_the_worked_example_comes_out_as_the_docs_say(new_client: NewClient) -> None:
    answer = await (await new_client(scopes="")).post("/v1/appraisals", json=QUESTION)
    assert answer.status_code == 200
    hold(answer.json(), ANSWER)
    [running, *_] = answer.json()["options"][1]["effects"]
    assert running["switchingPercent"] == 4.73
    assert running["highNpvPence"] < answer.json()["options"][1]["npvPence"] < running["lowNpvPence"]
    assert answer.json()["remarks"][0].startswith("No option improves the service in house")


@given(st.lists(st.integers(0, 10**11), min_size=1, max_size=30))
def test_a_present_value_is_that_of_an_outside_library(pence: list[int]) -> None:
    spans = [{"fromYear": year, "toYear": year, "pence": each} for year, each in enumerate(pence)]
    ours = compute_present_value(make_effect(amounts=spans), Money(0))
    assert abs(ours - numpy_financial.npv(0.035, pence)) <= 0.51


@pytest.mark.parametrize(
    ("year", "name", "factor"),
    [
        # Worked out by hand: 1.035^-1, 1.035^-30, that over 1.03, and for health 1.015^-10.
        (0, RateName.STANDARD, "1.000000"), (1, RateName.STANDARD, "0.966184"), (30, RateName.STANDARD, "0.356278"),
        (31, RateName.STANDARD, "0.345901"), (50, RateName.STANDARD, "0.197263"), (10, RateName.HEALTH, "0.861667"),
    ],
)  # fmt: skip
def test_each_year_is_discounted_at_the_rate_of_its_band(year: int, name: RateName, factor: str) -> None:
    assert f"{compute_factor(year, name):.6f}" == factor


def test_what_is_in_the_prices_of_its_year_is_brought_back_to_those_of_the_base_year() -> None:
    nominal = make_effect(amounts=[{"fromYear": 1, "toYear": 1, "pence": 1_020_000}], prices="own-year")
    real = make_effect(amounts=[{"fromYear": 1, "toYear": 1, "pence": 1_000_000}])
    money = Money(200)
    assert compute_present_value(nominal, money) == compute_present_value(real, money) == 966_184
    assert compute_budget_year(nominal, 1, money) == compute_budget_year(real, 1, money) == 1_020_000


def test_a_transfer_is_no_part_of_social_value_and_part_of_the_budget() -> None:
    pay = make_effect(kind="cost", transfer=True)
    assert compute_present_value(pay, Money(0)) == 0
    assert compute_budget_year(pay, 0, Money(0)) == -1_000_000


def test_optimism_bias_makes_costs_higher_and_benefits_lower() -> None:
    assert compute_present_value(make_effect(kind="cost", optimismBiasPercent=20), Money(0)) == -5_607_695
    assert compute_present_value(make_effect(optimismBiasPercent=20), Money(0)) == 3_738_463


SCORES = st.fixed_dictionaries({"a": st.integers(0, 100), "b": st.integers(0, 100), "c": st.integers(0, 100)})


@given(st.lists(SCORES, min_size=2, max_size=4), st.integers(1, 60), st.integers(1, 39))
def test_at_the_weight_where_it_tips_both_score_the_same(scores: list[dict[str, int]], first: int, second: int) -> None:
    weights = {"a": first, "b": second, "c": 100 - first - second}
    question = AppraisalQuestion.model_validate(
        {
            "baseYear": 2027,
            "criteria": [{"id": name, "weight": weight} for name, weight in weights.items()],
            "options": [
                {"id": f"o{number}", "kind": "other" if number else "status-quo", "scores": each}
                for number, each in enumerate(scores)
            ],
        }
    )
    appraisal = appraise(question)
    best = appraisal.by_score[0]
    for tip in appraisal.tipping:
        share = (100 - float(tip.weight)) / (100 - weights[tip.criterion])
        changed = {name: float(tip.weight) if name == tip.criterion else weights[name] * share for name in weights}
        totals = {f"o{n}": sum(changed[name] * each[name] for name in weights) for n, each in enumerate(scores)}
        assert abs(totals[best] - totals[tip.option]) < 3  # hundredths of a weight, times 100 points, three times


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"options": [{"id": "a", "kind": "mutual"}, {"id": "b", "kind": "other"}]}, ""),
        ({"options": [{"id": "a", "kind": "mutual"}, {"id": "a", "kind": "status-quo"}]}, ""),
        ({"criteria": [{"id": "a", "weight": 99}]}, ""),
        ({"baseYear": 1999}, "/baseYear"),
        ({"inflation": 2}, "/inflation"),
    ],
    ids=["no-baseline", "one-id-twice", "weights", "year", "unknown-field"],
)
async def test_what_cannot_be_appraised_says_why(new_client: NewClient, wrong: dict[str, Any], field: str) -> None:
    plain = {"baseYear": 2027, "options": [{"id": "a", "kind": "mutual"}, {"id": "b", "kind": "status-quo"}]}
    answer = await (await new_client(scopes="")).post("/v1/appraisals", json=plain | wrong)
    assert answer.status_code == 422
    assert field in list_fields(answer)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amounts": [{"fromYear": 3, "toYear": 2, "pence": 1}]}, "amounts/0"),
        ({"amounts": [{"fromYear": 0, "toYear": 51, "pence": 1}]}, "amounts/0/toYear"),
        ({"optimismBiasPercent": 150}, ""),
        ({"lowPercent": 5}, "lowPercent"),
    ],
)
async def test_an_effect_that_cannot_be_says_why(new_client: NewClient, wrong: dict[str, Any], field: str) -> None:
    effect = {"name": "x", "kind": "benefit", "amounts": [{"fromYear": 0, "toYear": 1, "pence": 5}], **wrong}
    options = [{"id": "a", "kind": "mutual", "effects": [effect]}, {"id": "b", "kind": "status-quo"}]
    answer = await (await new_client(scopes="")).post("/v1/appraisals", json={"baseYear": 2027, "options": options})
    assert answer.status_code == 422
    assert list_fields(answer) == {f"/options/0/effects/0/{field}".rstrip("/")}
