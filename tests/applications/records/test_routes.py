"""Records on file: what everybody sees, and what only the bodies' side does. Both walls."""

import json
from typing import Any

import pytest

from rtp_shared.clock import today
from tests.applications.history.stories import screened
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import employer_id
from tests.support.people import act, appointed

pytestmark = pytest.mark.anyio


async def kinds(api: Api, case: dict[str, Any], **params: Any) -> list[str]:
    answer = await api.get(f"/v1/cases/{case['id']}/records", params=params)
    assert answer.status_code == 200, answer.text
    return [each["kind"] for each in answer.json()["items"]]


async def test_what_is_for_the_bodies_only_is_shown_to_their_side_alone(
    new_client: NewClient, screening: Case, group: Api, officers: Api, outside: Api
) -> None:
    overseer = await new_client(scopes="cases:read cases:oversee")
    await appointed(group, screening, "adviser", "p-adviser", holder={"client": outside.client_id})
    for api in (officers, overseer):
        assert await kinds(api, screening) == ["acknowledgement", "proposal"]
    for api in (group, outside):
        assert await kinds(api, screening) == ["acknowledgement"]
        assert await kinds(api, screening, kind="proposal") == []
    assert (await (await new_client()).get(f"/v1/cases/{screening['id']}/records")).status_code == 404


async def test_a_portal_of_the_employer_itself_is_on_the_group_s_side(new_client: NewClient, officers: Api) -> None:
    portal = await new_client(organisation=employer_id())
    case = await screened(portal, officers)
    assert await kinds(portal, case) == ["acknowledgement"]


async def test_a_record_says_what_it_is_and_who_signed(group: Api, screening: Case) -> None:
    shown = (await group.get(f"/v1/cases/{screening['id']}/records")).json()["items"][0]
    assert shown["content"]["sentOn"] == str(today())
    assert shown["key"] == ""
    assert [(each["role"], each["person"]) for each in shown["signed"]] == [("case-officer", "p-one")]
    assert "holder" not in json.dumps(shown["signed"])


async def test_pages_of_records(group: Api, case: Case) -> None:
    for number in range(3):
        await act(group, case, "declare-conflict", {"person": f"p-{number}", "nature": "A share", "inAdvance": True})
    path = f"/v1/cases/{case['id']}/records"
    first = (await group.get(path, params={"limit": 2})).json()
    assert [each["content"]["person"] for each in first["items"]] == ["p-0", "p-1"]
    rest = (await group.get(path, params={"limit": 2, "after": first["next"]})).json()
    assert [each["content"]["person"] for each in rest["items"]] == ["p-2"]
    assert rest["next"] is None
    assert (await group.get(path, params={"after": "x"})).status_code == 422
    assert (await group.get(path, params={"kind": "X;"})).status_code == 422
