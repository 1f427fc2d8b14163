"""What surrounds every request: trace, body limit, metrics, log line, and the headers that every answer has."""

import logging
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtp_shared import tracing
from rtp_shared.exception_handlers import translate_error
from rtp_shared.problems import TooLarge
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

BODY = "rtp.body"
"""Where the scope holds the request's Body."""
BODILESS = "rtp.bodiless"
"""Whether the answer's content will be left out, so that nobody need read it."""


class RequestMiddleware:
    """The outermost ASGI application of a service."""

    def __init__(self, app: ASGIApp, *, runtime: Runtime) -> None:
        self.app = app
        self.runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        correlation = headers.get(b"correlation-id") or headers.get(b"x-correlation-id") or b""
        trace = tracing.continue_trace(
            headers.get(b"traceparent", b"").decode("latin-1"), correlation_id=clean_correlation(correlation)
        )
        token = tracing.current.set(trace)
        answer = _Answer(send, trace.correlation_id, bodiless=scope["method"] == "HEAD")
        body = Body(receive, headers, self.runtime.settings.body_limit)
        scope = {**scope, BODY: body, BODILESS: answer.bodiless}
        if answer.bodiless:
            # RFC 9110 section 9.3.2: the same answer without its content. Only GET knows ranges (section 14.2).
            scope |= {"method": "GET", "headers": [each for each in scope["headers"] if each[0] != b"range"]}
        started = time.perf_counter()
        try:
            await self.app(scope, body.receive, answer.send)
        except Exception as error:
            if not answer.status:
                raise
            if translate_error(error) is None and not isinstance(error, ClientDisconnect):
                log.exception("a request failed")
        finally:
            self._record(scope, answer.status, time.perf_counter() - started)
            tracing.current.reset(token)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        metrics = self.runtime.metrics
        metrics.requests.labels(metrics.service, scope["method"], route, str(status)).observe(seconds)
        if log.isEnabledFor(logging.INFO):
            log.info(
                "request",
                extra={"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 2)},
            )


def clean_correlation(correlation: bytes) -> str | None:
    """A caller's correlation id, if it is short and plain enough to be logged and sent on."""
    text_ = correlation.decode("latin-1")
    return text_ if 0 < len(text_) <= 128 and text_.isascii() and text_.isprintable() else None


class Body:
    """A request's body on its way in, which is refused over the limit: by its announced length at once, otherwise by
    what has arrived. A route that streams may set a limit of its own before it reads.
    """

    def __init__(self, receive: Receive, headers: dict[bytes, bytes], limit: int) -> None:
        self._receive = receive
        announced = headers.get(b"content-length", b"0")
        self._announced = int(announced[:20]) if announced.isdigit() else 0
        self._arrived = 0
        self._limit = limit

    def allow(self, limit: int) -> None:
        self._limit = limit
        self._check(self._announced)

    async def receive(self) -> Message:
        self._check(self._announced)
        message = await self._receive()
        self._arrived += len(message.get("body", b""))
        self._check(self._arrived)
        return message

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise TooLarge(f"at most {self._limit} bytes")


class _Answer:
    def __init__(self, send: Send, correlation_id: str, *, bodiless: bool) -> None:
        self._send = send
        self._correlation_id = correlation_id.encode("latin-1")
        self.bodiless = bodiless
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            headers += [(b"correlation-id", self._correlation_id), (b"x-content-type-options", b"nosniff")]
            if not any(name == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"private, no-cache"))
            message["headers"] = headers
        elif self.bodiless and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)
