"""A case through the gateway: draft, edit, submit, read, list, withdraw."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from rtp_applications.bodies.models import body_id
from rtp_embedded.platform import Platform
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import EMPLOYER, PAST, READY, TRUST, employer_id, open_case, submit_case
from tests.support.problems import name_problem

pytestmark = pytest.mark.anyio


async def test_a_draft_is_opened_edited_and_submitted(group: Api) -> None:
    opened = await group.post("/v1/cases", json={"employer": EMPLOYER})
    assert opened.status_code == 201
    case = opened.json()
    assert opened.headers["location"] == f"/v1/cases/{case['id']}"
    assert opened.headers["etag"] == '"1"'
    assert case["status"] == "draft"
    assert case["employer"] == str(employer_id())
    assert case["region"] == "E12000007"

    changes = {key: value for key, value in READY.items() if key != "employer"}
    edited = await group.patch(f"/v1/cases/{case['id']}", json=changes, headers={"If-Match": '"1"'})
    assert edited.status_code == 200
    assert edited.headers["etag"] == '"2"'
    assert edited.json()["serviceName"] == READY["serviceName"]
    assert edited.json()["employer"] == str(employer_id())

    submitted = await submit_case(group, edited.json())
    assert submitted["status"] == "eoi-submitted"
    assert submitted["submittedAt"] is not None
    read = await group.get(f"/v1/cases/{case['id']}")
    assert read.json() == submitted


@pytest.mark.parametrize("reference", ["gb-lae-cmd", "E09000007", "gss-e09000007"])
async def test_a_body_is_named_by_any_of_its_codes(group: Api, new_client: NewClient, reference: str) -> None:
    named = {"employer": reference, "commissioner": "rrv", "decisionBody": str(employer_id()).upper()}
    opened = await group.post("/v1/cases", json=named)
    assert opened.status_code == 201, opened.text
    case = opened.json()
    assert [case[name] for name in named] == [str(employer_id()), str(body_id(TRUST)), str(employer_id())]
    party = {"role": "staff-rep", "holder": {"organisation": reference}, "person": "p-union"}
    appointed = await group.post(f"/v1/cases/{case['id']}/parties", json=party)
    assert name_problem(appointed) == (409, "would-disclose")  # it is the body that the draft names
    found = (await group.get("/v1/cases", params={"employer": reference})).json()["items"]
    assert case["id"] in {each["id"] for each in found}
    for address in ("deadlines?employer=", "decisions?body=", "barriers?body=", "barriers/counts?body="):
        assert (await group.get(f"/v1/{address}{reference}")).status_code == 200, address
    importer = await new_client(scopes="cases:import cases:read cases:oversee")
    past = await importer.post("/v1/historic-cases", json=PAST | {"employer": reference})
    assert past.status_code == 201, past.text
    assert past.json()["employer"] == str(employer_id())


@pytest.mark.parametrize("same", [{}, {"employer": EMPLOYER, "serviceName": READY["serviceName"]}])
async def test_an_edit_that_changes_nothing_counts_no_version(group: Api, case: Case, same: dict[str, Any]) -> None:
    path = f"/v1/cases/{case['id']}"
    answer = await group.patch(path, json=same, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert answer.json() == (await group.get(path)).json()
    assert len((await group.get(f"{path}/history")).json()["items"]) == 1


async def test_null_takes_a_value_out(group: Api, case: Case) -> None:
    answer = await group.patch(f"/v1/cases/{case['id']}", json={"employer": None}, headers={"If-Match": '"1"'})
    assert answer.json()["employer"] is None
    assert answer.json()["region"] is None


async def test_an_empty_draft_names_everything_it_lacks_and_stays_a_draft(group: Api) -> None:
    case = (await group.post("/v1/cases", json={})).json()
    answer = await group.post(f"/v1/cases/{case['id']}/actions/submit", headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert {error["in"] for error in answer.json()["errors"]} == {"case"}
    assert {error["field"] for error in answer.json()["errors"]} == {
        "/employer",
        "/serviceName",
        "/sector",
        "/applicantCount",
        "/conflictsDeclared",
    }
    assert (await group.get(f"/v1/cases/{case['id']}")).json() == case


async def test_a_submitted_case_cannot_be_edited_or_submitted_again(group: Api, submitted: Case) -> None:
    path, match = f"/v1/cases/{submitted['id']}", {"If-Match": f'"{submitted["version"]}"'}
    assert (await group.patch(path, json={"summary": "other"}, headers=match)).status_code == 409
    assert (await group.post(f"{path}/actions/submit", headers=match)).status_code == 409
    assert (await group.get(path)).json() == submitted


@pytest.mark.parametrize("submitted", [False, True])
async def test_withdrawing_ends_a_case(group: Api, case: Case, submitted: bool) -> None:
    if submitted:
        case = await submit_case(group, case)
    path, match = f"/v1/cases/{case['id']}/actions/withdraw", {"If-Match": f'"{case["version"]}"'}
    said: dict[str, Any] = {"reason": "The group changed its mind"}
    if submitted:
        alone = await group.post(path, headers=match, json=said)
        assert [each["guard"] for each in alone.json()["guards"]] == ["majority-recorded"]
        said["membersInFavour"] = 7
    answer = await group.post(path, headers=match, json=said)
    assert answer.json()["status"] == "withdrawn"
    assert answer.json()["withdrawalReason"] == "The group changed its mind"
    again = await group.post(path, headers={"If-Match": answer.headers["etag"]})
    assert again.status_code == 409


async def test_writes_need_the_current_etag(group: Api, case: Case) -> None:
    path = f"/v1/cases/{case['id']}"
    for method, url in (("PATCH", path), ("POST", f"{path}/actions/submit"), ("POST", f"{path}/actions/withdraw")):
        for header, status in ((None, 428), ('"9"', 412), ('W/"9"', 412), ('"x", "01"', 412), ("1", 400), ('"1', 400)):
            headers = {"If-Match": header} if header else {}
            answer = await group.request(method, url, json={}, headers=headers)
            assert answer.status_code == status, (method, url, header, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["errors"][0]["field"] == "If-Match"
    assert (await group.get(path)).json() == case


async def test_if_match_takes_a_list_and_any(group: Api, case: Case) -> None:
    path = f"/v1/cases/{case['id']}"
    assert (await group.patch(path, json={}, headers={"If-Match": '"9", "1"'})).status_code == 200
    assert (await group.patch(path, json={}, headers={"If-Match": "*"})).status_code == 200


async def test_a_draft_is_not_disclosed_to_a_body_that_has_ended(group: Api, platform: Platform) -> None:
    case = await open_case(group, commissioner="GB-NHS-RGT")
    change = text("UPDATE bodies SET ended_on = :day WHERE id = :id")
    database, trust = platform.runtimes["applications"].database, body_id("GB-NHS-RGT")
    async with database.transaction() as session:
        await session.execute(change, {"id": trust, "day": date(2026, 4, 1)})
    try:
        answer = await group.post(f"/v1/cases/{case['id']}/actions/submit", headers={"If-Match": '"1"'})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "/commissioner"
        stays = (await group.get(f"/v1/cases/{case['id']}")).json()
        assert stays == {**case, "allowedActions": stays["allowedActions"]}
    finally:
        async with database.transaction() as session:
            await session.execute(change, {"id": trust, "day": None})


async def test_head_is_get_without_the_body_and_405_names_all_methods(group: Api, case: Case) -> None:
    path = f"/v1/cases/{case['id']}"
    head, get = await group.head(path), await group.get(path)
    assert head.status_code == 200
    assert head.content == b""
    assert (head.headers["etag"], head.headers["content-length"]) == (
        get.headers["etag"],
        get.headers["content-length"],
    )
    assert (await group.delete("/v1/cases")).headers["allow"] == "GET, HEAD, POST"
    assert (await group.put(path)).headers["allow"] == "GET, HEAD, PATCH"


async def test_unchanged_is_answered_304(group: Api, case: Case) -> None:
    answer = await group.get(f"/v1/cases/{case['id']}", headers={"If-None-Match": '"7", W/"1"'})
    assert answer.status_code == 304
    assert answer.headers["etag"] == '"1"'
    assert answer.content == b""


async def test_lists_are_filtered_and_paged_without_gaps(group: Api) -> None:
    cases = [await open_case(group, sector="libraries-and-archives" if i % 2 else "youth") for i in range(7)]
    newest_first = [case["id"] for case in reversed(cases)]
    seen: list[str] = []
    after: str | None = None
    while True:
        page = (await group.get("/v1/cases", params={"limit": 3, **({"after": after} if after else {})})).json()
        seen += [item["id"] for item in page["items"]]
        if len(seen) == 3:
            newest_first.insert(0, (await open_case(group))["id"])  # a newcomer moves no page
        if (after := page["next"]) is None:
            break
    assert seen == newest_first[1:]


async def test_whoever_lacks_the_role_is_told_the_other_reasons_of_their_own_side(
    group: Api, case: Case, officers: Api
) -> None:
    def refusals(view: dict[str, Any], action: str) -> list[str]:
        return [
            each["guard"] for named in view["allowedActions"] if named["action"] == action for each in named["refusals"]
        ]

    path = f"/v1/cases/{case['id']}"
    await group.patch(path, json={"headcount": None, "sector": None}, headers={"If-Match": "*"})
    lead = (await group.get(path)).json()
    other = (await group.get(path, headers={"On-Behalf-Of": "somebody-else"})).json()
    assert len(refusals(lead, "submit")) > 0
    assert refusals(other, "submit") == ["role", *refusals(lead, "submit")]
    of_bodies = [each for each in other["allowedActions"] if each["action"] == "supersede"]
    assert all([each["guard"] for each in named["refusals"]] == ["role"] for named in of_bodies)
