"""The register of barriers: who reports, answers and closes, what is told of it, and what is counted."""

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_shared.clock import today
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Case, Office, submitted_office
from tests.support.bodies import OVERSEER, record_body
from tests.support.cases import employer_id
from tests.support.pages import read_pages
from tests.support.problems import list_fields, name_problem
from tests.support.tables import connect_as_owner

pytestmark = pytest.mark.anyio

CENTRAL = "cases:read cases:write cases:oversee events:read"
REPORT = {"kind": "information-withheld", "description": "The cost of the service is not disclosed to us."}
PROMISE = {"answer": "The accounts follow", "dueOn": str(today() + timedelta(days=14))}
DONE = {"state": "removed", "outcome": "We have the accounts."}


async def report(desk: ActorClient, case: dict[str, Any], **details: Any) -> dict[str, Any]:
    answer = await desk.post(f"/v1/cases/{case['id']}/barriers", {**REPORT, **details})
    assert answer.status_code == 201, answer.text
    barrier: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/barriers/{barrier['id']}"
    assert answer.headers["etag"] == f'"{barrier["version"]}"'
    return barrier


async def act(desk: ActorClient, it: dict[str, Any], action: str, body: Any = None) -> httpx.Response:
    return await desk.post(f"/v1/barriers/{it['id']}/actions/{action}", body, version=it["version"])


async def done(desk: ActorClient, it: dict[str, Any], action: str, body: Any = None) -> dict[str, Any]:
    answer = await act(desk, it, action, body)
    assert answer.status_code == 200, (action, answer.text)
    after: dict[str, Any] = answer.json()
    return after


async def ids(api: httpx.AsyncClient, path: str = "/v1/barriers", **params: Any) -> set[str]:
    return {each["id"] for each in await read_pages(api, path, limit=200, **params)}


async def events_of(platform: Platform, api: Api, case: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the applications service about the case, as this client may see them."""
    await platform.drain_events()
    found = await read_pages(api, "/v1/events", limit=200)
    return [each for each in found if each.get("caseid") == case["id"] and "/applications" in each["source"]]


async def test_a_barrier_is_raised_answered_and_removed(office: Office, platform: Platform) -> None:
    due = str(today() + timedelta(days=3))
    it = await report(
        office.group, office.case, body=str(employer_id()), askedOf="Director of finance", dueOn=due, disclosed=True
    )
    assert (it["state"], it["disclosed"], it["body"], it["reportedAs"]) == (
        "open", True, str(employer_id()), "applicant-lead",
    )  # fmt: skip
    answered = await done(office.officer, it, "answer", PROMISE)
    assert (answered["state"], answered["dueOn"], answered["answer"]) == (
        "being-removed", PROMISE["dueOn"], PROMISE["answer"],
    )  # fmt: skip
    closed = await done(office.group, answered, "close", DONE)
    assert (closed["state"], closed["outcome"], closed["version"]) == ("removed", DONE["outcome"], 3)
    assert [(each["action"], each["role"], each["dueOn"]) for each in closed["changes"]] == [
        ("report", "applicant-lead", due),
        ("answer", "case-officer", PROMISE["dueOn"]),
        ("close", "applicant-lead", PROMISE["dueOn"]),
    ]
    events = [event for event in await events_of(platform, office.group.api, office.case) if "barrier" in event["type"]]
    assert [event["type"].split(".")[-2] for event in events] == ["barrier-raised", "barrier-closed"]
    assert (events[1]["data"]["barrierId"], events[1]["data"]["state"]) == (it["id"], "removed")
    assert REPORT["description"] not in str(events)
    assert await events_of(platform, office.officer.api, office.case) != []
    assert office.group.person not in str(await office.officer.get(f"/v1/barriers/{it['id']}"))


async def test_a_disclosed_change_keeps_the_case_s_audit_and_etag_whole(office: Office, platform: Platform) -> None:
    before = (await office.group.get(f"/v1/cases/{office.case['id']}")).json()
    it = await report(office.group, office.case)
    disclosed = await done(office.group, it, "disclose")
    await done(office.group, disclosed, "withdraw", {"reason": "It was a misunderstanding."})
    assert (await office.group.get(f"/v1/cases/{office.case['id']}")).json()["version"] == before["version"]
    numbers = [int(event["sequence"]) for event in await events_of(platform, office.group.api, office.case)]
    assert numbers == [1, *range(1, len(numbers))]  # the draft's, and the case's
    async with platform.runtimes["applications"].database.transaction() as session:
        rows = await session.execute(
            text("SELECT action FROM audit_entries WHERE case_id = :id ORDER BY position"), {"id": office.case["id"]}
        )
        actions = [row.action for row in rows]
    assert actions[-2:] == ["disclose-barrier", "withdraw-barrier"]


async def test_the_body_that_can_remove_it_answers_without_a_role(office: Office) -> None:
    stranger = ActorClient(office.officer.api, "nobody-in-particular")
    of_the_body = await report(office.group, office.case, body=str(employer_id()), disclosed=True)
    answered = await done(stranger, of_the_body, "answer", PROMISE)
    assert answered["changes"][-1]["role"] is None
    of_nobody = await report(office.group, office.case, disclosed=True)
    assert name_problem(await act(stranger, of_nobody, "answer", PROMISE)) == (403, "not-the-answering-side")
    assert name_problem(await act(office.group, of_nobody, "answer", PROMISE)) == (403, "not-the-answering-side")
    assert (await act(office.decider, of_nobody, "answer", PROMISE)).status_code == 200


async def test_each_side_does_its_own(new_client: NewClient, office: Office) -> None:
    central = ActorClient(await new_client(scopes=CENTRAL), "central-1")
    answer = await office.officer.post(f"/v1/cases/{office.case['id']}/barriers", REPORT)
    assert name_problem(answer) == (403, "not-the-reporting-side")
    it = await report(office.group, office.case, disclosed=True)
    for desk, action, body in (
        (office.officer, "close", DONE),
        (office.officer, "withdraw", None),
        (office.officer, "disclose", None),
        (central, "withdraw", None),
    ):
        assert name_problem(await act(desk, it, action, body)) == (403, "not-the-reporting-side"), action
    closed = await done(central, it, "close", {"state": "not-removed", "outcome": "The board refused."})
    assert (closed["state"], closed["changes"][-1]["role"]) == ("not-removed", "mutuals-team")


async def test_what_is_closed_or_disclosed_stays_so(office: Office) -> None:
    it = await report(office.group, office.case, disclosed=True)
    assert name_problem(await act(office.group, it, "disclose")) == (409, "disclosed-already")
    closed = await done(office.group, it, "close", DONE)
    for desk, action, body in (
        (office.group, "close", DONE),
        (office.group, "withdraw", None),
        (office.group, "disclose", None),
        (office.officer, "answer", PROMISE),
    ):
        assert name_problem(await act(desk, closed, action, body)) == (409, "barrier-closed"), action


async def test_a_stale_version_is_refused(office: Office) -> None:
    it = await report(office.group, office.case, disclosed=True)
    await done(office.officer, it, "answer", PROMISE)
    assert (await act(office.group, it, "close", DONE)).status_code == 412
    missing = await office.group.api.post(f"/v1/barriers/{it['id']}/actions/close", json=DONE)
    assert missing.status_code == 428


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "weather"}, "/kind"),
        ({"description": " "}, "/description"),
        ({"description": "a\u0000b"}, "/description"),
        ({"body": "GB-LAE-NONE"}, "/body"),
        ({"askedOf": "two\nlines"}, "/askedOf"),
        ({"dueOn": "soon"}, "/dueOn"),
        ({"disclosed": "yes"}, "/disclosed"),
        ({"caseId": str(uuid.uuid4())}, "/caseId"),
    ],
)
async def test_bad_reports_name_the_field_and_leave_nothing(
    group: Api, case: Case, changed: dict[str, Any], field: str
) -> None:
    answer = await group.post(f"/v1/cases/{case['id']}/barriers", json={**REPORT, **changed})
    assert field in list_fields(answer)
    assert await ids(group) == set()


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("answer", {**PROMISE, "dueOn": "2020-01-01"}, "/dueOn"),
        ("answer", {"answer": "Some day"}, "/dueOn"),
        ("close", {**DONE, "state": "open"}, "/state"),
        ("close", {"state": "removed"}, "/outcome"),
    ],
)
async def test_bad_actions_name_the_field_and_change_nothing(
    office: Office, action: str, body: dict[str, Any], field: str
) -> None:
    it = await report(office.group, office.case, disclosed=True)
    answer = await act(office.officer if action == "answer" else office.group, it, action, body)
    assert field in list_fields(answer)
    assert (await office.group.get(f"/v1/barriers/{it['id']}")).json() == it


async def test_the_caseload_is_filtered(new_client: NewClient, office: Office) -> None:
    api, body = office.group.api, await record_body(await new_client(scopes=OVERSEER))
    late = await report(office.group, office.case, dueOn=str(today() - timedelta(days=1)), body=body["id"])
    fine = await report(office.group, office.case, dueOn=str(today()), kind="vat", disclosed=True)
    gone = await report(office.group, office.case, dueOn=str(today() - timedelta(days=9)), kind="assets")
    await done(office.group, gone, "withdraw")
    every = {late["id"], fine["id"], gone["id"]}
    assert late["overdue"]
    assert await ids(api) == await ids(api, f"/v1/cases/{office.case['id']}/barriers") == every
    assert await ids(api, overdue="true") == {late["id"]}
    assert await ids(api, overdue="false") == {fine["id"], gone["id"]}
    assert await ids(api, kind="vat") == {fine["id"]}
    assert await ids(api, state="withdrawn") == {gone["id"]}
    assert await ids(api, body=body["id"]) == {late["id"]}
    assert await ids(api, body=f"GB-NHS-{body['identifiers'][0]['value']}") == {late["id"]}
    listed = [each["id"] for each in await read_pages(api, "/v1/barriers", limit=1)]
    assert len(listed) == 3
    assert listed[-1] == fine["id"], "those that were not disclosed come before it"
    assert {uuid.UUID(each["id"]).version for each in (late, gone)} == {4}, "their ids tell no time"


async def test_counts_per_body(new_client: NewClient, office: Office, database_server: Postgres) -> None:
    """Enough of one kind, of which fewer than eight are of any state but two; and too few of another."""
    body, counts = await record_body(await new_client(scopes=OVERSEER)), "/v1/barriers/counts"

    async def raised(**details: Any) -> dict[str, Any]:
        return await report(office.group, office.case, body=body["id"], disclosed=True, **details)

    for _ in range(9):
        await raised(dueOn=str(today() - timedelta(days=90)))
    for _ in range(8):
        await done(office.group, await raised(), "close", DONE)
    for _ in range(7):
        await raised(kind="vat")
    await done(office.group, await raised(), "withdraw")
    await report(office.group, office.case, body=body["id"])
    anybody = await new_client(scopes="")
    assert await read_pages(anybody, counts, body=body["id"]) == [], "what is of this month is not counted yet"
    async with connect_as_owner(database_server) as connection:
        earlier = "disclosed_at = now() - interval '70 days', closed_at = closed_at - interval '60 days'"
        moved = f"UPDATE barriers SET {earlier} WHERE disclosed AND body_id = $1"  # noqa: S608
        await connection.execute(moved, uuid.UUID(body["id"]))
    expected = {
        "body": body["id"], "bodyName": "Test Council", "kind": "information-withheld", "raised": 20, "open": 10,
        "overdue": 10, "removed": 10, "notRemoved": None, "withdrawn": None, "medianDaysToRemoval": 10.0,
    }  # fmt: skip
    assert await read_pages(anybody, counts, body=body["id"], limit=1) == [expected]
    await raised()
    assert await read_pages(anybody, counts, body=body["id"]) == [expected], "it changes with the month alone"


async def test_a_staff_representative_reports_and_is_not_overheard(new_client: NewClient) -> None:
    office: Office = await submitted_office(new_client)
    union, adviser = ActorClient(await new_client(), "rep-1"), ActorClient(await new_client(), "adviser-1")
    for desk, role in ((union, "staff-rep"), (adviser, "adviser")):
        await office.group.appoint(office.case, role, desk.person, holder={"client": desk.api.client_id})
    it = await report(union, office.case)
    assert await ids(union.api) == await ids(office.group.api) == {it["id"]}
    assert await ids(adviser.api) == set()
    assert (await act(adviser, it, "disclose")).status_code == 404
    disclosed = await done(union, it, "disclose")
    assert await ids(adviser.api) == {it["id"]}
    assert name_problem(await act(adviser, disclosed, "withdraw")) == (403, "not-the-reporting-side")
    assert (await act(office.group, disclosed, "close", DONE)).status_code == 200
