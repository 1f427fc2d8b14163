"""The business case's documents: required, frozen as submitted, and what may come beside them."""

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from tests.conftest import NewClient
from tests.support.actors import Office
from tests.support.documents import add, added, get, listed, path_of, pdf, post, put, required, stored, writing_office
from tests.support.pages import read_pages
from tests.support.statements import count_statements

pytestmark = pytest.mark.anyio
FROZEN = "org.righttoprovide.applications.document-frozen.v1"


async def submitted(new_client: NewClient) -> tuple[Office, list[dict[str, Any]]]:
    """A submitted business case, and its documents as they were before."""
    office = await writing_office(new_client)
    documents = [await stored(office.group, office.case, kind) for kind in await required(office)]
    office.case = await office.group.do(office.case, "submit-business-case")
    return office, documents


async def events_of(office: Office, platform: Platform) -> list[dict[str, Any]]:
    await platform.drain_events()
    found = await read_pages(office.group.api, "/v1/events", limit=200)
    return [each for each in found if each.get("caseid") == office.case["id"]]


async def test_the_required_documents_are_a_condition(new_client: NewClient) -> None:
    office = await writing_office(new_client)
    kinds = await required(office)
    assert {"business-plan", "cash-flow", "equality-impact-assessment"} <= set(kinds)
    assert not {"ballot-result", "commissioner-support-letter", "subsidy-control-note", "other"} & set(kinds)
    await added(office.group, office.case, kinds[0])  # without a content it does not count
    await stored(office.officer, office.case, kinds[1], audience="bodies")  # nor does a paper of the bodies
    assert await required(office) == kinds
    await stored(office.group, office.case, kinds[0])
    assert await required(office) == kinds[1:]
    withdrawn = await stored(office.group, office.case, kinds[1])
    assert await required(office) == kinds[2:]
    await post(office.group, f"{path_of(withdrawn)}/actions/withdraw")
    assert await required(office) == kinds[1:]


async def test_submitting_freezes_and_tells(new_client: NewClient, platform: Platform) -> None:
    office, documents = await submitted(new_client)
    assert office.case["status"] == "case-submitted"
    frozen = await listed(office.group, office.case, limit=200)
    assert {each["id"] for each in frozen} == {each["id"] for each in documents}
    for each in frozen:
        assert each["frozenVersion"] == each["version"] == 1
        assert each["newest"]["frozenAt"] == each["changedAt"]
    told = [each for each in await events_of(office, platform) if each["type"] == FROZEN]
    assert {each["data"]["documentId"]: each["data"]["sha256"] for each in told} == {
        each["id"]: hashlib.sha256(pdf(each["kind"])).hexdigest() for each in documents
    }
    own = [each for each in await events_of(office, platform) if each["source"].endswith("/applications")]
    sequences = [int(each["sequence"]) for each in own]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    verdict = (await get(office.group, f"/v1/cases/{office.case['id']}/history/verify")).json()
    assert verdict["faults"] == []


async def test_freezing_many_is_one_statement_more(new_client: NewClient, platform: Platform) -> None:
    """Besides what every action sends; past SQLAlchemy, all events are one round trip."""
    office = await writing_office(new_client)
    kinds = await required(office)
    for kind in kinds:
        await stored(office.group, office.case, kind)
    with count_statements(platform.runtimes["applications"].database) as statements:
        await office.group.do(office.case, "submit-business-case")
    assert len(kinds) > 10
    assert sum("UPDATE documents" in each for each in statements) == 1
    assert len(statements) == 10, statements


async def test_a_dry_run_lists_what_would_be_frozen(new_client: NewClient) -> None:
    office = await writing_office(new_client)
    documents = [await stored(office.group, office.case, kind) for kind in await required(office)]
    paper = await stored(office.officer, office.case, "other", audience="bodies")
    told = (await office.group.act(office.case, "submit-business-case", dryRun=True)).json()
    assert set(told["documents"]) == {each["id"] for each in documents}
    assert paper["id"] not in json.dumps(told)
    assert sum(each["type"] == FROZEN for each in told["events"]) == len(documents)
    assert not any(each["frozenVersion"] for each in await listed(office.group, office.case, limit=200))


async def test_after_submitting_nothing_is_written(new_client: NewClient) -> None:
    office, documents = await submitted(new_client)
    current = (await get(office.group, path_of(documents[0]))).json()
    answer = await put(office.group, current, pdf("later"))
    assert (answer.status_code, answer.json()["detail"]) == (409, f"{office.case['number']} is case-submitted")
    assert (await add(office.group, office.case)).status_code == 409
    assert (await post(office.group, f"{path_of(current)}/actions/withdraw")).status_code == 409
    assert (await get(office.group, path_of(current))).json() == current


async def test_papers_of_the_bodies_are_not_frozen(new_client: NewClient, platform: Platform) -> None:
    office = await writing_office(new_client)
    for kind in await required(office):
        await stored(office.group, office.case, kind)
    paper = await stored(office.officer, office.case, "other", audience="bodies")
    office.case = await office.group.do(office.case, "submit-business-case")
    assert (await get(office.officer, path_of(paper))).json()["frozenVersion"] is None
    assert paper["id"] not in json.dumps(await events_of(office, platform))
    assert (await put(office.officer, paper, pdf("second draft"))).status_code == 201


async def test_a_deferred_case_gets_new_versions_beside_the_frozen_ones(
    new_client: NewClient, platform: Platform
) -> None:
    office, documents = await submitted(new_client)
    database = platform.runtimes["applications"].database
    async with database.transaction() as session:  # the panel's way there is long, and none of this test's business
        await session.execute(
            text("UPDATE cases SET status = 'deferred' WHERE id = CAST(:id AS uuid)"), {"id": office.case["id"]}
        )
    current = (await get(office.group, path_of(documents[0]))).json()
    assert (await post(office.group, f"{path_of(current)}/actions/withdraw")).status_code == 409
    answer = await put(office.group, current, pdf("revised"))
    assert answer.status_code == 201, answer.text
    revised = answer.json()
    assert (revised["version"], revised["frozenVersion"]) == (2, 1)
    assert [bool(each["frozenAt"]) for each in revised["versions"]] == [False, True]
    path = f"{path_of(current)}/content"
    assert (await get(office.officer, path, version=1)).content == pdf(current["kind"])
    assert (await get(office.officer, path)).content == pdf("revised")
