"""What the group replaced or withdrew in its draft, others never see."""

import io
import uuid
import zipfile
from typing import Any

import pytest

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from tests.applications.documents.test_rules import seen_by
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.documents import get, listed, path_of, pdf, post, put, stored
from tests.support.people import appointed

pytestmark = pytest.mark.anyio

SECRET, FINAL, LATER, GONE = pdf("secret words"), pdf("final words"), pdf("later words"), pdf("gone words")


async def submitted(new_client: NewClient) -> tuple[ActorClient, Api, dict[str, Any], list[Any]]:
    """The group's desk, an adviser's client, and a submitted case with a replaced and a withdrawn document."""
    portal, outside = await new_client(organisation=employer_id()), await new_client()
    case = await open_case(portal)
    group = ActorClient(portal, portal.person)
    await appointed(portal, case, "adviser", "p-adviser", holder={"client": outside.client_id})
    plan = await stored(group, case, content=SECRET)
    assert (await put(group, plan, FINAL)).status_code == 201
    gone = await stored(group, case, "risk-register", GONE, title="Why our director must go")
    assert (await post(group, f"{path_of(gone)}/actions/withdraw")).status_code == 200
    assert len(await listed(ActorClient(outside, "p-adviser"), case)) == 2
    case = await submit_case(portal, (await portal.get(f"/v1/cases/{case['id']}")).json())
    return group, outside, case, [plan, gone]


async def every_reader(new_client: NewClient, outside: Api) -> list[ActorClient]:
    officers = await new_client(organisation=employer_id())
    overseer = await new_client(scopes="cases:read cases:write cases:oversee")
    return [ActorClient(outside, "p-adviser"), ActorClient(officers, "officer-1"), ActorClient(overseer, "central-1")]


async def test_what_was_replaced_or_withdrawn_in_the_draft_stays_the_groups(new_client: NewClient) -> None:
    group, outside, case, (plan, gone) = await submitted(new_client)
    for desk in await every_reader(new_client, outside):
        assert [each["id"] for each in await listed(desk, case)] == [plan["id"]]
        known = (await get(desk, path_of(plan))).json()
        assert [each["version"] for each in known["versions"]] == [2]
        assert (await get(desk, f"{path_of(plan)}/content", version=1)).status_code == 404
        assert (await get(desk, f"{path_of(plan)}/content")).content == FINAL
        assert (await get(desk, path_of(gone))).status_code == 404
        assert (await get(desk, f"{path_of(gone)}/content")).status_code == 404
    assert len(await listed(group, case)) == 2
    assert (await get(group, f"{path_of(plan)}/content", version=1)).content == SECRET


async def test_what_is_replaced_or_withdrawn_after_the_submission_everybody_knows(new_client: NewClient) -> None:
    group, outside, case, (plan, _) = await submitted(new_client)
    assert (await put(group, (await get(group, path_of(plan))).json(), LATER)).status_code == 201
    other = await stored(group, case, "other", pdf("other"))
    assert (await post(group, f"{path_of(other)}/actions/withdraw")).status_code == 200
    for desk in await every_reader(new_client, outside):
        assert [each["version"] for each in (await get(desk, path_of(plan))).json()["versions"]] == [3, 2]
        assert (await get(desk, f"{path_of(plan)}/content", version=2)).content == FINAL
        assert {each["id"] for each in await listed(desk, case)} == {plan["id"], other["id"]}


async def test_a_query_that_forgets_meets_the_second_wall(new_client: NewClient, database_server: Postgres) -> None:
    group, outside, case, _ = await submitted(new_client)
    officers = await new_client(organisation=employer_id())
    for readers, seen in (
        (f"client:{outside.client_id}", (1, 1)),
        (f"client:{officers.client_id} org:{officers.organisation}", (1, 1)),
        (f"client:{uuid.uuid4()} scope:cases:oversee", (1, 1)),
        (f"client:{group.api.client_id} org:{employer_id()}", (2, 3)),
        ("system", (2, 3)),
    ):
        assert await seen_by(database_server, readers, case["id"]) == seen, readers


async def test_bundles_hold_no_more_than_their_taker_sees(new_client: NewClient, platform: Platform) -> None:
    group, outside, case, (plan, _) = await submitted(new_client)
    officers = await new_client(organisation=employer_id())
    for api, versions in ((officers, {"2"}), (outside, {"2"}), (group.api, {"1", "2"})):
        answer = await api.get(f"/v1/cases/{case['id']}/bundle")
        assert answer.status_code == 200, answer.text
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            found = [name for name in archive.namelist() if name.startswith("documents/")]
        assert {name.rpartition("/")[2] for name in found} == versions
        assert all(plan["id"] in name for name in found)
