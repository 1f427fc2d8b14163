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
        assert await load_bodies(session) == "398 councils, 205 NHS trusts, 36 integrated care boards"
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
    assert before["integrated-care-board"] == 36
    assert sum(n for kind, n in before.items() if kind not in ("nhs-trust", "integrated-care-board")) == 398
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
    successor = (await stranger.get(f"/v1/bodies/{allerdale['successor']}")).json()
    assert successor["name"] == "Cumberland Council"
    assert {"id": allerdale["id"], "name": allerdale["name"], "endedOn": "2023-04-01"} in successor["predecessors"]


async def test_the_combined_authority_of_the_north_east_follows_two(stranger: Api) -> None:
    now = (await stranger.get("/v1/bodies/GSS-E47000014")).json()
    assert (now["kind"], now["region"], now["endedOn"]) == ("combined-authority", "E12000001", None)
    assert now["identifiers"] == [{"scheme": "GSS", "value": "E47000014", "validFrom": "2024-05-07", "validTo": None}]
    former = [(await stranger.get(f"/v1/bodies/{each}")).json() for each in ("GSS-E47000010", "GB-LAE-NTCA")]
    assert {each["id"] for each in now["predecessors"]} == {each["id"] for each in former}
    for each in former:
        assert (each["endedOn"], each["successor"]) == ("2024-05-07", now["id"])
    earlier = (await stranger.get("/v1/bodies/GSS-E47000005")).json()
    assert earlier["id"] == former[0]["id"]


@pytest.mark.parametrize(
    ("ended", "successors"),
    [
        ("QMJ", ["Z9B2Z"]),
        ("QM7", ["S1Y5D", "D7T5G"]),
        ("QNQ", ["QRL", "S9B9J", "S0E4D"]),
    ],
)
async def test_integrated_care_boards_merged_in_april_2026(stranger: Api, ended: str, successors: list[str]) -> None:
    """NHS Organisation Data Service: twelve ended, six were made, and three were shared out among several."""
    board = (await stranger.get(f"/v1/bodies/GB-NHS-{ended}")).json()
    following = [(await stranger.get(f"/v1/bodies/GB-NHS-{code}")).json() for code in successors]
    assert board["endedOn"] == "2026-04-01"
    assert [each["id"] for each in board["successors"]] == [each["id"] for each in following]
    assert board["successor"] == (following[0]["id"] if len(following) == 1 else None)
    for each in following:
        assert board["id"] in [was["id"] for was in each["predecessors"]]
        assert each["region"]
        assert each["openedOn"] in ("2026-04-01", None)


@pytest.mark.parametrize(
    ("code", "name", "region"),
    [
        ("E47000012", "York and North Yorkshire", "E12000003"),
        ("E47000013", "East Midlands", "E12000004"),
        ("E47000015", "Devon and Torbay", "E12000009"),
        ("E47000016", "Hull and East Yorkshire", "E12000003"),
        ("E47000017", "Greater Lincolnshire", "E12000003"),
        ("E47000018", "Lancashire", "E12000002"),
    ],
)
async def test_the_new_combined_authorities_are_there(stranger: Api, code: str, name: str, region: str) -> None:
    body = (await stranger.get(f"/v1/bodies/GSS-{code}")).json()
    assert body["name"].startswith(name)
    assert (body["kind"], body["region"], body["endedOn"]) == ("combined-authority", region, None)


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


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("camden council", "London Borough of Camden"),
        ("Council Camden", "London Borough of Camden"),
        ("LB Camden", "London Borough of Camden"),
        ("greenwich council", "Royal Borough of Greenwich"),
        ("Council of the City of London", "City of London Corporation"),
        ("hull borough", "Hull City Council"),
        ("Leeds County Council", "Leeds City Council"),
        ("Westminster Borough", "City of Westminster"),
        ("wight council", "Isle of Wight Council"),
        ("UCL hospitals", None),
        ("university college hospital london trust", "University College London Hospitals NHS Foundation Trust"),
        ("royal free", "Royal Free London NHS Foundation Trust"),
        ("Solent Trust", "Solent NHS Trust"),
        ("North Central London ICB", "NHS North Central London Integrated Care Board"),
        ("Dorset NHS board", "NHS Dorset Integrated Care Board"),
        ("kent and medway integrated care system", "NHS Kent and Medway Integrated Care Board"),
    ],
)
async def test_a_body_is_found_whatever_kind_of_body_people_call_it(
    stranger: Api, typed: str, name: str | None
) -> None:
    found = (await stranger.get("/v1/bodies", params={"q": typed, "ended": "true"})).json()["items"]
    assert name in [each["name"] for each in found] or (name is None and not found)


async def test_bodies_that_hold_every_word_come_first_and_pages_keep_that_order(stranger: Api) -> None:
    found = await read_pages(stranger, "/v1/bodies", q="city of london", limit=3)
    assert found[0]["name"] == "City of London Corporation"
    assert "Royal Free London NHS Foundation Trust" in [each["name"] for each in found]
    assert len({each["id"] for each in found}) == len(found)
    generic = await read_pages(stranger, "/v1/bodies", q="nhs trust", limit=200)
    assert len(generic) > 100
    assert all({"nhs", "trust"} <= set(each["name"].lower().split()) for each in generic)


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("E09000007", "London Borough of Camden"),
        ("e09000007", "London Borough of Camden"),
        ("gb-lae-cmd", "London Borough of Camden"),
        ("gss-E09000007", "London Borough of Camden"),
        ("RRV", "University College London Hospitals NHS Foundation Trust"),
        ("rrv", "University College London Hospitals NHS Foundation Trust"),
        ("gb-nhs-rrv", "University College London Hospitals NHS Foundation Trust"),
        ("QOX", "NHS Bath and North East Somerset, Swindon and Wiltshire Integrated Care Board"),
        ("CMD", None),
        ("E0900000", None),
    ],
)
async def test_a_bare_code_and_lower_case_name_a_body(stranger: Api, reference: str, name: str | None) -> None:
    answer = await stranger.get(f"/v1/bodies/{reference}")
    assert answer.json().get("name") == name, answer.text


@pytest.mark.parametrize(
    ("council", "former", "now", "day"),
    [
        ("GB-LAE-NBL", "E06000048", "E06000057", "2013-04-01"),
        ("GB-LAE-GAT", "E08000020", "E08000037", "2013-04-01"),
        ("GB-LAE-BNS", "E08000016", "E08000038", "2025-04-01"),
        ("GB-LAE-SHF", "E08000019", "E08000039", "2025-04-01"),
        ("GB-LAS-GLG", "S12000046", "S12000049", "2019-04-01"),
        ("GB-PLA-POW", "W06000007", "W06000023", "2009-06-01"),
    ],
)
async def test_a_council_has_its_former_and_its_present_code_with_their_days(
    stranger: Api, council: str, former: str, now: str, day: str
) -> None:
    body = (await stranger.get(f"/v1/bodies/{council}")).json()
    codes = {each["value"]: each for each in body["identifiers"] if each["scheme"] == "GSS"}
    assert (codes[former]["validTo"], codes[now]["validFrom"], codes[now]["validTo"]) == (day, day, None)
    for code in (former, now):
        assert (await stranger.get(f"/v1/bodies/GSS-{code}")).json() == body


async def test_a_code_that_changed_twice_has_all_its_days(stranger: Api) -> None:
    body = (await stranger.get("/v1/bodies/GSS-S12000043")).json()
    codes = [each for each in body["identifiers"] if each["scheme"] == "GSS"]
    assert [(each["validFrom"], each["validTo"]) for each in codes] == [
        (None, "2010-04-01"),
        ("2010-04-01", "2011-04-01"),
        ("2011-04-01", "2019-04-01"),
        ("2019-04-01", None),
    ]


async def test_a_body_ends_on_the_first_day_on_which_it_is_no_more(stranger: Api) -> None:
    bodies = await read_pages(stranger, "/v1/bodies", ended="true", limit=200)
    councils = [each for each in bodies if each["identifiers"][0]["scheme"] == "GB-LAE" and each["endedOn"]]
    days = {each["endedOn"] for each in councils}
    assert days >= {"2019-04-01", "2020-04-01", "2021-04-01", "2023-04-01"}
    assert {day for day in days if not day.endswith("-01")} == {"2024-05-07"}  # combined authorities of the North East
    solent = (await stranger.get("/v1/bodies/GB-NHS-R1C")).json()
    assert solent["endedOn"] == solent["identifiers"][0]["validTo"] == "2024-10-01"


async def test_bodies_are_listed_by_name_without_gaps(stranger: Api) -> None:
    boroughs = await read_pages(stranger, "/v1/bodies", kind="london-borough", limit=7)
    names = [each["name"].lower() for each in boroughs]
    assert len(names) == len(set(names)) == 32
    wild = (await stranger.get("/v1/bodies", params={"q": "%"})).json()
    assert wild["items"] == []
