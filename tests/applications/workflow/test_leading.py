"""Whoever acts for somebody else than the group's lead is told who leads, and what to send."""

from typing import Any

import httpx
import pytest

from tests.conftest import Api
from tests.support.cases import open_case, submit_case
from tests.support.people import acting
from tests.support.problems import name_problem

pytestmark = pytest.mark.anyio

STALE_FREE = {"If-Match": "*"}
WRITES: list[tuple[str, str, Any, str]] = [
    ("PATCH", "", {"summary": "x"}, "not-the-applicant"),
    ("POST", "/actions/submit", None, "not-your-role"),
    ("POST", "/documents", {"title": "Plan", "kind": "other"}, "not-yours-to-write"),
    ("POST", "/parties", {"role": "adviser", "person": "p-adviser"}, "not-yours-to-appoint"),
    ("POST", "/barriers", {"kind": "other", "description": "x"}, "not-the-reporting-side"),
]


async def write(
    api: Api, case: dict[str, Any], method: str, below: str, body: Any, person: str | None
) -> httpx.Response:
    headers = STALE_FREE | (acting(person) if person else {})
    return await api.request(method, f"/v1/cases/{case['id']}{below}", json=body, headers=headers)


@pytest.mark.parametrize(("method", "below", "body", "problem"), WRITES)
async def test_a_person_learns_that_the_client_itself_leads(
    group: Api, method: str, below: str, body: Any, problem: str
) -> None:
    case = await open_case(group)
    if below == "/barriers":
        case = await submit_case(group, case)
    refused = await write(group, case, method, below, body, "p-4f1d9a")
    assert name_problem(refused) == (403, problem)
    said = refused.json()["detail"]
    assert f"the client {group.client_id} itself leads the staff group (applicant-lead)" in said
    assert "opened without On-Behalf-Of, not p-4f1d9a: send no On-Behalf-Of" in said


@pytest.mark.parametrize(("by", "named"), [(None, "this request names nobody"), ("p-other", "not p-other")])
@pytest.mark.parametrize(("method", "below", "body", "problem"), WRITES)
async def test_the_client_learns_which_person_leads(
    group: Api, method: str, below: str, body: Any, problem: str, by: str | None, named: str
) -> None:
    case = (await group.post("/v1/cases", json={"serviceName": "Home care"}, headers=acting("p-lead"))).json()
    refused = await write(group, case, method, below, body, by)
    assert name_problem(refused) == (403, problem)
    said = refused.json()["detail"]
    assert f"p-lead leads the staff group (applicant-lead), {named}: send On-Behalf-Of: p-lead" in said


async def test_the_reason_stands_with_the_action_too_and_other_clients_are_told_nothing_of_the_lead(
    group: Api, office: Any
) -> None:
    case = (await group.post("/v1/cases", json={}, headers=acting("p-lead"))).json()
    seen = (await group.get(f"/v1/cases/{case['id']}", headers=acting("p-other"))).json()
    [submit] = [each for each in seen["allowedActions"] if each["action"] == "submit"]
    assert any("send On-Behalf-Of: p-lead" in each["reason"] for each in submit["refusals"])
    refused = await office.officer.act(office.case, "withdraw", {"membersInFavour": 1})
    assert refused.status_code == 403
    assert "leads" not in refused.json()["detail"]
