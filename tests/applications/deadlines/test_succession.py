"""Cases whose body has ended go on with the body that followed it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform
from tests.applications.deadlines.conftest import START
from tests.applications.deadlines.office import ActorClient, list_kinds, read_case
from tests.conftest import Api, NewClient
from tests.support.bodies import OVERSEER, record_body, tag
from tests.support.cases import open_case, submit_case

pytestmark = pytest.mark.anyio


async def end_of(api: Api, body: dict[str, Any], on: date, successor: str | None) -> None:
    now = (await api.get(f"/v1/bodies/{body['id']}")).json()
    ending = {"endedOn": str(on), "successor": successor}
    answer = await api.post(f"/v1/bodies/{body['id']}/actions/end", json=ending, headers=tag(now))
    assert answer.status_code == 200, answer.text


async def test_an_open_case_goes_on_with_the_body_that_followed(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    central = await new_client(scopes=OVERSEER)
    old, between, new = [await record_body(central, name=f"Council {n}") for n in range(3)]
    portal = await new_client()
    old_council, new_council = [await new_client(organisation=UUID(body["id"])) for body in (old, new)]
    case = await submit_case(portal, await open_case(portal, employer=old["id"]))
    draft = await open_case(portal, employer=old["id"])
    ended = await submit_case(portal, await open_case(portal, employer=old["id"]))
    await ActorClient(portal, portal.person).do(ended, "withdraw", membersInFavour=12)
    await ActorClient(old_council, "officer-1").appoint(case, "case-officer", "officer-1")
    await end_of(central, old, date(2026, 12, 1), between["id"])
    await end_of(central, between, date(2026, 12, 5), new["id"])

    clock.move_to(START + timedelta(days=6))
    await platform.tick()
    assert (await read_case(portal, case))["employer"] == old["id"]
    assert (await new_council.get(f"/v1/cases/{case['id']}")).status_code == 404

    clock.move_to(START + timedelta(days=20))
    for _ in range(2):
        await platform.tick()
    seen = await read_case(new_council, case)
    assert seen["employer"] == new["id"]
    assert (await list_kinds(new_council, case)).count("case-transferred") == 1
    assert await read_case(old_council, case)
    assert (await read_case(portal, draft))["employer"] == old["id"]
    assert (await read_case(portal, ended))["employer"] == old["id"]
    for hidden in (draft, ended):
        assert (await new_council.get(f"/v1/cases/{hidden['id']}")).status_code == 404
        assert "case-transferred" not in await list_kinds(portal, hidden)
    await ActorClient(new_council, "officer-1").do(case, "acknowledge", sentOn="2026-12-14")


async def test_a_body_without_a_successor_keeps_its_cases(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    central, portal = await new_client(scopes=OVERSEER), await new_client()
    old = await record_body(central)
    case = await submit_case(portal, await open_case(portal, employer=old["id"]))
    await end_of(central, old, date(2026, 11, 25), None)
    clock.advance(timedelta(days=3))
    await platform.tick()
    assert (await read_case(portal, case))["employer"] == old["id"]
    assert "case-transferred" not in await list_kinds(portal, case)
