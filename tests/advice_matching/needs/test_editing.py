"""The staff group edits its needs over HTTP, and the search for advisers follows them."""

import uuid

import pytest
from sqlalchemy import update

from rtp_advice_matching.directory.models import Adviser
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser, Tell
from tests.advice_matching.needs.conftest import Json, add, change, changed, find, list_needs, move
from tests.advice_matching.requests import SUPPORT, published, read, request_of, withdraw
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


@pytest.fixture
async def group(new_client: NewClient, new_adviser: NewAdviser) -> Api:
    await new_adviser()
    return await new_client()


@pytest.fixture
async def request_(platform: Platform, group: Api) -> Json:
    return await request_of(platform, group)


async def test_what_a_group_needs_is_listed_with_what_is_on_offer_and_what_is_left(group: Api, request_: Json) -> None:
    answer = await group.get(f"{SUPPORT}/{request_['id']}/needs")
    page = answer.json()
    assert [(each["topic"], each["kindSought"], each["source"]) for each in page["items"]] == [
        ("legal", "adviser", "applicants"),
        ("financial", "adviser", "applicants"),
        ("business-planning", "information", "stage"),
        ("procurement", "information", "stage"),
    ]
    assert {(each["state"], each["reason"], each["closedAt"]) for each in page["items"]} == {("open", None, None)}
    assert {each["stage"] for each in page["items"]} == {"make-the-case"}
    assert all(1 <= len(each["resources"]) <= 5 for each in page["items"])
    assert page["entitlement"] == (await group.get(f"{SUPPORT}/{request_['id']}/entitlement")).json()
    first = (await group.get(f"{SUPPORT}/{request_['id']}/needs", params={"limit": 3})).json()
    second = (await group.get(f"{SUPPORT}/{request_['id']}/needs", params={"limit": 3, "after": first["next"]})).json()
    assert [*first["items"], *second["items"]] == page["items"]
    assert "next" not in second or second["next"] is None


async def test_a_need_of_its_own_leads_the_search(
    group: Api, request_: Json, new_adviser: NewAdviser, advice: Runtime
) -> None:
    expert = await new_adviser(topics=["legal", "financial", "vat"])
    answer = await add(group, request_, kindSought="adviser", topic="vat")
    assert answer.status_code == 201, answer.text
    need = answer.json()
    assert answer.headers["location"] == f"{SUPPORT}/{request_['id']}/needs/{need['id']}"
    assert (await group.get(answer.headers["location"])).json() == need
    assert (need["source"], need["state"]) == ("applicants", "open")
    request = await read(group, request_["id"])
    assert request["topics"] == ["legal", "financial", "vat"]
    assert request["proposals"][0]["adviserId"] == str(expert.id)
    again = await add(group, request_, kindSought="adviser", topic="vat")
    assert again.status_code == 409
    assert again.json()["type"].endswith("/problems/need-exists")
    assert need["id"] in again.json()["detail"]
    assert (await add(group, request_, kindSought="mentor", topic="vat")).status_code == 201
    told = await published(advice, need["id"])
    assert [event.type.split(".")[-2] for event, _ in told] == ["need-opened"]
    assert told[0][0].data["topic"] == "vat"


async def test_the_life_of_a_need(group: Api, request_: Json, advice: Runtime) -> None:
    need = await find(group, request_, "legal")
    dropped = await changed(group, need, state="not-needed", reason="met-otherwise")
    assert (dropped["state"], dropped["reason"], dropped["version"]) == ("not-needed", "met-otherwise", 2)
    assert dropped["closedAt"] is not None
    assert (await read(group, request_["id"]))["topics"] == ["financial"]
    assert await changed(group, dropped, state="not-needed", reason="met-otherwise") == dropped, "it changes nothing"
    reopened = await changed(group, dropped, state="open")
    assert (reopened["state"], reopened["reason"], reopened["closedAt"]) == ("open", None, None)
    met = await changed(group, reopened, state="met")
    assert met["state"] == "met"
    assert [each["id"] for each in await list_needs(group, request_, state="met")] == [need["id"]]
    kinds = [event.type.split(".")[-2] for event, _ in await published(advice, need["id"])]
    assert kinds == ["need-opened", "need-closed", "need-opened", "need-closed"]


async def test_what_is_refused(group: Api, request_: Json, new_client: NewClient) -> None:
    need = await find(group, request_, "legal")
    path = f"{SUPPORT}/{request_['id']}/needs/{need['id']}"
    stale = await group.patch(path, json={"state": "met"}, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    assert (await group.patch(path, json={"state": "met"})).status_code == 428
    for said, field in (
        ({"state": "not-needed"}, "/reason"),
        ({"state": "met", "reason": "other"}, "/reason"),
        ({"state": "being-met"}, "/state"),
        ({"state": "open", "note": "x"}, "/note"),
        ({}, "/state"),
    ):
        answer = await change(group, need, **said)
        assert answer.status_code == 422, said
        assert field in [error["field"] for error in answer.json()["errors"]], answer.text
    for body, field in (
        ({"kindSought": "adviser"}, ""),
        ({"topic": "vat"}, "/kindSought"),
        ({"kindSought": "friend", "topic": "vat"}, "/kindSought"),
        ({"kindSought": "adviser", "topic": "gardening"}, "/topic"),
    ):
        answer = await add(group, request_, **body)
        assert answer.status_code == 422, body
        assert field in [error["field"] for error in answer.json()["errors"]], answer.text
    assert (await add(group, request_, kindSought="ambassador")).status_code == 201
    assert (await find(group, request_, "legal")) == need
    unknown = await group.get(f"{SUPPORT}/{request_['id']}/needs", params={"colour": "red"})
    assert unknown.status_code == 422


async def test_who_may_read_and_edit(platform: Platform, new_client: NewClient, new_adviser: NewAdviser) -> None:
    adviser, group = await new_adviser(), await new_client()
    request = await request_of(platform, group)
    need = await find(group, request, "legal")
    path = f"{SUPPORT}/{request['id']}/needs"
    employer = await new_client(organisation=employer_id())
    assert await list_needs(employer, request) == await list_needs(group, request)
    assert (await change(employer, need, state="met")).status_code == 403
    assert (await add(employer, request, kindSought="mentor", topic="vat")).status_code == 403
    network = await new_client(organisation=adviser.network_id)
    assert (await network.get(f"{SUPPORT}/{request['id']}")).status_code == 200
    stranger = await new_client()
    for api, adding in ((network, 403), (stranger, 404)):
        assert (await api.get(path)).status_code == 404
        assert (await api.get(f"{path}/{need['id']}")).status_code == 404
        assert (await change(api, need, state="met")).status_code == 404
        assert (await add(api, request, kindSought="mentor", topic="vat")).status_code == adding
    reader = await new_client(scopes="support:read", organisation=employer_id())
    assert (await change(reader, need, state="met")).status_code == 403
    other = await request_of(platform, group)
    assert (await group.get(f"{SUPPORT}/{other['id']}/needs/{need['id']}")).status_code == 404


async def test_the_same_key_adds_one_need(group: Api, request_: Json) -> None:
    body, headers = {"kindSought": "mentor", "topic": "vat"}, {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    answers = [await group.post(f"{SUPPORT}/{request_['id']}/needs", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


async def test_what_rests_is_not_edited(group: Api, request_: Json, tell: Tell) -> None:
    await move(tell, request_, "approved", group, sequence=50)
    left = await find(group, request_, "procurement", "information", state="not-needed")
    assert left["reason"] == "stage-left"
    answer = await change(group, left, state="open")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/problems/need-at-rest")


async def test_an_ended_case_takes_no_need(platform: Platform, group: Api, request_: Json) -> None:
    need = await find(group, request_, "legal")
    await withdraw(group, request_["caseId"])
    await platform.drain_events()
    assert {each["reason"] for each in await list_needs(group, request_)} == {"case-withdrawn"}
    assert (await read(group, request_["id"]))["topics"] == []
    assert (await add(group, request_, kindSought="mentor", topic="vat")).status_code == 409
    need = (await group.get(f"{SUPPORT}/{request_['id']}/needs/{need['id']}")).json()
    answer = await change(group, need, state="open")
    assert answer.json()["type"].endswith("/problems/case-has-ended")


async def test_a_new_stage_finds_those_who_serve_it(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, tell: Tell
) -> None:
    planner = await new_adviser(stages=["plan"], topics=["legal", "financial", "governance"])
    group = await new_client()
    request = await request_of(platform, group)
    assert str(planner.id) not in {each["adviserId"] for each in request["proposals"]}
    await move(tell, request, "approved", group, sequence=50)
    now = await read(group, request["id"])
    assert now["proposals"][0]["adviserId"] == str(planner.id)
    assert {each["adviserId"] for each in request["proposals"]} < {each["adviserId"] for each in now["proposals"]}
    assert [each["rank"] for each in now["proposals"]] == list(range(1, len(now["proposals"]) + 1))
    network = await new_client(organisation=planner.network_id)
    await platform.drain_events()
    feed = (await network.get("/v1/events")).json()["items"]
    assert [each["type"].split(".", 3)[-1] for each in feed] == ["adviser-proposed.v1", "adviser-proposed.v2"]


async def test_nobody_fits_is_said_of_new_needs(
    platform: Platform, new_client: NewClient, tell: Tell, advice: Runtime
) -> None:
    everybody = update(Adviser).where(Adviser.active).values(active=False).returning(Adviser.id)
    group = await new_client()
    async with open_as(advice, "operator") as session:
        ids = (await session.scalars(everybody)).all()
    try:
        request = await request_of(platform, group)
        await move(tell, request, "approved", group, sequence=50)
    finally:
        async with open_as(advice, "operator") as session:
            await session.execute(update(Adviser).where(Adviser.id.in_(ids)).values(active=True))
    assert (await read(group, request["id"]))["status"] == "open"
    told = [event for event, _ in await published(advice, request["caseId"])]
    assert [(event.sequence, event.data["adviserIds"]) for event in told] == [(1, []), (2, [])]
