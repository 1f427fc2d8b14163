"""Pages of the list of cases: each holds what it should in every order, with the fields and parts asked for."""

import json
from typing import Any

import pytest

from rtp_applications.search import counting, listing
from rtp_applications.search.schemas import CaseField, CaseLine, CasePart
from rtp_embedded.platform import Platform
from tests.conftest import Api, NewClient
from tests.support.actors import Office
from tests.support.cases import open_case, submit_case
from tests.support.pages import read_pages
from tests.support.problems import list_fields
from tests.support.statements import count_statements

pytestmark = pytest.mark.anyio
SECTORS = ("youth", "housing-and-homelessness")
_BY_WIRE = {field.serialization_alias: name for name, field in CaseLine.model_fields.items()}
ALL_PARTS = [str(part) for part in CasePart]


@pytest.mark.parametrize("near", [1, 2, 3, 1000])
async def test_every_page_is_whole_wherever_the_first_look_ends(
    group: Api, monkeypatch: pytest.MonkeyPatch, near: int
) -> None:
    monkeypatch.setattr(listing, "NEAR", near)
    for name in ("NEAR_WORDS", "SAMPLED", "MOST_TAKEN"):
        monkeypatch.setattr(listing, name, near)
    cases = [
        await open_case(
            group, serviceName=f"{'Library' if number % 3 else 'Museum'} {number}", sector=SECTORS[number % 2]
        )
        for number in range(8)
    ]
    ids = [each["id"] for each in cases]
    libraries, youth = [id_ for number, id_ in enumerate(ids) if number % 3], ids[::2]
    asked: list[tuple[dict[str, str], list[str]]] = [
        ({}, ids),
        ({"q": "library"}, libraries),
        ({"q": "museum"}, [each for each in ids if each not in libraries]),
        ({"q": "5"}, ids[5:6]),
        ({"status": "draft", "q": "library"}, libraries),
        ({"status": "draft"}, ids),
        ({"sector": "youth"}, youth),
        ({"sector": "youth", "route": "right-to-provide", "region": cases[0]["region"]}, youth),
        ({"region": cases[0]["region"], "q": "library"}, libraries),
        ({"route": "employer-led"}, []),
        ({"sector": "youth", "status": "draft"}, youth),
    ]
    for query, expected in asked:
        for limit in (1, 2, 5, 50):
            newest = await read_pages(group, "/v1/cases", limit=limit, **query)
            assert [each["id"] for each in newest] == expected[::-1], (query, limit)
            oldest = await read_pages(group, "/v1/cases", limit=limit, sort="oldest", **query)
            assert [each["id"] for each in oldest] == expected, (query, limit)


async def test_the_order_of_submissions(group: Api) -> None:
    cases = [await open_case(group) for _ in range(4)]
    for each in (cases[2], cases[0], cases[1]):
        await submit_case(group, each)
    listed = await read_pages(group, "/v1/cases", limit=2, sort="submitted")
    assert [each["id"] for each in listed] == [cases[1]["id"], cases[0]["id"], cases[2]["id"]]
    counted = (await group.get("/v1/cases", params={"sort": "submitted", "count": "true"})).json()["count"]
    assert counted == {"cases": 3, "exact": True, "facets": []}


async def test_a_line_has_the_fields_that_are_asked_for(group: Api) -> None:
    await open_case(group)
    whole = (await group.get("/v1/cases")).json()
    assert set(whole) == {"items", "next"}
    assert set(whole["items"][0]) == set(CaseField)
    sparse = (await group.get("/v1/cases", params={"fields": ["number", "status"]})).json()["items"][0]
    assert sparse == {name: whole["items"][0][name] for name in ("id", "number", "status")}


async def test_a_page_is_what_its_schema_says_to_the_byte(office: Office) -> None:
    """It is written without models: these read it, and write the same."""
    asked: list[dict[str, str | int]] = [{}, {"count": "true", "facet": "status"}, {"sort": "changed", "limit": 1}]
    for query in asked:
        answer = await office.officer.api.get("/v1/cases", params=query)
        assert "On-Behalf-Of" in answer.headers["Vary"].split(", ")
        page = answer.json()
        for line in page["items"]:
            named = {_BY_WIRE[name]: value for name, value in line.items()}
            written = CaseLine.model_validate(named).model_dump_json(by_alias=True, exclude_unset=True)
            assert json.loads(written) == line
            assert list(json.loads(written)) == list(line), "in the order of the schema"
        read = (await office.officer.api.get(f"/v1/cases/{page['items'][0]['id']}")).json()
        shared = (set(read) & set(CaseField)) - {"version"}
        assert {name: page["items"][0][name] for name in shared} == {name: read[name] for name in shared}


def test_every_field_of_a_line_has_its_name() -> None:
    named = {field.serialization_alias for field in CaseLine.model_fields.values()}
    assert named == {*CaseField, *CasePart, "moreDocuments"}


async def test_a_part_is_what_the_cases_own_address_shows(office: Office, new_client: NewClient) -> None:
    adviser, case = await new_client(), office.case["id"]
    await office.group.appoint(office.case, "adviser", "adviser-1", holder={"client": adviser.client_id}, name="Ada")
    for number, more in enumerate(({}, {"audience": "bodies"}, {"confidentiality": "confidential"})):
        opening = {"kind": "other", "title": f"Paper {number}", **more}
        assert (await office.officer.post(f"/v1/cases/{case}/documents", opening)).status_code == 201
    people = ((office.group.api, office.group.person), (office.officer.api, "officer-1"), (adviser, "adviser-1"))
    for api, person in (*people, (office.officer.api, "a-stranger")):
        headers = {"On-Behalf-Of": person}
        listed = await api.get(
            "/v1/cases", params={"expand": ALL_PARTS, "number": office.case["number"]}, headers=headers
        )
        line, own = listed.json()["items"][0], (await api.get(f"/v1/cases/{case}", headers=headers)).json()
        assert {name: line[name] for name in ("deadlines", "allowedActions")} == {
            name: own[name] for name in ("deadlines", "allowedActions")
        }
        for name in ("parties", "documents"):
            alone = (await api.get(f"/v1/cases/{case}/{name}", headers=headers)).json()["items"]
            assert alone, (name, person)
            assert line[name] == alone, (name, person)
        assert line["moreDocuments"] is False


async def test_statements_do_not_grow_with_the_page(group: Api, platform: Platform) -> None:
    cases = [await open_case(group) for _ in range(6)]
    database = platform.runtimes["applications"].database
    asked = {"expand": ALL_PARTS, "count": "true", "facet": ["status", "region"], "q": "service"}

    async def count(limit: int, query: dict[str, Any]) -> int:
        with count_statements(database) as statements:
            assert len((await group.get("/v1/cases", params={"limit": limit, **query})).json()["items"]) == limit
        return len(statements)

    assert await count(1, {}) == await count(6, {}) == 2, "who reads, and the list"
    assert await count(1, asked) == await count(6, asked) == 6, "and cases, names, documents and the count"
    assert len(cases) == 6


async def test_a_count_is_exact_or_says_that_it_is_not(group: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        await open_case(group, sector="youth" if number else "libraries-and-archives", employer=None)
    monkeypatch.setattr(counting, "MOST_COUNTED", 4)

    async def count(**query: Any) -> Any:
        answer = await group.get("/v1/cases", params={"count": "true", "facet": ["sector", "region"], **query})
        return answer.json()["count"]

    assert await count() == {"cases": 4, "exact": False, "facets": []}
    counted = await count(sector="youth")
    assert (counted["cases"], counted["exact"]) == (4, True)
    assert {(each["facet"], each["value"], each["cases"]) for each in counted["facets"]} == {
        ("sector", "youth", 4),
        ("region", None, 4),
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"fields": "secret"}, "fields"),
        ({"expand": "history"}, "expand"),
        ({"facet": "serviceName"}, "facet"),
        ({"expand": "parties", "limit": 51}, "limit"),
        ({"count": "maybe"}, "count"),
        ({"openedBefore": "2026-11-30T10:00:00"}, "openedBefore"),
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_named(group: Api, query: dict[str, Any], field: str) -> None:
    answer = await group.get("/v1/cases", params=query)
    assert (answer.status_code, list_fields(answer)) == (422, {field})


async def test_a_cursor_of_another_order_is_refused(group: Api) -> None:
    for _ in range(2):
        await open_case(group)
    for sort in ("newest", "oldest", "changed"):
        cursor = (await group.get("/v1/cases", params={"limit": 1, "sort": sort})).json()["next"]
        for other in {"newest", "oldest", "changed", "submitted"} - {sort}:
            answer = await group.get("/v1/cases", params={"sort": other, "after": cursor})
            assert (answer.status_code, list_fields(answer)) == (422, {"after"}), (sort, other)
