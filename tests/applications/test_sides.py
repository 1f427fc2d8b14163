"""The sides of a case: who may see it and act on it, and that Python and row-level security say the same."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import body_id
from rtp_applications.cases.errors import NoSuchCase
from rtp_applications.cases.store import find_status, lock, read_snapshot
from rtp_applications.registers.barriers.queries import require_case
from rtp_applications.search.listing import Question, list_cases
from rtp_applications.sides import count_version, find_change_time, is_on_bodies_side
from rtp_applications.workflow.definition import Caller
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.identities import SYSTEM
from tests.applications.deadlines.office import list_events
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import TRUST, employer_id, open_case, submit_case
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

HELD = """
    INSERT INTO case_records VALUES (:id, 'for-bodies', '', '{}', '[]', 'bodies');
    INSERT INTO audit_entries
    VALUES (:id, 99, now(), '{}', 'for-bodies', NULL, 99, '{}', NULL, '[]', 'bodies', '', '', '');
    INSERT INTO documents (case_id, kind, title, confidentiality, foi_exempt, audience, version, revision, created_by,
                           created_at, changed_at, disclosed_from)
    VALUES (:id, 'other', 'for-bodies', 'confidential', false, 'bodies', 0, 1, '{}', now(), now(), 1)
"""
"""What is for the bodies' side only, in each table that has such things."""
SEEN = {
    "case": "SELECT count(*) FROM cases WHERE id = :id",
    "record": "SELECT count(*) FROM case_records WHERE case_id = :id AND kind = 'for-bodies'",
    "audit": "SELECT count(*) FROM audit_entries WHERE case_id = :id AND action = 'for-bodies'",
    "document": "SELECT count(*) FROM documents WHERE case_id = :id AND title = 'for-bodies'",
}


COUNTS = """
    UPDATE cases SET version = 9, confidential_steps = 2, draft_steps = 3, changed_for_all_at = opened_at,
                     draft_readers = ARRAY['client:' || opened_by, 'client:inside', 'system'] WHERE id = :id
"""


async def find_by_queries(session: AsyncSession, case_id: uuid.UUID, readers: Sequence[str]) -> set[bool]:
    """Whether these readers may know of the case, as each query answers: in a session of the owner, by itself alone."""
    listed = await list_cases(session, Question(readers, {"employer": [employer_id()]}), limit=1000)
    try:
        await require_case(session, case_id, readers=readers)
        required = True
    except NoSuchCase:
        required = False
    return {
        required,
        str(case_id) in {row.id for row in listed},
        await read_snapshot(session, case_id, readers=readers, now=utcnow()) is not None,
        await lock(session, case_id, readers=readers) is not None,
        await find_status(session, case_id, readers=readers) is not None,
    }


@pytest.mark.parametrize("submitted", [True, False])
async def test_python_and_row_level_security_agree_on_the_bodies_side(
    new_client: NewClient, platform: Platform, submitted: bool
) -> None:
    """Whoever is asked about: the group's client, clients of each body, of another one, the centre and the system."""
    intake, database = await new_client(organisation=employer_id()), platform.runtimes["applications"].database
    case = await open_case(intake, commissioner=TRUST, furtherEmployers=["GB-LAE-HCK"])
    case_id = uuid.UUID((await submit_case(intake, case) if submitted else case)["id"])
    outsider, employer, trust = f"org:{uuid.uuid4()}", f"org:{employer_id()}", f"org:{body_id(TRUST)}"
    async with database.transaction() as session:
        for statement in HELD.split(";"):
            await session.execute(text(statement), {"id": case_id})
        let_in = "UPDATE cases SET readers = readers || ARRAY['client:outside', 'client:inside'] WHERE id = :id"
        await session.execute(text(let_in), {"id": case_id})
        await session.execute(text(COUNTS), {"id": case_id})
        snapshot = await read_snapshot(session, case_id, readers=SYSTEM, now=utcnow())
    assert snapshot is not None
    everybody = [
        (f"client:{intake.client_id}", employer),
        ("client:officers", employer),
        ("client:trust", trust),
        ("client:further", f"org:{body_id('GB-LAE-HCK')}"),
        ("client:stranger", outsider),
        ("client:outside", outsider),
        ("client:inside", trust),
        ("client:central", outsider, "scope:cases:oversee"),
        SYSTEM,
    ]
    sides = set()
    for readers in everybody:
        async with database.transaction(readers, read_only=True) as session:
            seen = {name: await session.scalar(text(sql), {"id": case_id}) for name, sql in SEEN.items()}
            listed = await list_cases(session, Question(readers, {"number": snapshot.case.number}), limit=1)
        caller = Caller("p-1", tuple(readers))
        on_bodies_side = is_on_bodies_side(snapshot.case, caller)
        counted = (count_version(snapshot.case, caller), find_change_time(snapshot.case, caller))
        found = [(each.version, datetime.fromisoformat(each.changed_at)) for each in listed]
        assert found == ([counted] if seen["case"] else []), readers
        sides.add((seen["case"], on_bodies_side))
        expected = int(bool(seen["case"]) and on_bodies_side)
        assert (seen["record"], seen["document"]) == (expected, expected), readers
        visible = expected if submitted or readers == SYSTEM else 0  # nothing of a draft's history was disclosed
        assert seen["audit"] == visible, readers
        async with open_as(platform.runtimes["applications"], "owner") as session:
            assert await find_by_queries(session, case_id, readers) == {bool(seen["case"])}, readers
    assert sides >= {(1, True), (1, False), (0, False)}


async def test_a_draft_is_hidden_from_the_employing_body(new_client: NewClient, officers: Api) -> None:
    intake = await new_client(organisation=employer_id())
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


async def test_submission_discloses_it_to_the_bodies_it_names_and_no_others(
    new_client: NewClient, group: Api, officers: Api
) -> None:
    trust = await new_client(organisation=body_id(TRUST))
    stranger = await new_client()
    case = await submit_case(group, await open_case(group, commissioner=TRUST))
    for api, status in ((group, 200), (officers, 200), (trust, 200), (stranger, 404)):
        assert (await api.get(f"/v1/cases/{case['id']}")).status_code == status


async def test_the_bodies_count_a_case_from_its_submission(platform: Platform, group: Api, officers: Api) -> None:
    case = await open_case(group)
    for headcount in (3, 4, 5):
        await group.patch(f"/v1/cases/{case['id']}", json={"headcount": headcount}, headers={"If-Match": "*"})
    await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    await platform.drain_events()
    [theirs], [opened, ours] = [await list_events(api, case) for api in (officers, group)]
    assert theirs == ours
    assert (int(theirs["sequence"]), "previoushash" in theirs) == (1, False)
    assert opened["source"] == f"{theirs['source']}/drafts"
    versions = [(await api.get(f"/v1/cases/{case['id']}")).json()["version"] for api in (officers, group)]
    assert versions == [1, 5]


async def test_whoever_may_read_may_not_act_for_the_staff_group(group: Api, officers: Api, submitted: Case) -> None:
    path = f"/v1/cases/{submitted['id']}"
    tag = (await officers.get(path)).headers["etag"]
    answer = await officers.post(f"{path}/actions/withdraw", headers={"If-Match": tag})
    assert answer.status_code == 403
    assert (await group.get(f"/v1/cases/{submitted['id']}")).json()["status"] == "eoi-submitted"


async def test_a_withdrawn_draft_stays_hidden(group: Api, officers: Api, case: Case) -> None:
    await group.post(f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": '"1"'})
    assert (await officers.get(f"/v1/cases/{case['id']}")).status_code == 404


async def test_scopes_are_needed(new_client: NewClient) -> None:
    reader = await new_client(scopes="cases:read")
    answer = await reader.post("/v1/cases", json={})
    assert answer.status_code == 403
    assert 'scope="cases:write"' in answer.headers["www-authenticate"]
    nobody = await reader.get("/v1/cases", headers={"Authorization": ""})
    assert nobody.status_code == 401
    forged = await reader.get("/v1/cases", headers={"Authorization": "Bearer e30.e30.e30"})
    assert forged.status_code == 401
    assert 'error="invalid_token"' in forged.headers["www-authenticate"]
