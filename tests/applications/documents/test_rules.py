"""Who sees which documents, and who writes them when."""

import uuid
from typing import Any

import pytest

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Case, Office
from tests.support.cases import employer_id, open_case
from tests.support.documents import add, added, get, listed, path_of, pdf, post, put, stored
from tests.support.people import appointed
from tests.support.problems import strike_instance
from tests.support.tables import connect_for, require_denied

pytestmark = pytest.mark.anyio


async def adviser(new_client: NewClient, office: Office) -> ActorClient:
    api = await new_client()
    await appointed(
        office.group.api, office.case, "adviser", "adviser-1", by=office.group.person, holder={"client": api.client_id}
    )
    return ActorClient(api, "adviser-1")


async def every_answer(desk: ActorClient, document: dict[str, Any]) -> list[Any]:
    path = path_of(document)
    return [
        await get(desk, path),
        await get(desk, f"{path}/content"),
        await put(desk, document, pdf("mine")),
        await desk.api.patch(path, json={"title": "mine"}, headers={"If-Match": "*", "On-Behalf-Of": desk.person}),
        await post(desk, f"{path}/actions/withdraw"),
    ]


async def test_the_documents_of_a_draft_are_as_hidden_as_the_draft(new_client: NewClient, platform: Platform) -> None:
    portal = await new_client(organisation=employer_id())
    desk = ActorClient(portal, portal.person)
    case = await open_case(portal)
    document = await stored(desk, case)
    officers = await new_client(organisation=employer_id())
    officer, unknown = ActorClient(officers, "officer"), {"id": uuid.uuid4(), "caseId": uuid.uuid4(), "revision": 1}
    hidden, absent = await every_answer(officer, document), await every_answer(officer, unknown)
    assert [each.status_code for each in hidden] == [each.status_code for each in absent] == [404] * 5
    assert [strike_instance(each) for each in hidden] == [strike_instance(each) for each in absent]
    assert (await get(officer, f"/v1/cases/{case['id']}/documents")).status_code == 404
    assert (await add(officer, case)).status_code == 404
    assert len(await listed(desk, case)) == 1
    await platform.drain_events()
    assert case["id"] not in {each.get("caseid") for each in (await officers.get("/v1/events")).json()["items"]}


async def test_what_is_confidential_outsiders_do_not_see(new_client: NewClient, office: Office) -> None:
    outside = await adviser(new_client, office)
    documents = {
        each: await stored(office.group, office.case, "other", pdf(each), confidentiality=each)
        for each in ("public", "internal", "confidential", "commercial")
    }
    assert {each["confidentiality"] for each in await listed(outside, office.case)} == {"public", "internal"}
    for desk in (office.group, office.officer, office.decider):
        assert len(await listed(desk, office.case)) == 4
    for each in ("confidential", "commercial"):
        assert {answer.status_code for answer in await every_answer(outside, documents[each])} == {404}
        assert (await get(office.officer, f"{path_of(documents[each])}/content")).status_code == 200
    got, content, *writes = await every_answer(outside, documents["internal"])
    assert (got.status_code, content.content) == (200, pdf("internal"))
    assert {each.status_code for each in writes} == {403}


async def test_a_person_with_an_outside_role_alone_sees_no_more_whoever_vouches(office: Office) -> None:
    await stored(office.group, office.case, confidentiality="confidential")
    await appointed(office.officer.api, office.case, "staff-rep", "rep-1")
    assert await listed(ActorClient(office.officer.api, "rep-1"), office.case) == []
    assert len(await listed(office.officer, office.case)) == 1


async def test_the_bodies_own_papers_only_they_see(new_client: NewClient, office: Office) -> None:
    outside = await adviser(new_client, office)
    paper = await stored(office.officer, office.case, "other", audience="bodies", title="Draft panel paper")
    for desk in (office.group, outside):
        assert await listed(desk, office.case) == []
        assert {answer.status_code for answer in await every_answer(desk, paper)} == {404}
        history = (await get(desk, f"/v1/cases/{office.case['id']}/history", limit=200)).text
        assert paper["id"] not in history
        assert "upload-document" not in history
    assert (await get(office.decider, f"{path_of(paper)}/content")).status_code == 200
    opened = await office.officer.api.patch(
        path_of(paper),
        json={"audience": "everybody"},
        headers={"If-Match": "*", "On-Behalf-Of": office.second.person},
    )
    assert opened.status_code == 200, opened.text
    assert len(await listed(office.group, office.case)) == 1
    assert (await get(office.group, f"/v1/cases/{office.case['id']}/history/verify")).json()["faults"] == []
    assert (await get(office.officer, f"/v1/cases/{office.case['id']}/history/verify")).json()["faults"] == []


async def test_staff_groups_have_no_papers_of_bodies(office: Office) -> None:
    assert (await add(office.group, office.case, audience="bodies")).status_code == 403


async def test_each_side_writes_its_own(office: Office) -> None:
    theirs = await stored(office.group, office.case)
    letter = await stored(office.officer, office.case, "commissioner-support-letter")
    assert (await put(office.officer, theirs, pdf("better"))).status_code == 403
    assert (await put(office.group, letter, pdf("better"))).status_code == 403
    assert (await put(office.second, letter, pdf("better"))).status_code == 201
    stranger = ActorClient(office.officer.api, "nobody-in-the-case")
    assert (await put(stranger, letter, pdf("mine"))).status_code == 403
    assert (await add(stranger, office.case)).status_code == 403


async def test_members_write_too(office: Office) -> None:
    await appointed(office.group.api, office.case, "applicant-member", "member-1", by=office.group.person)
    document = await stored(ActorClient(office.group.api, "member-1"), office.case)
    assert document["createdBy"]["role"] == "applicant-member"


async def test_who_has_no_scope_to_write_may_not(new_client: NewClient, group: Api, case: Case) -> None:
    document = await added(ActorClient(group, group.person), case)
    reader = await new_client(scopes="cases:read")
    for answer in (await add(ActorClient(reader, "x"), case), await put(ActorClient(reader, "x"), document, pdf("x"))):
        assert answer.status_code == 403
        assert "cases:write" in answer.headers["www-authenticate"]


COUNTS = """
    SELECT (SELECT count(*) FROM documents WHERE case_id = $1::text::uuid) AS documents,
           (SELECT count(*) FROM document_versions v WHERE EXISTS
               (SELECT FROM documents d WHERE d.id = v.document_id AND d.case_id = $1::text::uuid)) AS versions
"""


async def seen_by(server: Postgres, readers: str, case_id: str) -> tuple[int, int]:
    """Documents and versions that a query without any condition would give these."""
    async with connect_for(server, readers) as connection:
        documents, versions = await connection.fetchrow(COUNTS, case_id)
    return documents, versions


async def test_a_query_that_forgets_meets_the_second_wall(
    new_client: NewClient, office: Office, database_server: Postgres
) -> None:
    outside = await adviser(new_client, office)
    for confidentiality in ("public", "internal", "confidential", "commercial"):
        await stored(office.group, office.case, "other", pdf(confidentiality), confidentiality=confidentiality)
    await stored(office.officer, office.case, "other", pdf("paper"), audience="bodies")
    stranger: Api = await new_client()

    def readers(api: Api) -> str:
        return f"client:{api.client_id} org:{api.organisation}"

    for api, seen in ((outside.api, 2), (office.group.api, 4), (office.officer.api, 5), (stranger, 0)):
        assert await seen_by(database_server, readers(api), office.case["id"]) == (seen, seen)
    own = f"client:{office.group.api.client_id} org:{employer_id()}"
    assert await seen_by(database_server, own, office.case["id"]) == (4, 4)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE document_versions SET sha256 = ''",
        "UPDATE document_versions SET storage_key = NULL",
        "DELETE FROM document_versions",
        "DELETE FROM documents",
    ],
)
async def test_the_service_itself_cannot_replace_a_version(database_server: Postgres, statement: str) -> None:
    await require_denied(database_server, statement)
