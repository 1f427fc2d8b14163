"""The front of the gateway: a path belongs to a service and is forwarded, or it is the gateway's own."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from rtp_gateway.inbound.calls.recorder import Recorder
from rtp_gateway.inbound.proxy.exchanges import ExchangeLimiter
from rtp_gateway.inbound.proxy.forward import Upstreams, send_refusal
from rtp_gateway.routing import is_streamed, service_for
from rtp_shared import tracing
from rtp_shared.auth import TokenVerifier, authenticate
from rtp_shared.identities import Principal
from rtp_shared.metrics import Metrics
from rtp_shared.middleware import response_defaults
from rtp_shared.problems import Refusal
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
        verifier: TokenVerifier | None = None,
        public_url: str = "",
        closing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`verifier` tells whose an exchange is; without it all are nobody's."""
        self.own = own
        self.upstreams = upstreams
        self.recorder = recorder
        self._metrics = metrics
        self._verifier = verifier
        self._public_url = public_url
        self._limiter = ExchangeLimiter()
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
        response = ResponseRecorder(send, defaults=response_defaults(trace))
        started = time.perf_counter()
        try:
            async with self._hold_place(name, scope):
                await self.upstreams.forward(name, _add_trace(scope, trace), receive, response.send)
        except Refusal as refusal:
            await send_refusal(refusal, scope, response.send, public_url=self._public_url)
        finally:
            self._record(name, scope, response.status, time.perf_counter() - started)
            tracing.current.reset(token)

    @asynccontextmanager
    async def _hold_place(self, name: str, scope: Scope) -> AsyncIterator[None]:
        principal = await self._identify(scope)
        streamed = is_streamed(scope["path"])
        async with self._limiter.transfer(principal) if streamed else self._limiter.turn(principal, name):
            yield

    async def _identify(self, scope: Scope) -> Principal | None:
        """Return whose request it is; None where it bears no token that holds, which the service will say."""
        if self._verifier is None:
            return None
        bearer = next((value for name, value in scope["headers"] if name == b"authorization"), b"").decode("latin-1")
        with suppress(Refusal):
            return await authenticate(self._verifier, bearer)
        return None

    def _record(self, name: str, scope: Scope, status: int, seconds: float) -> None:
        self._metrics.requests.labels("gateway", scope["method"], f"-> {name}", str(status)).observe(seconds)
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
