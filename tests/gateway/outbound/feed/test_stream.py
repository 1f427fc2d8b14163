"""The feed as it comes: server-sent events and waiting reads. Nothing lost, nothing twice, nobody else's."""

import asyncio
import random
import time
import uuid
from contextlib import AsyncExitStack
from typing import Any

import pytest
from starlette.types import Message as Sent

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.feed.limiter import LongPollLimiter
from rtp_gateway.outbound.feed.stream import PAGE
from rtp_shared.clock import utcnow
from rtp_shared.contracts.applications import CaseSubmitted
from tests.conftest import PUBLIC_URL, Api, NewClient
from tests.gateway.conftest import list_wrong_fields, run_sql
from tests.gateway.outbound.feed.conftest import Pacing, count_reads, read_ids, wait_for_slots
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.following import following
from tests.support.revocation import PROMISED_SECONDS, change_of_client
from tests.support.serving import serving
from tests.support.waiting import PATIENCE
from tests.support.webhooks import publish

pytestmark = pytest.mark.anyio


async def test_an_event_comes_at_once_as_it_was_published(
    platform: Platform, api: Api, address: str, limiter: LongPollLimiter
) -> None:
    old = await publish(platform, api, uuid.uuid4(), 1)
    async with asyncio.timeout(PATIENCE), following(api, address) as stream:
        headers = stream.answer.headers
        assert (stream.answer.status_code, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert headers["cache-control"] == "no-store"
        assert {name for name in headers if name.startswith("x-")} == {"x-content-type-options"}
        blocks = aiter(stream)
        assert (await anext(blocks)).fields == {"retry": "3000"}
        seen = [await anext(blocks)]
        new = await publish(platform, api, uuid.uuid4(), 1)  # by NOTIFY alone: this notifier does not poll
        seen.append(await anext(blocks))
    for block, each in zip(seen, old + new, strict=True):
        assert block.fields["data"].encode() == each.body
        assert block.fields["event"] == each.type
        page = await api.get("/v1/events", params={"after": block.fields["id"]})
        assert each.body not in page.content


@pytest.mark.parametrize("seed", range(4))
async def test_a_reader_that_comes_and_goes_misses_nothing_and_gets_nothing_twice(
    platform: Platform, api: Api, address: str, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    cases = {uuid.uuid4(): range(1, chance.randrange(5, 25)) for _ in range(5)}
    total = sum(map(len, cases.values()))
    writing = [asyncio.ensure_future(publish(platform, api, case, *numbers)) for case, numbers in cases.items()]
    seen: list[dict[str, Any]] = []
    last: str | None = None
    async with asyncio.timeout(60):
        while len(seen) < total:
            async with following(api, address, last=last) as stream:
                async for block in stream.events(min(chance.randrange(0, 12), total - len(seen))):
                    seen.append(block.event)
                    last = block.fields["id"]
    await asyncio.gather(*writing)
    of_the_feed = (await api.get("/v1/events", params={"limit": 200})).json()["items"]
    assert seen == of_the_feed
    for case, numbers in cases.items():
        assert [int(each["sequence"]) for each in seen if each.get("caseid") == str(case)] == list(numbers)


async def test_nobody_is_told_of_a_draft(
    platform: Platform, new_client: NewClient, address: str, limiter: LongPollLimiter
) -> None:
    opener, council = await new_client(), await new_client(organisation=employer_id())
    before = (await council.get("/v1/events", params={"limit": 200})).json()
    while before["next"]:
        before = (await council.get("/v1/events", params={"limit": 200, "after": before["next"]})).json()
    async with asyncio.timeout(PATIENCE), following(council, address, after=before["cursor"]) as stream:
        await wait_for_slots(limiter, council, 1)
        kept, disclosed = await open_case(opener), await open_case(opener)
        await platform.drain_events()
        await submit_case(opener, disclosed)
        await platform.drain_events()
        seen = []
        async for block in stream.events():
            seen.append(block.event)
            if block.event["type"] == CaseSubmitted.TYPE and block.event.get("caseid") == disclosed["id"]:
                break
    assert kept["id"] not in str(seen)
    assert CaseSubmitted.TYPE in {event["type"] for event in seen}
    assert "case-opened" not in str(seen)


async def test_only_what_is_asked_for(platform: Platform, api: Api, address: str, limiter: LongPollLimiter) -> None:
    async with asyncio.timeout(PATIENCE), following(api, address, type=CaseSubmitted.TYPE) as stream:
        await wait_for_slots(limiter, api, 1)
        await open_case(api)
        await platform.drain_events()
        await submit_case(api, await open_case(api))
        await platform.drain_events()
        async for block in stream.events(1):
            assert block.fields["event"] == block.event["type"] == CaseSubmitted.TYPE


async def test_the_last_event_id_goes_before_the_cursor(
    platform: Platform, api: Api, address: str, limiter: LongPollLimiter
) -> None:
    _, two, three = await publish(platform, api, uuid.uuid4(), 1, 2, 3)
    page = await api.get("/v1/events", params={"limit": 1})
    async with asyncio.timeout(PATIENCE), following(api, address, after=page.json()["cursor"]) as stream:
        blocks = [block async for block in stream.events(2)]
    assert [block.event["id"] for block in blocks] == [str(two.event_id), str(three.event_id)]
    last = blocks[0].fields["id"]
    async with asyncio.timeout(PATIENCE), following(api, address, last=last, after=page.json()["cursor"]) as stream:
        assert await read_ids(stream, 1) == [str(three.event_id)]


async def test_a_wrong_last_event_id_is_named(api: Api) -> None:
    answer = await api.get("/v1/events/stream", headers={"Last-Event-ID": "7"})
    assert list_wrong_fields(answer) == ["Last-Event-ID"]
    assert answer.json()["errors"][0]["in"] == "header"
    assert list_wrong_fields(await api.get("/v1/events/stream", params={"after": "7"})) == ["after"]


async def test_what_a_stream_would_be_is_told_without_one(api: Api, limiter: LongPollLimiter) -> None:
    answer = await api.head("/v1/events/stream")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert limiter.count_taken(api.client_id) == 0


async def test_a_stream_ends_when_its_token_expires(
    platform: Platform, api: Api, address: str, limiter: LongPollLimiter
) -> None:
    began = int(time.time())
    api.headers["Authorization"] = "Bearer " + platform.app.own.state.signing_key.sign_access_token(
        issuer=PUBLIC_URL,
        client_id=api.client_id,
        organisation=api.organisation,
        scopes=["events:read"],
        seconds=2,
        now=utcnow(),
    )
    async with asyncio.timeout(PATIENCE), following(api, address) as stream:
        assert [block.fields async for block in stream] == [{"retry": "3000"}]
    assert time.time() >= began + 2
    assert (await api.get("/v1/events")).status_code == 401
    assert limiter.count_taken(api.client_id) == 0


async def test_a_stream_ends_after_its_longest_time(
    platform: Platform, api: Api, address: str, limiter: LongPollLimiter, pace: Pacing
) -> None:
    pace(longest=0.2)
    await publish(platform, api, uuid.uuid4(), 1)
    async with asyncio.timeout(PATIENCE), following(api, address) as stream:
        assert len([block async for block in stream]) == 2


@change_of_client
async def test_a_stream_and_a_waiting_read_end_when_their_client_may_no_longer_read(
    platform: Platform, api: Api, address: str, limiter: LongPollLimiter, change: str
) -> None:
    async with asyncio.timeout(PATIENCE), following(api, address) as stream:
        waiting = asyncio.ensure_future(api.get("/v1/events", params={"wait": 30}, timeout=40))
        await wait_for_slots(limiter, api, 2)
        await run_sql(platform, change, id=api.client_id)
        began = time.monotonic()
        assert [block.fields async for block in stream] == [{"retry": "3000"}]
        assert (await waiting).status_code == 401
        assert time.monotonic() - began < PROMISED_SECONDS


async def test_a_waiting_read_is_answered_as_soon_as_something_comes(
    platform: Platform, api: Api, new_client: NewClient, limiter: LongPollLimiter
) -> None:
    other = await new_client()
    cursor = (await api.get("/v1/events")).json()["cursor"]
    waiting = asyncio.ensure_future(api.get("/v1/events", params={"wait": 30, "after": cursor}, timeout=40))
    await wait_for_slots(limiter, api, 1)
    await publish(platform, other, uuid.uuid4(), 1)  # nothing of its business
    case_id = uuid.uuid4()
    began = time.monotonic()
    (made,) = await publish(platform, api, case_id, 1)
    page = (await waiting).json()
    assert time.monotonic() - began < 10
    assert [each["id"] for each in page["items"]] == [str(made.event_id)]
    assert (await api.get("/v1/events", params={"after": page["cursor"]})).json()["items"] == []
    assert limiter.count_taken(api.client_id) == 0


async def test_a_waiting_read_keeps_its_cursor_when_nothing_comes(api: Api, limiter: LongPollLimiter) -> None:
    cursor = (await api.get("/v1/events")).json()["cursor"]
    began = time.monotonic()
    page = (await api.get("/v1/events", params={"wait": 1, "after": cursor})).json()
    assert page == {"items": [], "next": None, "cursor": cursor}
    assert time.monotonic() - began >= 1


async def test_a_slow_reader_is_not_read_ahead_for_and_cut_off_in_the_end(
    platform: Platform, api: Api, limiter: LongPollLimiter, pace: Pacing
) -> None:
    pace(send_timeout=0.3)
    await publish(platform, api, uuid.uuid4(), *range(1, PAGE * 2 + 10))
    sent, stuck = 0, asyncio.Event()

    async def receive() -> Sent:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Sent) -> None:
        nonlocal sent
        sent += message.get("body", b"").count(b"\ndata: ")
        if sent:  # takes the first page, and then nothing
            stuck.set()
            await asyncio.Event().wait()

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/v1/events/stream", "raw_path": b"/v1/events/stream", "query_string": b"", "root_path": "",
        "headers": [(b"authorization", api.headers["Authorization"].encode())],
        "server": ("rtp.test", 80), "client": None,
    }  # fmt: skip
    with count_reads(platform) as reads:
        async with asyncio.timeout(PATIENCE):
            await platform.app(scope, receive, send)
    assert stuck.is_set()
    assert (sent, reads.count) == (PAGE, 1)
    assert limiter.count_taken(api.client_id) == 0


async def test_a_server_that_ends_sends_its_readers_home(platform: Platform, api: Api) -> None:
    limiter = platform.app.own.state.long_poll_limiter
    async with asyncio.timeout(10), AsyncExitStack() as open_:  # uvicorn would wait twenty seconds
        async with serving(platform.app) as address:
            stream = await open_.enter_async_context(following(api, address))
            await wait_for_slots(limiter, api, 1)
        assert [block.fields async for block in stream] == [{"retry": "3000"}]  # a clean end


async def test_the_scope_is_needed(new_client: NewClient) -> None:
    api = await new_client(scopes="cases:read")
    assert (await api.get("/v1/events/stream")).status_code == 403
