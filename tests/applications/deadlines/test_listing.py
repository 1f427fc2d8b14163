"""What is due over a caseload: filters, pages, walls."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform
from tests.applications.deadlines.conftest import START
from tests.conftest import Api, NewClient
from tests.support.bodies import OVERSEER, record_body
from tests.support.cases import open_case, submit_case

pytestmark = pytest.mark.anyio


async def list_deadlines(api: Api, **query: Any) -> list[dict[str, Any]]:
    answer = await api.get("/v1/deadlines", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def open_caseload(
    new_client: NewClient, clock: MovableClock, number: int
) -> tuple[Api, Api, list[dict[str, Any]]]:
    """The portal of a staff group, its employer's client, and cases submitted a day after each other."""
    body = await record_body(await new_client(scopes=OVERSEER))
    portal, council = await new_client(), await new_client(organisation=UUID(body["id"]))
    cases = []
    for _ in range(number):
        cases.append(await submit_case(portal, await open_case(portal, employer=body["id"])))
        clock.advance(timedelta(days=1))
    return portal, council, cases


async def test_deadlines_of_all_cases_are_listed_the_next_due_first(clock: MovableClock, new_client: NewClient) -> None:
    portal, council, cases = await open_caseload(new_client, clock, 3)
    items = await list_deadlines(council, limit=200)
    assert [each["dueAt"] for each in items] == sorted(each["dueAt"] for each in items)
    assert {each["clock"] for each in items} == {"acknowledgement", "decision-date-notice"}
    assert {each["caseId"] for each in items} == {case["id"] for case in cases}
    first = items[0]
    assert first["number"] == cases[0]["number"]
    assert first["serviceName"] == cases[0]["serviceName"]
    assert (first["basis"], first["state"], first["dueOn"]) == ("policy", "running", "2026-12-01")
    assert await list_deadlines(portal, limit=200) == items


async def list_by_pages(api: Api, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/deadlines", params={"limit": limit, **after})).json()
        assert len(page["items"]) <= limit
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


async def test_pages_hold_everything_once(clock: MovableClock, new_client: NewClient) -> None:
    _, council, _ = await open_caseload(new_client, clock, 3)
    whole = await list_deadlines(council, limit=200)
    for limit in (1, 2, 4, 7):
        assert await list_by_pages(council, limit) == whole, limit


async def test_filters(platform: Platform, clock: MovableClock, new_client: NewClient) -> None:
    portal, council, cases = await open_caseload(new_client, clock, 3)
    every = await list_deadlines(council, limit=200, clock="acknowledgement")
    days = [each["dueOn"] for each in every]
    assert days == ["2026-12-01", "2026-12-02", "2026-12-03"]
    assert [each["dueOn"] for each in await list_deadlines(council, dueBefore="2026-12-02")] == days[:1]
    assert [
        each["dueOn"] for each in await list_deadlines(council, dueAfter="2026-12-01", clock="acknowledgement")
    ] == days[1:]
    assert len(await list_deadlines(council, caseId=cases[1]["id"])) == 2
    assert await list_deadlines(council, basis="statute") == []
    assert len(await list_deadlines(portal, employer=cases[0]["employer"])) == 6
    body = (await portal.get(f"/v1/bodies/{cases[0]['employer']}")).json()
    [identifier] = body["identifiers"]
    named = await list_deadlines(portal, employer=f"{identifier['scheme']}-{identifier['value']}")
    assert {(each["employer"], each["employerName"]) for each in named} == {(body["id"], body["name"])}
    assert len(named) == 6
    unknown = await portal.get("/v1/deadlines", params={"employer": cases[0]["id"]})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "employer")
    assert await list_deadlines(council, overdue=True) == []
    clock.move_to(START + timedelta(days=8))
    unseen = await list_deadlines(council, overdue=True)
    assert [(each["dueOn"], each["state"]) for each in unseen] == [(days[0], "running")]
    await platform.tick()
    assert [each["state"] for each in await list_deadlines(council, overdue=True)] == ["missed"]
    assert [each["dueOn"] for each in await list_deadlines(council, state="missed")] == days[:1]
    assert [each["dueOn"] for each in await list_deadlines(council, clock="acknowledgement")] == days[1:]
    assert [each["clock"] for each in await list_deadlines(council, state="cancelled", limit=200)] == ["idle"] * 3


@pytest.mark.parametrize(
    "query",
    [
        {"dueBefore": "soon"},
        {"dueAfter": "2026-13-01"},
        {"state": "late"},
        {"basis": "whim"},
        {"caseId": "7"},
        {"clock": "a\x00b"},
        {"clock": "A B"},
        {"limit": 0},
        {"after": "nonsense"},
        {"after": "WyIyMDI2LTEyLTAxVDAwOjAwOjAwIiwgIngiXQ"},
    ],
    ids=str,
)
async def test_a_query_that_makes_no_sense_is_refused(new_client: NewClient, query: dict[str, Any]) -> None:
    assert (await (await new_client()).get("/v1/deadlines", params=query)).status_code == 422


async def test_the_walls_of_cases_are_those_of_their_deadlines(clock: MovableClock, new_client: NewClient) -> None:
    portal, council, cases = await open_caseload(new_client, clock, 1)
    draft = await open_case(portal, employer=cases[0]["employer"])
    colleague = await new_client(organisation=portal.organisation)
    assert {each["caseId"] for each in await list_deadlines(portal)} == {draft["id"], cases[0]["id"]}
    assert {each["caseId"] for each in await list_deadlines(council)} == {cases[0]["id"]}
    assert await list_deadlines(council, caseId=draft["id"]) == []
    assert await list_deadlines(colleague) == []
    stranger = await new_client(scopes="events:read")
    assert (await stranger.get("/v1/deadlines")).status_code == 403


async def test_a_case_shows_what_moved_each_deadline(clock: MovableClock, new_client: NewClient) -> None:
    _, council, cases = await open_caseload(new_client, clock, 1)
    answer = await council.get(f"/v1/cases/{cases[0]['id']}/deadlines")
    assert answer.headers["etag"] == (await council.get(f"/v1/cases/{cases[0]['id']}")).headers["etag"]
    items = answer.json()["items"]
    assert [(each["clock"], each["state"]) for each in items if each["clock"] == "idle"] == [("idle", "cancelled")]
    assert all(each["history"] == each["pauses"] == each["extensions"] == [] for each in items)
    assert (await (await new_client()).get(f"/v1/cases/{cases[0]['id']}/deadlines")).status_code == 404
