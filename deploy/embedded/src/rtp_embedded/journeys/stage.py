"""A platform of its own in this process, with files in a temporary directory and a clock that is moved by hand."""

import asyncio
import socket
import tempfile
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import uvloop

from rtp_applications.timekeeping.queries import next_look
from rtp_applications.timekeeping.sweep import sweep
from rtp_embedded import postgres, sandbox
from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Keys, Platform, prepare
from rtp_gateway.clients.models import new_secret
from rtp_shared.clock import utcnow
from rtp_shared.server import QuietServer, http_config

FOR_A_WHILE = {"fsync": "off", "synchronous_commit": "off"}
"""Nothing here outlives the process."""


@dataclass
class Stage:
    url: str
    secrets: Mapping[str, str]
    """Of the sandbox clients."""
    _platform: Platform
    _clock: MovableClock
    _loop: asyncio.AbstractEventLoop

    def now(self) -> datetime:
        return self._clock()

    def set_clock(self, at: datetime) -> None:
        """A journey begins; nobody looks at the deadlines of others."""
        self._clock.move_to(at)

    def pass_until(self, at: datetime) -> None:
        """Time passes. Whenever something falls due on the way, the platform looks at it then."""
        self._run(self._pass_until(at))

    async def _pass_until(self, at: datetime) -> None:
        applications = self._platform.runtimes["applications"]
        while True:
            async with applications.database.transaction(read_only=True) as session:
                due = await next_look(session, self.now())
            if due is None or due > at:
                break
            self._clock.move_to(due)
            await sweep(applications)
        self._clock.move_to(at)
        await self._platform.tick()

    def settle(self) -> None:
        """Every event is delivered, and all that follows from it."""
        self._run(self._platform.settle())

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def own_stage() -> Iterator[Stage]:
    """A platform that serves on a loopback port while the block runs."""
    with (
        # Directly below the temporary directory: as root, PostgreSQL runs as another user, who must reach its files.
        tempfile.TemporaryDirectory(prefix="rtp-journey-") as directory,
        postgres.start(Path(directory), settings=FOR_A_WHILE) as server,
        _in_a_thread() as loop,
    ):
        yield from _served(server, loop, Path(directory))


def _served(server: postgres.Postgres, loop: asyncio.AbstractEventLoop, directory: Path) -> Iterator[Stage]:
    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        platform, secrets, clock = run(_built(server, url, directory))
        web = run(_serving(platform, listener))
        try:
            yield Stage(url, secrets, platform, clock, loop)
        finally:
            run(_ended(platform, web))


async def _built(
    server: postgres.Postgres, url: str, directory: Path
) -> tuple[Platform, Mapping[str, str], MovableClock]:
    await prepare(server.url, lambda _: None)
    clock = MovableClock(utcnow())
    platform = Platform(
        server.url,
        public_url=url,
        keys=Keys(),
        documents_dir=directory / "documents",
        clock=clock,
        allow_private_sinks=True,
    )
    secrets = {client.client_id: new_secret() for client in sandbox.CLIENTS}
    await sandbox.register(platform.gateway.database, secrets)
    return platform, secrets, clock


async def _serving(platform: Platform, listener: socket.socket) -> tuple[QuietServer, asyncio.Task[None]]:
    web = QuietServer(http_config(platform.app))
    task = asyncio.get_running_loop().create_task(web.serve(sockets=[listener]))
    await web.ready.wait()
    return web, task


async def _ended(platform: Platform, web: tuple[QuietServer, asyncio.Task[None]]) -> None:
    server, task = web
    server.should_exit = True
    await task
    await platform.close()


@contextmanager
def _in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs beside the block."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="platform")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
