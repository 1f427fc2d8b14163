"""Plans and comparisons over HTTP, with the products that are shipped."""

from datetime import timedelta
from typing import Any

import pytest

from rtp_finance_directory.load import make_product_id
from rtp_shared.clock import today
from tests.conftest import Api, NewClient
from tests.finance_directory.directory.conftest import (
    GRANT,
    _directory_is_left_as_it_was,
    at,
    funder,
    publish,
)
from tests.support.problems import list_fields

pytestmark = pytest.mark.anyio

__all__ = ["_directory_is_left_as_it_was", "funder"]

THRIVE, KENT, REACH = (
    str(make_product_id(slug))
    for slug in ("sib-thrive-together", "kent-social-enterprise-loan-fund", "access-reach-fund")
)
CHARITY_BANK, GROWTH = (str(make_product_id(slug)) for slug in ("charity-bank-loan", "growth-impact-fund"))
GROUP = {"region": "E12000008", "area": "E10000016", "legalForm": "cic-limited-by-guarantee", "tradingMonths": 0}


@pytest.fixture
async def reader(new_client: NewClient) -> Api:
    return await new_client(scopes="finance:read")


async def ask(api: Api, **question: Any) -> dict[str, Any]:
    answer = await api.post("/v1/finance-plans", json={"group": GROUP, **question})
    assert answer.status_code == 200, answer.text
    planned: dict[str, Any] = answer.json()
    return planned


async def test_a_group_in_kent_is_told_what_covers_its_need_and_what_it_costs(reader: Api) -> None:
    planned = await ask(reader, neededPence=20_000_000, termMonths=60)
    amounts = {part["productId"]: part["amountPence"] for part in planned["parts"]}
    assert sum(amounts.values()) == planned["coveredPence"] == 20_000_000
    assert (planned["shortfallPence"], planned["illustrative"]) == (0, True)
    assert amounts[REACH] == 1_500_000  # a grant as far as it goes
    # 5% flat on 70% costs 0.175 a pound over five years; 7.5% on what is owed of 75%, and 2%, costs 0.167.
    assert amounts[THRIVE] >= amounts.get(KENT, 0)
    [thrive] = [part for part in planned["parts"] if part["productId"] == THRIVE]
    assert thrive["givenPence"] * 4 == thrive["amountPence"]
    assert thrive["aprPercent"] == 8.7
    assert planned["costPence"] == sum(part["costPence"] for part in planned["parts"])


async def test_what_cannot_be_priced_is_listed_and_considered_once_it_is_assumed(reader: Api) -> None:
    planned = await ask(reader, neededPence=20_000_000)
    reasons = {each["productId"]: each["reason"] for each in planned["notPriced"]}
    assert reasons[CHARITY_BANK] == "rate-not-known"
    assert reasons[GROWTH] == "not-paid-by-a-rate"
    assumed = await ask(reader, neededPence=20_000_000, assumedRates=[{"productId": CHARITY_BANK, "basisPoints": 100}])
    [bank] = [part for part in assumed["parts"] if part["productId"] == CHARITY_BANK]
    assert "rate-as-you-said" in bank["assumed"]
    assert assumed["costPence"] < planned["costPence"]


async def test_what_is_out_of_reach_says_how_much_is_missing_and_what_would_help(reader: Api) -> None:
    rates = [{"productId": CHARITY_BANK, "basisPoints": 600}]
    planned = await ask(reader, neededPence=100_000_000, givesSecurity=False, assumedRates=rates)
    assert planned["shortfallPence"] == planned["toCoverPence"] - planned["coveredPence"] > 0
    obstacles = {each["productId"]: each["obstacle"] for each in planned["leftOut"]}
    assert obstacles[CHARITY_BANK] == "wants-security"
    best = planned["gains"][0]
    assert (best["change"], best["coversMorePence"]) == ("give-security", planned["shortfallPence"])


async def test_payments_stay_within_what_a_month_allows(reader: Api) -> None:
    free = await ask(reader, neededPence=15_000_000)
    limited = await ask(reader, neededPence=15_000_000, maxPaymentPence=free["highestPaymentPence"] // 2)
    assert limited["highestPaymentPence"] <= free["highestPaymentPence"] // 2 + 5
    assert limited["coveredPence"] < 15_000_000
    assert limited["gains"][0]["change"] == "pay-a-tenth-more-a-month"


async def test_own_money_makes_the_plan_smaller(reader: Api) -> None:
    planned = await ask(reader, neededPence=10_000_000, ownMoneyPence=4_000_000)
    assert planned["toCoverPence"] == planned["coveredPence"] == 6_000_000


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"neededPence": 0}, "/neededPence"),
        ({"neededPence": 100, "ownMoneyPence": 100}, "/ownMoneyPence"),
        ({"neededPence": 100, "neededOn": str(today() - timedelta(days=2))}, "/neededOn"),
        ({"neededPence": 100, "termMonths": 601}, "/termMonths"),
        ({"neededPence": 100, "group": {"region": "Kent"}}, "/group/region"),
        ({"neededPence": 100, "amount": 5}, "/amount"),
        ({}, "/neededPence"),
    ],
    ids=["nothing", "own-money", "over", "term", "region", "unknown", "missing"],
)
async def test_what_makes_no_sense_names_its_field(reader: Api, wrong: dict[str, Any], field: str) -> None:
    answer = await reader.post("/v1/finance-plans", json=wrong)
    assert answer.status_code == 422
    assert list_fields(answer) == {field}


async def test_products_stand_side_by_side_in_the_order_that_was_asked(reader: Api) -> None:
    question = {"productIds": [KENT, THRIVE, GROWTH, CHARITY_BANK], "amountPence": 5_000_000, "termMonths": 36}
    answer = await reader.post("/v1/product-comparisons", json=question)
    assert answer.status_code == 200, answer.text
    kent, thrive, growth, bank = answer.json()["products"]
    # Kent: 30% given, 5% flat for three years on £35,000. Thrive: 25% given, 2% fee, 7.5% on what is owed of £37,500.
    assert (kent["givenPence"], kent["feePence"], kent["costPence"]) == (1_500_000, 0, 525_000)
    assert (thrive["givenPence"], thrive["feePence"]) == (1_250_000, 75_000)
    assert kent["aprPercent"] > 9
    assert (growth["notPriced"], bank["notPriced"]) == ("not-paid-by-a-rate", "rate-not-known")
    assert (kent["inRange"], bank["inRange"]) == (True, None)


async def test_a_product_that_is_not_there_is_not_compared(reader: Api) -> None:
    question = {"productIds": [KENT, "00000000-0000-4000-8000-000000000000"], "amountPence": 5_000_000}
    assert (await reader.post("/v1/product-comparisons", json=question)).status_code == 404


async def test_reading_finance_is_asked_for(new_client: NewClient) -> None:
    stranger = await new_client(scopes="events:read")
    assert (await stranger.post("/v1/finance-plans", json={"neededPence": 1})).status_code == 403


async def test_what_cannot_be_had_together_is_not_planned_together(reader: Api, funder: Api) -> None:
    loan = {"kinds": ["unsecured-loan"], "maxTermMonths": 60, "rateBasis": "fixed", "ratePercent": 0.01,
            "minAmountPence": 0, "maxAmountPence": 100_000_00, "arrangementFeePercent": 0}  # fmt: skip
    one = await publish(funder, **loan, name="One")
    other = await publish(funder, **loan, name="Other", excludes=[one["id"]])
    question: dict[str, Any] = {"neededPence": 200_000_00, "subsidyRoomPence": 0}
    taken = {part["productId"] for part in (await ask(reader, **question))["parts"]} & {one["id"], other["id"]}
    assert len(taken) == 1
    free = await funder.put(f"/v1/products/{other['id']}", json={**GRANT, **loan, "name": "Other"}, headers=at(other))
    assert free.status_code == 200, free.text
    assert {one["id"], other["id"]} <= {part["productId"] for part in (await ask(reader, **question))["parts"]}


async def test_support_in_kind_covers_nothing(reader: Api, funder: Api) -> None:
    mentor = await publish(funder, kinds=["support-in-kind"], name="A mentor")
    planned = await ask(reader, neededPence=1_000_00)
    assert {each["productId"]: each["reason"] for each in planned["notPriced"]}[mentor["id"]] == "no-money"
