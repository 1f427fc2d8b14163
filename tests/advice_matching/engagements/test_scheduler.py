"""Clocks: an offer lapses and a first contact is missed at midnight in London, once, however many look."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from rtp_advice_matching.engagements.days import add_working_days, find_civil_date
from rtp_advice_matching.engagements.models import Engagement
from rtp_advice_matching.engagements.scheduler import process_due_engagements, run_scheduler
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.clock import utcnow
from tests.advice_matching.engagements.conftest import (
    NewPair,
    Pair,
    do,
    done,
    just_before,
    list_kinds,
    list_of,
    read_due,
)
from tests.advice_matching.requests import engaged, published, read
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def test_an_offer_lapses_after_its_working_days_and_goes_to_the_next(pair: Pair) -> None:
    offered = await pair.offer()
    assert date.fromisoformat(offered["answerBy"]) == add_working_days(find_civil_date(utcnow()), 5)
    due = await read_due(pair.advice, offered)
    await pair.pass_until(just_before(due))
    assert (await pair.read(offered))["status"] == "offered"
    assert await pair.pass_until(due)
    first, second = await list_of(pair.group, pair.request)
    assert (first["status"], first["endedBy"]) == ("lapsed", None)
    assert (second["status"], second["byItself"]) == ("offered", True)
    assert second["adviserId"] != first["adviserId"]
    (_, _), (lapsed, _) = await published(pair.advice, offered["id"])
    assert (lapsed.data["outcome"], lapsed.data.get("reason")) == ("lapsed", None)
    assert lapsed.data["at"].startswith(f"{due:%Y-%m-%dT%H:%M:%S}"), "when its time was up"
    assert not await pair.pass_until(due)


async def test_a_lapsed_offer_whose_clock_nobody_has_looked_at_cannot_be_accepted(pair: Pair) -> None:
    offered = await pair.offer()
    async with open_as(pair.advice, "owner") as session:
        await session.execute(
            update(Engagement).where(Engagement.id == offered["id"]).values(due_at=utcnow() - timedelta(seconds=1))
        )
    answer = await do(pair.network, offered, "accept")
    assert answer.json()["type"].endswith("/problems/offer-has-lapsed")
    assert await engaged(pair.advice, pair.adviser.id) == 0


async def test_a_first_contact_is_missed_and_may_be_corrected(pair: Pair) -> None:
    begun = await pair.begin()
    assert date.fromisoformat(begun["contactBy"]) == add_working_days(find_civil_date(utcnow()), 10)
    due = await read_due(pair.advice, begun)
    await pair.pass_until(just_before(due))
    assert (await pair.read(begun))["status"] == "awaiting-first-contact"
    await pair.pass_until(due)
    missed = await pair.read(begun)
    assert (missed["status"], missed["contactMissedAt"]) == ("first-contact-missed", f"{due:%Y-%m-%dT%H:%M:%SZ}")
    assert await engaged(pair.advice, pair.adviser.id) == 1, "the place stays taken until somebody ends it"
    made = await done(pair.network, missed, "record-first-contact", on=str(utcnow().date()))
    assert (made["status"], made["contactMissedAt"]) == ("active", None), "it had been in time"
    kinds = ["match-offered", "match-accepted", "engagement-started", "first-contact-missed", "first-contact-made"]
    assert await list_kinds(pair.advice, begun) == kinds
    event, _ = (await published(pair.advice, begun["id"]))[-1]
    assert (event.data["late"], event.sequence) == (False, 5)


async def test_workers_at_once_do_nothing_twice(new_pair: NewPair) -> None:
    pairs = [await new_pair() for _ in range(3)]
    offers = [await pair.offer() for pair in pairs]
    runtime = replace(pairs[0].advice, clock=lambda: due)
    due = await read_due(pairs[0].advice, offers[0])
    await asyncio.gather(*(process_due_engagements(runtime) for _ in range(6)))
    await process_due_engagements(runtime)
    for pair, offered in zip(pairs, offers, strict=True):
        assert await list_kinds(pair.advice, offered) == ["match-offered", "match-declined"]
        assert [each["status"] for each in await list_of(pair.group, pair.request)] == ["lapsed", "offered"]


async def test_a_request_that_somebody_works_on_is_passed_over(pair: Pair) -> None:
    offered = await pair.offer()
    due = await read_due(pair.advice, offered)
    async with open_as(pair.advice, "owner") as session:
        mine = select(SupportRequest).where(SupportRequest.id == pair.request["id"])
        await session.execute(mine.with_for_update())
        await pair.pass_until(due)
        assert (await pair.read(offered))["status"] == "offered"
    await pair.pass_until(due)
    assert (await pair.read(offered))["status"] == "lapsed"


async def test_accepting_while_it_lapses_leaves_one_truth(pair: Pair) -> None:
    offered = await pair.offer()
    due = await read_due(pair.advice, offered)
    answer, _ = await asyncio.gather(do(pair.network, offered, "accept"), pair.pass_until(due))
    now = await pair.read(offered)
    assert (answer.status_code, now["status"]) in ((200, "awaiting-first-contact"), (412, "lapsed"))
    assert await engaged(pair.advice, pair.adviser.id) == (answer.status_code == 200)


async def test_nobody_left_to_ask_leaves_the_request_open(new_pair: NewPair) -> None:
    """Of a sector that no example adviser serves but one."""
    pair = await new_pair(capacity=1)
    engagement, due = await pair.offer(), utcnow()
    for _ in range(30):
        due = await read_due(pair.advice, engagement)
        await pair.pass_until(due)
        last = (await list_of(pair.group, pair.request))[-1]
        if last["id"] == engagement["id"]:
            break
        engagement = last
    asked = [each["adviserId"] for each in await list_of(pair.group, pair.request)]
    assert len(asked) == len(set(asked)), "nobody is asked twice"
    assert (await read(pair.group, pair.request["id"]))["status"] == "open"


async def test_the_loop_goes_on_until_it_is_cancelled(pair: Pair) -> None:
    offered = await pair.offer()
    due = await read_due(pair.advice, offered)
    loop = asyncio.ensure_future(run_scheduler(replace(pair.advice, clock=lambda: due)))
    while (await pair.read(offered))["status"] != "lapsed":
        assert not loop.done()
    loop.cancel()
    with suppress(asyncio.CancelledError):
        await loop
