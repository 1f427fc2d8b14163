"""One path serves an action on every route, and a case is superseded only by another one that goes on."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from rtp_applications.cases.actions import fit_payload
from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.cross_stage.payloads import InterestRemittal, Remittal
from rtp_applications.workflow.stages.spin_out.payloads import Sponsorship
from rtp_shared.clock import today
from rtp_shared.problems import Invalid
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Case
from tests.support.bodies import OVERSEER, record_body, tag
from tests.support.cases import open_case, submit_case

SECOND_OF_A_CHALLENGE = PROCESSES[COMMUNITY_RIGHT_TO_CHALLENGE.route, 2]
SPONSORED = {"sponsor": "p-director", "authority": "Scheme of delegation 3.2"}


def remittal(to: str) -> Remittal:
    return Remittal.model_validate({"to": to, "reasons": "Not duly considered"})


def test_what_is_given_becomes_what_the_route_takes() -> None:
    taken = fit_payload(SECOND_OF_A_CHALLENGE, "remit", remittal("eoi-under-review"))
    assert isinstance(taken, InterestRemittal)
    assert isinstance(fit_payload(RIGHT_TO_PROVIDE, "submit", Sponsorship()), Nothing)
    assert fit_payload(EMPLOYER_LED, "submit", given := Sponsorship.model_validate(SPONSORED)) is given


def test_a_challenge_is_not_sent_to_a_panel_that_it_never_has() -> None:
    with pytest.raises(Invalid) as refusal:
        fit_payload(SECOND_OF_A_CHALLENGE, "remit", remittal("panel-ready"))
    assert [each.field for each in refusal.value.errors] == ["/to"]


def test_what_only_another_route_takes_is_named() -> None:
    with pytest.raises(Invalid) as refusal:
        fit_payload(RIGHT_TO_PROVIDE, "submit", Sponsorship.model_validate(SPONSORED))
    assert {each.field for each in refusal.value.errors} == {"/sponsor", "/authority"}


@pytest.mark.parametrize(
    ("route", "given", "status"),
    [
        ("employer-led", SPONSORED, 200),
        ("employer-led", None, 422),
        ("right-to-provide", None, 200),
        ("right-to-provide", {}, 200),
        ("right-to-provide", SPONSORED, 422),
    ],
)
@pytest.mark.anyio
async def test_over_the_api(group: Api, route: str, given: dict[str, Any] | None, status: int) -> None:
    case = await open_case(group, route=route)
    path, headers = f"/v1/cases/{case['id']}/actions/submit", {"If-Match": f'"{case["version"]}"'}
    content: dict[str, Any] = {} if given is None else {"json": given}
    answer = await group.post(path, headers=headers, **content)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert {each["field"] for each in answer.json()["errors"]} == {"/sponsor", "/authority"}


OVERSEES = f"cases:read cases:write {OVERSEER}"


async def orphaned(new_client: NewClient) -> tuple[ActorClient, ActorClient, Case]:
    """A submitted case whose employer was abolished, with the group's and the central team's desk."""
    portal, team = await new_client(), await new_client(scopes=OVERSEES)
    body = await record_body(team)
    case = await submit_case(portal, await open_case(portal, employer=body["id"]))
    ending: dict[str, Any] = {"endedOn": str(today() - timedelta(days=1)), "successor": None}
    ended = await team.post(f"/v1/bodies/{body['id']}/actions/end", json=ending, headers=tag(body))
    assert ended.status_code == 200, ended.text
    return ActorClient(portal, portal.person), ActorClient(team, team.person), case


async def refused(desk: ActorClient, case: Case, successor: str) -> str:
    answer = await desk.act(case, "supersede", {"successorCaseId": successor, "reasons": "The council was abolished"})
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == "/successorCaseId"
    reason: str = error["reason"]
    return reason


@pytest.mark.anyio
async def test_another_case_takes_its_place(new_client: NewClient) -> None:
    group, team, case = await orphaned(new_client)
    successor = await submit_case(group.api, await open_case(group.api))
    done = await team.do(case, "supersede", successorCaseId=successor["id"], reasons="The council was abolished")
    assert done["status"] == "superseded"


@pytest.mark.anyio
async def test_a_case_that_is_none_is_a_draft_or_has_ended_takes_no_place(new_client: NewClient) -> None:
    group, team, case = await orphaned(new_client)
    draft = await open_case(group.api)
    unknown = await refused(team, case, str(uuid.uuid4()))
    assert await refused(team, case, draft["id"]) == unknown
    ended = await submit_case(group.api, await open_case(group.api))
    await group.do(ended, "withdraw", membersInFavour=12)
    assert "withdrawn" in await refused(team, case, ended["id"])


@pytest.mark.anyio
async def test_who_may_not_supersede_learns_nothing_of_other_cases(new_client: NewClient) -> None:
    group, _, case = await orphaned(new_client)
    for successor in (str(uuid.uuid4()), (await open_case(group.api))["id"]):
        answer = await group.act(case, "supersede", {"successorCaseId": successor, "reasons": "It was abolished"})
        assert answer.status_code == 403, answer.text
