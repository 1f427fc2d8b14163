"""Who may see a case, and who may act on it."""

import uuid

import pytest

from rtp_applications.bodies.models import body_id
from tests.conftest import NewClient
from tests.support.cases import TRUST, employer_id, open_case, submit_case

pytestmark = pytest.mark.anyio


async def test_a_draft_is_hidden_from_the_employing_body(new_client: NewClient) -> None:
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


async def test_submission_discloses_it_to_the_bodies_it_names_and_no_others(new_client: NewClient) -> None:
    intake = await new_client()
    officers = await new_client(organisation=employer_id())
    trust = await new_client(organisation=body_id(TRUST))
    stranger = await new_client()
    case = await submit_case(intake, await open_case(intake, commissioner=TRUST))
    for api, status in ((intake, 200), (officers, 200), (trust, 200), (stranger, 404)):
        assert (await api.get(f"/v1/cases/{case['id']}")).status_code == status


async def test_whoever_may_read_may_not_act_for_the_staff_group(new_client: NewClient) -> None:
    intake = await new_client()
    officers = await new_client(organisation=employer_id())
    case = await submit_case(intake, await open_case(intake))
    answer = await officers.post(
        f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": f'"{case["version"]}"'}
    )
    assert answer.status_code == 403
    assert (await intake.get(f"/v1/cases/{case['id']}")).json()["status"] == "eoi-submitted"


async def test_a_withdrawn_draft_stays_hidden(new_client: NewClient) -> None:
    intake = await new_client()
    officers = await new_client(organisation=employer_id())
    case = await open_case(intake)
    await intake.post(f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": '"1"'})
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
