"""The feed as it comes: server-sent events and waiting reads. Nothing lost, nothing twice, nobody else's."""

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import event as engine_event
from starlette.types import Message as Sent

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.app import service as gateway
from rtp_gateway.outbound.feed import notifier as notifiers
from rtp_gateway.outbound.feed.limiter import LongPollLimiter
from rtp_gateway.outbound.feed.notifier import EventNotifier
from rtp_gateway.outbound.feed.stream import PAGE, StreamTimings
from rtp_shared.clock import utcnow
from rtp_shared.contracts.applications import CaseSubmitted
from tests.conftest import PUBLIC_URL, Api, NewClient
from tests.gateway.conftest import list_wrong_fields, run_sql
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.following import Stream, following
from tests.support.serving import serving
from tests.support.waiting import until, until_true
from tests.support.webhooks import publish

pytestmark = pytest.mark.anyio


@pytest.fixture
async def address(platform: Platform) -> AsyncIterator[str]:
    """The platform over real HTTP."""
    async with serving(platform.app) as url:
        yield url


@pytest.fixture
async def limiter(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LongPollLimiter]:
    """A limiter with two slots a client, whose notifier listens and does not look by itself."""
    monkeypatch.setattr(notifiers, "POLL_SECONDS", 600.0)
    state = platform.app.own.state
    ordinary = state.long_poll_limiter
    state.long_poll_limiter = limiter = LongPollLimiter(
        EventNotifier(platform.gateway.settings.database_url.get_secret_value()), per_client=2, slots=3
    )
    yield limiter
    state.long_poll_limiter = ordinary
    await limiter.close()


Pacing = Callable[..., None]


@pytest.fixture
def pace(platform: Platform) -> Iterator[Pacing]:
    """Sets the pace of streams: `pace(heartbeat=0.1)`."""
    state = platform.app.own.state
    ordinary = state.stream_timings

    def change(**seconds: float) -> None:
        state.stream_timings = StreamTimings(**seconds)

    yield change
    state.stream_timings = ordinary


async def ids(stream: Stream, count: int) -> list[str]:
    return [block.event["id"] async for block in stream.events(count)]


async def seated(limiter: LongPollLimiter, api: Api, count: int) -> None:
    await until_true(lambda: limiter.count_taken(api.client_id) == count, f"{count} slots taken", seconds=8)


async def test_an_event_comes_at_once_as_it_was_published(
    platform: Platform, api: Api, address: str, limiter: LongPollLimiter
) -> None:
    old = await publish(platform, api, uuid.uuid4(), 1)
    async with asyncio.timeout(10), following(api, address) as stream:
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
        assert [int(each["sequence"]) for each in seen if each["caseid"] == str(case)] == list(numbers)


async def test_nobody_is_told_of_a_draft(
    platform: Platform, new_client: NewClient, address: str, limiter: LongPollLimiter
) -> None:
    opener, council = await new_client(), await new_client(organisation=employer_id())
    before = (await council.get("/v1/events", params={"limit": 200})).json()
    while before["next"]:
        before = (await council.get("/v1/events", params={"limit": 200, "after": before["next"]})).json()
    async with asyncio.timeout(20), following(council, address, after=before["cursor"]) as stream:
        await seated(limiter, council, 1)
        kept, disclosed = await open_case(opener), await open_case(opener)
        await platform.drain_events()
        await submit_case(opener, disclosed)
        await platform.drain_events()
        seen = []
        async for block in stream.events():
            seen.append(block.event)
            if block.event["type"] == CaseSubmitted.TYPE and block.event["caseid"] == disclosed["id"]:
                break
    assert kept["id"] not in str(seen)
    assert CaseSubmitted.TYPE in {event["type"] for event in seen}
    assert "case-opened" not in str(seen)


async def test_only_what_is_asked_for(platform: Platform, api: Api, address: str, limiter: LongPollLimiter) -> None:
    async with asyncio.timeout(20), following(api, address, type=CaseSubmitted.TYPE) as stream:
        await seated(limiter, api, 1)
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
    async with asyncio.timeout(10), following(api, address, after=page.json()["cursor"]) as stream:
        blocks = [block async for block in stream.events(2)]
    assert [block.event["id"] for block in blocks] == [str(two.event_id), str(three.event_id)]
    last = blocks[0].fields["id"]
    async with asyncio.timeout(10), following(api, address, last=last, after=page.json()["cursor"]) as stream:
        assert await ids(stream, 1) == [str(three.event_id)]


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
    async with asyncio.timeout(10), following(api, address) as stream:
        assert [block.fields async for block in stream] == [{"retry": "3000"}]
    assert time.time() >= began + 2
    assert (await api.get("/v1/events")).status_code == 401
    assert limiter.count_taken(api.client_id) == 0


async def test_a_stream_ends_after_its_longest_time(
    platform: Platform, api: Api, address: str, limiter: LongPollLimiter, pace: Pacing
) -> None:
    pace(longest=0.2)
    await publish(platform, api, uuid.uuid4(), 1)
    async with asyncio.timeout(10), following(api, address) as stream:
        assert len([block async for block in stream]) == 2


async def test_a_client_that_was_deactivated_gets_no_more(
    platform: Platform, api: Api, address: str, limiter: LongPollLimiter, pace: Pacing
) -> None:
    pace(heartbeat=0.1)
    await publish(platform, api, uuid.uuid4(), 1)
    async with asyncio.timeout(10), following(api, address) as stream:
        blocks = aiter(stream)
        assert [(await anext(blocks)).fields.keys() for _ in range(2)][1] == {"id", "event", "data"}
        await run_sql(platform, "UPDATE clients SET active = false WHERE client_id = :id", id=api.client_id)
        await publish(platform, api, uuid.uuid4(), 1)
        assert [(await anext(blocks)).comment for _ in range(3)] == [True] * 3
    assert (await api.get("/v1/events")).json()["items"] == []


async def test_a_waiting_read_is_answered_as_soon_as_something_comes(
    platform: Platform, api: Api, new_client: NewClient, limiter: LongPollLimiter
) -> None:
    other = await new_client()
    cursor = (await api.get("/v1/events")).json()["cursor"]
    waiting = asyncio.ensure_future(api.get("/v1/events", params={"wait": 30, "after": cursor}, timeout=40))
    await seated(limiter, api, 1)
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


async def test_who_waits_holds_no_database_connection(
    platform: Platform, new_client: NewClient, address: str, limiter: LongPollLimiter
) -> None:
    apis = [await new_client() for _ in range(3)]
    pool: Any = platform.gateway.database.engine.pool
    waiting = [asyncio.ensure_future(api.get("/v1/events", params={"wait": 30}, timeout=40)) for api in apis[:2]]
    async with following(apis[2], address):
        for api in apis:
            await seated(limiter, api, 1)

        await until_true(lambda: pool.checkedout() == 0, seconds=8)
        await limiter.close()  # as when the process ends: who waits is answered, and comes again
        answers = await asyncio.gather(*waiting)
    assert [(answer.status_code, answer.json()["items"]) for answer in answers] == [(200, [])] * 2


async def test_a_client_waits_so_many_times_and_all_so_many(
    api: Api, new_client: NewClient, address: str, limiter: LongPollLimiter
) -> None:
    other, third = await new_client(), await new_client()
    async with following(api, address), following(other, address):
        waiting = asyncio.ensure_future(api.get("/v1/events", params={"wait": 30}, timeout=40))
        await seated(limiter, api, 2)
        for path, params in (("/v1/events/stream", {}), ("/v1/events", {"wait": 1})):
            refused = await api.get(path, params=params)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
            assert refused.json()["type"].endswith("/problems/too-many-readers")
            full = await third.get(path, params=params)
            assert (full.status_code, full.headers["retry-after"]) == (503, "5")
        assert (await api.get("/v1/events")).status_code == 200
        await limiter.close()
        await waiting


async def test_hanging_up_frees_the_seat(platform: Platform, api: Api, address: str, limiter: LongPollLimiter) -> None:
    for _ in range(3):  # more often than there are slots
        async with following(api, address):
            await seated(limiter, api, 1)
        await seated(limiter, api, 0)
        async with httpx.AsyncClient(base_url=address, headers=api.headers) as client:
            waiting = asyncio.ensure_future(client.get("/v1/events", params={"wait": 30}, timeout=40))
            await seated(limiter, api, 1)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await seated(limiter, api, 0)


class Reads:
    """How often events were read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.count += "events.body" in statement


@contextmanager
def counting_reads(platform: Platform) -> Iterator[Reads]:
    engine, reads = platform.gateway.database.engine.sync_engine, Reads()
    engine_event.listen(engine, "before_cursor_execute", reads)
    try:
        yield reads
    finally:
        engine_event.remove(engine, "before_cursor_execute", reads)


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
    with counting_reads(platform) as reads:
        async with asyncio.timeout(10):
            await platform.app(scope, receive, send)
    assert stuck.is_set()
    assert (sent, reads.count) == (PAGE, 1)
    assert limiter.count_taken(api.client_id) == 0


async def test_an_event_calls_only_those_whom_it_concerns(
    platform: Platform, api: Api, new_client: NewClient, address: str, limiter: LongPollLimiter
) -> None:
    other = await new_client()
    async with asyncio.timeout(10), following(api, address) as stream, following(other, address) as others:
        for each, blocks in ((api, stream), (other, others)):  # both have looked, and wait
            (made,) = await publish(platform, each, uuid.uuid4(), 1)
            assert await ids(blocks, 1) == [str(made.event_id)]
        with counting_reads(platform) as reads:
            (made,) = await publish(platform, api, uuid.uuid4(), 1)
            assert await ids(stream, 1) == [str(made.event_id)]
    assert reads.count == 1


async def test_the_notifier_comes_back_when_it_lost_its_connection(
    platform: Platform,
    database_server: Postgres,
    api: Api,
    address: str,
    limiter: LongPollLimiter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notifiers, "POLL_SECONDS", 0.05)
    connection = await asyncpg.connect(database_server.url(gateway.database))
    kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'rtp-event-notifier'"
    try:
        async with asyncio.timeout(20), following(api, address) as stream:
            blocks = stream.events()
            for number in range(1, 4):

                async def killed() -> bool:
                    return bool(await connection.fetchval(kill))

                await until(killed)
                (made,) = await publish(platform, api, uuid.uuid4(), number)
                assert (await anext(blocks)).event["id"] == str(made.event_id)
    finally:
        await connection.close()


async def test_what_came_before_the_notifier_listened_is_not_missed(
    platform: Platform, api: Api, limiter: LongPollLimiter
) -> None:
    """Between a reader's first look and the moment from which notifications come there is a gap."""
    waiting = asyncio.ensure_future(api.get("/v1/events", params={"wait": 30}, timeout=40))
    while not limiter.count_taken(api.client_id):  # noqa: ASYNC110 - the first moment at which it waits: the bell has not begun
        await asyncio.sleep(0)
    (made,) = await publish(platform, api, uuid.uuid4(), 1)
    async with asyncio.timeout(10):
        assert [each["id"] for each in (await waiting).json()["items"]] == [str(made.event_id)]


async def test_a_server_that_ends_sends_its_readers_home(platform: Platform, api: Api) -> None:
    limiter = platform.app.own.state.long_poll_limiter
    async with asyncio.timeout(10), AsyncExitStack() as open_:  # uvicorn would wait twenty seconds
        async with serving(platform.app) as address:
            stream = await open_.enter_async_context(following(api, address))
            await seated(limiter, api, 1)
        assert [block.fields async for block in stream] == [{"retry": "3000"}]  # a clean end


async def test_the_scope_is_needed(new_client: NewClient) -> None:
    api = await new_client(scopes="cases:read")
    assert (await api.get("/v1/events/stream")).status_code == 403
