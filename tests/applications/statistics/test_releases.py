"""Statistics over HTTP: a period is counted once, of submitted cases, and says nothing of one of them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from rtp_applications.bodies.models import body_id
from rtp_applications.statistics import queries
from rtp_applications.statistics.commands import find_ended_periods, publish_periods
from rtp_applications.statistics.rules.disclosure import round_count
from rtp_embedded.platform import Platform
from rtp_shared.db import Database
from tests.conftest import Api, NewClient
from tests.support.cases import open_case, record_historic_case, submit_case

pytestmark = pytest.mark.anyio

COUNTED, FEW, DRAFTED = "GB-LAE-BAS", "GB-LAE-NSM", "GB-LAE-SGC"
"""Employers of no other test."""


@pytest.fixture
def worker(platform: Platform) -> Database:
    return platform.background["applications"].database


@pytest.fixture
async def group(new_client: NewClient) -> Api:
    return await new_client()


async def submit(group: Api, employer: str, number: int) -> None:
    for _ in range(number):
        await submit_case(group, await open_case(group, employer=employer))


async def count(worker: Database, by: str, value: str) -> int:
    async with worker.transaction(read_only=True) as session:
        counts = await queries.count_submitted(session, datetime.now(UTC).year)
    return counts[by].get(value, 0)


async def publish(worker: Database, now: datetime) -> bool:
    async with worker.transaction() as session:
        return await publish_periods(session, now=now)


@pytest.mark.parametrize(
    ("today", "month", "year"),
    [
        (datetime(2026, 12, 1, tzinfo=UTC), "2026-11", "2025"),
        (datetime(2026, 12, 31, tzinfo=UTC), "2026-11", "2025"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2026-12", "2026"),
    ],
)
def test_a_period_is_counted_when_it_has_ended(today: datetime, month: str, year: str) -> None:
    assert find_ended_periods(today.date()) == (month, year)


async def test_drafts_never_count_and_every_submitted_case_counts_once(group: Api, worker: Database) -> None:
    before = await count(worker, "employer", str(body_id(DRAFTED)))
    draft = await open_case(group, employer=DRAFTED)
    assert await count(worker, "employer", str(body_id(DRAFTED))) == before
    async with worker.transaction(read_only=True) as session:
        statuses = {row.status for row in await queries.count_open(session)}
    assert "draft" not in statuses
    await submit_case(group, draft)
    assert await count(worker, "employer", str(body_id(DRAFTED))) == before + 1
    async with worker.transaction(read_only=True) as session:
        counts = await queries.count_submitted(session, datetime.now(UTC).year)
    assert len({sum(cells.values()) for cells in counts.values()}) == 1


async def test_a_year_is_counted_once_and_shows_nothing_small(
    group: Api, new_client: NewClient, worker: Database
) -> None:
    await submit(group, COUNTED, 9)
    await submit(group, FEW, 2)
    year = datetime.now(UTC).year
    assert await publish(worker, datetime(year + 1, 1, 1, 3, tzinfo=UTC))
    path = f"/v1/statistics/years/{year}"
    answer = await group.get(path)
    assert answer.status_code == 200, answer.text
    tables = {table["by"]: {cell["value"]: cell for cell in table["cells"]} for table in answer.json()["tables"]}
    assert set(tables) == {"route", "region", "sector", "employer"}
    shown = tables["employer"].get(str(body_id(COUNTED)))
    assert (shown and shown["cases"]) == round_count(9, answer.json()["step"])
    assert str(body_id(FEW)) not in tables["employer"]
    assert all(cell["cases"] >= 10 for cells in tables.values() for cell in cells.values())
    await submit(group, COUNTED, 20)
    assert not await publish(worker, datetime(year + 1, 1, 31, tzinfo=UTC))
    assert (await group.get(path)).json() == answer.json()


async def test_a_month_has_its_figures_and_the_list_has_the_month(group: Api, worker: Database) -> None:
    await submit(group, COUNTED, 8)
    assert await publish(worker, datetime(2031, 4, 2, tzinfo=UTC))
    month = (await group.get("/v1/statistics/months/2031-03")).json()
    counts = {each["status"]: each["cases"] for each in month["openCases"]}
    assert counts["eoi-submitted"] >= 10
    assert all(cases % 5 == 0 for cases in counts.values())
    assert sum(each["asks"] for each in month["asks"]) == len(
        (await group.get("/v1/recommendations", params={"limit": 200})).json()["items"]
    )
    for clock in month["deadlines"]:
        assert (clock["met"] is None) == (clock["medianDays"] is None) == (clock["ninetiethDays"] is None)
    listed = [each["period"] for each in (await group.get("/v1/statistics")).json()["items"]]
    assert listed[:2] == ["2031-03", "2030"]
    first = (await group.get("/v1/statistics", params={"limit": 1})).json()
    second = (await group.get("/v1/statistics", params={"limit": 1, "after": first["next"]})).json()
    assert [first["items"][0]["period"], second["items"][0]["period"]] == ["2031-03", "2030"]


async def test_a_mutual_survives_until_it_loses_the_service(new_client: NewClient, worker: Database) -> None:
    team = await new_client(scopes="cases:read cases:write cases:import cases:oversee")

    async def count_both(years: int) -> tuple[int, int]:
        async with worker.transaction(read_only=True) as session:
            launched = await queries.count_launched(session, before=datetime(2015, 1, 1, tzinfo=UTC))
            return launched, await queries.count_going(session, years=years, before=datetime(2015, 1, 1, tzinfo=UTC))

    before = {years: await count_both(years) for years in (1, 3)}
    kept, lost = [
        await record_historic_case(team, status="launched", endedOn="2012-01-31", outcome="Launched") for _ in range(2)
    ]
    columns = "case_id, kind, key, content, signed, audience"
    content = '{"code": "insourced", "endedOn": "2014-02-01"}'
    values = "CAST(:case_id AS uuid), 'monitoring-end', '', CAST(:content AS jsonb), '[]', 'everybody'"
    end = text(f"INSERT INTO case_records ({columns}) VALUES ({values})")  # noqa: S608 - of this test's own words
    async with worker.transaction() as session:
        await session.execute(end, {"case_id": lost["id"], "content": content})
    assert kept["id"] != lost["id"]
    assert await count_both(1) == (before[1][0] + 2, before[1][1] + 2)
    assert await count_both(3) == (before[3][0] + 2, before[3][1] + 1)


async def test_what_was_not_published_is_not_there_and_what_is_no_month_is_refused(group: Api) -> None:
    for path, status in (("months/2001-01", 404), ("months/2001-13", 422), ("years/1999", 404), ("years/99", 422)):
        answer = await group.get(f"/v1/statistics/{path}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


async def test_only_the_worker_adds_and_nobody_changes_what_was_published(platform: Platform) -> None:
    insert = "INSERT INTO statistics_releases VALUES ('1990', now(), '{}')"
    web, worker = (of["applications"].database for of in (platform.runtimes, platform.background))
    for database, statement in (
        (web, insert),
        (worker, "UPDATE statistics_releases SET counted_at = now()"),
        (worker, "DELETE FROM statistics_releases"),
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with database.transaction() as session:
                await session.execute(text(statement))
