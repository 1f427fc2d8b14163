"""Routes that stream: admitted first, limited, in no transaction while the body comes, and told in ranges."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from rtp_applications.documents.downloads import RangeNotSatisfiable, format_disposition, parse_range
from rtp_shared.db import Database
from rtp_shared.dependencies import Session
from rtp_shared.server import ManagedServer, build_http_config
from rtp_shared.streaming import Transactions, create_streaming_router
from rtp_shared.web import build_app
from tests.support.messaging import Office
from tests.support.streaming import ETAG, LIMIT, THING, Reads, Writer, runtime
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.anyio
SCOPE = {"Authorization": "Bearer things:write"}


@pytest.fixture
async def app(office: Office) -> AsyncIterator[FastAPI]:
    """With one connection to the database, so that whoever holds it is noticed."""
    database = Database(office.url, pool_size=1)
    app = build_app(runtime(database))
    app.state.reads = Reads()
    yield app
    await database.close()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://rtp.test", headers=SCOPE) as client:
        yield client


def a_thing() -> str:
    return f"/things/{uuid.uuid4()}/content"


async def unread() -> AsyncIterator[bytes]:
    pytest.fail("the body was read")
    yield b""


async def pieces(size: int) -> AsyncIterator[bytes]:
    for position in range(0, size, 50_000):
        yield bytes(min(50_000, size - position))


async def test_a_body_larger_than_others_is_taken(client: httpx.AsyncClient, office: Office) -> None:
    path = a_thing()
    for content in (bytes(LIMIT), pieces(LIMIT)):
        answer = await client.put(path, content=content)
        assert (answer.status_code, answer.json()) == (200, {"size": LIMIT})
    assert len(await office.query("SELECT FROM heard WHERE case_id = $1", uuid.UUID(path.split("/")[2]))) == 2


async def test_a_body_over_the_limit_is_refused_as_soon_as_it_is_known(client: httpx.AsyncClient) -> None:
    announced = await client.put(a_thing(), content=unread(), headers={"Content-Length": str(LIMIT + 1)})
    came = await client.put(a_thing(), content=pieces(LIMIT + 1))
    for answer in (announced, came):
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert str(LIMIT) in answer.json()["detail"]


async def test_what_does_not_stream_keeps_its_limit(client: httpx.AsyncClient) -> None:
    answer = await client.post("/things", json={"a": "b" * 1_048_576})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("headers", "thing", "status"),
    [
        ({"Authorization": ""}, uuid.uuid4(), 401),
        ({"Authorization": "Bearer none"}, uuid.uuid4(), 401),
        ({"Authorization": "Bearer things:read"}, uuid.uuid4(), 403),
        ({}, uuid.UUID(int=0), 404),
        ({}, "no-uuid", 422),
        ({"Content-Range": "bytes 0-9/20"}, uuid.uuid4(), 400),
        ({"Content-Encoding": "gzip"}, uuid.uuid4(), 415),
    ],
)
async def test_whoever_is_refused_is_refused_before_the_body_is_read(
    client: httpx.AsyncClient, headers: dict[str, str], thing: object, status: int
) -> None:
    answer = await client.put(f"/things/{thing}/content", content=unread(), headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_slow_senders_hold_no_connection_of_the_database(client: httpx.AsyncClient) -> None:
    go_on = asyncio.Event()
    arrived = asyncio.Semaphore(0)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"a"
        arrived.release()
        await go_on.wait()
        yield b"b"

    uploads = [asyncio.ensure_future(client.put(a_thing(), content=slowly())) for _ in range(5)]
    async with asyncio.timeout(PATIENCE):
        for _ in uploads:
            await arrived.acquire()
        assert (await client.get("/things")).json() == {"count": 0}
    go_on.set()
    assert [answer.json() for answer in await asyncio.gather(*uploads)] == [{"size": 2}] * 5
    assert (await client.get("/things")).json() == {"count": 5}


async def test_slow_readers_hold_no_connection_of_the_database(app: FastAPI) -> None:
    async with (
        serving(app) as url,
        httpx.AsyncClient(base_url=url, headers=SCOPE) as client,
        client.stream("GET", a_thing()) as answer,
    ):
        assert answer.status_code == 200
        async with asyncio.timeout(PATIENCE):
            assert (await client.get("/things")).status_code == 200
        assert await answer.aread() == THING


async def test_it_is_committed_before_it_is_answered(client: httpx.AsyncClient, office: Office) -> None:
    await office.query("ALTER TABLE heard ADD UNIQUE (case_id) DEFERRABLE INITIALLY DEFERRED")
    path = a_thing()
    answers = [await client.put(path, content=b"content") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]


async def test_a_get_can_write_nothing(app: FastAPI, client: httpx.AsyncClient) -> None:
    routes = create_streaming_router()
    seen: list[str] = []

    @routes.get("/things/setting")
    async def setting(_: Writer, transactions: Transactions) -> None:
        """Whether it may."""
        async with transactions() as session:
            seen.append((await session.execute(text("SHOW transaction_read_only"))).scalar_one())

    app.include_router(routes)
    await client.get("/things/setting")
    assert seen == ["on"]


async def test_a_sender_that_goes_away_is_no_failure_of_ours(app: FastAPI, office: Office) -> None:
    async with serving(app) as url:
        host, _, port = url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        scope = SCOPE["Authorization"]
        lines = [f"PUT {a_thing()} HTTP/1.1", "Host: x", f"Authorization: {scope}", "Content-Length: 9"]
        writer.write("\r\n".join([*lines, "", "half"]).encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

        async def noted() -> bool:
            return b'status="499"' in app.state.runtime.metrics.render()

        await until(noted)
    assert await office.query("SELECT FROM heard") == []


@contextlib.asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    server = ManagedServer(build_http_config(app))
    running = asyncio.ensure_future(server.serve())
    await server.ready.wait()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


async def test_put_needs_no_idempotency_key_and_post_takes_none(client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": '"once"'}
    path = a_thing()
    answers = [await client.put(path, content=content, headers=key) for content in (b"one", b"another")]
    assert [answer.json() for answer in answers] == [{"size": 3}, {"size": 7}]
    assert "idempotency-replayed" not in answers[1].headers
    refused = await client.post("/things/streamed", content=unread(), headers=key)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "Idempotency-Key"
    assert (await client.post("/things/streamed", content=b"one")).json() == {"size": 3}


async def test_the_documentation_says_which_operations_take_a_key(app: FastAPI) -> None:
    paths = app.openapi()["paths"]

    def takes_key(operation: dict[str, list[dict[str, str]]]) -> bool:
        return "Idempotency-Key" in [parameter["name"] for parameter in operation.get("parameters", [])]

    assert takes_key(paths["/things"]["post"])
    assert not takes_key(paths["/things/streamed"]["post"])
    assert not takes_key(paths["/things/{thing_id}/content"]["put"])


def test_a_route_that_streams_has_no_session() -> None:
    async def confused(_: Writer, session: Session) -> None:
        pass

    async def open_to_all() -> None:
        pass

    with pytest.raises(TypeError, match="Transactions"):
        create_streaming_router().add_api_route("/things", confused)
    with pytest.raises(TypeError, match="who may call it"):
        create_streaming_router().add_api_route("/things", open_to_all)


async def test_a_content_is_downloaded(client: httpx.AsyncClient) -> None:
    answer = await client.get(a_thing())
    assert (answer.status_code, answer.content) == (200, THING)
    headers = answer.headers
    assert headers["content-length"] == str(len(THING))
    assert headers["accept-ranges"] == "bytes"
    assert headers["etag"] == ETAG
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "content-range" not in headers
    assert headers["content-disposition"] == (
        "attachment; filename=\"Plan _ _bersicht.txt\"; filename*=UTF-8''Plan%20%E2%80%93%20%C3%9Cbersicht.txt"
    )


SIZE = len(THING)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=4-8", 4, 9),
        ("bytes=40-", 40, SIZE),
        ("bytes=-3", SIZE - 3, SIZE),
        ("bytes=-999", 0, SIZE),
        ("bytes=0-" + "9" * 5000, 0, SIZE),
        ("BYTES = 4-8 ,", 4, 9),
        (f"bytes={SIZE - 1}-{SIZE}", SIZE - 1, SIZE),
    ],
)
async def test_a_part_is_downloaded(client: httpx.AsyncClient, app: FastAPI, asked: str, start: int, end: int) -> None:
    answer = await client.get(a_thing(), headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, THING[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)
    assert app.state.reads.pieces == end - start


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=999-1000", "bytes=-0", "bytes=" + "9" * 5000 + "-"])
async def test_a_part_that_is_not_there_is_a_416(client: httpx.AsyncClient, asked: str) -> None:
    answer = await client.get(a_thing(), headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,3-4",
        "bytes=5-4",
        "lines=1-2",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes 0-1",
        "bytes=0x1-2",
        "bytes=²-3",
    ],
)
async def test_a_range_that_is_not_understood_is_ignored(client: httpx.AsyncClient, asked: str) -> None:
    answer = await client.get(a_thing(), headers={b"Range": asked.encode("latin-1")})
    assert (answer.status_code, answer.content) == (200, THING)


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), ('"v0"', 200), (f"W/{ETAG}", 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200)],
)
async def test_a_part_of_another_version_is_not_given(client: httpx.AsyncClient, condition: str, status: int) -> None:
    answer = await client.get(a_thing(), headers={"Range": "bytes=0-3", "If-Range": condition})
    assert (answer.status_code, answer.content) == (status, THING[:4] if status == 206 else THING)


@pytest.mark.parametrize("more", [{}, {"Range": "bytes=0-3"}, {"Range": "bytes=999-"}])
async def test_what_the_caller_has_is_not_sent_again(
    client: httpx.AsyncClient, app: FastAPI, more: dict[str, str]
) -> None:
    answer = await client.get(a_thing(), headers={"If-None-Match": ETAG, **more})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", ETAG)
    assert app.state.reads.pieces == 0


async def test_head_tells_of_the_content_and_reads_nothing(client: httpx.AsyncClient, app: FastAPI) -> None:
    answer = await client.head(a_thing(), headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(SIZE)
    assert app.state.reads.pieces == 0


async def test_a_content_is_closed_when_its_reader_goes_away(app: FastAPI) -> None:
    async with serving(app) as url, httpx.AsyncClient(base_url=url, headers=SCOPE) as client:
        async with client.stream("GET", a_thing()):
            pass

        async def closed() -> bool:
            return bool(app.state.reads.closed)

        await until(closed)


@pytest.mark.parametrize("asked", ["bytes=0-0", "bytes=-1"])
def test_nothing_has_no_parts(asked: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        parse_range(asked, 0)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plan.pdf", 'attachment; filename="plan.pdf"'),
        ('a"b.pdf', "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf"),
        ("../../etc/passwd", 'attachment; filename="_.._etc_passwd"'),
        ("a\r\nSet-Cookie: x", "attachment; filename=\"a__Set-Cookie_ x\"; filename*=UTF-8''a__Set-Cookie%3A%20x"),
        ("100%.pdf", "attachment; filename=\"100_.pdf\"; filename*=UTF-8''100%25.pdf"),
        ("..", 'attachment; filename="document"'),
        ("\ud800", 'attachment; filename="_"'),
    ],
)
def test_a_name_to_save_under_is_no_path_and_ends_no_header(name: str, header: str) -> None:
    assert format_disposition(name) == header
