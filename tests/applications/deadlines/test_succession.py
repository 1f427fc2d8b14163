"""Cases whose body has ended go on with the body that followed it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform
from tests.applications.deadlines.conftest import START
from tests.applications.deadlines.office import (
    MISSED,
    ActorClient,
    get_kind,
    list_events,
    list_kinds,
    read_case,
    read_deadline,
)
from tests.conftest import Api, NewClient
from tests.support.bodies import OVERSEER, record_body, tag
from tests.support.cases import open_case, submit_case

pytestmark = pytest.mark.anyio


async def end_of(api: Api, body: dict[str, Any], on: date, successor: str | None) -> None:
    now = (await api.get(f"/v1/bodies/{body['id']}")).json()
    ending = {"endedOn": str(on), "successor": successor}
    answer = await api.post(f"/v1/bodies/{body['id']}/actions/end", json=ending, headers=tag(now))
    assert answer.status_code == 200, answer.text


async def test_an_open_case_goes_on_with_the_body_that_followed(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    central = await new_client(scopes=OVERSEER)
    old, between, new = [await record_body(central, name=f"Council {n}") for n in range(3)]
    portal = await new_client()
    old_council, new_council = [await new_client(organisation=UUID(body["id"])) for body in (old, new)]
    case = await submit_case(portal, await open_case(portal, employer=old["id"]))
    draft = await open_case(portal, employer=old["id"])
    ended = await submit_case(portal, await open_case(portal, employer=old["id"]))
    await ActorClient(portal, portal.person).do(ended, "withdraw", membersInFavour=12)
    await ActorClient(old_council, "officer-1").appoint(case, "case-officer", "officer-1")
    await end_of(central, old, date(2026, 12, 1), between["id"])
    await end_of(central, between, date(2026, 12, 5), new["id"])

    clock.move_to(START + timedelta(days=6))
    await platform.tick()
    assert (await read_case(portal, case))["employer"] == old["id"]
    assert (await new_council.get(f"/v1/cases/{case['id']}")).status_code == 404

    clock.move_to(START + timedelta(days=20))
    for _ in range(2):
        await platform.tick()
    seen = await read_case(new_council, case)
    assert seen["employer"] == new["id"]
    assert (await list_kinds(new_council, case)).count("case-transferred") == 1
    [told] = [each for each in await list_events(new_council, case) if get_kind(each) == "case-transferred"]
    assert (told["data"]["bodiesReplaced"], told["data"]["successors"]) == ([old["id"]], [new["id"]])
    assert (await old_council.get(f"/v1/cases/{case['id']}")).status_code == 404
    assert (await read_case(portal, draft))["employer"] == old["id"]
    assert (await read_case(portal, ended))["employer"] == old["id"]
    for hidden in (draft, ended):
        assert (await new_council.get(f"/v1/cases/{hidden['id']}")).status_code == 404
        assert "case-transferred" not in await list_kinds(portal, hidden)
    await ActorClient(new_council, "officer-1").do(case, "acknowledge", sentOn="2026-12-14")


async def test_a_refused_case_goes_on_with_the_body_that_followed_until_it_is_final(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    central, portal = await new_client(scopes=OVERSEER), await new_client()
    old, new = [await record_body(central, name=f"Council {n}") for n in range(2)]
    old_council, new_council = [await new_client(organisation=UUID(body["id"])) for body in (old, new)]
    case = await submit_case(portal, await open_case(portal, employer=old["id"]))
    one, two = ActorClient(old_council, "officer-1"), ActorClient(old_council, "officer-2")
    for officer in (one, two):
        await officer.appoint(case, "case-officer", officer.person)
    await one.do(case, "acknowledge", sentOn=str(START.date()))
    await one.do(case, "begin-screening")
    refusal = {
        "ground": "unlawful", "reasons": "The service is another body's.", "publishedReasons": "Not ours.",
        "equalityNote": "No impact.",
    }  # fmt: skip
    await one.do(case, "find-not-eligible", **refusal)
    await two.do(case, "find-not-eligible", **refusal)
    assert (await read_case(portal, case))["status"] == "not-eligible"
    await end_of(central, old, date(2026, 12, 1), new["id"])
    clock.move_to(START + timedelta(days=10))
    await platform.tick()
    seen = await read_case(new_council, case)
    assert (seen["status"], seen["employer"]) == ("not-eligible", new["id"])
    assert (await old_council.get(f"/v1/cases/{case['id']}")).status_code == 404


async def test_who_followed_a_further_employer_takes_its_place(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    central, portal = await new_client(scopes=OVERSEER), await new_client()
    leading, first, second, merged = [await record_body(central, name=f"Council {n}") for n in range(4)]
    named = {"employer": leading["id"], "furtherEmployers": [first["id"], second["id"]]}
    case = await submit_case(portal, await open_case(portal, **named))
    for old in (first, second):
        await end_of(central, old, date(2026, 12, 1), merged["id"])
    clock.move_to(START + timedelta(days=10))
    await platform.tick()
    joint = await read_case(await new_client(organisation=UUID(merged["id"])), case)
    assert (joint["employer"], joint["furtherEmployers"]) == (leading["id"], [merged["id"]])
    assert (await (await new_client(organisation=UUID(first["id"]))).get(f"/v1/cases/{case['id']}")).status_code == 404


async def list_waiting(api: Api) -> list[str]:
    items = (await api.get("/v1/cases", params={"awaitsSuccessor": "true"})).json()["items"]
    return [each["id"] for each in items]


async def test_cases_are_shared_out_among_several_successors(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    """Whoever must choose is shown what waits; the one chosen takes the case, and no other learns of it."""
    central, portal = await new_client(scopes=OVERSEER), await new_client()
    county, east, west = [await record_body(central, name=name) for name in ("County", "East", "West")]
    of_county, of_east, of_west = [await new_client(organisation=UUID(each["id"])) for each in (county, east, west)]
    drafts = [await open_case(portal, employer=county["id"]) for _ in range(3)]
    library, youth, waiting = [await submit_case(portal, each) for each in drafts]
    await ActorClient(of_county, "maker-1").appoint(library, "decision-maker", "maker-1")
    await ActorClient(of_county, "maker-1").appoint(youth, "decision-maker", "maker-1")
    assert await list_waiting(of_county) == []
    now = (await central.get(f"/v1/bodies/{county['id']}")).json()
    ending = {"endedOn": "2026-12-01", "successors": [east["id"], west["id"]]}
    answer = await central.post(f"/v1/bodies/{county['id']}/actions/end", json=ending, headers=tag(now))
    assert answer.status_code == 200, answer.text
    assert set(await list_waiting(of_county)) == {library["id"], youth["id"], waiting["id"]}
    for case, successor in ((library, east), (youth, west)):
        choice = {"body": county["id"], "successor": successor["id"], "decidedOn": "2026-11-24", "document": "Order 7"}
        await ActorClient(of_county, "maker-1").do(case, "choose-successor", **choice)
    assert await list_waiting(of_county) == [waiting["id"]]
    assert await list_waiting(of_east) == []

    clock.move_to(START + timedelta(days=10))
    await platform.tick()
    assert (await read_case(of_east, library))["employer"] == east["id"]
    assert (await read_case(of_west, youth))["employer"] == west["id"]
    unseen = [(of_west, library), (of_county, library), (of_east, youth), (of_county, youth), (of_east, waiting)]
    for api, case in unseen:
        assert (await api.get(f"/v1/cases/{case['id']}")).status_code == 404
        assert (await api.get(f"/v1/cases/{case['id']}/history")).status_code == 404
    assert "case-transferred" not in await list_kinds(of_west, library)
    assert await list_waiting(of_county) == [waiting["id"]]
    assert (await read_case(of_county, waiting))["employer"] == county["id"]
    records = (await of_east.get(f"/v1/cases/{library['id']}/records")).json()["items"]
    replaced = next(each["content"] for each in records if each["kind"] == "body-replaced")
    assert (replaced["body"], replaced["on"], replaced["document"]) == (county["id"], "2026-12-01", "Order 7")
    chosen = next(each for each in records if each["kind"] == "successor-choice")
    assert [each["role"] for each in chosen["signed"]] == ["decision-maker"]


async def test_a_body_without_a_successor_keeps_its_cases(
    platform: Platform, clock: MovableClock, new_client: NewClient
) -> None:
    central, portal = await new_client(scopes=OVERSEER), await new_client()
    old = await record_body(central)
    case = await submit_case(portal, await open_case(portal, employer=old["id"]))
    await end_of(central, old, date(2026, 11, 25), None)
    clock.advance(timedelta(days=3))
    await platform.tick()
    assert (await read_case(portal, case))["employer"] == old["id"]
    assert "case-transferred" not in await list_kinds(portal, case)


async def list_overdue(api: Api, case: dict[str, Any]) -> list[str]:
    found = (await api.get("/v1/deadlines", params={"overdue": "true", "caseId": case["id"]})).json()["items"]
    return [each["clock"] for each in found]


@pytest.mark.parametrize("resolved", [True, False])
async def test_a_challenge_between_two_councils_misses_nothing_until_it_is_known_which_time_counts(
    platform: Platform, clock: MovableClock, new_client: NewClient, resolved: bool
) -> None:
    """SI 2018/1128 reg 29: received on 24 November, by the predecessor's time it is told by 23 December; from the 1st
    of December on, if it resolved so, by the 30th.
    """
    central, portal = await new_client(scopes=OVERSEER), await new_client()
    old, new = [await record_body(central, name=f"Council {n}") for n in range(2)]
    details = {"route": "community-right-to-challenge", "employer": old["id"], "applicantCount": 2}
    case = await submit_case(portal, await open_case(portal, **details))
    await end_of(central, old, date(2026, 12, 1), new["id"])
    for days in (7, 34):
        clock.move_to(START + timedelta(days=days))
        await platform.tick()
    notice = await read_deadline(portal, case, "decision-date-notice")
    assert (notice["state"], notice["dueOn"], notice["provisional"]) == ("unsettled", "2026-12-23", True)
    missed = [each["data"]["clock"] for each in await list_events(portal, case) if get_kind(each) == MISSED]
    assert "decision-date-notice" not in missed
    assert "decision-date-notice" not in await list_overdue(portal, case)
    officer = ActorClient(await new_client(organisation=UUID(new["id"])), "officer-1")
    await officer.appoint(case, "case-officer", "officer-1")
    if resolved:
        said = {"body": old["id"], "resolvedOn": "2026-11-27", "reference": "Cabinet, minute 88"}
        await officer.do(case, "record-reorganisation-resolution", **said)
        anew = await read_deadline(portal, case, "decision-date-notice")
        assert (anew["state"], anew["dueOn"], anew["provisional"]) == ("running", "2026-12-30", False)
    else:
        said = {"body": old["id"], "checkedOn": "2026-12-28", "reference": "Minutes of 2026"}
        await officer.do(case, "record-no-reorganisation-resolution", **said)
        await platform.tick()
        assert (await read_deadline(portal, case, "decision-date-notice"))["state"] == "missed"
        assert "decision-date-notice" in await list_overdue(portal, case)
