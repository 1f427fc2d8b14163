"""Records on file: what everybody sees, and what only the bodies' side does. Both walls."""

import json
from typing import Any

import asyncpg
import pytest

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_shared.clock import today
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.people import act, appointed

pytestmark = pytest.mark.anyio


async def screened(group: Api, officers: Api) -> dict[str, Any]:
    """A case in screening whose first officer wants it not eligible: a proposal that the group may not see."""
    case = await submit_case(group, await open_case(group))
    await appointed(officers, case, "case-officer", "p-one")
    await act(officers, case, "acknowledge", {"sentOn": str(today())}, by="p-one")
    await act(officers, case, "begin-screening", by="p-one")
    return await act(officers, case, "find-not-eligible", {"reasons": "Not in scope"}, by="p-one")


async def kinds(api: Api, case: dict[str, Any], **params: Any) -> list[str]:
    answer = await api.get(f"/v1/cases/{case['id']}/records", params=params)
    assert answer.status_code == 200, answer.text
    return [each["kind"] for each in answer.json()["items"]]


async def test_what_is_for_the_bodies_only_is_shown_to_their_side_alone(new_client: NewClient) -> None:
    group, officers, outside = await new_client(), await new_client(organisation=employer_id()), await new_client()
    overseer = await new_client(scopes="cases:read cases:oversee")
    case = await screened(group, officers)
    await appointed(group, case, "adviser", "p-adviser", holder={"client": outside.client_id})
    for api in (officers, overseer):
        assert await kinds(api, case) == ["acknowledgement", "proposal"]
    for api in (group, outside):
        assert await kinds(api, case) == ["acknowledgement"]
        assert await kinds(api, case, kind="proposal") == []
    assert (await (await new_client()).get(f"/v1/cases/{case['id']}/records")).status_code == 404


async def test_a_portal_of_the_employer_itself_is_on_the_group_s_side(new_client: NewClient) -> None:
    portal, officers = await new_client(organisation=employer_id()), await new_client(organisation=employer_id())
    case = await screened(portal, officers)
    assert await kinds(portal, case) == ["acknowledgement"]


async def test_row_level_security_is_the_second_wall(
    platform: Platform, database_server: Postgres, new_client: NewClient
) -> None:
    group, officers = await new_client(organisation=employer_id()), await new_client(organisation=employer_id())
    case = await screened(group, officers)
    connection = await asyncpg.connect(database_server.url("rtp_applications", "rtp_applications_app"))
    records = "SELECT kind FROM case_records WHERE case_id = $1::text::uuid ORDER BY kind"
    entries = "SELECT count(*) FROM audit_entries WHERE case_id = $1::text::uuid AND audience = 'bodies'"
    own = f"client:{group.client_id} org:{group.organisation}"
    body = f"client:{officers.client_id} org:{officers.organisation}"
    try:
        for readers, seen, hidden in ((own, ["acknowledgement"], 0), (body, ["acknowledgement", "proposal"], 1)):
            async with connection.transaction():
                await connection.execute("SELECT set_config('rtp.readers', $1, true)", readers)
                assert [row["kind"] for row in await connection.fetch(records, case["id"])] == seen
                assert await connection.fetchval(entries, case["id"]) == hidden
    finally:
        await connection.close()


async def test_a_record_says_what_it_is_and_who_signed(new_client: NewClient) -> None:
    group, officers = await new_client(), await new_client(organisation=employer_id())
    case = await screened(group, officers)
    shown = (await group.get(f"/v1/cases/{case['id']}/records")).json()["items"][0]
    assert shown["content"]["sentOn"] == str(today())
    assert shown["key"] == ""
    assert [(each["role"], each["person"]) for each in shown["signed"]] == [("case-officer", "p-one")]
    assert "holder" not in json.dumps(shown["signed"])


async def test_pages_of_records(new_client: NewClient) -> None:
    group = await new_client()
    case = await open_case(group)
    for number in range(3):
        await act(group, case, "declare-conflict", {"person": f"p-{number}", "nature": "A share"})
    path = f"/v1/cases/{case['id']}/records"
    first = (await group.get(path, params={"limit": 2})).json()
    assert [each["content"]["person"] for each in first["items"]] == ["p-0", "p-1"]
    rest = (await group.get(path, params={"limit": 2, "after": first["next"]})).json()
    assert [each["content"]["person"] for each in rest["items"]] == ["p-2"]
    assert rest["next"] is None
    assert (await group.get(path, params={"after": "x"})).status_code == 422
    assert (await group.get(path, params={"kind": "X;"})).status_code == 422
