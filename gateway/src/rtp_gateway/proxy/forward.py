"""Forwarding to the services: over HTTP, or straight into a service's ASGI application in one-process mode.

aiohttp's client, because forwarding costs a tenth of httpx's time here (docs/adr/0004): the only file that knows it.
"""

import json
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Protocol

import aiohttp
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from yarl import URL

from rtp_gateway.proxy.patience import Patience
from rtp_gateway.proxy.routing import Limits, is_streamed
from rtp_shared import problems
from rtp_shared.problems import Malformed, Refusal, TooLarge, Unavailable

log = logging.getLogger(__name__)

HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
     b"proxy-connection", b"transfer-encoding", b"upgrade", b"host", b"content-length"}
)  # fmt: skip
OURS = frozenset({b"date", b"server"})
"""Of an answer: our own server says them, and twice would be wrong."""
AUTOMATIC = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""What aiohttp would add to a request that came without."""
PER_SERVICE = 100
_ENDLESS = aiohttp.ClientTimeout(total=None, sock_connect=2)
"""For what streams: how long it may stand still is Patience's."""
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class TooSlow(Refusal):
    status, title = 504, "The service did not answer in time"


class Upstreams(Protocol):
    """The services behind the gateway, by name."""

    async def forward(self, name: str, scope: Scope, receive: Receive, send: Send) -> None: ...

    async def fetch_json(self, name: str, path: str) -> Any:
        """A document of the service; raise Unavailable if it cannot be had."""
        ...

    async def close(self) -> None: ...


class InProcess:
    """The services' ASGI applications in this very process."""

    def __init__(self, apps: Mapping[str, ASGIApp], *, limits: Limits) -> None:
        self._apps = apps
        self._limits = limits

    async def forward(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        if is_streamed(scope["path"]):
            patience = Patience(receive, send, seconds=self._limits.seconds)
            receive, send = patience.receive, patience.send
        await self._apps[name](scope, receive, send)

    async def fetch_json(self, name: str, path: str) -> Any:
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
        return json.loads(bytes(body))

    async def close(self) -> None:
        return None


class OverHttp:
    """The services at their addresses. Bodies stream both ways; only idempotent requests are tried a second time."""

    def __init__(self, addresses: Mapping[str, str], *, public_url: str, limits: Limits) -> None:
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}
        self._public_url = public_url
        self._limits = limits
        self._timeout = aiohttp.ClientTimeout(total=limits.seconds, sock_connect=2)
        self._session: aiohttp.ClientSession | None = None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A limit for each service and none over all, so that a slow one takes no connection from the others. Idle
            # connections are dropped before the services drop theirs (75 s), so that the two never race.
            connector = aiohttp.TCPConnector(limit=0, limit_per_host=PER_SERVICE, keepalive_timeout=30)
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=self._timeout,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=AUTOMATIC,
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch_json(self, name: str, path: str) -> Any:
        try:
            async with self._client().get(self._addresses[name] + path) as answer:
                return await answer.json()
        except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
            raise Unavailable(f"{name} cannot be reached") from error

    async def forward(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        patience = Patience(receive, send, seconds=self._limits.seconds) if is_streamed(scope["path"]) else None
        answer = _Answer(patience.send if patience else send)
        try:
            if patience is None:
                await self._exchange(name, scope, receive, answer)
            else:
                async with patience.with_service():
                    await self._exchange(name, scope, patience.receive, answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("forwarding failed", extra={"upstream": name, "error": type(error).__name__})
            if answer.started:
                raise  # the server cuts the connection, so that half an answer is not taken for a whole one
            await self._refuse(_refusal(name, error), scope, send)
        except Refusal as refusal:
            await self._refuse(refusal, scope, send)

    async def _exchange(self, name: str, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        query = scope["query_string"].decode("latin-1")
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        if (address := self._addresses.get(name)) is None:
            raise Unavailable(f"{name} cannot be reached")
        url = URL(address + path + (f"?{query}" if query else ""), encoded=True)
        headers, body = self._request(scope, receive)
        timeout = _ENDLESS if is_streamed(scope["path"]) else self._timeout
        again = body is None and scope["method"] in IDEMPOTENT
        while True:
            try:
                async with self._client().request(
                    scope["method"], url, headers=headers, data=body, timeout=timeout, allow_redirects=False
                ) as response:
                    return await answer.relay(response, scope["method"])
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                if not again or answer.started:
                    raise
                again = False

    def _request(self, scope: Scope, receive: Receive) -> tuple[list[tuple[str, str]], AsyncIterator[bytes] | None]:
        headers: list[tuple[str, str]] = []
        length, chunked = 0, False
        dropped = HOP_BY_HOP | _named_in_connection(scope["headers"])
        for key, value in scope["headers"]:
            if key == b"content-length" and value.isdigit():
                length = int(value[:20])
            elif key == b"transfer-encoding":
                chunked = True
            elif key not in dropped:
                headers.append((_text(key), _text(value)))
        if length > (limit := self._limits.body_of(scope["path"])):
            raise TooLarge(f"at most {limit} bytes")
        if not length and not chunked:
            return headers, None
        if not chunked:
            headers.append(("content-length", str(length)))
        return headers, _body(receive, limit)

    async def _refuse(self, refusal: Refusal, scope: Scope, send: Send) -> None:
        body = problems.render_problem(refusal, base_url=self._public_url, instance=scope["path"])
        headers = [(b"content-type", problems.CONTENT_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        headers += [(name.lower().encode(), value.encode()) for name, value in refusal.headers.items()]
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _body(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    sent = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise aiohttp.ClientConnectionError("the caller went away")
        chunk: bytes = message.get("body", b"")
        sent += len(chunk)
        if sent > limit:
            raise TooLarge(f"at most {limit} bytes")
        if chunk:
            yield chunk
        if not message.get("more_body"):
            return


class _Answer:
    """The way of the service's answer to the caller."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def relay(self, response: aiohttp.ClientResponse, method: str) -> None:
        self.started = True
        heard = [(name.lower(), value) for name, value in response.raw_headers]
        dropped = ((HOP_BY_HOP | _named_in_connection(heard)) - {b"content-length"}) | OURS
        headers = [header for header in heard if header[0] not in dropped]
        await self._send({"type": "http.response.start", "status": response.status, "headers": headers})
        if method != "HEAD":
            async for chunk in response.content.iter_any():
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _named_in_connection(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """Headers that hold for one connection only, because `Connection` names them (RFC 9110 section 7.6.1)."""
    values = [value for name, value in headers if name == b"connection"]
    return {name.strip().lower() for value in values for name in value.split(b",")}


def _text(header: bytes) -> str:
    # aiohttp writes UTF-8, so what is read as UTF-8 leaves as it came. Anything else it could only change.
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("a header is not UTF-8") from error


def _refusal(name: str, error: Exception) -> Refusal:
    """What a failed exchange means to the caller. aiohttp hides what broke off the body in the error's cause."""
    if isinstance(error.__cause__, Refusal):
        return error.__cause__
    if isinstance(error, TimeoutError) and not isinstance(
        error, aiohttp.ServerConnectionError | aiohttp.ConnectionTimeoutError
    ):
        return TooSlow(f"{name} did not answer in time")
    return Unavailable(f"{name} cannot be reached")
