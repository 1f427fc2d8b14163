"""Subscribers with a real HTTP endpoint each, who keep what they took and when."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web


class Behaviour(StrEnum):
    """The way in which a subscriber answers."""

    WELL = "well"
    REFUSES = "refuses"
    """Nobody listens: connections are refused."""
    HANGS = "hangs"
    """Takes the request and says nothing; when it is over, the connection breaks off."""
    FAILS = "fails"
    """Answers 500."""
    BUSY = "busy"
    """Answers 503 with Retry-After."""
    BEHIND = "behind"
    """Answers 502, as a proxy does before a server that is down."""


ILL = (Behaviour.REFUSES, Behaviour.HANGS, Behaviour.FAILS, Behaviour.BUSY, Behaviour.BEHIND)
_ANSWERS = {Behaviour.WELL: 204, Behaviour.FAILS: 500, Behaviour.BUSY: 503, Behaviour.BEHIND: 502}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One request that was answered with 2xx."""

    at: float
    """Seconds since the epoch."""
    webhook_id: str
    body: bytes


@dataclass
class Subscriber:
    """A subscriber with an endpoint of its own."""

    client_id: str
    readers: frozenset[str]
    """The identities as which it sees events."""
    types: frozenset[str] = frozenset()
    """The types of events that it subscribes to; none stands for all."""
    now: Callable[[], float] = time.time
    behaviour: Behaviour = Behaviour.WELL
    receipts: list[Receipt] = field(default_factory=list)
    turned_away: int = 0
    """Requests that it did not take."""
    before_answer: Callable[[], None] | None = None
    """Called once, when the next request has come and before it is answered."""
    _port: int = 0
    _runner: web.AppRunner | None = None
    _well: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def sink(self) -> str:
        return f"http://127.0.0.1:{self._port}/events"

    def takes(self, type_: str, readers: list[str]) -> bool:
        """Return whether it may see an event of this type with these readers, and subscribes to it."""
        return not self.readers.isdisjoint(readers) and (not self.types or type_ in self.types)

    async def behave(self, behaviour: Behaviour) -> None:
        """Change how it answers from now on."""
        self.behaviour = behaviour
        if behaviour is Behaviour.WELL:
            self._well.set()
        else:
            self._well.clear()
        if behaviour is Behaviour.REFUSES:
            await self.close()
        elif self._runner is None:
            await self.open()

    async def open(self) -> None:
        app = web.Application()
        app.router.add_post("/events", self._take)
        app.router.add_options("/events", _consent)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if (call := self.before_answer) is not None:
            self.before_answer = None
            call()
        if self.behaviour is Behaviour.HANGS:
            return await self._hang(request)
        if self.behaviour is Behaviour.WELL:
            self.receipts.append(Receipt(self.now(), request.headers["webhook-id"], body))
        else:
            self.turned_away += 1
        headers = {"Retry-After": "2"} if self.behaviour is Behaviour.BUSY else {}
        return web.Response(status=_ANSWERS.get(self.behaviour, 500), headers=headers)

    async def _hang(self, request: web.Request) -> web.Response:
        self.turned_away += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                await self._well.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # which nobody gets any more


async def _consent(request: web.Request) -> web.Response:
    """The handshake of CloudEvents' web hooks: events may be sent, as fast as they come."""
    origin = request.headers.get("WebHook-Request-Origin", "*")
    return web.Response(headers={"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"})
