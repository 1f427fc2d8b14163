"""A pair against a round's advice needs two persons and a reason, and no hard constraint is set aside."""

import uuid

import pytest

from rtp_advice_matching.directory.models import Adviser
from rtp_shared.service import Runtime
from tests.advice_matching.repairs.conftest import Json, Market
from tests.advice_matching.requests import read
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
ANN, BOB = {"On-Behalf-Of": "ann"}, {"On-Behalf-Of": "bob"}


async def propose(operator: Api, market: Market, **changed: object) -> Json:
    best, _, third = market.advisers
    body = {"requestId": market.given[best.id], "adviserId": str(third.id), "reason": "They know each other", **changed}
    answer = await operator.post(f"{market.path}/overrides", json=body, headers=ANN)
    assert answer.status_code == 201, answer.text
    shown: Json = answer.json()
    assert (await operator.get(answer.headers["location"])).json() == shown
    return shown


async def test_it_holds_once_a_second_person_confirms_it(operator: Api, market: Market) -> None:
    best, _, third = market.advisers
    shown = await propose(operator, market)
    assert (shown["status"], shown["advisedAdviserId"]) == ("awaiting-second-person", str(best.id))
    path, at = f"{market.path}/overrides/{shown['id']}/actions", {"If-Match": '"1"'}
    refused = await operator.post(f"{path}/confirm", headers=ANN | at)
    assert (refused.status_code, refused.json()["type"].split("/")[-1]) == (403, "proposer-cannot-confirm")
    answer = await operator.post(f"{path}/confirm", headers=BOB | at)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["endedBy"]) == ("confirmed", "bob")
    number = [each["id"] for each in market.requests].index(market.given[best.id])
    request = await read(market.groups[number], market.given[best.id])
    assert [each["adviserId"] for each in request["proposals"]][:2] == [str(third.id), str(best.id)]
    again = await operator.post(f"{path}/withdraw", headers=BOB | {"If-Match": '"2"'})
    assert again.json()["type"].endswith("/problems/override-ended")
    assert (await operator.get(f"{market.path}/overrides")).json()["items"] == [answer.json()]


async def test_a_repair_does_not_move_it_and_shows_what_it_does_to_others(
    operator: Api, market: Market, new_client: NewClient
) -> None:
    """The best adviser is free again, and the other group would rather have that one."""
    best, second, _ = market.advisers
    shown = await propose(operator, market)
    path = f"{market.path}/overrides/{shown['id']}/actions/confirm"
    assert (await operator.post(path, headers=BOB | {"If-Match": '"1"'})).status_code == 200
    answer = await operator.post(f"{market.path}/repairs", params={"dryRun": "true"}, json={})
    moves = [(each["requestId"], each["before"], each["after"]) for each in answer.json()["moves"]]
    assert moves == [(market.given[second.id], str(second.id), str(best.id))]
    fairness = (await operator.get(f"{market.path}/fairness")).json()
    assert (fairness["requests"], fairness["placed"], fairness["firstChoices"], fairness["justifiedEnvy"]) == (
        2,
        2,
        0,
        2,
    )
    assert fairness["load"]["advisers"] >= 3
    assert {each["requests"] for each in fairness["waits"]} == {None}, "two are too few to be said"
    assert (await (await new_client(scopes="support:match")).get(f"{market.path}/fairness")).status_code == 404


async def test_it_may_be_withdrawn_and_holds_no_more(operator: Api, market: Market) -> None:
    shown = await propose(operator, market)
    path = f"{market.path}/overrides/{shown['id']}/actions"
    answer = await operator.post(f"{path}/withdraw", headers=ANN | {"If-Match": '"1"'})
    assert answer.json()["status"] == "withdrawn"
    assert (await operator.post(f"{path}/confirm", headers=BOB | {"If-Match": "*"})).status_code == 409


async def test_a_hard_constraint_holds_then_and_when_it_is_confirmed(
    operator: Api, market: Market, advice: Runtime
) -> None:
    best, _, third = market.advisers
    shown = await propose(operator, market)
    async with open_as(advice, "operator") as session:
        (await session.get_one(Adviser, third.id)).capacity = 0
    body = {"requestId": market.given[best.id], "adviserId": str(third.id), "reason": "Because"}
    refused = await operator.post(f"{market.path}/overrides", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["reason"]) == (409, "no-free-capacity")
    path = f"{market.path}/overrides/{shown['id']}/actions/confirm"
    assert (await operator.post(path, headers=BOB | {"If-Match": '"1"'})).status_code == 409
    assert (await operator.get(f"{market.path}/overrides")).json()["items"] == [shown]


async def test_who_took_no_part_and_who_is_not_of_the_organisation(
    operator: Api, market: Market, new_client: NewClient
) -> None:
    body = {"requestId": str(uuid.uuid4()), "adviserId": str(market.advisers[0].id), "reason": "Because"}
    answer = await operator.post(f"{market.path}/overrides", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "/requestId")
    shown, stranger = await propose(operator, market), await new_client(scopes="support:match")
    assert (await stranger.get(f"{market.path}/overrides/{shown['id']}")).status_code == 404
    answer = await stranger.post(f"{market.path}/overrides/{shown['id']}/actions/confirm", headers={"If-Match": "*"})
    assert answer.status_code == 404
