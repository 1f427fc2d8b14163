"""A case is superseded only by another one that goes on, and only who may supersede learns whether there is one."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from rtp_shared.clock import today
from tests.conftest import NewClient
from tests.support.actors import ActorClient, Case
from tests.support.bodies import OVERSEER, record_body, tag
from tests.support.cases import open_case, submit_case

pytestmark = pytest.mark.anyio

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
    answer = await desk.act(case, "supersede", {"successorCase": successor, "reasons": "The council was abolished"})
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == "/successorCase"
    reason: str = error["reason"]
    return reason


async def test_another_case_takes_its_place(new_client: NewClient) -> None:
    group, team, case = await orphaned(new_client)
    successor = await submit_case(group.api, await open_case(group.api))
    done = await team.do(case, "supersede", successorCase=successor["id"], reasons="The council was abolished")
    assert done["status"] == "superseded"


async def test_a_case_that_is_none_is_a_draft_or_has_ended_takes_no_place(new_client: NewClient) -> None:
    group, team, case = await orphaned(new_client)
    draft = await open_case(group.api)
    unknown = await refused(team, case, str(uuid.uuid4()))
    assert await refused(team, case, draft["id"]) == unknown
    ended = await submit_case(group.api, await open_case(group.api))
    await group.do(ended, "withdraw", membersInFavour=12)
    assert "withdrawn" in await refused(team, case, ended["id"])


async def test_who_may_not_supersede_learns_nothing_of_other_cases(new_client: NewClient) -> None:
    group, _, case = await orphaned(new_client)
    for successor in (str(uuid.uuid4()), (await open_case(group.api))["id"]):
        answer = await group.act(case, "supersede", {"successorCase": successor, "reasons": "It was abolished"})
        assert answer.status_code == 403, answer.text
