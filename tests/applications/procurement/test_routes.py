"""The regime of a procurement over HTTP: for anyone, as a dry run, with the reasons."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.applications.procurement import hand_worked
from tests.applications.procurement.test_regime import determine
from tests.conftest import NewClient

pytestmark = pytest.mark.anyio


async def ask(new_client: NewClient, **facts: Any) -> httpx.Response:
    """Without a token: the answer is public."""
    client = await new_client()
    client.headers.pop("Authorization", None)
    return await client.get("/v1/procurement/regime", params=write(facts))


def write(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in facts.items()}


async def test_anyone_is_told_the_regime_with_every_rule_that_led_there(new_client: NewClient) -> None:
    answer = await ask(new_client, **hand_worked.RESERVED)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    states = {each["regime"]: each["open"] for each in found["regimes"]}
    assert [name for name, state in states.items() if state != "no"] == ["procurement-act-2023"]
    act = next(each for each in found["regimes"] if each["open"] == "yes")
    routes = {each["route"]: (each["open"], each["openToNewMutual"]) for each in act["routes"]}
    assert routes["reserved-to-mutuals"] == ("yes", "yes")
    rules = {each["rule"]: each for each in found["rules"]}
    term = rules["maximum-term-of-five-years"]
    assert (term["outcome"], term["section"], term["text"]) == ("yes", "s.33(1)(b)", "ukpga-2023-54")
    assert term["facts"] == {"termMonths": 36, "extensionMonths": 24}
    assert {rest for each in rules.values() for rest in each["restsOn"]} <= rules.keys()
    assert {each["text"] for each in rules.values()} == {each["key"] for each in found["texts"]}
    assert all(each["date"] and len(each["commit"]) == 40 for each in found["texts"])


async def test_what_is_not_known_is_named_and_stays_unknown(new_client: NewClient) -> None:
    found = (await ask(new_client, buyer="council", cpv="85144100-1")).json()
    assert {each["regime"]: each["open"] for each in found["regimes"]}["provider-selection-regime"] == "unknown"
    missing = {each["name"]: each["says"] for each in found["missing"]}
    assert {"commencedOn", "instrument", "forHealthService", "grossPence"} <= missing.keys()
    assert all(missing.values())
    open_question = next(each for each in found["rules"] if each["rule"] == "for-the-health-service")
    assert (open_question["outcome"], open_question["missing"]) == ("unknown", ["forHealthService"])


async def test_the_answer_over_http_is_that_of_the_rules_and_can_be_kept(new_client: NewClient) -> None:
    for case in hand_worked.EVERY[::17]:
        answer = await ask(new_client, **{name: value for name, value in case.facts.items() if value is not None})
        assert answer.headers["cache-control"] == "public, max-age=3600"
        shown = {each["regime"]: each["open"] for each in answer.json()["regimes"]}
        words = {True: "yes", False: "no", None: "unknown"}
        assert shown == {each.regime: words[each.open] for each in determine(case.facts).regimes}


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"cpv": "85312100-1"}, {"cpv"}),
        ({"cpv": "00000000"}, {"cpv"}),
        ({"mainCpv": "00000000"}, {"mainCpv"}),
        ({"cpv": "libraries", "mainCpv": "9251"}, {"cpv", "mainCpv"}),
        ({"buyer": "parish", "instrument": "lease"}, {"buyer", "instrument"}),
        ({"commencedOn": "2026-02-30"}, {"commencedOn"}),
        ({"grossPence": "-1", "termMonths": "601"}, {"grossPence", "termMonths"}),
        ({"grossPence": "99", "netPence": "100"}, {"grossPence"}),
        ({"separable": "perhaps"}, {"separable"}),
        ({"buyer": "council", "centralGovernment": "true"}, {"centralGovernment"}),
        ({"buyer": "nhs-trust", "forHealthService": "false"}, {"forHealthService"}),
        ({"directAwardGrounds": ["none", "repeat"]}, {"directAwardGrounds"}),
        ({"existingProvider": "false", "providerHoldsContract": "true"}, {"existingProvider"}),
        ({"comparableContractOn": "2026-03-02", "awardOn": "2026-03-01"}, {"comparableContractOn"}),
        ({"comparableContractOn": "2026-03-02", "noComparableContract": "true"}, {"noComparableContract"}),
        ({"cpvs": "85312100"}, {"cpvs"}),
    ],
)
async def test_what_is_wrong_is_refused_by_its_name(
    new_client: NewClient, facts: dict[str, Any], wrong: set[str]
) -> None:
    answer = await ask(new_client, **facts)
    assert answer.status_code == 422, answer.text
    assert {each["field"].split("/")[0] for each in answer.json()["errors"]} == wrong


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("LIBRARY management", {"79995000-5"}), ("92511", {"92511000-6"}), ("warp drive", set()),
        ("rehabilitation hospital", {"85111400-4"}), ("museums other", {"92500000-6"}),
    ],
)  # fmt: skip
async def test_a_code_is_found_by_the_words_of_its_service(new_client: NewClient, search: str, found: set[str]) -> None:
    client = await new_client()
    client.headers.pop("Authorization")
    answer = (await client.get("/v1/procurement/codes", params={"search": search})).json()
    assert {each["code"] for each in answer["items"]} == found
    every = (await client.get("/v1/procurement/codes")).json()
    assert every["held"] == len({each["code"] for each in every["items"]}) > 150
    assert {each["table"] for each in every["items"] if each["reservable"]} == {"light-touch", "regulation-77"}
