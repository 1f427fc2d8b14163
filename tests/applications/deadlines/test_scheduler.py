"""Time and cases: reminders, ends, and what follows them, at the midnights of London."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from rtp_applications.deadlines.rules.days import expires_at, starts_at
from rtp_applications.deadlines.scheduler import process_due_cases
from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform
from rtp_operations.keys import Keys
from tests.applications.deadlines.conftest import START, Elsewhere
from tests.applications.deadlines.office import ActorClient, Office, submitted_office
from tests.conftest import PUBLIC_URL, Api, NewClient
from tests.support.bodies import OVERSEER, record_body
from tests.support.cases import open_case

pytestmark = pytest.mark.anyio
SECOND = timedelta(seconds=1)
APPROACHING, MISSED = "deadline-approaching", "deadline-missed"


async def told(api: Api, case: dict[str, Any]) -> list[dict[str, Any]]:
    """What applications tells of the case to the client, in order. Between publishers there is no order."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/events", params={"limit": 200, **after})).json()
        mine = [each for each in page["items"] if each.get("caseid") == case["id"]]
        found += [each for each in mine if each["source"].endswith("/applications")]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


async def kinds(api: Api, case: dict[str, Any]) -> list[str]:
    return [each["type"].split(".")[-2] for each in await told(api, case)]


async def of_kind(api: Api, case: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["data"] for each in await told(api, case) if each["type"].split(".")[-2] == kind]


async def read(api: Api, case: dict[str, Any]) -> dict[str, Any]:
    answer = await api.get(f"/v1/cases/{case['id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def deadline(api: Api, case: dict[str, Any], clock: str) -> dict[str, Any]:
    """The one that was started last."""
    items = (await api.get(f"/v1/cases/{case['id']}/deadlines")).json()["items"]
    found: dict[str, Any] = [each for each in items if each["clock"] == clock][-1]
    return found


def ends(found: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(found["dueAt"])


async def screened(new_client: NewClient) -> Office:
    office = await submitted_office(new_client)
    await office.officer.do(office.case, "acknowledge", sentOn="2026-11-24")
    office.case = await office.officer.do(office.case, "begin-screening")
    return office


async def asked(new_client: NewClient) -> Office:
    office = await screened(new_client)
    items = [{"id": "finances", "text": "The finances of the group"}]
    office.case = await office.officer.do(office.case, "request-information", items=items)
    return office


async def reviewed(new_client: NewClient) -> Office:
    office = await screened(new_client)
    await office.officer.do(office.case, "notify-decision-date", expectedOn="2027-01-20", notifiedOn="2026-11-24")
    office.case = await office.officer.do(office.case, "begin-review")
    return office


async def offered(new_client: NewClient) -> Office:
    office = await reviewed(new_client)
    offer = {"text": "Without the night service", "otherwiseRefusedFor": "It costs too much", "equalityNote": "None"}
    await office.officer.do(office.case, "offer-modification", **offer)
    await office.officer.appoint(office.case, "decision-maker", "decider-1")
    office.case = await ActorClient(office.officer.api, "decider-1").do(office.case, "offer-modification")
    return office


async def test_a_deadline_is_missed_at_the_midnight_in_london_that_ends_its_day(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await submitted_office(new_client)
    due = await deadline(office.group.api, office.case, "acknowledgement")
    assert due["dueOn"] == "2026-12-01"
    clock.move_to(ends(due) - SECOND)
    await platform.tick()
    assert MISSED not in await kinds(office.group.api, office.case)
    clock.move_to(ends(due))
    await platform.tick()
    [event] = await of_kind(office.officer.api, office.case, MISSED)
    assert event["clock"] == "acknowledgement"
    assert event["missedAt"] == "2026-12-02T00:00:00Z"
    assert (await deadline(office.group.api, office.case, "acknowledgement"))["state"] == "missed"
    assert (await read(office.group.api, office.case))["status"] == "eoi-submitted"


@pytest.mark.parametrize(
    ("opened", "due_on", "midnight"),
    [
        ("2027-03-22", "2027-03-31", "2027-03-31T23:00:00+00:00"),  # clocks go forward on the 28th, Easter on the 26th
        ("2026-10-19", "2026-10-26", "2026-10-27T00:00:00+00:00"),  # and back on the 25th
    ],
)
async def test_midnight_follows_the_clocks_of_summer_and_winter(
    platform: Platform, clock: MovableClock, new_client: NewClient, opened: str, due_on: str, midnight: str
) -> None:
    clock.move_to(datetime.fromisoformat(opened).replace(hour=12, tzinfo=UTC))
    office = await submitted_office(new_client)
    due = await deadline(office.group.api, office.case, "acknowledgement")
    at = expires_at(date.fromisoformat(due["dueOn"]))
    assert (due["dueOn"], ends(due)) == (due_on, at)
    assert at == datetime.fromisoformat(midnight)
    for moment, missed in ((at - SECOND, []), (at, ["acknowledgement"])):
        clock.move_to(moment)
        await platform.tick()
        assert [each["clock"] for each in await of_kind(office.group.api, office.case, MISSED)] == missed


async def test_a_reminder_is_told_once_when_its_day_begins(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await reviewed(new_client)
    due = await deadline(office.group.api, office.case, "eoi-decision")
    day = date.fromisoformat(due["dueOn"]) - timedelta(days=5)
    for moment, number in ((starts_at(day) - SECOND, 0), (starts_at(day), 1), (starts_at(day) + SECOND, 1)):
        clock.move_to(moment)
        await platform.tick()
        events = await of_kind(office.group.api, office.case, APPROACHING)
        assert [each["daysLeft"] for each in events] == [5] * number


async def test_time_that_is_kept_is_audited_and_changes_the_version_once(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await asked(new_client)
    due = await deadline(office.group.api, office.case, "information-reply")
    before = await read(office.group.api, office.case)
    clock.move_to(ends(due))
    await platform.tick()
    after = await read(office.group.api, office.case)
    assert after["version"] == before["version"] + 1
    stale = await office.officer.act(office.case, "find-not-eligible", {"reasons": "x"}, version=before["version"])
    assert stale.status_code == 412
    [change] = stale.json()["changedSince"]
    assert (change["action"], change["role"]) == ("keep-time", "system")
    assert "/status" in change["fields"]


async def test_a_request_for_information_times_out_and_the_case_goes_on(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await asked(new_client)
    assert (await deadline(office.group.api, office.case, "screening"))["state"] == "paused"
    due = await deadline(office.group.api, office.case, "information-reply")
    clock.move_to(ends(due))
    await platform.tick()
    assert (await read(office.group.api, office.case))["status"] == "eoi-screening"
    assert (await kinds(office.group.api, office.case))[-2:] == [MISSED, "information-request-closed"]
    screening = await deadline(office.group.api, office.case, "screening")
    assert screening["state"] == "running"
    assert screening["pauses"] == [{"since": "2026-11-24", "until": "2026-12-16"}]
    assert screening["history"][-1]["after"] == screening["dueOn"]


async def test_an_unanswered_modification_is_refused_and_the_refusal_becomes_final(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await offered(new_client)
    clock.move_to(ends(await deadline(office.group.api, office.case, "modification-reply")))
    await platform.tick()
    refused = await read(office.group.api, office.case)
    assert (refused["status"], refused["finalAt"]) == ("refused", None)
    window = await deadline(office.group.api, office.case, "appeal-window")
    clock.move_to(ends(window) - SECOND)
    await platform.tick()
    assert (await read(office.group.api, office.case))["finalAt"] is None
    clock.move_to(ends(window))
    await platform.tick()
    assert datetime.fromisoformat((await read(office.group.api, office.case))["finalAt"]) == ends(window)
    assert (await kinds(office.group.api, office.case))[-1] == "refusal-became-final"
    assert "appeal-window" not in {each["clock"] for each in await of_kind(office.group.api, office.case, MISSED)}
    assert (await deadline(office.group.api, office.case, "appeal-window"))["state"] == "met"


async def test_a_refusal_that_is_under_appeal_does_not_become_final(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await offered(new_client)
    await office.group.do(office.case, "decline-modification")
    await office.group.do(office.case, "escalate", grounds="The costs were not read")
    clock.move_to(ends(await deadline(office.group.api, office.case, "appeal-window")))
    for _ in range(2):
        await platform.tick()
    case = await read(office.group.api, office.case)
    assert (case["status"], case["finalAt"]) == ("refused", None)
    assert not await process_due_cases(platform.runtimes["applications"])


async def lateness(platform: Platform, clock: MovableClock, office: Office, moments: list[datetime]) -> dict[str, Any]:
    """What the case came to, after looks at these moments only."""
    for moment in moments:
        clock.move_to(moment)
        await platform.tick()
    case = await read(office.group.api, office.case)
    deadlines = (await office.group.api.get(f"/v1/cases/{case['id']}/deadlines")).json()["items"]
    came_to = {
        "status": case["status"],
        "final": case["finalAt"],
        "deadlines": [{name: value for name, value in each.items() if name != "id"} for each in deadlines],
        "events": [
            (kind, data.get("at") or data.get("missedAt"))
            for event in await told(office.group.api, office.case)
            if (kind := event["type"].split(".")[-2]) != APPROACHING
            for data in (event["data"],)
        ],
    }
    clock.move_to(START)
    return came_to


async def test_looking_late_comes_to_the_same_as_looking_in_time(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    """By ends that follow from one another: the modification lapses, so that the appeal window opens and closes."""
    last = datetime(2027, 3, 1, 9, tzinfo=UTC)
    every_day = [starts_at(START.date() + timedelta(days=n)) for n in range(1, (last - START).days + 2)]
    in_time = await lateness(platform, clock, await offered(new_client), [*every_day, last])
    twice = await lateness(platform, clock, await offered(new_client), [*every_day, *[last] * 2])
    late = await lateness(platform, clock, await offered(new_client), [last])
    now_and_then = await lateness(platform, clock, await offered(new_client), [*every_day[::17], last])
    assert in_time["status"] == "refused"
    assert in_time["final"] is not None
    assert twice == late == now_and_then == in_time


async def test_what_ended_before_an_action_ended_before_it(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    """The timekeeper has yet to look, and the group acts a moment too late: it is too late all the same."""
    office = await offered(new_client)
    clock.move_to(ends(await deadline(office.group.api, office.case, "modification-reply")))
    answer = await office.group.act(office.case, "accept-modification", {"membersInFavour": 12})
    assert answer.status_code == 409
    assert (await read(office.group.api, office.case))["status"] == "modification-offered"
    await platform.tick()
    assert (await read(office.group.api, office.case))["status"] == "refused"


async def test_an_action_does_what_is_due_first_and_once(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await submitted_office(new_client)
    clock.move_to(ends(await deadline(office.group.api, office.case, "acknowledgement")))
    await office.officer.do(office.case, "acknowledge", sentOn="2026-12-02")
    await platform.tick()
    assert (await kinds(office.group.api, office.case))[-2:] == [MISSED, "case-acknowledged"]
    assert len(await of_kind(office.group.api, office.case, MISSED)) == 1


async def test_two_platforms_at_once_do_nothing_twice(
    platform: Platform, clock: MovableClock, elsewhere: Elsewhere, new_client: NewClient
) -> None:
    offices = [await asked(new_client) for _ in range(4)]
    due = await deadline(offices[0].group.api, offices[0].case, "information-reply")
    clock.move_to(ends(due))
    other = Platform(elsewhere.url, public_url=PUBLIC_URL, keys=Keys(), clock=clock)
    try:
        runtimes = [platform.runtimes["applications"], other.runtimes["applications"]]
        await asyncio.gather(*(process_due_cases(runtime) for runtime in runtimes * 3))
    finally:
        await other.close()
    await platform.tick()
    for office in offices:
        assert (await kinds(office.group.api, office.case)).count(MISSED) == 1
        assert (await kinds(office.group.api, office.case)).count("information-request-closed") == 1
        events = await told(office.group.api, office.case)
        sequences = [int(each["sequence"]) for each in events if each["source"].endswith("/applications")]
        assert sequences == list(range(1, len(sequences) + 1))


async def test_an_idle_draft_lapses_after_two_reminders_and_nobody_else_knows(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    """Not by the feed, not by a list, not by a metric: the employing body never learns that there was anything."""
    body = await record_body(await new_client(scopes=OVERSEER))
    portal, council = await new_client(), await new_client(organisation=UUID(body["id"]))
    overseer = await new_client(scopes="cases:read events:read cases:oversee")
    case = await open_case(portal, employer=body["id"])
    idle = await deadline(portal, case, "idle")
    due = date.fromisoformat(idle["dueOn"])
    for moment in (starts_at(due - timedelta(days=30)), starts_at(due - timedelta(days=7)), ends(idle)):
        clock.move_to(moment)
        await platform.tick()
    assert await kinds(portal, case) == ["case-opened", APPROACHING, APPROACHING, "case-lapsed"]
    assert (await read(portal, case))["status"] == "lapsed"
    for stranger in (council, overseer):
        assert await told(stranger, case) == []
        assert (await stranger.get(f"/v1/cases/{case['id']}/deadlines")).status_code == 404
        assert (await stranger.post(f"/v1/cases/{case['id']}/forecast", json={})).status_code == 404
        for query in ({}, {"state": "met"}, {"state": "cancelled"}, {"overdue": True}):
            about = {"employer": body["id"], **query}
            assert (await stranger.get("/v1/deadlines", params=about)).json() == {"items": [], "next": None}
        assert (await stranger.get("/v1/cases", params={"employer": body["id"]})).json()["items"] == []


def test_no_metric_counts_cases_or_deadlines(platform: Platform) -> None:
    """A count that grows with a draft gives it away."""
    names = {
        line.split()[2]
        for line in platform.runtimes["applications"].metrics.render().decode().splitlines()
        if line.startswith("# TYPE")
    }
    assert names
    assert not [name for name in names if "case" in name or "deadline" in name or "time" in name]


async def test_without_its_two_reminders_an_idle_case_does_not_lapse(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    """The platform was away for a year: nobody was warned, so the time begins anew."""
    portal = await new_client()
    case = await open_case(portal)
    clock.advance(timedelta(days=365))
    for _ in range(2):
        await platform.tick()
    assert (await read(portal, case))["status"] == "draft"
    idle = await deadline(portal, case, "idle")
    assert (idle["state"], idle["startedOn"]) == ("running", "2027-11-24")
    assert not await process_due_cases(platform.runtimes["applications"])


async def test_a_suspended_case_keeps_only_the_times_that_do_not_rest(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    office = await submitted_office(new_client, route="community-right-to-challenge")
    rests = {"because": "litigation", "reasons": "A claim was issued", "reviewOn": "2027-01-05"}
    await office.officer.do(office.case, "suspend", **rests)
    clock.move_to(START + timedelta(days=60))
    await platform.tick()
    missed = {each["clock"] for each in await of_kind(office.group.api, office.case, MISSED)}
    assert missed == {"decision-date-notice", "publish-maximum-period", "suspension-review"}
    assert (await deadline(office.group.api, office.case, "acknowledgement"))["state"] == "paused"
    await office.officer.do(office.case, "resume", reasons="It was settled")
    resumed = await deadline(office.group.api, office.case, "acknowledgement")
    assert (resumed["state"], resumed["dueOn"]) == ("running", "2027-01-29")


async def test_a_case_that_fails_holds_up_no_other(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    broken, sound = await asked(new_client), await asked(new_client)
    due = await deadline(sound.group.api, sound.case, "information-reply")
    database = platform.runtimes["applications"].database
    change = text("UPDATE cases SET process_version = :version WHERE id = :id")
    async with database.transaction() as session:
        await session.execute(change, {"version": 99, "id": UUID(broken.case["id"])})
    clock.move_to(ends(due))
    await platform.tick()
    assert MISSED in await kinds(sound.group.api, sound.case)
    assert MISSED not in await kinds(broken.group.api, broken.case)
    async with database.transaction() as session:
        await session.execute(change, {"version": 1, "id": UUID(broken.case["id"])})
    await platform.tick()
    assert MISSED in await kinds(broken.group.api, broken.case)


async def test_a_desk_may_give_more_time(platform: Platform, clock: MovableClock, new_client: NewClient) -> None:
    office = await asked(new_client)
    due = await deadline(office.group.api, office.case, "information-reply")
    more = {"clock": "information-reply", "length": {"number": 5, "unit": "working-days"}, "reasons": "Holidays"}
    answer = await ActorClient(office.officer.api, "officer-1").act(office.case, "extend-deadline", more)
    assert answer.status_code == 200, answer.text
    clock.move_to(ends(due))
    await platform.tick()
    assert (await read(office.group.api, office.case))["status"] == "information-requested"
    extended = await deadline(office.group.api, office.case, "information-reply")
    assert extended["extensions"] == [{"number": 5, "unit": "working-days"}]
    clock.move_to(ends(extended))
    await platform.tick()
    assert (await read(office.group.api, office.case))["status"] == "eoi-screening"
