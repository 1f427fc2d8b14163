"""The front of the gateway: a path belongs to a service and is forwarded, or it is the gateway's own."""

import logging
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from rtp_gateway.inbound.calls.recorder import Recorder
from rtp_gateway.inbound.proxy.forward import Upstreams
from rtp_gateway.routing import is_open_to_browsers, service_for
from rtp_shared import tracing
from rtp_shared.metrics import Metrics
from rtp_shared.middleware import response_defaults
from rtp_shared.responses import ResponseRecorder
from rtp_shared.tracing import Trace

log = logging.getLogger(__name__)


class Gateway:
    """The ASGI application that faces the outside."""

    def __init__(
        self,
        own: FastAPI,
        upstreams: Upstreams,
        metrics: Metrics,
        *,
        recorder: Recorder | None = None,
        closing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.own = own
        self.upstreams = upstreams
        self.recorder = recorder
        self._metrics = metrics
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.recorder is not None and self.recorder.records(scope):
            await self.recorder.watch(self._route, scope, receive, send)
        else:
            await self._route(scope, receive, send)

    async def close(self) -> None:
        """End every wait, and store the calls kept in memory. It may go on after, and be closed again."""
        if self._closing is not None:
            await self._closing()
        if self.recorder is not None:
            await self.recorder.calls.close()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = service_for(scope["path"]) if scope["type"] == "http" else None
        if name is None:
            await self.own(scope, receive, send)
        else:
            await self._forward(name, scope, receive, send)

    async def _forward(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        trace = tracing.continue_request(dict(scope["headers"]))
        token = tracing.current.set(trace)
        defaults = response_defaults(trace)
        if is_open_to_browsers(scope["path"]):
            defaults[b"access-control-allow-origin"] = b"*"
        response = ResponseRecorder(send, defaults=defaults)
        started = time.perf_counter()
        try:
            await self.upstreams.forward(name, _add_trace(scope, trace), receive, response.send)
        finally:
            self._record(name, scope, response.status, time.perf_counter() - started)
            tracing.current.reset(token)

    def _record(self, name: str, scope: Scope, status: int, seconds: float) -> None:
        self._metrics.count_request(scope["method"], f"-> {name}", status, seconds)
        if log.isEnabledFor(logging.INFO):
            log.info(
                "request forwarded",
                extra={
                    "method": scope["method"],
                    "upstream": name,
                    "status": status,
                    "ms": round(seconds * 1000, 2),
                },
            )


def _add_trace(scope: Scope, trace: Trace) -> Scope:
    """Return the request with our trace in it, so that the service logs and answers under the same ids as we do."""
    headers = [header for header in scope["headers"] if header[0] not in tracing.HEADERS]
    headers.append((b"correlation-id", trace.correlation_id.encode("ascii")))
    headers.append((b"traceparent", trace.traceparent.encode("ascii")))
    return {**scope, "headers": headers}
