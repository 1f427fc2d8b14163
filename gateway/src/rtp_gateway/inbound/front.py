"""The front of the gateway: a path belongs to a service and is forwarded, or it is the gateway's own."""

import logging
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from rtp_gateway.inbound.calls.recorder import Recorder
from rtp_gateway.inbound.edge.browsers import Browsers
from rtp_gateway.inbound.edge.compression import CompressedAnswer, name_originals
from rtp_gateway.inbound.edge.heads import check_head, drop_claims
from rtp_gateway.inbound.edge.quotas import CountedRequests
from rtp_gateway.inbound.edge.trace_context import add_trace, continue_trace
from rtp_gateway.inbound.proxy.forward import Upstreams, send_refusal
from rtp_gateway.routing import service_for
from rtp_shared import tracing
from rtp_shared.metrics import Metrics
from rtp_shared.middleware import response_defaults
from rtp_shared.problems import Refusal
from rtp_shared.responses import ResponseRecorder

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
        counted: CountedRequests | None = None,
        browsers: Browsers | None = None,
        public_url: str = "",
    ) -> None:
        self.own = own
        self.upstreams = upstreams
        self.recorder = recorder
        self._metrics = metrics
        self._closing = closing
        self._counted = counted
        self._browsers = browsers or Browsers()
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.own(scope, receive, send)
            return
        send = self._browsers.add_headers(scope, send)
        if self._browsers.is_preflight(scope):
            await self._browsers.answer_preflight(scope, send)
            return
        answer = CompressedAnswer(scope, send)
        scope = {**scope, "headers": name_originals(drop_claims(scope["headers"]))}
        if self.recorder is not None and self.recorder.records(scope):
            await self.recorder.watch(self._admit, scope, receive, answer.send)
        else:
            await self._admit(scope, receive, answer.send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is refused by its head or its quota; route all else."""
        try:
            check_head(scope)
            if self._counted is not None:
                send = await self._counted.admit(scope, send)
        except Refusal as refusal:
            await self._refuse(refusal, scope, send)
        else:
            await self._route(scope, receive, send)

    async def _refuse(self, refusal: Refusal, scope: Scope, send: Send) -> None:
        trace, _ = continue_trace(scope["headers"])
        response = ResponseRecorder(send, defaults=response_defaults(trace))
        await send_refusal(refusal, scope, response.send, public_url=self._public_url)
        self._record("refused", scope, refusal.status, 0.0)

    async def close(self) -> None:
        """End every wait, and store the calls kept in memory. It may go on after, and be closed again."""
        if self._closing is not None:
            await self._closing()
        if self.recorder is not None:
            await self.recorder.calls.close()
        if self._counted is not None:
            await self._counted.close()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = service_for(scope["path"])
        if name is None:
            await self._answer_own(scope, receive, send)
        else:
            await self._forward(name, scope, receive, send)

    async def _answer_own(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace, state = continue_trace(scope["headers"])
        await self.own({**scope, "headers": add_trace(scope["headers"], trace, state)}, receive, send)

    async def _forward(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        trace, state = continue_trace(scope["headers"])
        token = tracing.current.set(trace)
        response = ResponseRecorder(send, defaults=response_defaults(trace))
        sent_on = {**scope, "headers": add_trace(scope["headers"], trace, state)}
        started = time.perf_counter()
        try:
            await self.upstreams.forward(name, sent_on, receive, response.send)
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
