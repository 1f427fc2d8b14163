"""Cases under the Right to Request: on the record, and read only.

The examples are the three expressions of interest that were known by 31 August 2011 (Health Service Journal).
"""

from typing import Any

import pytest

from rtp_applications.cases.numbers import make_number, read_number
from rtp_embedded.platform import Platform
from tests.applications.history.stories import history_of, read, verdict_on
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.bodies import OVERSEER, record_ended_body
from tests.support.cases import PAST, record_historic_case, submit_case
from tests.support.people import appoint
from tests.support.problems import list_fields, name_problem

pytestmark = pytest.mark.anyio

KENT = PAST
OXFORDSHIRE_LEARNING = {
    **KENT,
    "serviceName": "Learning disability services, Oxfordshire",
    "sector": "adult-social-care",
    "outcome": "Refused for lack of detail.",
}
OXFORDSHIRE_CARE = {
    **OXFORDSHIRE_LEARNING,
    "serviceName": "Social care, Oxfordshire",
    "status": "withdrawn",
    "outcome": "Withdrawn by the group.",
}


@pytest.mark.parametrize("past", [KENT, OXFORDSHIRE_LEARNING, OXFORDSHIRE_CARE], ids=lambda past: past["serviceName"])
async def test_a_historic_case_is_on_the_record_and_nothing_can_be_done_with_it(
    new_client: NewClient, past: dict[str, Any]
) -> None:
    body = await record_ended_body(await new_client(scopes=OVERSEER))
    importer = await new_client(scopes="cases:read cases:write cases:import")
    overseer = await new_client(scopes="cases:read cases:oversee")
    stranger = await new_client()
    answer = await importer.post("/v1/historic-cases", json={**past, "employer": body["reference"]})
    assert answer.status_code == 201, answer.text
    case = answer.json()
    assert (case["route"], case["status"]) == ("right-to-request", past["status"])
    assert case["openedAt"].startswith("2011-04-30T23:00")  # the midnight in London that begins 1 May
    assert case["allowedActions"] == []
    assert case["employer"] == body["id"]
    for api in (importer, overseer):
        shown = (await api.get(f"/v1/cases/{case['id']}/records")).json()["items"]
        assert [each["content"]["outcome"] for each in shown] == [past["outcome"]]
        assert (await verdict_on(api, case))["holds"]
        assert [each["action"] for each in await history_of(api, case)] == ["record"]
    assert (await stranger.get(f"/v1/cases/{case['id']}")).status_code == 404
    acted = await importer.post(f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": "*"})
    assert acted.status_code in (404, 409)
    assert (await appoint(importer, case, "adviser", "p-1")).status_code == 409
    edited = await importer.patch(f"/v1/cases/{case['id']}", json={"summary": "x"}, headers={"If-Match": "*"})
    assert edited.status_code in (403, 409)


async def test_a_number_is_kept_and_is_its_own(new_client: NewClient) -> None:
    body, number = await record_ended_body(await new_client(scopes=OVERSEER)), make_number()
    importer = await new_client(scopes="cases:read cases:import")
    past = {**KENT, "employer": body["id"], "number": number.replace("-", " ")}
    assert (await importer.post("/v1/historic-cases", json=past)).json()["number"] == number
    assert name_problem(await importer.post("/v1/historic-cases", json=past)) == (409, "known-already")


async def test_recording_a_number_tells_nobody_that_a_draft_has_it(
    platform: Platform, new_client: NewClient, group: Api, officers: Api, case: Case
) -> None:
    importer = await new_client(scopes="cases:read cases:import")
    assert (await record_historic_case(importer, number=case["number"]))["number"] == case["number"]
    assert (await read(group, case))["number"] == case["number"]
    previewed = await group.post(f"/v1/cases/{case['id']}/actions/submit?dryRun=true", headers={"If-Match": "*"})
    assert case["number"] not in previewed.text
    submitted = await submit_case(group, case)
    assert read_number(submitted["number"]) == submitted["number"] != case["number"]
    await platform.drain_events()
    feed = (await group.get("/v1/events", params={"limit": 200})).json()["items"]
    numbers = {each["data"].get("number", submitted["number"]) for each in feed if each.get("caseid") == case["id"]}
    assert numbers == {submitted["number"]}
    for api in (group, officers):
        assert (await read(api, case))["number"] == submitted["number"]
        assert (await verdict_on(api, case))["holds"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"status": "draft"}, "/status"),
        ({"status": "approved"}, "/status"),
        ({"status": "tender-lost"}, "/status"),
        ({"endedOn": "2010-01-01"}, "/endedOn"),
        ({"endedOn": "2999-01-01"}, "/endedOn"),
        ({"employer": "GB-NHS-NOBODY"}, "/employer"),
        ({"number": "RTP-000-000-0001"}, "/number"),
        ({"route": "right-to-provide"}, "/route"),
        ({"openedOn": "2009-06-31"}, "/openedOn"),
        ({"openedOn": "0001-01-01"}, "/openedOn"),
    ],
)
async def test_bad_input_names_the_field(new_client: NewClient, wrong: dict[str, Any], field: str) -> None:
    importer = await new_client(scopes="cases:read cases:import")
    answer = await importer.post("/v1/historic-cases", json={**KENT, "employer": "GB-LAE-CMD", **wrong})
    assert field in list_fields(answer)


async def test_a_scope_is_needed(new_client: NewClient) -> None:
    reader = await new_client(scopes="cases:read cases:write")
    assert (await reader.post("/v1/historic-cases", json=KENT)).status_code == 403
