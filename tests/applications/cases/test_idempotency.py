"""Idempotency-Key: a write that is repeated is done once."""

import uuid

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_shared.clock import today
from tests.conftest import Api, NewClient
from tests.support.actors import Case, Office
from tests.support.cases import READY
from tests.support.people import acting

pytestmark = pytest.mark.anyio


async def test_the_same_request_gets_the_stored_answer(group: Api) -> None:
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first = await group.post("/v1/cases", json=READY, headers=key)
    second = await group.post("/v1/cases", json=READY, headers=key)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["location"] == second.headers["location"]
    assert second.headers["idempotency-replayed"] == "true"
    assert len((await group.get("/v1/cases")).json()["items"]) == 1


async def test_a_submission_can_be_repeated_with_its_old_etag(group: Api, case: Case) -> None:
    headers = {"Idempotency-Key": '"submit"', "If-Match": '"1"'}
    path = f"/v1/cases/{case['id']}/actions/submit"
    first, second = await group.post(path, headers=headers), await group.post(path, headers=headers)
    assert first.status_code == second.status_code == 200
    assert first.content == second.content


async def test_another_body_or_path_is_refused(group: Api) -> None:
    key = {"Idempotency-Key": '"one"'}
    case = (await group.post("/v1/cases", json=READY, headers=key)).json()
    other = await group.post("/v1/cases", json={**READY, "headcount": 5}, headers=key)
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    elsewhere = await group.post(f"/v1/cases/{case['id']}/actions/submit", headers={**key, "If-Match": '"1"'})
    assert elsewhere.status_code == 422
    assert len((await group.get("/v1/cases")).json()["items"]) == 1


async def test_keys_belong_to_their_client(new_client: NewClient) -> None:
    one, two = await new_client(), await new_client()
    key = {"Idempotency-Key": '"shared"'}
    first = await one.post("/v1/cases", json=READY, headers=key)
    second = await two.post("/v1/cases", json=READY, headers=key)
    assert first.json()["id"] != second.json()["id"]


async def test_keys_belong_to_the_person_who_acts(office: Office) -> None:
    one, two, case = office.officer, office.second, office.case
    await one.do(case, "acknowledge", sentOn=str(today()))
    await one.do(case, "begin-screening")
    path, headers = f"/v1/cases/{case['id']}/actions/find-not-eligible", {"If-Match": "*", "Idempotency-Key": '"sign"'}
    first, again, other = [
        await one.api.post(path, json={"reasons": "Not a service"}, headers={**headers, **acting(person)})
        for person in (one.person, one.person, two.person)
    ]
    assert (first.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert other.status_code == 422  # nobody is told that a signature was taken which was not
    assert (await two.do(case, "find-not-eligible"))["status"] == "not-eligible"


async def test_a_refused_request_stores_nothing(group: Api) -> None:
    key = {"Idempotency-Key": '"retry"'}
    assert (await group.post("/v1/cases", json={"sector": "x"}, headers=key)).status_code == 422
    assert (await group.post("/v1/cases", json={"sector": "youth"}, headers=key)).status_code == 201


async def test_a_first_request_still_running_is_a_conflict(group: Api, platform: Platform) -> None:
    database = platform.runtimes["applications"].database
    async with database.transaction() as session:
        # What a first request holds while it runs.
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
        await session.execute(lock, {"key": f"{group.client_id} busy"})
        answer = await group.post("/v1/cases", json=READY, headers={"Idempotency-Key": '"busy"'})
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "1")
    assert (await group.post("/v1/cases", json=READY, headers={"Idempotency-Key": '"busy"'})).status_code == 201


@pytest.mark.parametrize("key", ["", '""', '"a"b"', "x" * 300, '"\tx"'])
async def test_a_key_that_is_none_is_refused(group: Api, key: str) -> None:
    answer = await group.post("/v1/cases", json=READY, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert (await group.get("/v1/cases")).json()["items"] == []
