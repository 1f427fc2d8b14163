"""Who may appoint whom, and who thereby comes to see the case."""

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from rtp_applications.bodies.models import body_id
from rtp_applications.parties.errors import RolesCheckEachOther
from rtp_applications.parties.rules import APPOINTS, Side, require_separate
from rtp_applications.workflow.enums import Role, Status
from rtp_embedded.platform import Platform
from rtp_shared.clock import today
from tests.applications.workflow.ground import NOW, build_snapshot, put
from tests.applications.workflow.stages.decided_cases import notice
from tests.applications.workflow.versions import NEWEST_PROCESSES
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import EMPLOYER, TRUST, employer_id, open_case, submit_case
from tests.support.pages import read_pages
from tests.support.people import act, acting, appoint, appointed, end, parties, tag
from tests.support.problems import list_fields, name_problem

pytestmark = pytest.mark.anyio

APPOINTABLE = sorted({role for roles in APPOINTS.values() for role in roles})


@pytest.fixture
async def sides(new_client: NewClient) -> dict[Side, Api]:
    """A client on each side; employer, decision body and commissioner are three bodies."""
    return {
        Side.GROUP: await new_client(),
        Side.EMPLOYER: await new_client(organisation=employer_id()),
        Side.COMMISSIONER: await new_client(organisation=body_id(TRUST)),
        Side.DECISION_BODY: await new_client(organisation=body_id("GB-LAE-HCK")),
        Side.MUTUALS_TEAM: await new_client(scopes="cases:read cases:write cases:oversee"),
    }


async def submitted(sides: dict[Side, Api]) -> dict[str, Any]:
    draft = await open_case(sides[Side.GROUP], commissioner=TRUST, decisionBody="GB-LAE-HCK")
    return await submit_case(sides[Side.GROUP], draft)


async def test_each_role_is_filled_from_its_side_and_no_other(sides: dict[Side, Api]) -> None:
    case = await submitted(sides)
    for role in (each for each in APPOINTABLE if each is not Role.APPLICANT_LEAD):
        for side, api in sides.items():
            answer = await appoint(api, case, role, f"{role}-{side.name}")
            assert answer.status_code == (201 if role in APPOINTS[side] else 403), (role, side, answer.text)


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.MUTUALS_TEAM, Role.CLIENT])
async def test_some_roles_nobody_appoints_to(sides: dict[Side, Api], role: Role) -> None:
    case = await submitted(sides)
    for api in sides.values():
        answer = await appoint(api, case, role, "p-1")
        assert answer.status_code == 403
        assert "nobody" in answer.json()["detail"]


async def test_the_employer_decides_and_commissions_where_nobody_else_is_named(officers: Api, submitted: Case) -> None:
    for role in ("case-officer", "decision-maker", "panel-member", "scrutiny-chair", "commissioner"):
        party = await appointed(officers, submitted, role, f"p-{role}")
        assert party["holder"] == {"client": None, "organisation": str(employer_id())}
        assert party["holds"]


async def test_the_portal_of_the_employer_itself_fills_none_of_its_roles(new_client: NewClient) -> None:
    portal = await new_client(organisation=employer_id())
    case = await submit_case(portal, await open_case(portal))
    refused = await appoint(portal, case, "case-officer", "p-1")
    assert refused.status_code == 403
    assert "a body acts by another client" in refused.json()["detail"]


async def test_no_body_has_a_say_before_the_case_is_submitted(group: Api, officers: Api, overseer: Api) -> None:
    draft = await open_case(group)
    for api in (officers, overseer):
        assert (await appoint(api, draft, "case-officer", "p-1")).status_code == 404
        assert (await api.get(f"/v1/cases/{draft['id']}/parties")).status_code == 404


async def test_only_the_lead_of_the_group_appoints(group: Api, case: Case) -> None:
    await appointed(group, case, "applicant-member", "p-member")
    for person in ("p-member", "p-stranger"):
        assert (await appoint(group, case, "adviser", "p-2", by=person)).status_code == 403


async def test_an_officer_who_was_appointed_acts(officers: Api, submitted: Case) -> None:
    path = f"/v1/cases/{submitted['id']}/actions/acknowledge"
    payload = {"sentOn": str(today())}
    headers = {"If-Match": "*", **acting("p-officer")}
    assert (await officers.post(path, json=payload, headers=headers)).status_code == 403
    party = await appointed(officers, submitted, "case-officer", "p-officer")
    assert (await officers.post(path, json=payload, headers=headers)).status_code == 200
    assert (await end(officers, submitted, party)).status_code == 200
    assert (await officers.post(path, json=payload, headers=headers)).status_code in (403, 409)


async def test_handing_over_leaves_exactly_one_lead(group: Api, case: Case) -> None:
    new = await appointed(group, case, "applicant-lead", "p-new")
    leads = [each for each in await parties(group, case, role="applicant-lead") if each["holds"]]
    assert [each["person"] for each in leads] == ["p-new"]
    assert (await appoint(group, case, "adviser", "p-x")).status_code == 403  # the former lead
    assert (await appoint(group, case, "adviser", "p-x", by="p-new")).status_code == 201
    refused = await end(group, case, new, by="p-new")
    assert name_problem(refused) == (409, "lead-is-handed-over")
    withdrawn = await group.post(f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": "*"})
    assert withdrawn.status_code == 403
    assert (await act(group, case, "withdraw", {"membersInFavour": 1}, by="p-new"))["status"] == "withdrawn"


async def test_a_lead_takes_no_dates(group: Api, case: Case) -> None:
    for more in ({"validFrom": "2030-01-01"}, {"validTo": "2030-01-01"}):
        answer = await appoint(group, case, "applicant-lead", "p-new", **more)
        assert answer.status_code == 422
    assert len(await parties(group, case)) == 1


async def test_members_count_for_a_majority(group: Api) -> None:
    case = await submit_case(group, await open_case(group, applicantCount=1))
    for number in range(3):
        await appointed(group, case, "applicant-member", f"p-{number}")
    few = await group.post(
        f"/v1/cases/{case['id']}/actions/withdraw", json={"membersInFavour": 2}, headers={"If-Match": "*"}
    )
    assert few.status_code == 422
    members = await parties(group, case, role="applicant-member")
    assert (await end(group, case, members[0])).status_code == 200
    assert (await act(group, case, "withdraw", {"membersInFavour": 2}))["status"] == "withdrawn"


DECIDERS = ["decision-maker", "panel-member", "case-officer", "commissioner", "scrutiny-chair"]


@pytest.mark.parametrize("role", ["applicant-member", "adviser", "funder", "staff-rep", "mentor"])
async def test_whoever_helped_or_applied_decides_nothing(
    group: Api, officers: Api, overseer: Api, submitted: Case, role: str
) -> None:
    party = await appointed(group, submitted, role, "p-both")
    await end(group, submitted, party)  # once is enough
    for deciding in (*DECIDERS, "escalation-reviewer"):
        api = overseer if deciding == "escalation-reviewer" else officers
        answer = await appoint(api, submitted, deciding, "p-both")
        assert answer.status_code == 409, answer.text
        assert role in answer.json()["detail"]


@pytest.mark.parametrize("role", ["applicant-member", "applicant-lead", "adviser", "funder", "staff-rep"])
async def test_whoever_decides_neither_applies_nor_helps(group: Api, officers: Api, submitted: Case, role: str) -> None:
    await appointed(officers, submitted, "panel-member", "p-both")
    answer = await appoint(group, submitted, role, "p-both")
    assert answer.status_code == 409
    assert "panel-member" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("decision-maker", "scrutiny-chair"), ("scrutiny-chair", "panel-member"), ("case-officer", "scrutiny-chair")],
)
async def test_one_person_does_not_hold_two_roles_that_check_each_other(
    officers: Api, submitted: Case, first: str, second: str
) -> None:
    held = await appointed(officers, submitted, first, "p-both")
    assert (await end(officers, submitted, held)).status_code == 200
    answer = await appoint(officers, submitted, second, "p-both")
    assert name_problem(answer) == (409, "roles-check-each-other")
    assert f"is or was {first}" in answer.json()["detail"]


async def test_who_reviews_or_audits_is_nobody_whose_work_it_is(sides: dict[Side, Api]) -> None:
    case = await submitted(sides)
    await appointed(sides[Side.COMMISSIONER], case, "commissioner", "p-both")
    for role in ("auditor", "escalation-reviewer"):
        assert (await appoint(sides[Side.MUTUALS_TEAM], case, role, "p-both")).status_code == 409


async def test_a_joint_officer_s_two_hats_are_on_record(sides: dict[Side, Api]) -> None:
    """Of two bodies; that the employer's own officer decides as well is no second hat."""
    case = await submitted(sides)
    await appointed(sides[Side.EMPLOYER], case, "case-officer", "p-joint")
    answer = await appoint(sides[Side.COMMISSIONER], case, "commissioner", "p-joint")
    assert list_fields(answer) == {"/mandate"}
    assert "is case-officer for another body" in answer.text
    joint = "Section 113 agreement of 1 May 2026"
    party = await appointed(sides[Side.COMMISSIONER], case, "commissioner", "p-joint", mandate=joint)
    assert party["mandate"] == joint
    path = f"/v1/cases/{case['id']}/parties/{party['id']}"
    taken_out = await sides[Side.COMMISSIONER].patch(path, json={"mandate": None}, headers={"If-Match": "*"})
    assert list_fields(taken_out) == {"/mandate"}


async def test_who_the_notice_lists_as_deciding_does_not_chair_scrutiny() -> None:
    snapshot = put(build_snapshot(Status.PANEL_READY), notice(NOW.date()))
    with pytest.raises(RolesCheckEachOther):
        require_separate(snapshot, Role.SCRUTINY_CHAIR, "cabinet-2")
    require_separate(snapshot, Role.SCRUTINY_CHAIR, "councillor-9")


async def test_a_conflict_of_interest_bars_from_the_panel(group: Api, officers: Api, submitted: Case) -> None:
    await appointed(officers, submitted, "case-officer", "p-officer")
    conflict = {"person": "p-owner", "nature": "Owns a rival", "inAdvance": True}
    await act(officers, submitted, "declare-conflict", conflict, by="p-officer")
    assert (await appoint(officers, submitted, "panel-member", "p-owner")).status_code == 409
    register = (await group.get(f"/v1/cases/{submitted['id']}/conflicts")).json()["items"]
    assert [(each["person"], each["barsFromDeciding"], each["ended"]) for each in register] == [
        ("p-owner", True, False)
    ]
    assert register[0]["declaredBy"]["person"] == "p-officer"
    await act(officers, submitted, "declare-conflict", {**conflict, "ended": True}, by="p-officer")
    assert (await appoint(officers, submitted, "panel-member", "p-owner")).status_code == 201


async def test_changing_a_party(group: Api, case: Case) -> None:
    party = await appointed(group, case, "applicant-member", "p-1", mandate="Vote of 3 March")
    path = f"/v1/cases/{case['id']}/parties/{party['id']}"
    version = (await group.get(f"/v1/cases/{case['id']}")).json()["version"]
    assert version == case["version"] + 1
    stale = await group.patch(path, json={"mandate": "x"}, headers=tag(case["version"]))
    assert stale.status_code == 412
    answer = await group.patch(path, json={"validTo": "2030-01-01", "name": "Jo Bloggs"}, headers=tag(version))
    assert answer.status_code == 200
    assert answer.headers["etag"] == f'"{version + 1}"'
    changed = answer.json()
    assert (changed["validTo"], changed["name"], changed["mandate"]) == ("2030-01-01", "Jo Bloggs", "Vote of 3 March")
    for same in ({}, {"name": "Jo Bloggs"}, {"validTo": "2030-01-01", "mandate": "Vote of 3 March"}):
        answer = await group.patch(path, json=same, headers=tag(version + 1))
        assert (answer.json(), answer.headers["etag"]) == (changed, f'"{version + 1}"'), same
    for wrong in ({"role": "adviser"}, {"person": "p-2"}, {"validTo": "2020-01-01"}):
        assert (await group.patch(path, json=wrong, headers={"If-Match": "*"})).status_code == 422
    cleared = await group.patch(path, json={"mandate": None, "name": None}, headers={"If-Match": "*"})
    assert (cleared.json()["mandate"], cleared.json()["name"]) == (None, None)
    unknown = f"/v1/cases/{case['id']}/parties/{uuid.uuid4()}"
    assert (await group.patch(unknown, json={}, headers={"If-Match": "*"})).status_code == 404


async def test_a_part_is_not_older_than_its_case_and_never_ends_before_it_begins(group: Api, case: Case) -> None:
    yesterday = today() - timedelta(days=1)
    early = await appoint(group, case, "applicant-member", "p-1", validFrom=str(yesterday))
    assert list_fields(early) == {"/validFrom"}
    await submit_case(group, case)
    party = await appointed(group, case, "applicant-member", "p-1")
    ended = (await end(group, case, party)).json()
    assert (ended["validFrom"], ended["validTo"], ended["holds"]) == (str(today()), str(today()), False)


async def test_nobody_has_a_role_twice(group: Api, case: Case) -> None:
    party = await appointed(group, case, "applicant-member", "p-1")
    assert (await appoint(group, case, "applicant-member", "p-1")).status_code == 409
    await end(group, case, party)
    assert (await appoint(group, case, "applicant-member", "p-1")).status_code == 201


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"role": "king"}, "/role"),
        ({"person": "Jo Bloggs"}, "/person"),
        ({"holder": {}}, "/holder"),
        ({"holder": {"client": "x y"}}, "/holder/client"),
        ({"holder": {"client": "abc", "organisation": EMPLOYER}}, "/holder"),
        ({"holder": {"organisation": "GB-LAE-NONE"}}, "/holder/organisation"),
        ({"name": "\ud800"}, "/name"),
        ({"validFrom": "soon"}, "/validFrom"),
        ({"since": "2026-01-01"}, "/since"),
    ],
)
async def test_bad_input_names_the_field_and_changes_nothing(
    group: Api, case: Case, wrong: dict[str, Any], field: str
) -> None:
    body = {"role": "adviser", "person": "p-1", **wrong}
    answer = await group.post(
        f"/v1/cases/{case['id']}/parties",
        content=json.dumps(body),
        headers={"If-Match": "*", "Content-Type": "application/json"},
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert len(await parties(group, case)) == 1


async def test_an_auditor_reads_and_does_nothing(new_client: NewClient, overseer: Api, submitted: Case) -> None:
    auditor = await new_client()
    await appointed(overseer, submitted, "auditor", "p-audit", holder={"client": auditor.client_id})
    seen = (await auditor.get(f"/v1/cases/{submitted['id']}", headers=acting("p-audit"))).json()
    assert seen["allowedActions"]
    assert not any(each["allowed"] for each in seen["allowedActions"])


def test_auditors_and_clients_for_themselves_sign_no_action_of_any_process() -> None:
    signing = {
        role
        for process in NEWEST_PROCESSES
        for action in process.actions
        for slot in action.signatories
        for role in slot
    }
    assert Role.CASE_OFFICER in signing
    assert not signing & {Role.AUDITOR, Role.CLIENT}


async def test_of_two_who_appoint_at_once_one_is_told_to_read_again(group: Api, case: Case) -> None:
    path, headers = f"/v1/cases/{case['id']}/parties", tag(case["version"])
    answers = await asyncio.gather(
        *(
            group.post(path, json={"role": "applicant-lead", "person": person}, headers=headers)
            for person in ("p-one", "p-two")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    refused = next(answer.json() for answer in answers if answer.status_code == 412)
    assert refused["changedSince"][0]["action"] == "appoint"
    assert sum(each["holds"] for each in await parties(group, case, role="applicant-lead")) == 1


async def test_what_is_told_of_a_party_says_nobody_s_name_or_reference(
    platform: Platform, group: Api, outside: Api, case: Case
) -> None:
    party = await appointed(group, case, "adviser", "p-secret", holder={"client": outside.client_id})
    await end(group, case, party)
    await platform.drain_events()
    feed = (await group.get("/v1/events", params={"limit": 200})).json()["items"]
    changes = [each["data"] for each in feed if each["type"].endswith(".party-changed.v1")]
    assert [(each["change"], each["role"], each["holderKind"]) for each in changes] == [
        ("appointed", "adviser", "client"),
        ("ended", "adviser", "client"),
    ]
    assert "p-secret" not in json.dumps(feed)


async def test_pages_of_parties(group: Api, case: Case) -> None:
    for number in range(4):
        await appointed(group, case, "applicant-member", f"p-{number}")
    found = await read_pages(group, f"/v1/cases/{case['id']}/parties", limit=2)
    assert [each["person"] for each in found] == [group.person, "p-0", "p-1", "p-2", "p-3"]


async def test_twelve_parties_are_added_at_once_without_an_etag_of_the_case(sides: dict[Side, Api]) -> None:
    group = sides[Side.GROUP]
    path = f"/v1/cases/{(await submitted(sides))['id']}/parties"
    roles = [{"role": Role.APPLICANT_MEMBER, "person": f"p-{number}"} for number in range(12)]
    answers = await asyncio.gather(*(group.post(path, json=each) for each in roles))
    assert [each.status_code for each in answers] == [201] * 12
    assert (await group.post(path, json={**roles[0], "person": "p-x"}, headers=tag(1))).status_code == 412
