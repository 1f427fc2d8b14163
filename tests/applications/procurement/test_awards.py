"""The records of awards: entered by the body that awarded, read by anyone, and counted in the cooling-off."""

import uuid
from typing import Any

import httpx
import pytest

from rtp_applications.bodies.models import body_id
from tests.applications.procurement import hand_worked
from tests.applications.procurement.test_routes import write
from tests.conftest import Api, NewClient
from tests.support.cases import EMPLOYER, TRUST

pytestmark = pytest.mark.anyio

AWARDS = "/v1/procurement/awards"


def given(**more: Any) -> dict[str, Any]:
    provider = f"GB-COH-{uuid.uuid4().hex[:8].upper()}"
    return {
        "authority": EMPLOYER,
        "provider": provider,
        "providerName": "Camden Libraries CIC",
        "cpv": ["92500000-6"],
        "reservedUnder": "procurement-act-section-33",
        "awardedOn": "2026-03-02",
        "enteredIntoOn": "2026-03-02",
        "source": "Find a Tender 2026/S 000-012345",
        **more,
    }


@pytest.fixture
async def council(new_client: NewClient) -> Api:
    return await new_client(scopes="bodies:write", organisation=body_id(EMPLOYER))


async def record(api: Api, **more: Any) -> dict[str, Any]:
    answer = await api.post(AWARDS, json=given(**more))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{AWARDS}/{made['id']}"
    return made


async def ask(api: Api, provider: str, **facts: Any) -> httpx.Response:
    asked = {**hand_worked.RESERVED, "noComparableContract": None, "awardOn": "2029-03-01", **facts}
    known = {name: value for name, value in asked.items() if value is not None}
    return await api.get("/v1/procurement/regime", params={**write(known), "authority": EMPLOYER, "provider": provider})


def read_route(answer: httpx.Response) -> tuple[str, str]:
    assert answer.status_code == 200, answer.text
    [found] = [
        each
        for regime in answer.json()["regimes"]
        for each in regime["routes"]
        if each["route"] == "reserved-to-mutuals"
    ]
    return found["open"], found["openToNewMutual"]


async def test_a_body_records_an_award_that_anyone_may_read(council: Api, new_client: NewClient) -> None:
    first, second = await record(council), await record(council, cpv=["92511000", "92511000-6"])
    stranger = await new_client()
    stranger.headers.pop("Authorization")
    assert (await stranger.get(f"{AWARDS}/{second['id']}")).json() == second
    assert second["cpv"] == ["92511000"]
    assert second["authority"] == str(body_id(EMPLOYER))
    listed = (await stranger.get(AWARDS, params={"authority": EMPLOYER, "provider": first["provider"]})).json()
    assert listed["items"] == [first]
    page = (await stranger.get(AWARDS, params={"authority": EMPLOYER, "limit": 1})).json()
    after = (await stranger.get(AWARDS, params={"authority": EMPLOYER, "limit": 1, "after": page["next"]})).json()
    assert [page["items"][0]["id"], after["items"][0]["id"]] == [second["id"], first["id"]]


async def test_an_award_on_record_counts_in_the_cooling_off_to_the_day(council: Api) -> None:
    made = await record(council)
    assert read_route(await ask(council, made["provider"], awardOn="2029-03-01")) == ("no", "yes")
    assert read_route(await ask(council, made["provider"], awardOn="2029-03-02")) == ("yes", "yes")
    answer = await ask(council, made["provider"])
    rules = {each["rule"]: each for each in answer.json()["rules"]}
    assert "again from 2029-03-02 on" in rules["no-comparable-contract-in-three-years"]["because"]
    assert answer.headers["cache-control"] == "no-cache"


async def test_that_none_is_on_record_proves_nothing(council: Api) -> None:
    assert read_route(await ask(council, "GB-COH-NONE")) == ("unknown", "yes")
    made = await record(council)
    denied = await ask(council, made["provider"], noComparableContract=True)
    assert denied.status_code == 422
    assert [each["field"] for each in denied.json()["errors"]] == ["noComparableContract"]


@pytest.mark.parametrize(
    "other",
    [
        {"reservedUnder": None},
        {"reservedUnder": "public-contracts-regulation-77"},
        {"cpv": ["85312100-0"]},
    ],
    ids=["not reserved", "under reg 77", "another kind of services"],
)
async def test_another_award_is_not_comparable(council: Api, other: dict[str, Any]) -> None:
    made = await record(council, **other)
    assert read_route(await ask(council, made["provider"])) == ("unknown", "yes")


async def test_a_record_that_was_wrong_is_taken_back_and_counts_no_more(council: Api, new_client: NewClient) -> None:
    made = await record(council)
    path, reason = f"{AWARDS}/{made['id']}/actions/withdraw", {"reason": "It was awarded to another company"}
    stale = await council.post(path, json=reason, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    rival = await new_client(scopes="bodies:write", organisation=body_id(TRUST))
    assert (await rival.post(path, json=reason, headers={"If-Match": '"1"'})).status_code == 403
    taken = await council.post(path, json=reason, headers={"If-Match": '"1"'})
    assert taken.status_code == 200, taken.text
    assert taken.json()["withdrawalReason"] == reason["reason"]
    assert taken.headers["etag"] == '"2"'
    assert read_route(await ask(council, made["provider"])) == ("unknown", "yes")
    again = await council.post(path, json=reason, headers={"If-Match": '"2"'})
    assert again.status_code == 409


async def test_only_the_body_itself_and_the_central_team_record_its_awards(new_client: NewClient) -> None:
    rival = await new_client(scopes="bodies:write", organisation=body_id(TRUST))
    assert (await rival.post(AWARDS, json=given())).status_code == 403
    reader = await new_client(scopes="cases:read", organisation=body_id(EMPLOYER))
    assert (await reader.post(AWARDS, json=given())).status_code == 403
    team = await new_client(scopes="bodies:write cases:oversee")
    assert (await team.post(AWARDS, json=given())).status_code == 201


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"authority": "GB-LAE-NONE"}, "/authority"),
        ({"provider": "Camden Libraries"}, "/provider"),
        ({"cpv": ["92500000-6", "92511000-7"]}, "/cpv/1"),
        ({"cpv": []}, "/cpv"),
        ({"enteredIntoOn": "2026-03-01"}, "/enteredIntoOn"),
        ({"awardedOn": "2099-03-01", "enteredIntoOn": "2099-03-02"}, "/enteredIntoOn"),
        ({"reservedUnder": "section-33"}, "/reservedUnder"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_kept(council: Api, more: dict[str, Any], field: str) -> None:
    body = given(**more)
    answer = await council.post(AWARDS, json=body)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    listed = await council.get(AWARDS, params={"provider": body["provider"]})
    assert listed.json()["items"] == []


async def test_a_question_that_names_one_side_only_is_refused(council: Api) -> None:
    answer = await council.get("/v1/procurement/regime", params={"authority": EMPLOYER})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["authority"]
    unknown = await council.get("/v1/procurement/regime", params={"authority": "GB-LAE-NONE", "provider": "GB-COH-1"})
    assert [each["field"] for each in unknown.json()["errors"]] == ["authority"]
