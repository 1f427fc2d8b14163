"""Whom a client acts as where it names nobody, and that nobody else is made that person."""

import pytest

from tests.conftest import NewClient
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.people import act, acting, appoint, appointed, parties

pytestmark = pytest.mark.anyio


async def test_a_client_that_names_nobody_is_a_person_of_its_own(new_client: NewClient) -> None:
    group = await new_client()
    case = await open_case(group)
    assert [each["person"] for each in await parties(group, case)] == [f"client.{group.client_id}"]
    await appointed(group, case, "applicant-member", "p-1", by=group.person)


async def test_nobody_acts_as_another_client(new_client: NewClient) -> None:
    group, other = await new_client(), await new_client()
    case = await open_case(group)
    for api, claimed in ((group, other), (other, group)):
        answer = await api.get(f"/v1/cases/{case['id']}", headers=acting(claimed.person))
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/not-that-client")
        assert answer.json()["errors"][0]["field"] == "On-Behalf-Of"


async def test_the_group_bars_nobody_of_the_body_by_naming_its_client(new_client: NewClient) -> None:
    group, council = await new_client(), await new_client(organisation=employer_id())
    case = await open_case(group)
    refused = await appoint(group, case, "mentor", council.person)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/person")
    case = await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    await appointed(council, case, "case-officer", "p-officer")
    conflict = {"person": council.person, "nature": "Owns a rival"}
    path = f"/v1/cases/{case['id']}/actions/declare-conflict"
    headers = {"If-Match": "*", **acting("p-officer")}
    assert (await council.post(path, json=conflict, headers=headers)).status_code == 422
    await act(council, case, "declare-conflict", {**conflict, "person": "p-owner"}, by="p-officer")


async def test_answers_that_depend_on_the_person_say_so(new_client: NewClient) -> None:
    group = await new_client()
    case = await open_case(group)
    answer = await group.get(f"/v1/cases/{case['id']}")
    assert "On-Behalf-Of" in answer.headers["Vary"]
    unchanged = await group.get(f"/v1/cases/{case['id']}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (unchanged.status_code, "On-Behalf-Of" in unchanged.headers["Vary"]) == (304, True)
