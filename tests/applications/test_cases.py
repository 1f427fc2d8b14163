"""A case through the gateway: draft, edit, submit, read, list, withdraw."""

import uuid
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from rtp_applications import commands, queries
from rtp_applications.load import body_id
from rtp_embedded.platform import Platform
from rtp_shared.auth import Principal
from rtp_shared.clock import utcnow
from rtp_shared.contracts.vocabulary import Route
from tests.conftest import NewClient
from tests.support.cases import EMPLOYER, READY, TRUST, employer_id, open_case, submit_case

pytestmark = pytest.mark.anyio


async def test_a_draft_is_opened_edited_and_submitted(new_client: NewClient) -> None:
    api = await new_client()
    opened = await api.post("/v1/cases", json={"employer": EMPLOYER})
    assert opened.status_code == 201
    case = opened.json()
    assert opened.headers["location"] == f"/v1/cases/{case['id']}"
    assert opened.headers["etag"] == '"1"'
    assert case["status"] == "draft"
    assert case["employerId"] == str(employer_id())
    assert case["region"] == "E12000007"

    changes = {key: value for key, value in READY.items() if key != "employer"}
    edited = await api.patch(f"/v1/cases/{case['id']}", json=changes, headers={"If-Match": '"1"'})
    assert edited.status_code == 200
    assert edited.headers["etag"] == '"2"'
    assert edited.json()["serviceName"] == READY["serviceName"]
    assert edited.json()["employerId"] == str(employer_id())

    submitted = await submit_case(api, edited.json())
    assert submitted["status"] == "eoi-submitted"
    assert submitted["submittedAt"] is not None
    read = await api.get(f"/v1/cases/{case['id']}")
    assert read.json() == submitted


async def test_null_takes_a_value_out(new_client: NewClient) -> None:
    api = await new_client()
    case = await open_case(api)
    answer = await api.patch(f"/v1/cases/{case['id']}", json={"employer": None}, headers={"If-Match": '"1"'})
    assert answer.json()["employerId"] is None
    assert answer.json()["region"] is None


async def test_an_empty_draft_names_everything_it_lacks_and_stays_a_draft(new_client: NewClient) -> None:
    api = await new_client()
    case = (await api.post("/v1/cases", json={})).json()
    answer = await api.post(f"/v1/cases/{case['id']}/actions/submit", headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {
        "/employer",
        "/serviceName",
        "/sector",
        "/applicantCount",
        "/conflictsDeclared",
    }
    assert (await api.get(f"/v1/cases/{case['id']}")).json() == case


async def test_a_submitted_case_cannot_be_edited_or_submitted_again(new_client: NewClient) -> None:
    api = await new_client()
    case = await submit_case(api, await open_case(api))
    path, match = f"/v1/cases/{case['id']}", {"If-Match": f'"{case["version"]}"'}
    assert (await api.patch(path, json={"summary": "other"}, headers=match)).status_code == 409
    assert (await api.post(f"{path}/actions/submit", headers=match)).status_code == 409
    assert (await api.get(path)).json() == case


@pytest.mark.parametrize("submitted", [False, True])
async def test_withdrawing_ends_a_case(new_client: NewClient, submitted: bool) -> None:
    api = await new_client()
    case = await open_case(api)
    if submitted:
        case = await submit_case(api, case)
    path, match = f"/v1/cases/{case['id']}/actions/withdraw", {"If-Match": f'"{case["version"]}"'}
    answer = await api.post(path, headers=match, json={"reason": "The group changed its mind"})
    assert answer.json()["status"] == "withdrawn"
    assert answer.json()["withdrawalReason"] == "The group changed its mind"
    again = await api.post(path, headers={"If-Match": answer.headers["etag"]})
    assert again.status_code == 409


async def test_writes_need_the_current_etag(new_client: NewClient) -> None:
    api = await new_client()
    case = await open_case(api)
    path = f"/v1/cases/{case['id']}"
    for method, url in (("PATCH", path), ("POST", f"{path}/actions/submit"), ("POST", f"{path}/actions/withdraw")):
        for header, status in ((None, 428), ('"9"', 412), ('W/"1"', 412), ('"x", "01"', 412), ("1", 400), ('"1', 400)):
            headers = {"If-Match": header} if header else {}
            answer = await api.request(method, url, json={}, headers=headers)
            assert answer.status_code == status, (method, url, header, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["errors"][0]["field"] == "If-Match"
    assert (await api.get(path)).json() == case


async def test_if_match_takes_a_list_and_any(new_client: NewClient) -> None:
    api = await new_client()
    case = await open_case(api)
    path = f"/v1/cases/{case['id']}"
    assert (await api.patch(path, json={}, headers={"If-Match": '"9", "1"'})).status_code == 200
    assert (await api.patch(path, json={}, headers={"If-Match": "*"})).status_code == 200


async def test_a_draft_is_not_disclosed_to_a_body_that_has_ended(new_client: NewClient, platform: Platform) -> None:
    api = await new_client()
    case = await open_case(api, commissioner="GB-NHS-RGT")
    change = text("UPDATE bodies SET ended_on = :day WHERE id = :id")
    database, trust = platform.runtimes["applications"].database, body_id("GB-NHS-RGT")
    async with database.transaction() as session:
        await session.execute(change, {"id": trust, "day": date(2026, 4, 1)})
    try:
        answer = await api.post(f"/v1/cases/{case['id']}/actions/submit", headers={"If-Match": '"1"'})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "/commissioner"
        assert (await api.get(f"/v1/cases/{case['id']}")).json() == case
    finally:
        async with database.transaction() as session:
            await session.execute(change, {"id": trust, "day": None})


async def test_head_is_get_without_the_body_and_405_names_all_methods(new_client: NewClient) -> None:
    api = await new_client()
    case = await open_case(api)
    path = f"/v1/cases/{case['id']}"
    head, get = await api.head(path), await api.get(path)
    assert head.status_code == 200
    assert head.content == b""
    assert (head.headers["etag"], head.headers["content-length"]) == (
        get.headers["etag"],
        get.headers["content-length"],
    )
    assert (await api.delete("/v1/cases")).headers["allow"] == "GET, HEAD, POST"
    assert (await api.put(path)).headers["allow"] == "GET, HEAD, PATCH"


async def test_unchanged_is_answered_304(new_client: NewClient) -> None:
    api = await new_client()
    case = await open_case(api)
    answer = await api.get(f"/v1/cases/{case['id']}", headers={"If-None-Match": '"7", W/"1"'})
    assert answer.status_code == 304
    assert answer.headers["etag"] == '"1"'
    assert answer.content == b""


async def test_lists_are_filtered_and_paged_without_gaps(new_client: NewClient) -> None:
    api = await new_client()
    cases = [await open_case(api, sector="libraries-and-archives" if i % 2 else "youth") for i in range(7)]
    newest_first = [case["id"] for case in reversed(cases)]
    seen: list[str] = []
    after: str | None = None
    while True:
        page = (await api.get("/v1/cases", params={"limit": 3, **({"after": after} if after else {})})).json()
        seen += [item["id"] for item in page["items"]]
        if len(seen) == 3:
            newest_first.insert(0, (await open_case(api))["id"])  # a newcomer moves no page
        if (after := page["next"]) is None:
            break
    assert seen == newest_first[1:]
    libraries = (await api.get("/v1/cases", params={"sector": "libraries-and-archives"})).json()["items"]
    assert {item["id"] for item in libraries} == {case["id"] for case in cases[1::2]}
    by_number = await api.get("/v1/cases", params={"number": cases[0]["number"].replace("-", " ")})
    assert [item["id"] for item in by_number.json()["items"]] == [cases[0]["id"]]
    assert (await api.get("/v1/cases", params={"status": "eoi-submitted"})).json()["items"] == []


class TestWhoMaySee:
    async def test_a_draft_is_hidden_from_the_employing_body(self, new_client: NewClient) -> None:
        intake = await new_client(organisation=employer_id())
        officers = await new_client(organisation=employer_id())
        case = await open_case(intake)
        path = f"/v1/cases/{case['id']}"
        hidden = await officers.get(path)
        unknown = await officers.get(f"/v1/cases/{uuid.uuid4()}")
        assert hidden.status_code == unknown.status_code == 404
        assert {**hidden.json(), "instance": ""} == {**unknown.json(), "instance": ""}
        for answer in (
            await officers.patch(path, json={}, headers={"If-Match": '"1"'}),
            await officers.post(f"{path}/actions/submit", headers={"If-Match": '"1"'}),
            await officers.post(f"{path}/actions/withdraw", headers={"If-Match": '"1"'}),
        ):
            assert answer.status_code == 404
        listed = (await officers.get("/v1/cases", params={"limit": 200})).json()["items"]
        assert case["id"] not in {item["id"] for item in listed}
        assert (await officers.get("/v1/cases", params={"number": case["number"]})).json()["items"] == []

    async def test_submission_discloses_it_to_the_bodies_it_names_and_no_others(self, new_client: NewClient) -> None:
        intake = await new_client()
        officers = await new_client(organisation=employer_id())
        trust = await new_client(organisation=body_id(TRUST))
        stranger = await new_client()
        case = await submit_case(intake, await open_case(intake, commissioner=TRUST))
        for api, status in ((intake, 200), (officers, 200), (trust, 200), (stranger, 404)):
            assert (await api.get(f"/v1/cases/{case['id']}")).status_code == status

    async def test_whoever_may_read_may_not_act_for_the_staff_group(self, new_client: NewClient) -> None:
        intake = await new_client()
        officers = await new_client(organisation=employer_id())
        case = await submit_case(intake, await open_case(intake))
        answer = await officers.post(
            f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": f'"{case["version"]}"'}
        )
        assert answer.status_code == 403
        assert (await intake.get(f"/v1/cases/{case['id']}")).json()["status"] == "eoi-submitted"

    async def test_a_withdrawn_draft_stays_hidden(self, new_client: NewClient) -> None:
        intake = await new_client()
        officers = await new_client(organisation=employer_id())
        case = await open_case(intake)
        await intake.post(f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": '"1"'})
        assert (await officers.get(f"/v1/cases/{case['id']}")).status_code == 404

    async def test_scopes_are_needed(self, new_client: NewClient) -> None:
        reader = await new_client(scopes="cases:read")
        answer = await reader.post("/v1/cases", json={})
        assert answer.status_code == 403
        assert 'scope="cases:write"' in answer.headers["www-authenticate"]
        nobody = await reader.get("/v1/cases", headers={"Authorization": ""})
        assert nobody.status_code == 401
        forged = await reader.get("/v1/cases", headers={"Authorization": "Bearer e30.e30.e30"})
        assert forged.status_code == 401
        assert 'error="invalid_token"' in forged.headers["www-authenticate"]


class TestIdempotency:
    async def test_the_same_request_gets_the_stored_answer(self, new_client: NewClient) -> None:
        api = await new_client()
        key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
        first = await api.post("/v1/cases", json=READY, headers=key)
        second = await api.post("/v1/cases", json=READY, headers=key)
        assert (first.status_code, first.content) == (second.status_code, second.content)
        assert first.headers["etag"] == second.headers["etag"]
        assert first.headers["location"] == second.headers["location"]
        assert second.headers["idempotency-replayed"] == "true"
        assert len((await api.get("/v1/cases")).json()["items"]) == 1

    async def test_a_submission_can_be_repeated_with_its_old_etag(self, new_client: NewClient) -> None:
        api = await new_client()
        case = await open_case(api)
        headers = {"Idempotency-Key": '"submit"', "If-Match": '"1"'}
        path = f"/v1/cases/{case['id']}/actions/submit"
        first, second = await api.post(path, headers=headers), await api.post(path, headers=headers)
        assert first.status_code == second.status_code == 200
        assert first.content == second.content

    async def test_another_body_or_path_is_refused(self, new_client: NewClient) -> None:
        api = await new_client()
        key = {"Idempotency-Key": '"one"'}
        case = (await api.post("/v1/cases", json=READY, headers=key)).json()
        other = await api.post("/v1/cases", json={**READY, "headcount": 5}, headers=key)
        assert other.status_code == 422
        assert other.json()["errors"][0]["field"] == "Idempotency-Key"
        elsewhere = await api.post(f"/v1/cases/{case['id']}/actions/submit", headers={**key, "If-Match": '"1"'})
        assert elsewhere.status_code == 422
        assert len((await api.get("/v1/cases")).json()["items"]) == 1

    async def test_keys_belong_to_their_client(self, new_client: NewClient) -> None:
        one, two = await new_client(), await new_client()
        key = {"Idempotency-Key": '"shared"'}
        first = await one.post("/v1/cases", json=READY, headers=key)
        second = await two.post("/v1/cases", json=READY, headers=key)
        assert first.json()["id"] != second.json()["id"]

    async def test_a_refused_request_stores_nothing(self, new_client: NewClient) -> None:
        api = await new_client()
        key = {"Idempotency-Key": '"retry"'}
        assert (await api.post("/v1/cases", json={"sector": "x"}, headers=key)).status_code == 422
        assert (await api.post("/v1/cases", json={"sector": "youth"}, headers=key)).status_code == 201

    async def test_a_first_request_still_running_is_a_conflict(self, new_client: NewClient, platform: Platform) -> None:
        api = await new_client()
        database = platform.runtimes["applications"].database
        async with database.transaction() as session:
            # What a first request holds while it runs.
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
            await session.execute(lock, {"key": f"{api.client_id} busy"})
            answer = await api.post("/v1/cases", json=READY, headers={"Idempotency-Key": '"busy"'})
        assert answer.status_code == 409
        assert (await api.post("/v1/cases", json=READY, headers={"Idempotency-Key": '"busy"'})).status_code == 201

    @pytest.mark.parametrize("key", ["", '""', '"a"b"', "x" * 300, '"\tx"'])
    async def test_a_key_that_is_none_is_refused(self, new_client: NewClient, key: str) -> None:
        api = await new_client()
        answer = await api.post("/v1/cases", json=READY, headers={"Idempotency-Key": key})
        assert answer.status_code == 400
        assert (await api.get("/v1/cases")).json()["items"] == []


BAD_BODIES: list[tuple[Any, str]] = [
    ({"employer": "GB-LAE-NONE"}, "/employer"),
    ({"employer": str(uuid.uuid4())}, "/employer"),
    ({"employer": "GB-LAE-ALL"}, "/employer"),  # Allerdale ended in 2023
    ({"commissioner": "GB-NHS-R1C"}, "/commissioner"),  # Solent NHS Trust closed in 2024
    ({"employer": "GB\x00LAE"}, "/employer"),
    ({"serviceName": "a\x00b"}, "/serviceName"),
    ({"serviceName": "line\nline"}, "/serviceName"),
    ({"serviceName": ""}, "/serviceName"),
    ({"serviceName": "x" * 201}, "/serviceName"),
    ({"serviceName": 5}, "/serviceName"),
    ({"sector": "banking"}, "/sector"),
    ({"headcount": -1}, "/headcount"),
    ({"headcount": 10**30}, "/headcount"),
    ({"headcount": 1.5}, "/headcount"),
    ({"headcount": True}, "/headcount"),
    ({"annualValuePence": "100"}, "/annualValuePence"),
    ({"annualValuePence": 10**19}, "/annualValuePence"),
    ({"supportNeeds": ["legal"] * 11}, "/supportNeeds"),
    ({"supportNeeds": "legal"}, "/supportNeeds"),
    ({"financePurposes": ["gold"]}, "/financePurposes/0"),
    ({"conflictsDeclared": None}, "/conflictsDeclared"),
    ({"conflictsDeclared": "on"}, "/conflictsDeclared"),
    ({"sevriceName": "typing mistake"}, "/sevriceName"),
    ({"service_name": "not the name on the wire"}, "/service_name"),
    ({"route": "right-to-request"}, "/route"),
    ([], ""),
    ("text", ""),
]


@pytest.mark.parametrize(("body", "field"), BAD_BODIES)
async def test_bad_bodies_name_the_field_and_change_nothing(new_client: NewClient, body: Any, field: str) -> None:
    api = await new_client()
    answer = await api.post("/v1/cases", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert all(error["reason"] for error in answer.json()["errors"])
    assert (await api.get("/v1/cases")).json()["items"] == []


HOSTILE = [
    b"{",
    b"\xff\xfe",
    b'{"serviceName": "\xc0\xa0"}',
    b'{"serviceName": "\\ud800"}',
    b'{"headcount": NaN}',
    b'{"headcount": 1' + b"0" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"null",
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_bodies_are_refused(new_client: NewClient, body: bytes) -> None:
    api = await new_client()
    answer = await api.post("/v1/cases", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await api.get("/v1/cases")).json()["items"] == []


async def test_a_body_that_is_not_json_or_too_large_is_refused(new_client: NewClient) -> None:
    api = await new_client()
    plain = await api.post("/v1/cases", content=b"a=b", headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415
    large = await api.post("/v1/cases", content=b" " * 2_000_000, headers={"Content-Type": "application/json"})
    assert large.status_code == 413
    assert large.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("after=%00", "after"),
        ("after=!!", "after"),
        ("after=W10", "after"),
        ("after=WyJ4Il0", "after"),
        ("status=open", "status"),
        ("employer=camden", "employer"),
        ("number=RTP-482-715-9360", "number"),
        ("number=%00", "number"),
    ],
)
async def test_bad_queries_name_the_parameter(new_client: NewClient, query: str, field: str) -> None:
    api = await new_client()
    answer = await api.get(f"/v1/cases?{query}")
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/cases/not-a-uuid", 422),
        ("GET", "/v1/nothing", 404),
        ("PUT", "/v1/cases", 405),
        ("GET", "/v1/cases/", 404),
        ("GET", "/v1/bodies/%00", 422),
        ("GET", "/v1/bodies/GB-NHS-NONE", 404),
        ("GET", "/v1/bodies?q=%00", 422),
        ("GET", "/v1/bodies?after=WyJhIiwieCJd", 422),
    ],
)
async def test_wrong_paths_are_problems(new_client: NewClient, method: str, path: str, status: int) -> None:
    api = await new_client()
    answer = await api.request(method, path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_a_new_case_is_an_object_like_any_other(platform: Platform) -> None:
    """Opening writes past the unit of work; what changes afterwards in the same transaction must still be written."""
    runtime = platform.runtimes["applications"]
    actor = Principal("object-test", uuid.uuid4(), frozenset())
    async with runtime.database.transaction(actor.readers) as session:
        case = await commands.open_case(
            session, route=Route.RIGHT_TO_PROVIDE, details={}, actor=actor, outbox=runtime.outbox
        )
        case.edit({"summary": "changed at once"}, now=utcnow())
        case_id = case.id
    async with runtime.database.transaction(actor.readers) as session:
        row = await queries.get_case(session, case_id, readers=actor.readers)
    assert (row.summary, row.version, row.sequence) == ("changed at once", 2, 1)
