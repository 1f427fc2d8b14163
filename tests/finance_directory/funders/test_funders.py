"""Funders and programmes: kept by their organisation, found by everybody, read as they were, and by products named."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rtp_embedded.platform import Platform
from rtp_finance_directory.load import (
    make_funder_id,
    make_product_id,
    make_programme_id,
    read_funders,
    read_products,
    read_programmes,
)
from rtp_finance_directory.vocabulary import Certainty, FunderKind, FunderStatus
from tests.conftest import Api, NewClient
from tests.finance_directory.directory.conftest import at, draft, publish
from tests.finance_directory.funders.conftest import (
    FUNDER,
    PURPOSE,
    Json,
    act_at,
    draft_funder,
    publish_funder,
    publish_programme,
)
from tests.support.problems import list_fields

pytestmark = pytest.mark.anyio


def test_every_product_of_the_file_has_a_funder_and_its_programme_is_that_funders() -> None:
    funders, programmes = ({row["id"]: row for row in rows} for rows in (read_funders(), read_programmes()))
    assert (len(funders), len(programmes)) == (22, 9)
    for row in read_products():
        assert row["provider"] == funders[row["funder_id"]]["name"], row["slug"]
        if row["programme_id"] is not None:
            assert programmes[row["programme_id"]]["funder_id"] == row["funder_id"], row["slug"]
    for row in funders.values():
        assert set(row["kinds"]) <= set(FunderKind), row["slug"]
        assert row["status"] in set(FunderStatus)
    for row in (*funders.values(), *programmes.values()):
        assert row["certainty"] in set(Certainty)
        assert row["verified_on"] is None, "say who checked it with the funder, and when, before you change this"


async def test_a_product_shows_who_stands_behind_it(anybody: Api) -> None:
    product = (await anybody.get(f"/v1/products/{make_product_id('access-reach-fund')}")).json()
    assert product["funder"] == {
        "id": str(make_funder_id("access-foundation")),
        "name": "Access Foundation",
        "website": "https://access-socialinvestment.org.uk",
    }
    assert product["programme"]["id"] == product["programmeId"] == str(make_programme_id("reach-fund"))
    funder = (await anybody.get(f"/v1/funders/{product['funderId']}")).json()
    assert (funder["name"], funder["verifiedOn"], funder["illustrative"]) == ("Access Foundation", None, True)
    assert "not an offer" in funder["notice"]
    programme = await anybody.get(f"/v1/programmes/{product['programmeId']}")
    assert programme.json()["funderId"] == product["funderId"]
    again = await anybody.get(programme.request.url.path, headers={"If-None-Match": programme.headers["ETag"]})
    assert again.status_code == 304


async def test_a_funder_keeps_itself_by_the_api(funder: Api, anybody: Api) -> None:
    row = await draft_funder(
        funder, identifiers=["GB-CHC-1164883", "GB-COH-09668396"], website="https://fund.example",
        contactPage="https://fund.example/ask", publicEmail="ask@fund.example", publicTelephone="+44 20 7946 0000",
    )  # fmt: skip
    path = f"/v1/funders/{row['id']}"
    assert (row["publication"], row["version"], row["certainty"]) == ("draft", 1, "found")
    assert (await anybody.get(path)).status_code == 404
    assert [each["id"] for each in (await funder.get("/v1/funders?mine=true")).json()["items"]] == [row["id"]]
    shown = await act_at(funder, "/v1/funders", row, "publish")
    assert (await anybody.get(path)).json()["publicEmail"] == "ask@fund.example"
    for params, found in (
        ({"identifier": "GB-CHC-1164883"}, True), ({"identifier": "GB-CHC-116488"}, False),
        ({"q": "a FUND"}, True), ({"q": "no such"}, False), ({"kind": "bank"}, False), ({"status": "active"}, True),
        ({"unverifiedSince": row["verifiedOn"]}, False),
    ):  # fmt: skip
        page = (await anybody.get("/v1/funders", params={"limit": "200", **params})).json()
        assert (row["id"] in {each["id"] for each in page["items"]}) is found, params
    same = await funder.put(path, json={**FUNDER, **{name: shown[name] for name in (
        "identifiers", "website", "contactPage", "publicEmail", "publicTelephone")}}, headers=at(shown))  # fmt: skip
    assert (same.status_code, same.json()["version"]) == (200, 2)
    assert (await funder.put(path, json=FUNDER, headers=at(row))).status_code == 412
    assert (await funder.put(path, json=FUNDER)).status_code == 428
    assert (await act_at(funder, "/v1/funders", shown, "verify"))["version"] == 2  # it was written today
    gone = await act_at(funder, "/v1/funders", shown, "withdraw")
    assert (await anybody.get(path)).status_code == 404
    refused = await funder.put(path, json=FUNDER, headers=at(gone))
    assert (refused.status_code, refused.json()["type"].rsplit("/")[-1]) == (409, "not-in-that-state")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"identifiers": ["GB-COH-9668396"]}, "/identifiers/0"),
        ({"identifiers": ["GB-CHC-12345"]}, "/identifiers/0"),
        ({"identifiers": ["US-EIN-1"]}, "/identifiers/0"),
        ({"website": "javascript:alert(1)"}, "/website"),
        ({"publicEmail": "no address"}, "/publicEmail"),
        ({"publicTelephone": "call me"}, "/publicTelephone"),
        ({"kinds": []}, "/kinds"),
        ({"owner": str(uuid.uuid4())}, "/owner"),
    ],
)
async def test_what_no_funder_is_is_refused_at_its_field(funder: Api, wrong: Json, field: str) -> None:
    answer = await funder.post("/v1/funders", json={**FUNDER, **wrong})
    assert (answer.status_code, list_fields(answer)) == (422, {field})


async def test_a_programme_is_of_a_funder_of_ones_own(funder: Api, new_client: NewClient, anybody: Api) -> None:
    mine, other = await publish_funder(funder), await new_client(scopes="finance:read finance:write")
    body = {"name": "Ours", "purpose": PURPOSE, "funderId": mine["id"]}
    for api, said, field in (
        (other, {}, "/funderId"),
        (other, {"funderId": str(make_funder_id("charity-bank"))}, "/funderId"),
        (funder, {"opensOn": "2026-05-02", "closesOn": "2026-05-01"}, "/closesOn"),
    ):
        answer = await api.post("/v1/programmes", json={**body, **said})
        assert (answer.status_code, list_fields(answer)) == (422, {field})
    programme = await publish_programme(funder, mine["id"], opensOn="2026-01-01", closesOn="2026-12-31")
    for params, found in (
        ({"funderId": mine["id"]}, True), ({"funderId": str(uuid.uuid4())}, False),
        ({"openOn": "2026-06-01"}, True), ({"openOn": "2027-01-01"}, False), ({"q": "programme"}, True),
    ):  # fmt: skip
        page = (await anybody.get("/v1/programmes", params={"limit": "200", **params})).json()
        assert (programme["id"] in {each["id"] for each in page["items"]}) is found, params


async def test_nobody_writes_products_in_another_funders_name(funder: Api, new_client: NewClient) -> None:
    mine = await publish_funder(funder)
    programme = await publish_programme(funder, mine["id"])
    product = await draft(funder, programmeId=programme["id"])
    assert (product["funderId"], product["programme"]["name"]) == (mine["id"], "A programme")
    other = await new_client(scopes="finance:read finance:write")
    theirs = await publish_funder(other)
    base = {"provider": "A fund", "name": "A grant", "kinds": ["grant"], "direct": True}
    for api, said, field in (
        (other, {"funderId": mine["id"]}, "/funderId"),
        (other, {"programmeId": programme["id"]}, "/programmeId"),
        (other, {"funderId": str(make_funder_id("charity-bank"))}, "/funderId"),
        (funder, {"programmeId": programme["id"], "funderId": theirs["id"]}, "/programmeId"),
    ):
        answer = await api.post("/v1/products", json={**base, **said})
        assert (answer.status_code, list_fields(answer)) == (422, {field}), said


async def test_nobody_else_touches_or_sees_what_a_funder_keeps(funder: Api, new_client: NewClient) -> None:
    row, other = await draft_funder(funder), await new_client(scopes="finance:read finance:write")
    for each in (row, {"id": str(make_funder_id("key-fund"))}):
        path = f"/v1/funders/{each['id']}"
        answers = [await other.put(path, json=FUNDER, headers={"If-Match": "*"})]
        for action in ("publish", "suspend", "withdraw", "verify"):
            body: Json | None = {} if action == "publish" else None
            answers.append(await other.post(f"{path}/actions/{action}", headers={"If-Match": "*"}, json=body))
        assert {answer.status_code for answer in answers} == {404}
    assert (await other.get(f"/v1/funders/{row['id']}")).status_code == 404
    assert (await other.get(f"/v1/funders/{row['id']}/versions")).json()["items"] == []
    for params in ({"mine": "true"}, {"publication": "draft"}, {"mine": "true", "publication": "draft"}):
        assert (await other.get("/v1/funders", params=params)).json()["items"] == []
    reader = await new_client(scopes="finance:read")
    assert (await reader.post("/v1/funders", json=FUNDER)).status_code == 403
    assert (await reader.post("/v1/programmes", json={})).status_code == 403


async def test_the_database_is_a_wall_of_its_own(platform: Platform, funder: Api) -> None:
    mine = await publish_funder(funder)
    hidden = await draft_funder(funder)
    programme = await publish_programme(funder, mine["id"])
    database = platform.runtimes["finance-directory"].database
    ids = {"ids": [uuid.UUID(each["id"]) for each in (mine, hidden, programme)]}
    own = f"org:{funder.organisation}"
    for identities, sees, read in (((own,), 2, 5), ((f"org:{uuid.uuid4()}",), 1, 2), (("public",), 1, 2)):
        async with database.transaction(identities) as session:
            assert await session.scalar(text("SELECT count(*) FROM funders WHERE id = ANY(:ids)"), ids) == sees
            versions = text("SELECT count(*) FROM directory_entry_versions WHERE entry_id = ANY(:ids)")
            assert await session.scalar(versions, ids) == read, identities
            for table in ("funders", "programmes"):
                forge = text(f"UPDATE {table} SET name = 'Forged' WHERE id = ANY(:ids)")  # noqa: S608
                changed = (await session.execute(forge, ids)).rowcount  # type: ignore[attr-defined]
                assert bool(changed) is (identities == (own,))
            await session.rollback()
    steal = text("UPDATE funders SET owner = gen_random_uuid() WHERE id = ANY(:ids)")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction((own,)) as session:
            await session.execute(steal, ids)


async def test_a_funder_is_read_as_it_was(funder: Api, anybody: Api) -> None:
    row = await publish_funder(funder)
    path = f"/v1/funders/{row['id']}"
    then = datetime.now(UTC)
    changed = (await funder.put(path, json={**FUNDER, "name": "Renamed"}, headers=at(row))).json()
    for moment, name in ((then, "A fund"), (datetime.now(UTC), "Renamed")):
        answer = await anybody.get(path, params={"asAt": moment.isoformat()})
        assert (answer.status_code, answer.json()["name"]) == (200, name)
    assert (await anybody.get(path, params={"asAt": (then - timedelta(days=1)).isoformat()})).status_code == 404
    await act_at(funder, "/v1/funders", changed, "withdraw")
    listed = (await anybody.get(f"{path}/versions")).json()["items"]
    assert [(each["version"], each["change"]) for each in listed] == [(3, "changed"), (2, "published")]
    assert [each["version"] for each in (await funder.get(f"{path}/versions")).json()["items"]] == [4, 3, 2, 1]
    assert (await anybody.get(f"{path}/versions/2")).json()["funder"]["name"] == "A fund"
    assert {(await anybody.get(f"{path}/versions/{number}")).status_code for number in (1, 4, 5)} == {404}
    assert (await anybody.get(f"/v1/programmes/{row['id']}/versions/2")).status_code == 404


async def follow(api: Api, after: str | None = None, limit: int = 200) -> tuple[list[Json], str]:
    found: list[Json] = []
    while True:
        params: dict[str, Any] = {"limit": limit, **({"after": after} if after else {})}
        page = (await api.get("/v1/funders/changes", params=params)).json()
        found, after = found + page["items"], page["cursor"]
        if page["next"] is None:
            return found, str(after)


async def test_a_harvester_follows_funders_and_programmes_with_tombstones(funder: Api, anybody: Api) -> None:
    _, start = await follow(anybody)
    hidden, row = await draft_funder(funder), await publish_funder(funder)
    programme = await publish_programme(funder, row["id"])
    await act_at(funder, "/v1/programmes", programme, "suspend")
    await act_at(funder, "/v1/funders", row, "withdraw")
    found, end = await follow(anybody, start, limit=1)
    assert [(each["noun"], each["id"], each["change"]) for each in found] == [
        ("funder", row["id"], "published"), ("programme", programme["id"], "published"),
        ("programme", programme["id"], "suspended"), ("funder", row["id"], "withdrawn"),
    ]  # fmt: skip
    assert hidden["id"] not in {each["id"] for each in found}
    assert await follow(anybody, end) == ([], end)


async def test_the_search_finds_and_counts_by_funder(funder: Api, anybody: Api) -> None:
    mine = await publish_funder(funder, name="Counted")
    programme = await publish_programme(funder, mine["id"])
    await publish(funder, programmeId=programme["id"], name="One")
    await publish(funder, funderId=mine["id"], name="Two")
    search = "/v1/products/search"
    for params, names in (
        ({"funderId": mine["id"]}, {"One", "Two"}), ({"programmeId": programme["id"]}, {"One"}),
        ({"funderId": str(uuid.uuid4())}, set()),
    ):  # fmt: skip
        page = (await anybody.get(search, params=params)).json()
        assert {each["name"] for each in page["items"]} == names
    page = (await anybody.get("/v1/products", params={"funderId": mine["id"]})).json()
    assert {each["name"] for each in page["items"]} == {"One", "Two"}
    for params in ({}, {"funderId": mine["id"]}, {"kind": "grant", "q": "one"}):
        counted = (await anybody.get(search, params={"facets": "true", "limit": "1", **params})).json()["facets"][
            "funder"
        ]
        assert len({each["id"] for each in counted}) == len(counted) > 0
        for each in counted:  # the law of facets: as many as would be found with that value
            asked = {**params, "funderId": each["id"], "facets": "true", "limit": "1"}
            assert (await anybody.get(search, params=asked)).json()["facets"]["total"] == each["count"]
        assert {"id": mine["id"], "name": "Counted"}.items() <= next(
            e for e in counted if e["id"] == mine["id"]
        ).items()


async def test_a_cursor_goes_on_by_name(funder: Api, anybody: Api) -> None:
    everything = (await anybody.get("/v1/funders", params={"limit": "200"})).json()["items"]
    found: list[Json] = []
    after = None
    while True:
        page = (await anybody.get("/v1/funders", params={"limit": "7", **({"after": after} if after else {})})).json()
        found, after = [*found, *page["items"]], page["next"]
        if after is None:
            break
    assert found == everything
    assert len(found) == 22
    unknown = await anybody.get("/v1/funders", params={"colour": "red"})
    assert unknown.status_code == 422
