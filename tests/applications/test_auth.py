"""Whom a client acts as where it names nobody, and that nobody else is made that person."""

import pytest

from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import employer_id, submit_case
from tests.support.people import act, acting, appoint, appointed, parties
from tests.support.problems import name_problem

pytestmark = pytest.mark.anyio


async def test_a_client_that_names_nobody_is_a_person_of_its_own(group: Api, case: Case) -> None:
    assert [each["person"] for each in await parties(group, case)] == [f"client.{group.client_id}"]
    await appointed(group, case, "applicant-member", "p-1", by=group.person)


async def test_nobody_acts_as_another_client(new_client: NewClient, group: Api, case: Case) -> None:
    other = await new_client()
    for api, claimed in ((group, other), (other, group)):
        answer = await api.get(f"/v1/cases/{case['id']}", headers=acting(claimed.person))
        assert name_problem(answer) == (403, "not-that-client")
        assert answer.json()["errors"][0]["field"] == "On-Behalf-Of"


async def test_the_group_bars_nobody_of_the_body_by_naming_its_client(
    new_client: NewClient, group: Api, case: Case
) -> None:
    council = await new_client(organisation=employer_id())
    refused = await appoint(group, case, "mentor", council.person)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/person")
    case = await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    await appointed(council, case, "case-officer", "p-officer")
    conflict = {"person": council.person, "nature": "Owns a rival"}
    path = f"/v1/cases/{case['id']}/actions/declare-conflict"
    headers = {"If-Match": "*", **acting("p-officer")}
    assert (await council.post(path, json=conflict, headers=headers)).status_code == 422
    await act(council, case, "declare-conflict", {**conflict, "person": "p-owner", "inAdvance": True}, by="p-officer")


async def test_answers_that_depend_on_the_person_say_so(group: Api, case: Case) -> None:
    answer = await group.get(f"/v1/cases/{case['id']}")
    assert "On-Behalf-Of" in answer.headers["Vary"]
    unchanged = await group.get(f"/v1/cases/{case['id']}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (unchanged.status_code, "On-Behalf-Of" in unchanged.headers["Vary"]) == (304, True)
