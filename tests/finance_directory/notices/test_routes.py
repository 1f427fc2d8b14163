"""Notices over HTTP: filters, pages, one process, and contracts that end soon."""

from typing import Any

import pytest

from rtp_embedded.platform import Platform
from rtp_shared.paging import encode_cursor
from tests.conftest import Api
from tests.finance_directory.notices.conftest import REAL, Load, Write, make_award, make_release

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stored(load: Load, write: Write) -> None:
    await load(REAL)
    await load(write([make_release(1), make_award(1), make_release(2)]))


async def list_all(api: Api, path: str, *params: tuple[str, Any], limit: int = 200) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after: list[tuple[str, Any]] = []
    while True:
        answer = await api.get(path, params=[("limit", limit), *params, *after])
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert "Open Government Licence" in page["credit"]
        items += page["items"]
        if page.get("next") is None:
            return items
        after = [("after", page["next"])]


async def test_everybody_lists_all_from_what_changed_last_on_and_none_twice(anybody: Api, stored: None) -> None:
    items = await list_all(anybody, "/v1/notices", limit=7)
    assert len({item["ocid"] for item in items}) == len(items) == 98
    times = [item["changedAt"] for item in items]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("params", "holds"),
    [
        ([("stage", "tender"), ("stage", "planning")], lambda each: each["stage"] in ("tender", "planning")),
        ([("noticeType", "UK4")], lambda each: "UK4" in each["noticeTypes"]),
        ([("reserved", "public-service-mutuals")], lambda each: "public-service-mutuals" in each["reserved"]),
        ([("cpv", "85"), ("cpv", "451")], lambda each: any(code.startswith(("85", "451")) for code in each["cpv"])),
        ([("region", "E12000007")], lambda each: "E12000007" in each["regions"]),
        ([("buyer", "GB-CFS-18525")], lambda each: each["buyerId"] == "GB-CFS-18525"),
        ([("body", "da95d464-17f0-53ed-b6b7-cabb8ae4a12d")], lambda each: "CAMDEN" in each["buyerName"].upper()),
        ([("leastPence", 100_000_000)], lambda each: (each["valuePence"] or 0) >= 100_000_000),
        ([("mostPence", 5_000_000)], lambda each: each["valuePence"] is not None and each["valuePence"] <= 5_000_000),
        ([("changedFrom", "2025-03-11")], lambda each: each["changedAt"] >= "2025-03-11"),
        ([("changedUntil", "2025-03-10")], lambda each: each["changedAt"] < "2025-03-11"),
        ([("closesFrom", "2025-03-01")], lambda each: (each["closesOn"] or "") >= "2025-03-01"),
        ([("closesUntil", "2025-02-28")], lambda each: each["closesOn"] is not None and each["closesOn"] < "2025-03"),
    ],
)
async def test_each_filter_leaves_exactly_what_it_says(
    anybody: Api, stored: None, params: list[Any], holds: Any
) -> None:
    wanted = {each["ocid"] for each in await list_all(anybody, "/v1/notices") if holds(each)}
    assert 0 < len(wanted) < 98
    assert {each["ocid"] for each in await list_all(anybody, "/v1/notices", *params)} == wanted


async def test_what_ends_before_a_day_is_found_by_what_is_sought_and_by_what_came_of_it(
    anybody: Api, stored: None
) -> None:
    found = await list_all(anybody, "/v1/notices", ("endsBefore", "2026-10-01"), ("stage", "contract"))
    assert [each["ocid"] for each in found] == ["ocds-h6vhtk-000001"]
    assert not await list_all(anybody, "/v1/notices", ("endsBefore", "2026-09-30"), ("stage", "contract"))


async def test_a_process_is_read_with_its_contracts_and_without_persons(anybody: Api, stored: None) -> None:
    answer = await anybody.get("/v1/notices/ocds-h6vhtk-000001")
    assert answer.status_code == 200, answer.text
    notice = answer.json()
    [contract] = notice["contracts"]
    assert (notice["stage"], notice["releases"], contract["toMutual"]) == ("contract", 2, True)
    assert (contract["endsOn"], contract["mayBeExtended"]) == ("2026-09-30", True)
    assert notice["document"]["tag"] == ["compiled"]
    assert "roe" not in answer.text.lower()
    assert (await anybody.get("/v1/notices/ocds-h6vhtk-none")).status_code == 404


async def test_contracts_that_end_soon_come_first_to_end_first(anybody: Api, stored: None, platform: Platform) -> None:
    everything = await list_all(anybody, "/v1/notices")
    ends = []
    for each in everything:
        notice = (await anybody.get(f"/v1/notices/{each['ocid']}")).json()
        ends += [(contract["endsOn"], each["ocid"]) for contract in notice["contracts"] if contract["endsOn"]]
    page = (await anybody.get("/v1/contract-endings", params={"months": 18})).json()
    today = platform.runtimes["finance-directory"].clock().date().isoformat()
    wanted = sorted(end for end, _ in ends if today <= end <= page["until"])
    found = await list_all(anybody, "/v1/contract-endings", limit=3)
    assert [each["endsOn"] for each in found] == wanted
    assert wanted
    fewer = await list_all(anybody, "/v1/contract-endings", ("cpv", "85"), ("months", 120))
    assert all(any(code.startswith("85") for code in each["cpv"]) for each in fewer)


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("notices", {"cpv": "8"}, "cpv"),
        ("notices", {"cpv": "85000000-9"}, "cpv"),
        ("notices", {"region": "E12000099"}, "region"),
        ("notices", {"stage": "open"}, "stage"),
        ("notices", {"leastPence": 2, "mostPence": 1}, "leastPence"),
        ("notices", {"closesFrom": "2025-02-02", "closesUntil": "2025-02-01"}, "closesFrom"),
        ("notices", {"after": "x"}, "after"),
        ("notices", {"after": encode_cursor("2025-01-01", "a")}, "after"),
        ("notices", {"after": encode_cursor("9999-12-31T23:59:59-23:59", "a\0")}, "after"),
        ("notices", {"buyer": "a\0"}, "buyer"),
        ("notices", {"sector": "youth"}, "sector"),
        ("contract-endings", {"months": 0}, "months"),
        ("contract-endings", {"months": 121}, "months"),
        ("contract-endings", {"stage": "award"}, "stage"),
        ("contract-endings", {"after": encode_cursor("never", "a", "b")}, "after"),
    ],
)
async def test_what_makes_no_sense_is_named(anybody: Api, path: str, params: dict[str, Any], field: str) -> None:
    answer = await anybody.get(f"/v1/{path}", params=params)
    assert answer.status_code == 422, answer.text
    assert field in str(answer.json()["errors"])


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2025-01-01T00:00:00Z"])
async def test_a_cursor_of_any_time_is_a_page_or_a_refusal(anybody: Api, stored: None, at: str) -> None:
    answer = await anybody.get("/v1/notices", params={"after": encode_cursor(at, "ocds")})
    assert answer.status_code in (200, 422), answer.text
