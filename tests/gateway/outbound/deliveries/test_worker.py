"""Events reach subscribers: signed, at least once, in order per case, whatever a subscriber does."""

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from aiohttp import web

from rtp_embedded.postgres import Postgres
from rtp_gateway.outbound.deliveries.retries import DELAYS
from rtp_shared.contracts.events import CONTENT_TYPE
from tests.conftest import Api
from tests.gateway.conftest import Owner, path_of
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.messaging import running
from tests.support.waiting import until, until_true
from tests.support.webhooks import (
    Received,
    answering,
    choking_on,
    deliveries,
    no_content,
    publish,
    receiving,
    subscribe,
)

pytestmark = pytest.mark.anyio


async def read_feed_pages(api: Api) -> AsyncIterator[bytes]:
    after: str | None = None
    while True:
        page = await api.get("/v1/events", params={"limit": 200, **({"after": after} if after else {})})
        yield page.content
        if (after := page.json()["next"]) is None:
            return


async def test_a_submitted_case_reaches_the_employing_body_signed(owner: Owner) -> None:
    council = await owner.new_client(organisation=employer_id())
    subscription = await subscribe(council, owner.receiver.url)
    case = await open_case(owner.api)
    await owner.platform.drain_events()
    assert owner.receiver.received == []  # a draft is nobody's business
    await submit_case(owner.api, case)
    await owner.platform.drain_events()
    mine = [each for each in owner.receiver.received if each.case_id == uuid.UUID(case["id"])]
    submitted = mine[0].verified(subscription["secret"])
    assert submitted["type"] == "org.righttoprovide.applications.case-submitted.v1"
    assert submitted["caseid"] == case["id"]
    assert mine[0].headers["content-type"] == CONTENT_TYPE
    assert mine[0].id == submitted["id"]
    assert "." not in mine[0].id
    pages = [page async for page in read_feed_pages(council)]
    assert any(mine[0].body in page for page in pages)  # the same bytes everywhere
    assert {each["state"] for each in await deliveries(council, subscription)} == {"delivered"}


async def test_a_later_event_of_a_case_waits_and_other_cases_do_not(owner: Owner) -> None:
    subscription = await owner.subscribe()
    stuck, other, well_at = uuid.uuid4(), uuid.uuid4(), owner.clock() + timedelta(seconds=5)

    def answer(received: Received) -> web.StreamResponse:
        owner.clock.forward(seconds=0.01)
        return web.Response(status=500 if received.case_id == stuck and owner.clock() < well_at else 204)

    owner.receiver.answer = answer
    await owner.publish(stuck, 1, 2, 3)
    await owner.publish(other, 1, 2)
    await owner.worker.drain()
    assert set(owner.receiver.sequences(stuck)) == {1}
    assert owner.receiver.sequences(other) == [1, 2]
    waits = {each["state"]: each for each in await owner.deliveries(subscription) if each["caseId"] == str(stuck)}
    assert waits.keys() == {"pending"}
    await owner.publish(stuck, 4)  # also what is recorded while the first waits
    owner.clock.forward(seconds=6)
    assert await owner.worker.drain() == 4
    assert owner.receiver.sequences(stuck)[-4:] == [1, 2, 3, 4]
    tries = [each.id for each in owner.receiver.received if each.case_id == stuck and each.sequence == 1]
    assert len(tries) > 1 == len(set(tries))


async def test_an_event_that_its_sink_chokes_on_is_tried_for_three_days_and_then_rests(owner: Owner) -> None:
    """The sink takes other cases all the while, so it is the event's own schedule that counts."""
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    path = path_of(subscription)
    owner.receiver.answer = choking_on(case_id)
    await owner.publish(case_id, 1)
    assert await owner.worker.drain() == 1
    owner.clock.forward(seconds=1)
    await owner.publish(uuid.uuid4(), 1)
    assert await owner.worker.drain() == 2  # once more at the first success, which might have ended an outage
    for number, delay in enumerate(DELAYS, start=2):
        await owner.publish(uuid.uuid4(), 1)
        assert await owner.worker.drain() == 1
        waits = await find_newest(owner.api, subscription, case_id)
        assert (waits["state"], waits["attempts"], waits["lastStatus"]) == ("pending", number, 500)
        due = datetime.fromisoformat(waits["nextAttemptAt"])
        assert delay <= due - owner.clock() <= delay * 1.1 + timedelta(seconds=0.01)
        owner.clock.at = due - timedelta(seconds=1)
        assert await owner.worker.drain() == 0
        owner.clock.at = due
        assert await owner.worker.drain() == 1
    rests = await find_newest(owner.api, subscription, case_id)
    assert (rests["state"], rests["attempts"], rests["nextAttemptAt"]) == ("dead", 15, None)
    tries = [each for each in owner.receiver.received if each.case_id == case_id]
    assert len({each.id for each in tries}) == 1
    assert len({each.headers["webhook-timestamp"] for each in tries}) == 15

    owner.receiver.answer = no_content
    await owner.publish(case_id, 2)
    owner.clock.forward(days=1)
    assert await owner.worker.drain() == 0  # nothing gives up the order but its owner
    assert [each["eventId"] for each in (await owner.api.get(path + "/dead-letters")).json()["items"]] == [
        rests["eventId"]
    ]
    again = await owner.api.post(f"{path}/dead-letters/{rests['eventId']}/actions/replay")
    assert again.status_code == 202, again.text
    assert await owner.worker.drain() == 2
    assert owner.receiver.sequences(case_id)[-2:] == [1, 2]


async def find_newest(api: Api, subscription: dict[str, Any], case_id: uuid.UUID) -> dict[str, Any]:
    """The newest delivery of the case."""
    return next(each for each in await deliveries(api, subscription) if each["caseId"] == str(case_id))


async def test_a_slow_subscriber_holds_up_nobody_else(owner: Owner) -> None:
    quick = await owner.new_client()
    release = asyncio.Event()

    async def hang(_: Received) -> web.StreamResponse:
        await release.wait()
        return web.Response(status=204)

    async with receiving() as hanging:
        hanging.answer = hang
        await subscribe(owner.api, hanging.url, concurrency=3)
        await subscribe(quick, owner.receiver.url)
        for _ in range(40):
            await owner.publish(uuid.uuid4(), 1)
        worker = owner.new_worker()
        async with running(worker.run):
            await until_true(lambda: len(hanging.received) == 3, "the slow subscriber's share")
            times = []
            for number in range(1, 21):
                started = time.perf_counter()
                await publish(owner.platform, quick, uuid.uuid4(), 1)
                arrived = partial(lambda wanted: len(owner.receiver.received) == wanted, number)
                await until_true(arrived, "delivery to the quick subscriber")
                times.append(time.perf_counter() - started)
            assert len(hanging.received) == 3  # never more at once than its share
            release.set()
            await until_true(lambda: len(hanging.received) == 40, "delivery to the slow subscriber")
    assert sorted(times)[10] < 0.5


async def test_order_holds_while_events_are_recorded_and_delivered_at_once(owner: Owner) -> None:
    await owner.subscribe()
    cases = [uuid.uuid4() for _ in range(8)]

    async def case_goes_on(case_id: uuid.UUID) -> None:
        for sequence in range(1, 26):
            await owner.publish(case_id, sequence)

    async with running(owner.new_worker().run, owner.new_worker().run):
        await asyncio.gather(*map(case_goes_on, cases))

        await until_true(lambda: len(owner.receiver.received) >= 200, "every delivery", seconds=60)
    for case_id in cases:
        assert owner.receiver.sequences(case_id) == list(range(1, 26))


async def test_a_paused_subscription_gets_everything_in_order_afterwards(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    path = path_of(subscription)
    assert (await owner.api.post(path + "/actions/pause", headers={"If-Match": '"1"'})).status_code == 200
    await owner.publish(case_id, 1, 2)
    assert await owner.new_worker().drain() == 0
    async with running(owner.new_worker().run):
        assert (await owner.api.post(path + "/actions/resume", headers={"If-Match": '"2"'})).status_code == 200
        # Sooner than the poll: going on wakes the worker.
        await until_true(lambda: owner.receiver.sequences(case_id) == [1, 2], "what had waited", seconds=4)


async def test_a_worker_that_loses_its_connection_listens_again(owner: Owner, database_server: Postgres) -> None:
    await owner.subscribe()
    admin = await asyncpg.connect(database_server.url())
    listening = "SELECT pid FROM pg_stat_activity WHERE application_name = 'rtp-delivery-worker'"

    try:
        async with running(owner.new_worker().run):

            async def listens() -> bool:
                return bool(await admin.fetch(listening))

            await until(listens, "listening")
            (before,) = await admin.fetch(listening)
            await admin.execute("SELECT pg_terminate_backend($1)", before["pid"])

            async def listens_again() -> bool:
                return [row["pid"] for row in await admin.fetch(listening)] not in ([], [before["pid"]])

            await until(listens_again, "listening again", seconds=4)  # sooner than the poll
            await owner.publish(uuid.uuid4(), 1)
            await until_true(lambda: len(owner.receiver.received) == 1, "delivery", seconds=4)
    finally:
        await admin.close()


async def test_nothing_secret_is_logged(owner: Owner, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    subscription = await subscribe(owner.api, owner.receiver.url + "?token=hush-hush")
    owner.receiver.answer = answering(500)
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    ours = [record for record in caplog.records if record.name.startswith(("rtp_", "sqlalchemy", "aiohttp.client"))]
    lines = " ".join(json.dumps(vars(record), default=str) for record in ours)
    assert "delivery" in lines
    assert subscription["secret"] not in lines
    assert subscription["secret"].removeprefix("whsec_") not in lines
    assert "hush-hush" not in lines


async def test_metrics_tell_what_waits(owner: Owner) -> None:
    await owner.subscribe()
    owner.receiver.answer = answering(500)
    await owner.publish(uuid.uuid4(), 1, readers=[f"org:{owner.api.organisation}", "system"])
    await owner.platform.drain_events()
    await owner.platform.drain_events()
    shown = (await owner.api.get("/metrics")).text
    assert 'rtp_deliveries_total{outcome="postponed",service="gateway"}' in shown
    assert re.search(r'rtp_deliveries_waiting{service="gateway"} [1-9]', shown)
    assert "rtp_deliveries_oldest_seconds" in shown
