"""Time and cases: reminders, ends, and what follows them, at the midnights of London."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from rtp_applications.deadlines.rules.days import starts_at
from rtp_applications.deadlines.scheduler import AT_LEAST_SECONDS, count_seconds_until, process_due_cases, run_scheduler
from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform
from rtp_operations.keys import Keys
from rtp_shared.service import Runtime
from tests.applications.deadlines import office as offices
from tests.applications.deadlines.conftest import START, Elsewhere, PassUntil
from tests.applications.deadlines.office import APPROACHING, MISSED, ActorClient, Office, open_office
from tests.conftest import PUBLIC_URL, NewClient
from tests.support.bodies import OVERSEER, record_body
from tests.support.cases import open_case

pytestmark = pytest.mark.anyio
NEXT = timedelta(seconds=1)


async def open_screening(new_client: NewClient) -> Office:
    office = await open_office(new_client)
    await office.officer.do(office.case, "acknowledge", sentOn="2026-11-24")
    office.case = await office.officer.do(office.case, "begin-screening")
    return office


async def request_information(new_client: NewClient) -> Office:
    office = await open_screening(new_client)
    items = [{"id": "finances", "text": "The finances of the group"}]
    office.case = await office.officer.do(office.case, "request-information", items=items)
    return office


async def open_review(new_client: NewClient) -> Office:
    office = await open_screening(new_client)
    await office.officer.do(office.case, "notify-decision-date", expectedOn="2027-01-20", notifiedOn="2026-11-24")
    office.case = await office.officer.do(office.case, "begin-review")
    return office


async def offer_modification(new_client: NewClient) -> Office:
    office = await open_review(new_client)
    offer = {"text": "Without the night service", "otherwiseRefusedFor": "It costs too much", "equalityNote": "None"}
    await office.officer.do(office.case, "offer-modification", **offer)
    await office.officer.appoint(office.case, "decision-maker", "decider-1")
    office.case = await ActorClient(office.officer.api, "decider-1").do(office.case, "offer-modification")
    return office


@pytest.mark.parametrize(
    ("opened", "due_on", "midnight"),
    [
        ("2026-11-24", "2026-12-01", "2026-12-02T00:00:00Z"),
        ("2027-03-22", "2027-03-31", "2027-03-31T23:00:00Z"),  # clocks go forward on the 28th, Easter on the 26th
        ("2026-10-19", "2026-10-26", "2026-10-27T00:00:00Z"),  # and back on the 25th
    ],
)
async def test_a_deadline_is_missed_at_the_midnight_in_london_that_ends_its_day(
    clock: MovableClock, new_client: NewClient, pass_until: PassUntil, opened: str, due_on: str, midnight: str
) -> None:
    clock.move_to(datetime.fromisoformat(opened).replace(hour=12, tzinfo=UTC))
    office = await open_office(new_client)
    due, at = await office.read_deadline("acknowledgement"), datetime.fromisoformat(midnight)
    assert (due["dueOn"], offices.read_end(due)) == (due_on, at)
    await pass_until(at - NEXT)
    assert MISSED not in await office.list_kinds()
    await pass_until(at)
    events = await offices.list_events(office.officer.api, office.case)
    [event] = [each["data"] for each in events if offices.get_kind(each) == MISSED]
    assert [event] == await office.list_told(MISSED)
    assert (event["clock"], event["missedAt"]) == ("acknowledgement", midnight)
    assert (await office.read_deadline("acknowledgement"))["state"] == "missed"
    assert await office.read_status() == "eoi-submitted"


async def test_a_reminder_is_told_once_when_its_day_begins(new_client: NewClient, pass_until: PassUntil) -> None:
    office = await open_review(new_client)
    due = await office.read_deadline("eoi-decision")
    begins = starts_at(date.fromisoformat(due["dueOn"]) - timedelta(days=5))
    for moment, number in ((begins - NEXT, 0), (begins, 1), (begins + NEXT, 1)):
        await pass_until(moment)
        assert [each["daysLeft"] for each in await office.list_told(APPROACHING)] == [5] * number


async def test_time_that_is_kept_is_audited_and_changes_the_version_once(
    new_client: NewClient, pass_until: PassUntil
) -> None:
    office = await request_information(new_client)
    before = (await office.read())["version"]
    await pass_until(await office.read_end("information-reply"))
    assert (await office.read())["version"] == before + 1
    seen = (await offices.read_case(office.officer.api, office.case))["version"] - 1
    stale = await office.officer.act(office.case, "find-not-eligible", {"reasons": "x"}, version=seen)
    assert stale.status_code == 412
    [change] = stale.json()["changedSince"]
    assert (change["action"], change["role"]) == ("keep-time", "system")
    assert "/status" in change["fields"]


async def test_a_request_for_information_times_out_and_the_case_goes_on(
    new_client: NewClient, pass_until: PassUntil
) -> None:
    office = await request_information(new_client)
    assert (await office.read_deadline("screening"))["state"] == "paused"
    await pass_until(await office.read_end("information-reply"))
    assert await office.read_status() == "eoi-screening"
    assert (await office.list_kinds())[-3:] == [MISSED, "information-request-closed", "deadline-moved"]
    screening = await office.read_deadline("screening")
    assert screening["state"] == "running"
    assert screening["pauses"] == [{"since": "2026-11-24", "until": "2026-12-16"}]
    assert screening["history"][-1]["after"] == screening["dueOn"]


async def test_an_unanswered_modification_is_refused_and_the_refusal_becomes_final(
    new_client: NewClient, pass_until: PassUntil
) -> None:
    office = await offer_modification(new_client)
    await pass_until(await office.read_end("modification-reply"))
    refused = await office.read()
    assert (refused["status"], refused["finalAt"]) == ("refused", None)
    closes = await office.read_end("appeal-window")
    await pass_until(closes - NEXT)
    assert (await office.read())["finalAt"] is None
    await pass_until(closes)
    assert datetime.fromisoformat((await office.read())["finalAt"]) == closes
    assert (await office.list_kinds())[-1] == "refusal-became-final"
    assert "appeal-window" not in {each["clock"] for each in await office.list_told(MISSED)}
    assert (await office.read_deadline("appeal-window"))["state"] == "met"


async def test_a_refusal_that_is_under_appeal_does_not_become_final(
    platform: Platform, new_client: NewClient, pass_until: PassUntil
) -> None:
    office = await offer_modification(new_client)
    await office.group.do(office.case, "decline-modification")
    await office.group.do(office.case, "escalate", grounds="The costs were not read")
    closes = await office.read_end("appeal-window")
    for _ in range(2):
        await pass_until(closes)
    case = await office.read()
    assert (case["status"], case["finalAt"]) == ("refused", None)
    assert not await process_due_cases(platform.background["applications"])


async def describe(office: Office) -> dict[str, Any]:
    """What the case has come to, without what differs from case to case."""
    case = await office.read()
    deadlines = (await office.group.api.get(f"/v1/cases/{case['id']}/deadlines")).json()["items"]
    events = await offices.list_events(office.group.api, office.case)
    return {
        "status": case["status"],
        "final": case["finalAt"],
        "deadlines": [{name: value for name, value in each.items() if name != "id"} for each in deadlines],
        "events": [
            (offices.get_kind(each), each["data"].get("at") or each["data"].get("missedAt"))
            for each in events
            if offices.get_kind(each) != APPROACHING
        ],
    }


async def test_looking_late_or_twice_comes_to_the_same_as_looking_in_time(
    clock: MovableClock, new_client: NewClient, pass_until: PassUntil
) -> None:
    """By ends that follow from one another: the modification lapses, so that the appeal window opens and closes."""
    last = datetime(2027, 3, 1, 9, tzinfo=UTC)
    every_day = [starts_at(START.date() + timedelta(days=n)) for n in range(1, (last - START).days + 2)]
    came_to = []
    for moments in ([*every_day, last], [last], [*every_day[::17], last]):
        clock.move_to(START)
        office = await offer_modification(new_client)
        for moment in moments:
            await pass_until(moment)
        came_to.append(await describe(office))
        await pass_until(last)
        assert await describe(office) == came_to[-1]
    in_time, late, now_and_then = came_to
    assert in_time["status"] == "refused"
    assert in_time["final"] is not None
    assert late == now_and_then == in_time


async def test_what_ended_before_an_action_ended_before_it(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    """The timekeeper has yet to look, and the group acts a moment too late: it is too late all the same."""
    office = await offer_modification(new_client)
    clock.move_to(await office.read_end("modification-reply"))
    answer = await office.group.act(office.case, "accept-modification", {"membersInFavour": 12})
    assert answer.status_code == 409
    assert await office.read_status() == "modification-offered"
    await platform.tick()
    assert await office.read_status() == "refused"


async def test_an_action_does_what_is_due_first_and_once(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await open_office(new_client)
    clock.move_to(await office.read_end("acknowledgement"))
    await office.officer.do(office.case, "acknowledge", sentOn="2026-12-02")
    await platform.tick()
    kinds = await office.list_kinds()
    assert kinds[-2:] == [MISSED, "case-acknowledged"]
    assert kinds.count(MISSED) == 1


async def test_two_platforms_at_once_do_nothing_twice(
    platform: Platform, clock: MovableClock, elsewhere: Elsewhere, new_client: NewClient
) -> None:
    four = [await request_information(new_client) for _ in range(4)]
    clock.move_to(await four[0].read_end("information-reply"))
    other = Platform(elsewhere.url, public_url=PUBLIC_URL, keys=Keys(), clock=clock)
    try:
        runtimes = [platform.background["applications"], other.background["applications"]]
        await asyncio.gather(*(process_due_cases(runtime) for runtime in runtimes * 3))
    finally:
        await other.close()
    await platform.tick()
    for office in four:
        events = await offices.list_events(office.group.api, office.case)
        kinds = [offices.get_kind(each) for each in events]
        assert (kinds.count(MISSED), kinds.count("information-request-closed")) == (1, 1)
        assert [int(each["sequence"]) for each in events] == [1, *range(1, len(events))]  # the draft's, the case's


async def test_an_idle_draft_lapses_after_two_reminders_and_nobody_else_knows(
    new_client: NewClient, pass_until: PassUntil
) -> None:
    """Not by the feed, not by a list, not by a metric: the employing body never learns that there was anything."""
    body = await record_body(await new_client(scopes=OVERSEER))
    portal, council = await new_client(), await new_client(organisation=UUID(body["id"]))
    overseer = await new_client(scopes="cases:read events:read cases:oversee")
    case = await open_case(portal, employer=body["id"])
    idle = await offices.read_deadline(portal, case, "idle")
    due = date.fromisoformat(idle["dueOn"])
    for moment in (*(starts_at(due - timedelta(days=days)) for days in (30, 7)), offices.read_end(idle)):
        await pass_until(moment)
    assert await offices.list_kinds(portal, case) == ["case-opened", APPROACHING, APPROACHING, "case-lapsed"]
    assert (await offices.read_case(portal, case))["status"] == "lapsed"
    for stranger in (council, overseer):
        assert await offices.list_events(stranger, case) == []
        assert (await stranger.get(f"/v1/cases/{case['id']}/deadlines")).status_code == 404
        assert (await stranger.post(f"/v1/cases/{case['id']}/forecast", json={})).status_code == 404
        for query in ({}, {"state": "met"}, {"state": "cancelled"}, {"overdue": True}):
            about = {"employer": body["id"], **query}
            assert (await stranger.get("/v1/deadlines", params=about)).json() == {"items": [], "next": None}
        assert (await stranger.get("/v1/cases", params={"employer": body["id"]})).json()["items"] == []


def test_no_metric_counts_cases_or_deadlines(platform: Platform) -> None:
    """A count that grows with a draft gives it away."""
    lines = platform.runtimes["applications"].metrics.render().decode().splitlines()
    names = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert names
    own = [name for name in names if not name.startswith("process_")]
    assert not [name for name in own if "case" in name or "deadline" in name or "time" in name]


async def test_without_its_two_reminders_an_idle_case_does_not_lapse(
    platform: Platform, new_client: NewClient, pass_until: PassUntil
) -> None:
    """The platform was away for a year: nobody was warned, so the time begins anew."""
    portal = await new_client()
    case = await open_case(portal)
    for _ in range(2):
        await pass_until(START + timedelta(days=365))
    assert (await offices.read_case(portal, case))["status"] == "draft"
    idle = await offices.read_deadline(portal, case, "idle")
    assert (idle["state"], idle["startedOn"]) == ("running", "2027-11-24")
    assert not await process_due_cases(platform.background["applications"])


async def test_a_suspended_case_keeps_only_the_times_that_do_not_rest(
    new_client: NewClient, pass_until: PassUntil
) -> None:
    office = await open_office(new_client, route="community-right-to-challenge")
    rests = {"because": "litigation", "reasons": "A claim was issued", "reviewOn": "2027-01-05"}
    await office.officer.do(office.case, "suspend", **rests)
    await pass_until(START + timedelta(days=60))
    missed = {each["clock"] for each in await office.list_told(MISSED)}
    assert missed == {"decision-date-notice", "publish-maximum-period", "suspension-review"}
    assert (await office.read_deadline("acknowledgement"))["state"] == "paused"
    await office.officer.do(office.case, "resume", reasons="It was settled")
    resumed = await office.read_deadline("acknowledgement")
    assert (resumed["state"], resumed["dueOn"]) == ("running", "2027-01-29")


async def test_a_case_that_fails_holds_up_no_other(
    platform: Platform, new_client: NewClient, pass_until: PassUntil
) -> None:
    broken, sound = await request_information(new_client), await request_information(new_client)

    async def set_version(version: int) -> None:
        change = text("UPDATE cases SET process_version = :version WHERE id = :id")
        async with platform.runtimes["applications"].database.transaction() as session:
            await session.execute(change, {"version": version, "id": UUID(broken.case["id"])})

    await set_version(99)
    await pass_until(await sound.read_end("information-reply"))
    assert MISSED in await sound.list_kinds()
    assert MISSED not in await broken.list_kinds()
    await set_version(1)
    await platform.tick()
    assert MISSED in await broken.list_kinds()


async def test_a_desk_may_give_more_time(new_client: NewClient, pass_until: PassUntil) -> None:
    office = await request_information(new_client)
    ended = await office.read_end("information-reply")
    length = {"number": 5, "unit": "working-days"}
    more = {"clock": "information-reply", "length": length, "reasons": "Holidays"}
    await office.officer.do(office.case, "extend-deadline", **more)
    await pass_until(ended)
    assert await office.read_status() == "information-requested"
    extended = await office.read_deadline("information-reply")
    assert extended["extensions"] == [length]
    await pass_until(offices.read_end(extended))
    assert await office.read_status() == "eoi-screening"


# The loop never stops and never hurries.


@pytest.mark.parametrize(
    ("due", "seconds"),
    [
        (None, 30.0),
        (timedelta(days=1), 30.0),
        (timedelta(seconds=7), 7.0),
        (timedelta(0), AT_LEAST_SECONDS),
        (timedelta(days=-1), AT_LEAST_SECONDS),
    ],
)
def test_the_loop_rests_until_something_is_due_and_half_a_minute_at_most(due: timedelta | None, seconds: float) -> None:
    assert count_seconds_until(None if due is None else START + due, START) == seconds


async def run_loop(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, rests: int, pass_time: Callable[[float], None]
) -> list[float]:
    """Run the scheduler until it has rested so often, and return how long it meant to."""
    seconds: list[float] = []

    async def rest(length: float) -> None:
        pass_time(length)
        seconds.append(length)
        if len(seconds) == rests:
            raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr("rtp_applications.deadlines.scheduler.asyncio.sleep", rest)
        with pytest.raises(asyncio.CancelledError):
            await run_scheduler(runtime)
    return seconds


async def test_the_loop_does_what_is_due(
    platform: Platform, clock: MovableClock, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await open_office(new_client)
    clock.move_to(await office.read_end("acknowledgement") - timedelta(seconds=3))
    runtime = platform.background["applications"]
    rests = await run_loop(runtime, monkeypatch, 2, lambda seconds: clock.advance(timedelta(seconds=seconds)))
    assert rests[0] == 3.0
    await platform.drain_events()
    assert (await office.list_kinds()).count(MISSED) == 1


async def test_the_loop_outlives_a_database_that_is_away(
    clock: MovableClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = Platform(lambda *_: "postgresql://nobody@127.0.0.1:1/none", public_url=PUBLIC_URL, keys=Keys(), clock=clock)
    assert await run_loop(away.background["applications"], monkeypatch, 3, lambda _: None) == [30.0] * 3
    await away.close()
    assert len([each for each in caplog.records if "trying again" in each.message]) == 3
