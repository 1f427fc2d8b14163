"""Notices for cases: found once, told to those who see the case, and to nobody else."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from rtp_embedded.platform import Platform
from rtp_finance_directory.app import service
from rtp_finance_directory.notices.cases.models import CaseNotice, CaseWatch
from rtp_finance_directory.notices.cases.schedule import WatchTurns, look_once
from rtp_shared.contracts import events
from rtp_shared.contracts.finance_directory import ContractEnding, NoticeMatched
from tests.conftest import Api, NewClient
from tests.finance_directory.notices.conftest import Load, Write, make_award, make_release
from tests.support.cases import EMPLOYER, open_case, submit_case
from tests.support.people import act
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def submitted(platform: Platform, api: Api, **details: Any) -> dict[str, Any]:
    case = await submit_case(api, await open_case(api, **details))
    await platform.drain_events()
    return case


def tell_time(platform: Platform) -> datetime:
    return platform.background[service.name].clock()


async def look(platform: Platform) -> None:
    await look_once(platform.background[service.name], WatchTurns())
    await platform.drain_events()


async def list_told(platform: Platform, case: dict[str, Any]) -> list[events.Envelope]:
    async with platform.background[service.name].database.transaction() as session:
        query = text("SELECT body FROM outbox WHERE case_id = :case ORDER BY position")
        bodies = (await session.scalars(query, {"case": uuid.UUID(case["id"])})).all()
    return [each for each in map(events.read, bodies) if each.source.endswith("/notices")]


def call(platform: Platform, number: int, **tender: Any) -> dict[str, Any]:
    """Make a call for services of the case's employer that is open for thirty days."""
    release = make_release(number, date=tell_time(platform).isoformat(timespec="seconds"))
    closes = (tell_time(platform) + timedelta(30)).isoformat(timespec="seconds")
    scheme, _, code = EMPLOYER.rpartition("-")
    release["parties"][0]["additionalIdentifiers"] = [{"scheme": scheme, "id": code}]
    del release["tender"]["value"]
    release["tender"] |= {"tenderPeriod": {"endDate": closes}, **tender}
    return release


async def read(api: Api, case: dict[str, Any], **params: Any) -> dict[str, Any]:
    answer = await api.get(f"/v1/case-notices/{case['id']}", params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_a_notice_that_concerns_a_case_is_told_once_and_read_with_its_reasons(
    platform: Platform, new_client: NewClient, load: Load, write: Write
) -> None:
    api = await new_client()
    case = await submitted(platform, api)
    wide = [{"id": "1", "classification": {"scheme": "CPV", "id": "85000000"}}]
    await load(write([call(platform, 1), call(platform, 2, items=[]), call(platform, 3, items=wide)]))
    await look(platform)
    await look(platform)
    [event] = await list_told(platform, case)
    told = event.read_as(NoticeMatched)
    assert (told.ocid, told.verdict, told.former_verdict) == ("ocds-h6vhtk-000001", "matches", None)
    assert (told.reserved_to_mutuals, told.buyer_known_by, event.sequence) == (True, "identifier", 1)
    page = await read(api, case)
    assert [(each["ocid"][-1], each["verdict"]) for each in page["items"]] == [("1", "matches"), ("3", "possible")]
    assert [each["answer"] for each in page["items"][0]["findings"]] == ["fits", "fits", "not-known", "fits"]
    assert page["facts"]["sector"] == case["sector"]
    feed = (await api.get("/v1/events", params={"limit": 200})).json()["items"]
    assert [each["id"] for each in feed if each["type"] == NoticeMatched.TYPE] == [event.attributes["id"]]


async def test_a_changed_notice_is_told_only_if_the_verdict_changes(
    platform: Platform, new_client: NewClient, load: Load, write: Write
) -> None:
    case = await submitted(platform, await new_client())
    first = call(platform, 1)
    await load(write([first], "first.json"))
    await look(platform)
    later = (tell_time(platform) + timedelta(hours=1)).isoformat(timespec="seconds")
    retitled = {**first, "id": "b", "date": later, "tender": first["tender"] | {"title": "Home care again"}}
    await load(write([retitled], "second.json"))
    await look(platform)
    assert len(await list_told(platform, case)) == 1
    latest = (tell_time(platform) + timedelta(hours=2)).isoformat(timespec="seconds")
    cancelled = {**first, "id": "c", "date": latest, "tender": {"id": "T1", "status": "cancelled"}}
    await load(write([cancelled], "third.json"))
    await look(platform)
    first_event, second_event = await list_told(platform, case)
    told = second_event.read_as(NoticeMatched)
    assert (told.verdict, told.former_verdict, told.stage) == ("does-not-match", "matches", "ended")
    assert second_event.sequence == first_event.sequence + 1


async def test_a_contract_of_the_employer_that_ends_within_eighteen_months_is_told_once(
    platform: Platform, new_client: NewClient, load: Load, write: Write
) -> None:
    case = await submitted(platform, await new_client())
    today = tell_time(platform)

    def award(number: int, days: int) -> dict[str, Any]:
        release = make_award(number)
        release["parties"][0] = call(platform, number)["parties"][0]
        release["contracts"][0]["period"] = {"endDate": (today + timedelta(days)).isoformat(timespec="seconds")}
        return release

    await load(write([award(1, 300), award(2, 600), award(3, -1)]))
    await look(platform)
    await look(platform)
    [event] = await list_told(platform, case)
    told = event.read_as(ContractEnding)
    assert (told.ocid, told.contract, told.buyer_known_by) == ("ocds-h6vhtk-000001", "A1/C1", "identifier")


async def test_a_stranger_reads_nothing_and_a_draft_is_not_watched(
    platform: Platform, new_client: NewClient, load: Load, write: Write
) -> None:
    api, stranger = await new_client(), await new_client()
    case, draft = await submitted(platform, api), await open_case(api)
    await load(write([call(platform, 1)]))
    await look(platform)
    assert (await stranger.get(f"/v1/case-notices/{case['id']}")).status_code == 404
    assert (await api.get(f"/v1/case-notices/{draft['id']}")).status_code == 404
    unscoped = await new_client(scopes="cases:read")
    assert (await unscoped.get(f"/v1/case-notices/{case['id']}")).status_code == 403
    assert not [each for each in (await stranger.get("/v1/events")).json()["items"] if each["caseid"] == case["id"]]
    assert not await list_told(platform, draft)


async def test_row_level_security_stands_behind_the_query(
    platform: Platform, new_client: NewClient, load: Load, write: Write
) -> None:
    await submitted(platform, await new_client())
    await load(write([call(platform, 1)]))
    await look(platform)
    database = platform.runtimes[service.name].database
    for identities, seen in ((["client:nobody"], False), (["system"], True)):
        async with database.transaction(identities, read_only=True) as session:
            for table in (CaseWatch, CaseNotice):
                assert bool(await session.scalar(select(func.count()).select_from(table))) is seen, table


async def test_a_case_that_was_withdrawn_is_watched_no_more(
    platform: Platform, new_client: NewClient, load: Load, write: Write
) -> None:
    api = await new_client()
    case = await submitted(platform, api)
    await act(api, case, "withdraw", {"membersInFavour": 12})
    await platform.drain_events()
    await load(write([call(platform, 1)]))
    await look(platform)
    assert not await list_told(platform, case)
    assert (await read(api, case))["ended"]


async def test_what_speaks_against_a_notice_is_read_where_it_is_asked_for(
    platform: Platform, new_client: NewClient, load: Load, write: Write
) -> None:
    api = await new_client()
    case = await submitted(platform, api, annualValuePence=100)
    await load(write([call(platform, 1, value={"amount": 10**9, "currency": "GBP"})]))
    await look(platform)
    assert not await list_told(platform, case)
    assert (await read(api, case))["items"] == []
    [line] = (await read(api, case, verdict="does-not-match"))["items"]
    assert "too large" in line["findings"][2]["why"]


async def test_a_notice_that_always_fails_holds_up_none_behind_it(
    platform: Platform, new_client: NewClient, load: Load, write: Write
) -> None:
    runtime, turns = platform.background[service.name], WatchTurns()
    case = await submitted(platform, await new_client())
    await load(write([call(platform, 1)]))
    await look_once(runtime, turns)
    async with open_as(runtime, "owner") as session:
        await session.execute(text("UPDATE notices SET version = version + 1, stage = 'nonsense'"))
    await load(write([call(platform, 2)], "more.json"))
    await look_once(runtime, turns)
    assert [event.read_as(NoticeMatched).ocid[-1] for event in await list_told(platform, case)] == ["1", "2"]
    assert [each.ocid[-1] for each in turns.notices.list_waiting(tell_time(platform))] == ["1"]
    assert await look_once(runtime, turns) == 0
