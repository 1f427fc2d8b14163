"""Forwarding to the services: over HTTP, or straight into a service's ASGI application in one-process mode.

aiohttp's client, because forwarding costs a tenth of httpx's time here (docs/adr/0004): the only file that knows it.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Protocol

import aiohttp
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from yarl import URL

from rtp_gateway.inbound.proxy.guard import ServiceGuard
from rtp_gateway.inbound.proxy.idle_timeout import CallerTooSlow, IdleTimeout
from rtp_gateway.routing import ForwardingLimits, is_streamed
from rtp_gateway.types import JsonObject
from rtp_shared import problems, tracing
from rtp_shared.exception_handlers import GONE_AWAY
from rtp_shared.problems import Malformed, Refusal, TooLarge, Unavailable

log = logging.getLogger(__name__)

HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
     b"proxy-connection", b"transfer-encoding", b"upgrade", b"host", b"content-length"}
)  # fmt: skip
OURS = frozenset({b"date", b"server"})
"""Headers of an answer that our own server sends: twice would be wrong."""
AUTOMATIC = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would add to a request that came without."""
PER_SERVICE = 100
_ENDLESS = aiohttp.ClientTimeout(total=None, sock_connect=2)
"""For requests that stream: IdleTimeout limits the time that they stand still."""
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class BadAnswer(Refusal):
    status, title = 502, "The service's answer cannot be read"
    headers: Mapping[str, str] = {"Retry-After": "5"}


class TooSlow(Refusal):
    status, title = 504, "The service did not answer in time"
    headers: Mapping[str, str] = {"Retry-After": "5"}


class Upstreams(Protocol):
    """The services behind the gateway, by name."""

    async def forward(self, name: str, scope: Scope, receive: Receive, send: Send) -> None: ...

    async def fetch_json(self, name: str, path: str) -> JsonObject:
        """Return a document of the service; raise Unavailable if it cannot be had."""
        ...

    async def close(self) -> None: ...


class InProcess:
    """The services' ASGI applications in this very process."""

    def __init__(self, apps: Mapping[str, ASGIApp], *, limits: ForwardingLimits) -> None:
        self._apps = apps
        self._limits = limits

    async def forward(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        if is_streamed(scope["path"]):
            idle_timeout = IdleTimeout(receive, send, seconds=self._limits.seconds)
            receive, send = idle_timeout.receive, idle_timeout.send
        await self._apps[name](scope, receive, send)

    async def fetch_json(self, name: str, path: str) -> JsonObject:
        body = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            body.extend(message.get("body", b""))

        scope: Scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [],
            "server": ("localhost", 80), "client": None, "state": {},
        }  # fmt: skip
        await self._apps[name](scope, receive, send)
        document: JsonObject = json.loads(bytes(body))
        return document

    async def close(self) -> None:
        return None


_DROPPED = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)
"""How it looks when a service ends an idle connection just as it is taken."""


def _is_failure(error: Exception) -> bool:
    """Return whether it is the service that failed, and not the caller's body."""
    return error.__cause__ is None or not isinstance(error.__cause__, Refusal | CallerGone)


class CallerGone(aiohttp.ClientConnectionError):
    """The caller went away before it had sent its whole request."""


class OverHttp:
    """The services at their addresses. Bodies stream both ways; only idempotent requests are tried a second time."""

    def __init__(self, addresses: Mapping[str, str], *, public_url: str, limits: ForwardingLimits) -> None:
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}
        self._public_url = public_url
        self._limits = limits
        self._timeout = aiohttp.ClientTimeout(total=limits.seconds, sock_connect=2)
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._guards = {name: ServiceGuard(name) for name in self._addresses}

    def _get_session(self, *, streamed: bool = False) -> aiohttp.ClientSession:
        """Return the connections to the services; documents have connections of their own."""
        if streamed not in self._sessions:
            # A limit for each service and none over all, so that a slow one takes no connection from the others. Idle
            # connections are dropped before the services drop theirs (75 s), so that the two never race.
            connector = aiohttp.TCPConnector(limit=0, limit_per_host=PER_SERVICE, keepalive_timeout=30)
            self._sessions[streamed] = aiohttp.ClientSession(
                connector=connector,
                timeout=_ENDLESS if streamed else self._timeout,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=AUTOMATIC,
            )
        return self._sessions[streamed]

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    async def fetch_json(self, name: str, path: str) -> JsonObject:
        try:
            async with self._get_session().get(self._addresses[name] + path) as answer:
                document: JsonObject = await answer.json()
                return document
        except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
            raise Unavailable(f"{name} cannot be reached") from error

    async def forward(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        idle_timeout = IdleTimeout(receive, send, seconds=self._limits.seconds) if is_streamed(scope["path"]) else None
        answer = _RelayedAnswer(idle_timeout.send if idle_timeout else send)
        try:
            if idle_timeout is None:
                await self._exchange(name, scope, receive, answer)
            else:
                async with idle_timeout.limit_service():
                    await self._exchange(name, scope, idle_timeout.receive, answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            if isinstance(error, CallerGone) or isinstance(error.__cause__, CallerGone):
                # Nobody reads this: it is for metrics and traces. No warning, which every caller could bring about.
                await _end_unread(answer, send)
                return
            log.warning("forwarding failed", extra={"upstream": name, "error": type(error).__name__})
            if answer.started:
                raise  # the server cuts the connection, so that half an answer is not taken for a whole one
            await self._refuse(_choose_refusal(name, error), scope, send)
        except Refusal as refusal:
            await self._refuse(refusal, scope, send)

    async def _exchange(self, name: str, scope: Scope, receive: Receive, answer: "_RelayedAnswer") -> None:
        query = scope["query_string"].decode("latin-1")
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        if (address := self._addresses.get(name)) is None:
            raise Unavailable(f"{name} cannot be reached")
        url = URL(address + path + (f"?{query}" if query else ""), encoded=True)
        headers, body = self._build_request(scope, receive)
        streamed = is_streamed(scope["path"])
        content = body if streamed or body is None else await self._read_whole(body)
        again = body is None and scope["method"] in IDEMPOTENT
        with self._guards[name].exchange() as outcome:
            while True:
                try:
                    async with self._get_session(streamed=streamed).request(
                        scope["method"], url, headers=headers, data=content, allow_redirects=False
                    ) as response:
                        outcome.note_answer()
                        return await answer.relay(response, scope["method"])
                except (aiohttp.ClientError, TimeoutError) as error:
                    if again and not answer.started and isinstance(error, _DROPPED):
                        again = False
                        continue
                    if not answer.started and _is_failure(error):
                        outcome.note_failure()
                    raise

    async def _read_whole(self, body: AsyncIterator[bytes]) -> bytes:
        """Read the body before a connection to the service is taken: a slow caller holds none."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                return b"".join([chunk async for chunk in body])
        except TimeoutError:
            raise CallerTooSlow(f"not all of the request came in {self._limits.seconds:g} seconds") from None

    def _build_request(
        self, scope: Scope, receive: Receive
    ) -> tuple[list[tuple[str, str]], AsyncIterator[bytes] | None]:
        headers: list[tuple[str, str]] = []
        length, chunked = 0, False
        dropped = (HOP_BY_HOP | _read_connection_headers(scope["headers"])) - tracing.HEADERS
        for key, value in scope["headers"]:
            if key == b"content-length" and value.isdigit():
                length = int(value[:20])
            elif key == b"transfer-encoding":
                chunked = True
            elif key not in dropped:
                headers.append((_decode(key), _decode(value)))
        if length > (limit := self._limits.body_of(scope["path"])):
            raise TooLarge(f"at most {limit} bytes")
        if not length and not chunked:
            return headers, None
        if not chunked:
            headers.append(("content-length", str(length)))
        return headers, _read_body(receive, limit)

    async def _refuse(self, refusal: Refusal, scope: Scope, send: Send) -> None:
        await send_refusal(refusal, scope, send, public_url=self._public_url)


async def _end_unread(answer: "_RelayedAnswer", send: Send) -> None:
    if not answer.started:
        await send({"type": "http.response.start", "status": GONE_AWAY, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def send_refusal(refusal: Refusal, scope: Scope, send: Send, *, public_url: str) -> None:
    """Answer with the problem document of the refusal."""
    body = problems.render_problem(refusal, base_url=public_url, instance=scope["path"])
    headers = [(b"content-type", problems.CONTENT_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in refusal.headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _read_body(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    sent = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone("the caller went away")
        chunk: bytes = message.get("body", b"")
        sent += len(chunk)
        if sent > limit:
            raise TooLarge(f"at most {limit} bytes")
        if chunk:
            yield chunk
        if not message.get("more_body"):
            return


class _RelayedAnswer:
    """The service's answer on its way to the caller."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def relay(self, response: aiohttp.ClientResponse, method: str) -> None:
        self.started = True
        heard = [(name.lower(), value) for name, value in response.raw_headers]
        dropped = ((HOP_BY_HOP | _read_connection_headers(heard)) - {b"content-length"}) | OURS
        headers = [header for header in heard if header[0] not in dropped]
        await self._send({"type": "http.response.start", "status": response.status, "headers": headers})
        if method != "HEAD":
            async for chunk in response.content.iter_any():
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _read_connection_headers(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """Return headers that hold for one connection only, because `Connection` names them (RFC 9110 section 7.6.1)."""
    values = [value for name, value in headers if name == b"connection"]
    return {name.strip().lower() for value in values for name in value.split(b",")}


def _decode(header: bytes) -> str:
    # aiohttp writes UTF-8, so what is read as UTF-8 leaves as it came. Anything else it could only change.
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("a header is not UTF-8") from error


def _choose_refusal(name: str, error: Exception) -> Refusal:
    """Return the refusal for a failed exchange. aiohttp hides what broke off the body in the error's cause."""
    if isinstance(error.__cause__, Refusal):
        return error.__cause__
    if isinstance(error, TimeoutError) and not isinstance(
        error, aiohttp.ServerConnectionError | aiohttp.ConnectionTimeoutError
    ):
        return TooSlow(f"{name} did not answer in time")
    if isinstance(error, aiohttp.ClientResponseError):
        return BadAnswer(f"{name} answered what is no HTTP")
    return Unavailable(f"{name} cannot be reached")
