"""A barrier that is not disclosed: the employing body cannot tell by any means that it exists."""

import re
import uuid
from typing import Any

import httpx
import pytest

from rtp_applications.bodies.models import body_id
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_shared.clock import today
from tests.applications.registers.barriers.test_commands import CENTRAL, DONE, REPORT, act, done, events_of, ids, report
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Case, Office, submitted_office
from tests.support.cases import TRUST, employer_id, open_case, submit_case
from tests.support.problems import name_problem, strike_instance
from tests.support.tables import connect_for, require_denied

pytestmark = pytest.mark.anyio


async def seen(desk: ActorClient, case: dict[str, Any]) -> dict[str, Any]:
    """Everything about the case that its reader can get at, with what differs from call to call struck out."""
    found: dict[str, Any] = {}
    for path in (
        f"/v1/cases/{case['id']}",
        f"/v1/cases/{case['id']}/barriers",
        f"/v1/cases/{case['id']}/history",
        f"/v1/cases/{case['id']}/records",
        f"/v1/cases/{case['id']}/deadlines",
        f"/v1/barriers/counts?body={employer_id()}",
    ):
        answer = await desk.api.get(path, headers={"On-Behalf-Of": desk.person})
        assert answer.status_code == 200, path
        found[path] = (answer.status_code, answer.headers.get("etag"), answer.json())
    return found


def alike(hidden: httpx.Response, unknown: httpx.Response) -> bool:
    def told(answer: httpx.Response) -> Any:
        headers = {name for name in answer.headers if name != "correlation-id"}
        return answer.status_code, headers, strike_instance(answer)

    return bool(told(hidden) == told(unknown))


async def secret_keeping(desk: ActorClient, it: dict[str, Any], case: dict[str, Any]) -> None:
    """Nothing that names it or lists it tells of it."""
    assert it["id"] not in await ids(desk.api)
    assert it["id"] not in await ids(desk.api, kind=it["kind"], state=it["state"])
    if (await desk.get(f"/v1/cases/{case['id']}")).status_code == 200:
        assert await ids(desk.api, f"/v1/cases/{case['id']}/barriers") == set()
    nothing = {**it, "id": str(uuid.uuid4())}
    assert alike(await desk.get(f"/v1/barriers/{it['id']}"), await desk.get(f"/v1/barriers/{nothing['id']}"))
    for action, body in (
        ("disclose", None),
        ("answer", {"answer": "x", "dueOn": "2099-01-01"}),
        ("close", DONE),
        ("withdraw", None),
        ("close", {"state": "nonsense"}),
    ):
        assert alike(await act(desk, it, action, body), await act(desk, nothing, action, body)), action


async def test_nothing_that_the_body_can_read_changes(office: Office, platform: Platform) -> None:
    before, told = await seen(office.officer, office.case), await events_of(platform, office.officer.api, office.case)
    one = await report(office.group, office.case, body=str(employer_id()))
    two = await report(office.group, office.case, kind="vat", dueOn="2026-01-01", body=str(employer_id()))
    await done(office.group, one, "close", DONE)
    for desk in (office.officer, office.decider):
        await secret_keeping(desk, one, office.case)
        await secret_keeping(desk, two, office.case)
    assert await seen(office.officer, office.case) == before
    assert await events_of(platform, office.officer.api, office.case) == told != []


async def test_the_next_event_and_audit_entry_leave_no_gap(office: Office, platform: Platform) -> None:
    before = await events_of(platform, office.officer.api, office.case)
    await report(office.group, office.case)
    acknowledged = await office.officer.do(office.case, "acknowledge", sentOn=str(today()))
    after = await events_of(platform, office.officer.api, office.case)
    assert len(after) == len(before) + 1
    newest = max(int(event["sequence"]) for event in before)
    assert max(int(event["sequence"]) for event in after) == newest + 1
    known = (await office.officer.get(f"/v1/cases/{office.case['id']}")).json()
    assert known["version"] == acknowledged["version"]


async def test_a_barrier_in_a_draft_is_known_to_nobody_else(new_client: NewClient, platform: Platform) -> None:
    portal, officer = await new_client(), ActorClient(await new_client(organisation=employer_id()), "officer-1")
    central, group = ActorClient(await new_client(scopes=CENTRAL), "central-1"), ActorClient(portal, portal.person)
    colleague = ActorClient(await new_client(organisation=portal.organisation), "colleague")
    case = await open_case(portal)
    it = await report(group, case, body=str(employer_id()))
    for desk in (officer, central, colleague):
        await secret_keeping(desk, it, case)
        unknown = {**case, "id": str(uuid.uuid4())}
        hidden = await desk.get(f"/v1/cases/{case['id']}/barriers")
        assert alike(hidden, await desk.get(f"/v1/cases/{unknown['id']}/barriers"))
        posted = await desk.post(f"/v1/cases/{case['id']}/barriers", REPORT)
        assert alike(posted, await desk.post(f"/v1/cases/{unknown['id']}/barriers", REPORT))
    assert await ids(portal) == {it["id"]}
    assert name_problem(await act(group, it, "disclose")) == (409, "nothing-to-disclose")
    opened = await group.post(f"/v1/cases/{case['id']}/barriers", {**REPORT, "disclosed": True})
    assert name_problem(opened) == (409, "nothing-to-disclose")
    assert await ids(portal) == {it["id"]}

    case = await submit_case(portal, case)
    await secret_keeping(officer, it, case)
    assert it["id"] in await ids(central.api)
    assert [event["type"] for event in await events_of(platform, officer.api, case) if "barrier" in event["type"]] == []


async def test_a_withdrawn_draft_s_barrier_stays_hidden_from_the_centre(
    new_client: NewClient, group: Api, case: Case
) -> None:
    central = await new_client(scopes=CENTRAL)
    it = await report(ActorClient(group, group.person), case)
    withdrawn = await group.post(f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": "*"})
    assert withdrawn.status_code == 200
    assert it["id"] not in await ids(central)
    assert it["id"] in await ids(group)


async def test_the_centre_sees_what_is_undisclosed_unless_it_is_the_body_itself(
    new_client: NewClient, office: Office
) -> None:
    it = await report(office.group, office.case)
    central = await new_client(scopes=CENTRAL)
    of_the_body = ActorClient(await new_client(scopes=CENTRAL, organisation=employer_id()), "central-2")
    assert it["id"] in await ids(central)
    assert (await central.get(f"/v1/barriers/{it['id']}")).json()["changes"][0]["action"] == "report"
    await secret_keeping(of_the_body, it, office.case)


async def test_another_body_of_the_case_cannot_tell_either(new_client: NewClient, group: Api) -> None:
    trust = ActorClient(await new_client(organisation=body_id(TRUST)), "commissioner-1")
    case = await submit_case(group, await open_case(group, commissioner=TRUST))
    it = await report(ActorClient(group, group.person), case, body=TRUST)
    await secret_keeping(trust, it, case)


async def test_the_group_s_own_client_sees_its_own_though_it_belongs_to_the_body(new_client: NewClient) -> None:
    portal = await new_client(organisation=employer_id())
    others = ActorClient(await new_client(organisation=employer_id()), "officer-1")
    case = await submit_case(portal, await open_case(portal))
    it = await report(ActorClient(portal, portal.person), case)
    assert it["id"] in await ids(portal)
    await secret_keeping(others, it, case)


async def test_whoever_a_body_vouches_for_cannot_report_in_secret(office: Office) -> None:
    await office.officer.appoint(office.case, "staff-rep", "rep-1")
    rep = ActorClient(office.officer.api, "rep-1")
    hidden = await rep.post(f"/v1/cases/{office.case['id']}/barriers", REPORT)
    assert name_problem(hidden) == (403, "a-body-vouches")
    assert (await report(rep, office.case, disclosed=True))["reportedAs"] == "staff-rep"


async def test_after_the_disclosure_a_body_sees_what_came_since(office: Office) -> None:
    it = await report(office.group, office.case)
    await done(office.group, it, "disclose")
    known = (await office.officer.get(f"/v1/barriers/{it['id']}")).json()
    assert [each["action"] for each in known["changes"]] == ["disclose"]
    own = (await office.group.get(f"/v1/barriers/{it['id']}")).json()
    assert [each["action"] for each in own["changes"]] == ["report", "disclose"]
    assert office.group.api.client_id not in str(known)


async def test_metrics_count_no_barriers(office: Office, platform: Platform) -> None:
    await report(office.group, office.case)
    shown = platform.runtimes["applications"].metrics.render().decode()
    assert not re.search(r"^[^#{]*barrier", shown, re.MULTILINE)


async def test_a_query_that_forgets_the_first_wall_meets_the_second(
    new_client: NewClient, database_server: Postgres
) -> None:
    office: Office = await submitted_office(new_client)
    draft = await open_case(office.group.api)
    of_a_draft, hidden = await report(office.group, draft), await report(office.group, office.case)
    open_ = await report(office.group, office.case, disclosed=True)

    async def walls(readers: str) -> list[int]:
        barrier = "SELECT count(*) FROM barriers WHERE id = $1::text::uuid"
        change = "SELECT count(*) FROM barrier_changes WHERE barrier_id = $1::text::uuid"
        every = [(sql, it["id"]) for sql in (barrier, change) for it in (of_a_draft, hidden, open_)]
        async with connect_for(database_server, readers) as connection:
            return [await connection.fetchval(sql, id_) for sql, id_ in every]

    employer = f"org:{employer_id()}"
    assert await walls("") == [0, 0, 0, 0, 0, 0]
    assert await walls("public") == [0, 0, 0, 0, 0, 0]
    assert await walls(f"client:x {employer}") == [0, 0, 1, 0, 0, 1]
    assert await walls(f"client:x {employer} scope:cases:oversee") == [0, 0, 1, 0, 0, 1]
    assert await walls("client:x scope:cases:oversee") == [0, 1, 1, 0, 1, 1]
    assert await walls(f"client:{office.group.api.client_id} {employer}") == [1, 1, 1, 1, 1, 1]
    assert await walls("counts:barriers") == [0, 0, 1, 0, 0, 0]
    assert await walls("system") == [1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE barrier_changes SET note = 'x'",
        "DELETE FROM barrier_changes",
        "DELETE FROM barriers",
        "DELETE FROM published_decisions",
        "UPDATE recommendation_updates SET note = 'x'",
        "DELETE FROM recommendation_updates",
        "DELETE FROM recommendations",
        "DELETE FROM body_rules",
    ],
)
async def test_what_the_registers_keep_is_never_changed_nor_deleted(database_server: Postgres, statement: str) -> None:
    await require_denied(database_server, statement)


async def test_a_key_repeats_the_answer_only_to_whoever_used_it(office: Office) -> None:
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}

    async def send(api: Api) -> httpx.Response:
        return await api.post(f"/v1/cases/{office.case['id']}/barriers", json=REPORT, headers=key)

    first, again = await send(office.group.api), await send(office.group.api)
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    assert (await send(office.officer.api)).status_code == 403
