"""The gateway's front: a path belongs to a service and is forwarded, or it is the gateway's own."""

import logging
import time

from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from rtp_gateway.proxy.forward import Upstreams
from rtp_gateway.proxy.routing import service_for
from rtp_shared.metrics import Metrics

log = logging.getLogger(__name__)


class Gateway:
    """The ASGI application that faces the outside."""

    def __init__(self, own: FastAPI, upstreams: Upstreams, metrics: Metrics) -> None:
        self.own = own
        self.upstreams = upstreams
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = service_for(scope["path"]) if scope["type"] == "http" else None
        if name is None:
            await self.own(scope, receive, send)
            return
        status, started = 0, time.perf_counter()

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.upstreams.forward(name, scope, receive, note_status)
        finally:
            self._metrics.requests.labels("gateway", scope["method"], f"-> {name}", str(status)).observe(
                time.perf_counter() - started
            )
