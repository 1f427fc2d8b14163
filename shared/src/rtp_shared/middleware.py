"""Request middleware, around every application: trace, body limit, metrics, log line and common headers."""

import logging
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtp_shared import tracing
from rtp_shared.exception_handlers import translate_error
from rtp_shared.problems import TooLarge
from rtp_shared.responses import ResponseRecorder
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

BODY = "rtp.body"
"""Key of the scope under which the RequestBody is held."""
BODILESS = "rtp.bodiless"
"""Key of the scope that says that the response's content will be left out, so that nobody need read it."""


class RequestMiddleware:
    """The outermost ASGI application of a service."""

    def __init__(self, app: ASGIApp, *, runtime: Runtime) -> None:
        self.app = app
        self.runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # RFC 9110 section 5.5: blanks around a value are none of it.
        scope = {**scope, "headers": [(name, value.strip(b" \t")) for name, value in scope["headers"]]}
        headers = dict(scope["headers"])
        trace = tracing.continue_request(headers)
        token = tracing.current.set(trace)
        bodiless = scope["method"] == "HEAD"
        response = ResponseRecorder(send, defaults=response_defaults(trace), bodiless=bodiless)
        body = RequestBody(receive, headers, self.runtime.settings.body_limit)
        scope = {**scope, BODY: body, BODILESS: bodiless}
        if bodiless:
            # RFC 9110 section 9.3.2: the same answer without its content. Only GET knows ranges (section 14.2).
            scope |= {"method": "GET", "headers": [each for each in scope["headers"] if each[0] != b"range"]}
        started = time.perf_counter()
        try:
            await self.app(scope, body.receive, response.send)
        except Exception as error:
            if not response.status:
                raise
            if translate_error(error) is None and not isinstance(error, ClientDisconnect):
                log.exception("a request failed")
        finally:
            self._record(scope, response.status, time.perf_counter() - started)
            tracing.current.reset(token)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        counted = route if scope["method"] == "GET" else "/".join(route.split("/")[:3])
        self.runtime.metrics.count_request(scope["method"], counted, status, seconds)
        if log.isEnabledFor(logging.INFO):
            facts = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 2)}
            log.info("request", extra=facts)


def response_defaults(trace: tracing.Trace) -> dict[bytes, bytes]:
    """Return the headers that every response has, where it does not say otherwise."""
    return {
        b"correlation-id": trace.correlation_id.encode("ascii"),
        b"x-content-type-options": b"nosniff",
        b"cache-control": b"private, no-cache",
    }


class RequestBody:
    """A request's body, refused over the limit: by its announced length at once, otherwise by what has arrived.

    A route that streams may set a limit of its own before it reads.
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
