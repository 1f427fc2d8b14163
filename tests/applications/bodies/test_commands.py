"""Bodies that are made, merge and end."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from rtp_applications.bodies.load import load_bodies
from rtp_applications.bodies.models import Body, body_id
from rtp_applications.bodies.queries import find_current_successor, find_open_bodies
from rtp_embedded.platform import Platform
from rtp_shared.clock import today
from tests.conftest import Api, NewClient
from tests.support.bodies import RecordedBody, new_identifier, record_body, tag
from tests.support.problems import list_fields, name_problem
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

ENDS = date(2026, 4, 1)


async def end(api: Api, body: RecordedBody, on: date = ENDS, successor: object = None) -> httpx.Response:
    now = (await api.get(f"/v1/bodies/{body['id']}")).json()
    ending = {"endedOn": str(on), "successor": successor}
    return await api.post(f"/v1/bodies/{body['id']}/actions/end", json=ending, headers=tag(now))


def reference(body: RecordedBody) -> str:
    first: dict[str, str] = body["identifiers"][0]
    return f"{first['scheme']}-{first['value']}"


async def test_a_merged_council_is_recorded_and_followed(api: Api) -> None:
    old, older = await record_body(api, name="Old District"), await record_body(api, name="Older District")
    merged = await record_body(api, name="Merged Council", openedOn=str(ENDS))
    assert UUID(merged["id"]) == body_id(reference(merged))
    assert (await end(api, old, successor=reference(merged))).status_code == 200
    ended = await end(api, older, successor=merged["id"])
    assert ended.status_code == 200, ended.text
    assert ended.json()["endedOn"] == str(ENDS)
    assert ended.json()["successor"] == merged["id"]
    assert ended.json()["identifiers"][0]["validTo"] == str(ENDS)
    assert ended.headers["etag"] == '"2"'
    now = (await api.get(f"/v1/bodies/{merged['id']}")).json()
    assert [each["name"] for each in now["predecessors"]] == ["Old District", "Older District"]
    assert now["version"] == 3
    unchanged = await api.get(f"/v1/bodies/{merged['id']}", headers={"If-None-Match": '"1"'})
    assert unchanged.status_code == 200


async def test_a_body_may_be_followed_by_several(api: Api) -> None:
    """Of several there is no one successor: which of them takes a case is decided case by case."""
    county, east, west = [await record_body(api, name=name) for name in ("County", "East", "West")]
    soon = today() + timedelta(days=10)
    both = {"endedOn": str(soon), "successors": [west["id"], reference(east), east["id"]]}
    path = f"/v1/bodies/{county['id']}/actions/end"
    twice = await api.post(path, json={**both, "successor": east["id"]}, headers=tag(county))
    assert twice.status_code == 422
    ended = await api.post(path, json=both, headers=tag(county))
    assert ended.status_code == 200, ended.text
    assert (ended.json()["successor"], ended.json()["successorName"]) == (None, None)
    assert ended.json()["successors"] == [{"id": each["id"], "name": each["name"]} for each in (east, west)]
    for each in (east, west):
        now = (await api.get(f"/v1/bodies/{each['id']}")).json()
        assert ([was["id"] for was in now["predecessors"]], now["version"]) == ([county["id"]], 2)
    back = {"endedOn": str(soon + timedelta(days=1)), "successors": [west["id"], county["id"]]}
    circle = await api.post(f"/v1/bodies/{east['id']}/actions/end", json=back, headers={"If-Match": "*"})
    assert name_problem(circle) == (409, "successors-in-a-circle")
    unknown = await api.post(path, json={**both, "successors": [east["id"], "GB-NHS-NONE"]}, headers={"If-Match": "*"})
    assert list_fields(unknown) == {"/successors/1"}
    alone = await end(api, county, soon, west["id"])
    assert (alone.json()["successor"], len(alone.json()["successors"])) == (west["id"], 1)


async def test_chains_are_followed_to_the_body_that_stands(api: Api, platform: Platform) -> None:
    first, second, third = [await record_body(api, name=f"Board {n}") for n in range(3)]
    assert (await end(api, first, date(2013, 4, 1), successor=second["id"])).status_code == 200
    assert (await end(api, second, date(2022, 7, 1), successor=third["id"])).status_code == 200
    assert (await end(api, third, date(2026, 4, 1))).status_code == 200
    expected = [(2012, first), (2013, second), (2021, second), (2022, third), (2026, None)]
    async with platform.runtimes["applications"].database.transaction(read_only=True) as session:
        for year, body in expected:
            found = await find_current_successor(session, UUID(first["id"]), date(year, 12, 31))
            assert found == (UUID(body["id"]) if body else None), year


async def test_only_an_overseer_records_and_ends_bodies(new_client: NewClient, api: Api, body: RecordedBody) -> None:
    own = await new_client(scopes="bodies:write", organisation=UUID(body["id"]))
    assert (await end(own, body)).status_code == 403
    answer = await own.post(
        "/v1/bodies", json={"name": "x", "kind": "other", "nation": "England", "identifiers": [new_identifier()]}
    )
    assert name_problem(answer) == (403, "not-an-overseer")
    assert (await api.get(f"/v1/bodies/{body['id']}")).json() == body


async def test_ends_that_cannot_be_are_refused(api: Api) -> None:
    young = await record_body(api, name="Young", openedOn="2026-06-01")
    gone = await record_body(api, name="Gone")
    body = await record_body(api, name="Body", openedOn="2010-01-01")
    assert (await end(api, gone, date(2020, 1, 1))).status_code == 200
    for successor, on, status, kind in [
        (young["id"], ENDS, 409, "no-successor-then"),
        (gone["id"], ENDS, 409, "no-successor-then"),
        (body["id"], ENDS, 409, "successors-in-a-circle"),
        ("GB-NHS-NONE", ENDS, 422, "unknown-body"),
        (None, date(2010, 1, 1), 422, "invalid"),
    ]:
        answer = await end(api, body, on, successor)
        assert name_problem(answer) == (status, kind)
    assert (await api.get(f"/v1/bodies/{body['id']}")).json() == body
    path = f"/v1/bodies/{body['id']}/actions/end"
    assert (await api.post(path, json={"endedOn": str(ENDS)})).status_code == 428
    assert (await api.post(path, json={"endedOn": str(ENDS)}, headers={"If-Match": '"9"'})).status_code == 412
    assert (await end(api, {"id": "GB-LAE-CMD"}, date(2099, 1, 1), "GB-LAE-CMD")).status_code == 409


async def test_successors_never_lead_in_a_circle(api: Api) -> None:
    soon, later = today() + timedelta(days=10), today() + timedelta(days=20)
    one, two = await record_body(api, name="One"), await record_body(api, name="Two")
    assert (await end(api, one, later, two["id"])).status_code == 200
    back = await end(api, two, soon, one["id"])
    assert name_problem(back) == (409, "successors-in-a-circle")


async def test_of_two_bodies_that_end_into_each_other_at_once_one_does(api: Api) -> None:
    one, two = await record_body(api, name="One"), await record_body(api, name="Two")
    later = today() + timedelta(days=20)
    answers = await asyncio.gather(end(api, one, later, two["id"]), end(api, two, later, one["id"]))
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 412])


async def test_an_end_ahead_can_be_put_off_and_a_successor_named_late(api: Api) -> None:
    body, one, two = [await record_body(api, name=f"Board {n}") for n in range(3)]
    soon, later = today() + timedelta(days=10), today() + timedelta(days=20)
    assert (await end(api, body, soon, one["id"])).status_code == 200
    moved = await end(api, body, later, two["id"])
    assert moved.status_code == 200
    assert moved.json()["identifiers"][0]["validTo"] == str(later)
    assert (await api.get(f"/v1/bodies/{one['id']}")).json()["predecessors"] == []
    assert (await api.get(f"/v1/bodies/{one['id']}")).json()["version"] == 3
    gone = await record_body(api, name="Gone")
    assert (await end(api, gone, ENDS)).status_code == 200
    assert (await end(api, gone, date(2026, 5, 1), one["id"])).status_code == 409
    assert (await end(api, gone, ENDS, one["id"])).status_code == 200
    settled = await end(api, gone, ENDS, two["id"])
    assert name_problem(settled) == (409, "body-has-ended")


async def test_an_identifier_belongs_to_one_body(api: Api) -> None:
    body = {"name": "x", "kind": "school", "nation": "England"}
    camden = {"scheme": "GB-LAE", "value": "CMD"}
    taken = await api.post("/v1/bodies", json={**body, "identifiers": [new_identifier(), camden]})
    assert name_problem(taken) == (409, "identifier-taken")
    assert "GB-LAE-CMD" in taken.json()["detail"]
    contested = {**body, "identifiers": [new_identifier()]}
    answers = await asyncio.gather(*(api.post("/v1/bodies", json=contested) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json().get("type", "").rpartition("/")[2] for answer in answers} == {"", "identifier-taken"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("/region", "E99999999"),
        ("/nation", "France"),
        ("/kind", "club"),
        ("/name", "  "),
        ("/identifiers", []),
        ("/identifiers/0/scheme", [{"scheme": "gb nhs", "value": "1"}]),
        ("/identifiers/0/value", [{"scheme": "GB-NHS", "value": "%"}]),
    ],
)
async def test_bad_bodies_name_the_field(api: Api, field: str, value: object) -> None:
    identifiers = [new_identifier()]
    body = {"name": "x", "kind": "other", "nation": "England", "identifiers": identifiers}
    answer = await api.post("/v1/bodies", json={**body, field.split("/")[1]: value})
    assert field in list_fields(answer)


async def test_cases_name_only_bodies_that_exist_today(api: Api, platform: Platform) -> None:
    unborn = await record_body(api, openedOn=str(today() + timedelta(days=1)))
    ended = await record_body(api)
    assert (await end(api, ended)).status_code == 200
    here = await record_body(api, openedOn=str(today()))
    async with platform.runtimes["applications"].database.transaction(read_only=True) as session:
        by_id = await find_open_bodies(session, [each["id"] for each in (unborn, ended, here)], today=today())
        by_name = await find_open_bodies(session, [reference(each) for each in (unborn, ended, here)], today=today())
    assert set(by_id) == {here["id"]}
    assert set(by_name) == {reference(here)}


async def test_loading_does_not_undo_what_was_recorded_by_hand(platform: Platform) -> None:
    applications = platform.runtimes["applications"]
    camden, barnet = body_id("GB-LAE-CMD"), body_id("GB-LAE-BNE")
    by_hand = text(
        "UPDATE bodies SET ended_on = '2026-04-01', successor_id = :successor, recorded_by_hand = true WHERE id = :id"
    )
    identifiers = text("UPDATE body_identifiers SET valid_to = '2026-04-01' WHERE body_id = :id")
    async with open_as(applications, "operator") as session:
        await session.execute(by_hand, {"id": camden, "successor": barnet})
        await session.execute(identifiers, {"id": camden})
        await load_bodies(session)
        body = await session.get_one(Body, camden)
        assert (body.ended_on, body.successor_id) == (date(2026, 4, 1), barnet)
        held = await session.scalars(text("SELECT valid_to FROM body_identifiers WHERE body_id = :id"), {"id": camden})
        assert set(held) == {date(2026, 4, 1)}
        await session.rollback()


async def test_a_body_made_by_hand_is_not_doubled_when_reference_data_learns_of_it(platform: Platform) -> None:
    applications = platform.runtimes["applications"]
    made = body_id("GB-TEST-1")
    cumberland = "GSS-E06000063"
    async with open_as(applications, "operator") as session:
        # As if it had been recorded under another first identifier, before reference data knew it.
        old = await session.scalar(text("SELECT body_id FROM body_identifiers WHERE reference = :r"), {"r": cumberland})
        await session.execute(
            text(
                "INSERT INTO bodies (id, name, kind, nation, recorded_by_hand) "
                "VALUES (:id, 'New', 'unitary', 'England', true)"
            ),
            {"id": made},
        )
        moved = {"new": made, "old": old}
        await session.execute(text("UPDATE body_identifiers SET body_id = :new WHERE body_id = :old"), moved)
        await session.execute(text("UPDATE bodies SET successor_id = :new WHERE successor_id = :old"), moved)
        await load_bodies(session)
        holders = await session.scalars(
            text("SELECT body_id FROM body_identifiers WHERE reference = :r"), {"r": cumberland}
        )
        assert list(holders) == [made]
        allerdale = await session.get_one(Body, body_id("GB-LAE-ALL"))
        assert allerdale.successor_id == made
        await session.rollback()
