"""The summary of the five cases over HTTP: each side sees its own papers in it, and no more."""

from typing import Any

import pytest

from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Case
from tests.support.documents import get, path_of, post, stored, writing_office

pytestmark = pytest.mark.anyio


async def read(desk: ActorClient, case: Case) -> dict[str, Any]:
    answer = await get(desk, f"/v1/cases/{case['id']}/five-case-summary")
    assert answer.status_code == 200, answer.text
    return {each["name"]: each for each in answer.json()["cases"]}


async def test_what_is_on_file_stands_under_its_case_and_the_rest_is_missing(new_client: NewClient) -> None:
    office = await writing_office(new_client)
    plan = await stored(office.group, office.case, "business-plan")
    for desk in (office.group, office.officer):
        found = await read(desk, office.case)
        assert list(found) == ["strategic", "economic", "commercial", "financial", "management"]
        strategic, economic = found["strategic"], found["economic"]
        assert [(each["kind"], each["id"], each["version"]) for each in strategic["documents"]] == [
            ("business-plan", plan["id"], 1)
        ]
        assert {"engagement-evidence", "consultation"} <= {each["kind"] for each in strategic["records"]}
        assert economic["records"][0]["content"]["preferred"] == "mutual"
        assert economic["missingRecords"] == ["benefit-promise"]
        assert "business-plan" not in strategic["missingDocuments"]
        assert "ballot-result" not in strategic["missingDocuments"]
        assert "cash-flow" in found["financial"]["missingDocuments"]


async def test_papers_that_somebody_may_not_see_are_missing_for_them(new_client: NewClient) -> None:
    office = await writing_office(new_client)
    outside = await new_client()
    adviser = ActorClient(outside, "p-adviser")
    await office.group.appoint(office.case, "adviser", "p-adviser", holder={"client": outside.client_id})
    await stored(office.group, office.case, "cash-flow", confidentiality="confidential")
    await stored(office.officer, office.case, "risk-register", audience="bodies")
    seen = {
        desk.person: {each["kind"] for case in (await read(desk, office.case)).values() for each in case["documents"]}
        for desk in (office.group, office.officer, adviser)
    }
    assert list(seen.values()) == [{"cash-flow"}, {"cash-flow", "risk-register"}, set()]


async def test_a_withdrawn_paper_is_missing_again(new_client: NewClient) -> None:
    office = await writing_office(new_client)
    paper = await stored(office.group, office.case, "tax-note")
    assert "tax-note" not in (await read(office.group, office.case))["financial"]["missingDocuments"]
    answer = await post(office.group, f"{path_of(paper)}/actions/withdraw", {"reason": "Replaced"})
    assert answer.status_code == 200, answer.text
    financial = (await read(office.group, office.case))["financial"]
    assert "tax-note" in financial["missingDocuments"]
    assert financial["documents"] == []


async def test_strangers_learn_nothing(new_client: NewClient, screening: Case) -> None:
    stranger: Api = await new_client()
    assert (await stranger.get(f"/v1/cases/{screening['id']}/five-case-summary")).status_code == 404
