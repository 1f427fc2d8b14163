"""Bank holidays that are moved: what is counted in working days is counted again."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from rtp_applications.bodies.load import read_bank_holidays
from rtp_applications.deadlines.holidays import replace_bank_holidays
from rtp_applications.deadlines.scheduler import process_due_cases
from rtp_applications.load import load_reference_data
from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform
from tests.applications.deadlines.conftest import START, PassUntil
from tests.applications.deadlines.office import MISSED, open_office
from tests.conftest import NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


EXTRA = {"division": "england-and-wales", "day": date(2026, 11, 27), "title": "A royal occasion"}


async def publish(platform: Platform, *holidays: dict[str, Any], without: frozenset[date] = frozenset()) -> None:
    published = [each for each in read_bank_holidays() if each["day"] not in without]
    async with open_as(platform.runtimes["applications"], "operator") as session:
        await replace_bank_holidays(session, [*published, *holidays])


@pytest.fixture
async def _holidays_as_published(platform: Platform) -> AsyncIterator[None]:
    yield
    await publish(platform)


@pytest.mark.usefixtures("_holidays_as_published")
async def test_a_new_bank_holiday_moves_what_is_counted_in_working_days(
    platform: Platform, new_client: NewClient
) -> None:
    office = await open_office(new_client)
    await publish(platform, EXTRA)
    await platform.tick()
    moved = await office.read_deadline("acknowledgement")
    assert moved["dueOn"] == "2026-12-02"
    [entry] = moved["history"]
    assert (entry["reason"], entry["before"], entry["after"]) == ("bank holidays changed", "2026-12-01", "2026-12-02")
    assert (await office.read_deadline("decision-date-notice"))["history"] == []
    stale = await office.officer.act(office.case, "acknowledge", {"sentOn": "2026-11-24"}, version=2)
    assert "keep-time" in {each["action"] for each in stale.json()["changedSince"]}
    version = (await office.read())["version"]
    assert not await process_due_cases(platform.background["applications"])
    await publish(platform)
    await platform.tick()
    back = await office.read_deadline("acknowledgement")
    assert (back["dueOn"], len(back["history"])) == ("2026-12-01", 2)
    assert (await office.read())["version"] == version + 1


@pytest.mark.usefixtures("_holidays_as_published")
async def test_a_deadline_on_the_day_that_becomes_a_holiday_is_not_missed(
    platform: Platform, new_client: NewClient, pass_until: PassUntil
) -> None:
    """The news comes on the very last day, and is looked at too late."""
    office = await open_office(new_client)
    await publish(platform, {**EXTRA, "day": date(2026, 12, 1)})
    await pass_until(START + timedelta(days=7, hours=14))
    assert await office.list_told(MISSED) == []
    assert (await office.read_deadline("acknowledgement"))["dueOn"] == "2026-12-02"


@pytest.mark.usefixtures("_holidays_as_published")
async def test_what_is_paused_is_counted_anew_when_it_goes_on(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await open_office(new_client)
    rests = {"because": "litigation", "reasons": "A claim was issued", "reviewOn": "2027-01-20"}
    await office.officer.do(office.case, "suspend", **rests)
    await publish(platform, EXTRA)
    await platform.tick()
    assert (await office.read_deadline("acknowledgement"))["dueOn"] == "2026-12-01"
    clock.advance(timedelta(days=1))
    await office.officer.do(office.case, "resume", reasons="It was settled")
    assert (await office.read_deadline("acknowledgement"))["dueOn"] == "2026-12-02"


async def test_loading_what_is_known_already_looks_at_nothing(platform: Platform, new_client: NewClient) -> None:
    await open_office(new_client)
    await platform.tick()
    runtime = platform.runtimes["applications"]
    flagged = text("SELECT count(*) FROM case_deadlines WHERE look_at < '2000-01-01'")
    async with open_as(runtime, "operator") as session:
        await load_reference_data(session)
    async with runtime.database.transaction() as session:
        assert await session.scalar(flagged) == 0
