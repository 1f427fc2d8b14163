"""What surrounds every request: trace, body limit, metrics, log line, and the headers that every answer has."""

import logging
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtp_shared import tracing
from rtp_shared.answers import as_refusal
from rtp_shared.problems import TooLarge
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)


class Surroundings:
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
        if answer.bodiless:
            scope = {**scope, "method": "GET"}  # RFC 9110 section 9.3.2: the same answer without its content
        started = time.perf_counter()
        try:
            limited = _limited(receive, headers, self.runtime.settings.body_limit)
            await self.app(scope, limited, answer.send)
        except Exception as error:
            if not answer.status:
                raise
            if as_refusal(error) is None and not isinstance(error, ClientDisconnect):
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


def _limited(receive: Receive, headers: dict[bytes, bytes], limit: int) -> Receive:
    """`receive` that refuses a body over the limit: by its announced length at once, otherwise by what has arrived."""
    arrived = 0
    announced = headers.get(b"content-length", b"0")
    refused = announced.isdigit() and int(announced[:20]) > limit

    async def limited() -> Message:
        nonlocal arrived
        if refused:
            raise TooLarge(f"at most {limit} bytes")
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > limit:
            raise TooLarge(f"at most {limit} bytes")
        return message

    return limited


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
