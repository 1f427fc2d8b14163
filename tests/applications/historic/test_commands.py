"""Cases under the Right to Request: on the record, and read only.

The examples are the three expressions of interest that were known by 31 August 2011 (Health Service Journal).
"""

from typing import Any

import pytest

from rtp_applications.cases.numbers import make_number
from tests.applications.history.stories import history_of, verdict_on
from tests.conftest import NewClient
from tests.support.bodies import OVERSEER, new_identifier, record_body
from tests.support.people import appoint
from tests.support.problems import list_fields

pytestmark = pytest.mark.anyio

SOURCE = "Health Service Journal, 2011"
KENT = {
    "serviceName": "Dental services, Kent",
    "sector": "primary-care",
    "openedOn": "2011-05-01",
    "status": "refused",
    "endedOn": "2011-08-31",
    "outcome": "Unsuccessful; the group planned to submit it again.",
    "source": SOURCE,
}
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


async def abolished(new_client: NewClient) -> dict[str, Any]:
    """A primary care trust that no longer exists."""
    overseer = await new_client(scopes=OVERSEER)
    identifier = new_identifier()
    details = {"name": "A primary care trust", "kind": "primary-care-trust", "openedOn": "2001-04-01"}
    body = await record_body(overseer, identifiers=[identifier], **details)
    ended = await overseer.post(
        f"/v1/bodies/{body['id']}/actions/end", json={"endedOn": "2013-04-01"}, headers={"If-Match": "*"}
    )
    assert ended.status_code == 200, ended.text
    return {**body, "reference": f"{identifier['scheme']}-{identifier['value']}"}


@pytest.mark.parametrize("past", [KENT, OXFORDSHIRE_LEARNING, OXFORDSHIRE_CARE], ids=lambda past: past["serviceName"])
async def test_a_historic_case_is_on_the_record_and_nothing_can_be_done_with_it(
    new_client: NewClient, past: dict[str, Any]
) -> None:
    body = await abolished(new_client)
    importer = await new_client(scopes="cases:read cases:write cases:import")
    overseer = await new_client(scopes="cases:read cases:oversee")
    stranger = await new_client()
    answer = await importer.post("/v1/historic-cases", json={**past, "employer": body["reference"]})
    assert answer.status_code == 201, answer.text
    case = answer.json()
    assert (case["route"], case["status"]) == ("right-to-request", past["status"])
    assert case["openedAt"].startswith("2011-04-30T23:00")  # the midnight in London that begins 1 May
    assert case["allowedActions"] == []
    assert case["employerId"] == body["id"]
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
    body, number = await abolished(new_client), make_number()
    importer = await new_client(scopes="cases:read cases:import")
    past = {**KENT, "employer": body["id"], "number": number.replace("-", " ")}
    assert (await importer.post("/v1/historic-cases", json=past)).json()["number"] == number
    assert (await importer.post("/v1/historic-cases", json=past)).status_code == 409


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
