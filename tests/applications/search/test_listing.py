"""Lists of cases: every filter alone and together, the order of changes, and no case that is not one's own."""

from datetime import timedelta
from typing import Any

import pytest

from rtp_shared.clock import today, utcnow
from tests.conftest import Api, NewClient
from tests.support.actors import Office
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.problems import list_fields

pytestmark = pytest.mark.anyio


async def list_ids(api: Api, **query: Any) -> list[str]:
    answer = await api.get("/v1/cases", params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_each_field_of_a_line_can_be_asked_for(group: Api) -> None:
    library = await open_case(group, sector="libraries-and-archives", serviceName="Tameside St. Mary's Library")
    youth = await submit_case(group, await open_case(group, sector="youth", serviceName="Youth clubs"))
    day, later = str(today()), str(today() + timedelta(days=4000))
    before, after = (utcnow() - timedelta(minutes=1)).isoformat(), (utcnow() + timedelta(minutes=1)).isoformat()
    both = [youth["id"], library["id"]]
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({}, both),
        ({"status": "draft"}, both[1:]),
        ({"status": ["draft", "case-submitted", "eoi-submitted"]}, both),
        ({"sector": "youth"}, both[:1]),
        ({"region": youth["region"]}, both),
        ({"region": "E12000001"} if youth["region"] != "E12000001" else {"region": "E12000002"}, []),
        ({"q": "saint marys tameside"}, both[1:]),
        ({"q": "clubs"}, both[:1]),
        ({"q": "swimming"}, []),
        ({"suspended": False}, both),
        ({"suspended": True}, []),
        ({"escalated": True}, []),
        ({"final": False}, both),
        ({"submittedSince": before}, both[:1]),
        ({"submittedBefore": after}, both[:1]),
        ({"submittedBefore": before}, []),
        ({"changedSince": before}, both),
        ({"changedSince": after}, []),
        ({"dueBefore": later}, both),
        ({"dueBefore": day}, []),
        ({"q": "clubs", "status": "draft"}, []),
        ({"number": library["number"].replace("-", " ")}, both[1:]),
        ({"employer": str(employer_id())}, both),
    ]
    for query, ids in expected:
        assert await list_ids(group, **query) == ids, query


async def test_pages_of_each_order_hold_everything_once(group: Api) -> None:
    cases = [await open_case(group) for _ in range(7)]
    await group.patch(f"/v1/cases/{cases[2]['id']}", json={"serviceName": "Changed"}, headers={"If-Match": "*"})
    opened = [case["id"] for case in cases]
    changed = [each for each in opened if each != cases[2]["id"]] + [cases[2]["id"]]
    for sort, expected in (("newest", opened[::-1]), ("changed", changed)):
        seen, after = list[str](), dict[str, str]()
        while True:
            page = (await group.get("/v1/cases", params={"limit": 3, "sort": sort, **after})).json()
            seen += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert seen == expected


async def test_who_follows_changes_sees_again_what_changed_meanwhile(group: Api) -> None:
    first, second = await open_case(group), await open_case(group)
    page = (await group.get("/v1/cases", params={"limit": 1, "sort": "changed"})).json()
    assert [item["id"] for item in page["items"]] == [first["id"]]
    await group.patch(f"/v1/cases/{first['id']}", json={"serviceName": "Again"}, headers={"If-Match": "*"})
    assert await list_ids(group, sort="changed", after=page["next"]) == [second["id"], first["id"]]


async def test_no_filter_finds_what_is_not_ones_own(office: Office, new_client: NewClient) -> None:
    stranger = await new_client()
    name, number = office.case["serviceName"], office.case["number"]
    for query in ({"q": name}, {"number": number}, {"sort": "changed"}, {"dueBefore": "2999-01-01"}, {"final": False}):
        assert office.case["id"] not in await list_ids(stranger, limit=200, **query), query


async def test_what_the_bodies_do_among_themselves_is_no_change_for_the_group(office: Office) -> None:
    since = utcnow().isoformat()
    note = {"kind": "other", "title": "For us alone", "audience": "bodies"}
    answer = await office.officer.post(f"/v1/cases/{office.case['id']}/documents", note)
    assert answer.status_code == 201, answer.text
    assert await list_ids(office.officer.api, changedSince=since) == [office.case["id"]]
    assert await list_ids(office.group.api, changedSince=since) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"region": "London"}, "region"),
        ({"q": "a\x00b"}, "q"),
        ({"suspended": "maybe"}, "suspended"),
        ({"changedSince": "2026-11-30T10:00:00"}, "changedSince"),
        ({"changedSince": "yesterday"}, "changedSince"),
        ({"dueBefore": "soon"}, "dueBefore"),
        ({"sort": "name"}, "sort"),
        ({"after": "x"}, "after"),
        ({"colour": "red"}, "colour"),
    ],
    ids=str,
)
async def test_a_query_that_makes_no_sense_names_its_parameter(group: Api, query: dict[str, Any], field: str) -> None:
    answer = await group.get("/v1/cases", params=query)
    assert answer.status_code == 422
    assert list_fields(answer) == {field}


async def test_a_cursor_is_one_of_its_own_order(group: Api) -> None:
    for _ in range(2):
        await open_case(group)
    cursor = (await group.get("/v1/cases", params={"limit": 1})).json()["next"]
    assert (await group.get("/v1/cases", params={"sort": "changed", "after": cursor})).status_code == 422
