"""Whoever vouches for a person comes to see the case: who may, and when no more."""

import uuid
from typing import Any

import httpx
import pytest

from rtp_applications.bodies.models import body_id
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.bodies import OVERSEER, record_ended_body
from tests.support.cases import EMPLOYER, TRUST, employer_id, open_case, submit_case
from tests.support.people import appoint, appointed, end
from tests.support.problems import list_fields, name_fields, name_problem, strike_instance

pytestmark = pytest.mark.anyio


async def test_an_outside_holder_comes_to_see_the_case_and_goes(new_client: NewClient, group: Api, case: Case) -> None:
    union, adviser = await new_client(), await new_client()
    path = f"/v1/cases/{case['id']}"
    one = await appointed(group, case, "staff-rep", "p-rep", holder={"client": union.client_id})
    two = await appointed(group, case, "adviser", "p-adv", holder={"organisation": str(adviser.organisation)})
    three = await appointed(group, case, "mentor", "p-men", holder={"organisation": str(adviser.organisation)})
    for api in (union, adviser):
        assert (await api.get(path)).status_code == 200
        assert (await api.get(f"{path}/parties")).status_code == 200
    assert (await end(group, case, two)).status_code == 200
    assert (await adviser.get(path)).status_code == 200  # there is the mentor yet
    assert (await end(group, case, three)).status_code == 200
    assert (await adviser.get(path)).status_code == 404
    assert (await end(union, case, one, by="p-rep")).status_code == 200  # one's own part
    assert (await union.get(path)).status_code == 404
    assert (await end(group, case, one)).status_code == 404  # who left a draft was never in it


async def test_the_groups_client_ends_no_officer_by_claiming_to_be_one(new_client: NewClient, officers: Api) -> None:
    group = await new_client(organisation=employer_id())
    case = await submit_case(group, await open_case(group))
    officer = await appointed(officers, case, "case-officer", "p-officer")
    assert (await end(group, case, officer, by="p-officer")).status_code == 403
    assert (await end(officers, case, officer, by="p-officer")).status_code == 200


async def test_a_body_that_a_draft_names_is_never_its_reader(group: Api, officers: Api, case: Case) -> None:
    refused = await appoint(group, case, "adviser", "p-1", holder={"organisation": EMPLOYER})
    assert name_problem(refused) == (409, "would-disclose")
    assert name_fields(refused) == ["/holder/organisation"]
    other = await open_case(group, employer=None)
    party = await appointed(group, other, "adviser", "p-1", holder={"organisation": EMPLOYER})
    assert (await officers.get(f"/v1/cases/{other['id']}")).status_code == 200
    named = await group.patch(f"/v1/cases/{other['id']}", json={"employer": EMPLOYER}, headers={"If-Match": "*"})
    assert (name_problem(named), name_fields(named)) == ((409, "would-disclose"), ["/employer"])
    await end(group, other, party)
    named = await group.patch(f"/v1/cases/{other['id']}", json={"employer": EMPLOYER}, headers={"If-Match": "*"})
    assert named.status_code == 200
    assert (await officers.get(f"/v1/cases/{other['id']}")).status_code == 404
    assert (await officers.get(f"/v1/cases/{case['id']}")).status_code == 404


async def test_a_client_is_let_into_a_draft_once_the_employer_is_named(group: Api, officers: Api) -> None:
    """Whose client it is nobody is told: the answer is the same for a client of the employer and one that is none."""
    draft = await open_case(group, employer=None)
    for client in (officers.client_id, "no-such-client"):
        refused = await appoint(group, draft, "adviser", "p-1", holder={"client": client})
        assert (name_problem(refused), name_fields(refused)) == ((409, "would-disclose"), ["/holder/client"])
    assert (await officers.get(f"/v1/cases/{draft['id']}")).status_code == 404
    path = f"/v1/cases/{draft['id']}"
    assert (await group.patch(path, json={"employer": EMPLOYER}, headers={"If-Match": "*"})).status_code == 200
    for person, client in (("p-1", officers.client_id), ("p-2", "no-such-client")):
        await appointed(group, draft, "adviser", person, holder={"client": client})
    hidden, unknown = await officers.get(path), await officers.get(f"/v1/cases/{uuid.uuid4()}")
    assert strike_instance(hidden) == strike_instance(unknown)


async def test_no_body_is_named_in_a_draft_that_a_client_from_outside_was_let_into(
    new_client: NewClient, group: Api, case: Case
) -> None:
    adviser, path = await new_client(organisation=body_id(TRUST)), f"/v1/cases/{case['id']}"
    party = await appointed(group, case, "adviser", "p-1", holder={"client": adviser.client_id})
    assert (await adviser.get(path)).status_code == 200

    async def edit(**changes: Any) -> httpx.Response:
        return await group.patch(path, json=changes, headers={"If-Match": "*"})

    for body in (TRUST, "GB-LAE-HCK"):
        refused = await edit(commissioner=body, decisionBody=body)
        assert name_problem(refused) == (409, "would-disclose")
        assert name_fields(refused) == ["/commissioner", "/decisionBody"]
    assert name_fields(await edit(employer=None)) == ["/employer"]
    assert (await edit(summary="Why", employer=EMPLOYER, commissioner=EMPLOYER)).status_code == 200
    await end(group, case, party)
    assert (await edit(commissioner=TRUST)).status_code == 200
    await appointed(group, case, "adviser", "p-1", holder={"client": adviser.client_id})
    assert (await adviser.get(path)).status_code == 404
    await submit_case(group, (await group.get(path)).json())
    assert (await adviser.get(path)).status_code == 200


async def test_a_body_that_has_ended_vouches_for_nobody(new_client: NewClient, group: Api, case: Case) -> None:
    ended = await record_ended_body(await new_client(scopes=OVERSEER))
    refused = await appoint(group, case, "adviser", "p-1", holder={"organisation": ended["id"]})
    assert "/holder/organisation" in list_fields(refused)


async def test_ending_a_person_of_a_body_leaves_the_body_its_sight(officers: Api, submitted: Case) -> None:
    party = await appointed(officers, submitted, "case-officer", "p-1")
    assert (await end(officers, submitted, party)).status_code == 200
    assert (await officers.get(f"/v1/cases/{submitted['id']}")).status_code == 200


async def test_a_body_does_not_end_the_representative_whom_the_group_chose(
    new_client: NewClient, group: Api, officers: Api, submitted: Case
) -> None:
    union = await new_client()
    chosen = await appointed(group, submitted, "staff-rep", "p-rep", holder={"client": union.client_id})
    own = await appointed(officers, submitted, "staff-rep", "p-own")
    assert (await end(officers, submitted, chosen)).status_code == 403
    assert (await end(officers, submitted, own)).status_code == 200


async def test_applicants_and_officers_come_through_their_own_client_or_body(
    new_client: NewClient, group: Api, officers: Api, submitted: Case
) -> None:
    other = await new_client()
    for api, role in ((group, "applicant-member"), (officers, "case-officer"), (officers, "decision-maker")):
        answer = await appoint(api, submitted, role, "p-1", holder={"client": other.client_id})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "/holder"
    assert (await other.get(f"/v1/cases/{submitted['id']}")).status_code == 404


async def test_what_an_outsider_sees_has_no_last_day_but_its_end(group: Api, outside: Api, case: Case) -> None:
    holder = {"client": outside.client_id}
    for dates in ({"validTo": "2030-01-01"}, {"validFrom": "2030-01-01"}):
        answer = await appoint(group, case, "funder", "p-1", holder=holder, **dates)
        assert answer.status_code == 422
    party = await appointed(group, case, "funder", "p-1", holder=holder)
    path = f"/v1/cases/{case['id']}/parties/{party['id']}"
    assert (await group.patch(path, json={"validTo": "2030-01-01"}, headers={"If-Match": "*"})).status_code == 422
