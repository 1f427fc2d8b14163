"""Documents leave with their case, and come in with it."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import QueuePool

from rtp_applications.history.bundle import open_bundle
from rtp_embedded.platform import Platform
from tests.applications.history.stories import bundle_of, import_bundle, verdict_on
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Office
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.documents import files, get, listed, path_of, pdf, put, stored
from tests.support.people import appointed
from tests.support.problems import name_problem

pytestmark = pytest.mark.anyio


async def test_each_reader_takes_the_documents_that_it_may_read(office: Office, outside: Api, tmp_path: Path) -> None:
    await appointed(office.group.api, office.case, "adviser", "p", holder={"client": outside.client_id})
    plan = await stored(office.group, office.case, confidentiality="commercial")
    await put(office.group, plan, pdf("second"))
    await stored(office.group, office.case, "cash-flow")
    await stored(office.officer, office.case, "other", audience="bodies")
    for api, documents, contents in ((office.group.api, 2, 3), (office.officer.api, 3, 4), (outside, 2, 1)):
        path = await bundle_of(api, office.case, tmp_path / f"{api.client_id}.zip")
        with open_bundle(path) as bundle:
            assert (len(bundle.state["documents"]), len(bundle.documents)) == (documents, contents)
    with open_bundle(tmp_path / f"{office.group.api.client_id}.zip") as bundle:
        found = {version: b"".join(bundle.document(id_, version)) for id_, version in bundle.documents
                 if str(id_) == plan["id"]}  # fmt: skip
    assert found == {1: pdf("business-plan"), 2: pdf("second")}


async def arrived(office: Any, reader: Api, client_elsewhere: NewClient, tmp_path: Path) -> ActorClient:
    path = await bundle_of(reader, office.case, tmp_path / "bundle.zip")
    elsewhere = await client_elsewhere()
    answer = await import_bundle(elsewhere, path.read_bytes())
    assert answer.status_code == 201, answer.text
    return ActorClient(elsewhere, elsewhere.person)


async def test_documents_come_in_with_their_case(office: Office, client_elsewhere: NewClient, tmp_path: Path) -> None:
    plan = await stored(office.group, office.case, confidentiality="commercial")
    await put(office.group, plan, pdf("second"))
    await stored(office.officer, office.case, "other", audience="bodies")
    there = await arrived(office, office.officer.api, client_elsewhere, tmp_path)
    [document] = await listed(there, office.case)
    assert (document["id"], document["version"]) == (plan["id"], 2)
    assert document["kind"] == "other", "the audit tells nobody the kind of what is confidential"
    assert document["confidentiality"] == "confidential"
    for version, content in ((1, pdf("business-plan")), (2, pdf("second"))):
        assert (await get(there, f"{path_of(plan)}/content", version=version)).content == content
    officers = await client_elsewhere(organisation=employer_id())
    assert len(await listed(ActorClient(officers, "officer-1"), office.case)) == 2
    assert (await verdict_on(there.api, office.case))["faults"] == []
    assert (await put(there, document, pdf("third"))).status_code == 201
    assert (await verdict_on(there.api, office.case))["faults"] == []


async def test_a_content_that_did_not_come_is_known_by_its_hash(
    office: Office, outside: Api, client_elsewhere: NewClient, tmp_path: Path
) -> None:
    await appointed(office.group.api, office.case, "adviser", "p", holder={"client": outside.client_id})
    plan = await stored(office.group, office.case, confidentiality="commercial")
    there = await arrived(office, outside, client_elsewhere, tmp_path)
    [document] = await listed(there, office.case)
    assert document["newest"]["sha256"] == plan["newest"]["sha256"]
    absent = await get(there, f"{path_of(plan)}/content")
    assert name_problem(absent) == (404, "content-absent")
    assert (await verdict_on(there.api, office.case))["faults"] == []


async def test_an_import_that_is_refused_leaves_no_content(
    office: Office, client_elsewhere: NewClient, elsewhere: Platform, tmp_path: Path
) -> None:
    await stored(office.group, office.case)
    there = await arrived(office, office.group.api, client_elsewhere, tmp_path)
    before = files(elsewhere)
    again = await import_bundle(there.api, (tmp_path / "bundle.zip").read_bytes())
    assert again.status_code == 409
    assert files(elsewhere) == before


@pytest.mark.parametrize("submitted", [True, False])
async def test_what_was_replaced_in_the_draft_stays_the_groups_elsewhere(
    new_client: NewClient, client_elsewhere: NewClient, tmp_path: Path, submitted: bool
) -> None:
    portal = await new_client()
    case = await open_case(portal)
    group = ActorClient(portal, portal.person)
    plan = await stored(group, case, content=pdf("secret"))
    plan = (await put(group, plan, pdf("final"))).json()
    if submitted:
        case = await submit_case(portal, (await portal.get(f"/v1/cases/{case['id']}")).json())
        assert (await put(group, plan, pdf("later"))).status_code == 201
    path = await bundle_of(portal, case, tmp_path / "bundle.zip")
    elsewhere, officers = await client_elsewhere(), await client_elsewhere(organisation=employer_id())
    assert (await import_bundle(elsewhere, path.read_bytes())).status_code == 201
    if not submitted:
        await submit_case(elsewhere, (await elsewhere.get(f"/v1/cases/{case['id']}")).json())
    for desk, seen in (
        (ActorClient(elsewhere, elsewhere.person), [3, 2, 1]),
        (ActorClient(officers, "officer-1"), [3, 2]),
    ):
        known = [each["version"] for each in (await get(desk, path_of(plan))).json()["versions"]]
        assert known == [each for each in seen if submitted or each < 3]


async def test_a_bundle_is_packed_outside_transactions(
    platform: Platform, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever time its documents take to come, it holds no connection to the database."""
    await stored(office.group, office.case)
    runtime = platform.runtimes["applications"]
    pool = runtime.database.engine.pool
    assert isinstance(pool, QueuePool)
    storage = runtime.resources.documents.storage
    in_use = []

    async def read(key: UUID, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        in_use.append(pool.checkedout())
        async for chunk in type(storage).read(storage, key, start, end):
            yield chunk

    monkeypatch.setattr(storage, "read", read)
    path = await bundle_of(office.group.api, office.case, tmp_path / "bundle.zip")
    assert in_use == [0]
    with open_bundle(path) as bundle:
        assert len(bundle.documents) == 1
