"""Reference data as it is served."""

import pytest
from sqlalchemy import text

from rtp_applications.bodies.load import load_bodies
from rtp_embedded.platform import Platform
from tests.conftest import Api
from tests.support.pages import read_pages
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def test_every_current_body_is_loaded_and_loading_again_changes_nothing(platform: Platform) -> None:
    applications = platform.runtimes["applications"]
    count = text(
        "SELECT kind, count(*) AS n FROM bodies WHERE (ended_on IS NULL OR ended_on > '2026-09-01') "
        "AND NOT recorded_by_hand GROUP BY kind"
    )
    versions = text("SELECT sum(version) FROM bodies WHERE NOT recorded_by_hand")
    async with open_as(applications, "operator") as session:
        before = {row.kind: row.n for row in await session.execute(count)}
        written = await session.scalar(versions)
        assert await load_bodies(session) == "397 councils, 205 NHS trusts, 42 integrated care boards"
        after = {row.kind: row.n for row in await session.execute(count)}
        unplaced = await session.scalar(
            text(
                "SELECT count(*) FROM bodies "
                "WHERE nation = 'England' AND region IS NULL AND ended_on IS NULL AND NOT recorded_by_hand"
            )
        )
        assert await session.scalar(versions) == written
    assert before == after
    assert before["nhs-trust"] == 205
    assert before["integrated-care-board"] == 42
    assert sum(n for kind, n in before.items() if kind not in ("nhs-trust", "integrated-care-board")) == 397
    assert unplaced == 0


@pytest.mark.parametrize(
    ("reference", "name", "region"),
    [
        ("GB-LAE-CMD", "Camden", "E12000007"),
        ("GSS-E09000007", "Camden", "E12000007"),
        ("GB-NHS-RRV", "University College London Hospitals", "E12000007"),
        ("GB-NHS-QOX", "Bath and North East Somerset", "E12000009"),
        ("GB-NHS-RX4", "Cumbria, Northumberland, Tyne and Wear", "E12000001"),
    ],
)
async def test_a_body_is_found_by_its_identifiers(stranger: Api, reference: str, name: str, region: str) -> None:
    body = (await stranger.get(f"/v1/bodies/{reference}")).json()
    assert name.lower() in body["name"].lower()
    assert body["region"] == region
    assert (await stranger.get(f"/v1/bodies/{body['id']}")).json() == body


async def test_an_ended_council_names_its_successor(stranger: Api) -> None:
    allerdale = (await stranger.get("/v1/bodies/GB-LAE-ALL")).json()
    assert allerdale["endedOn"] == "2023-04-01"
    successor = (await stranger.get(f"/v1/bodies/{allerdale['successorId']}")).json()
    assert successor["name"] == "Cumberland Council"
    assert {"id": allerdale["id"], "name": allerdale["name"], "endedOn": "2023-04-01"} in successor["predecessors"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Birmingham Women's & Children's", "Birmingham Women\u2019s and"),
        ("Hammersmith and Fulham", "Hammersmith & Fulham"),
        ("St. Helens", "St Helens"),
        ("Stockton on Tees ", "Stockton-on-Tees"),
        ("barrow in furness", "Barrow-in-Furness"),
    ],
)
async def test_a_body_is_found_by_its_name_as_people_type_it(stranger: Api, typed: str, name: str) -> None:
    found = (await stranger.get("/v1/bodies", params={"q": typed, "ended": "true"})).json()["items"]
    assert any(name.lower() in each["name"].lower() for each in found)


async def test_bodies_are_listed_by_name_without_gaps(stranger: Api) -> None:
    boroughs = await read_pages(stranger, "/v1/bodies", kind="london-borough", limit=7)
    names = [each["name"].lower() for each in boroughs]
    assert len(names) == len(set(names)) == 32
    wild = (await stranger.get("/v1/bodies", params={"q": "%"})).json()
    assert wild["items"] == []
