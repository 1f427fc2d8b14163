"""A platform of its own in this process, with files in a temporary directory and a clock that is moved by hand."""

import asyncio
import json
import socket
import tempfile
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import uvloop

from rtp_applications.deadlines.queries import find_next_look
from rtp_applications.deadlines.scheduler import process_due_cases
from rtp_embedded import postgres
from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform, prepare
from rtp_examples import sandbox
from rtp_examples.receiver import JsonObject
from rtp_finance_directory.loading.load import load_file
from rtp_finance_directory.notices.cases.schedule import WatchTurns, look_once
from rtp_finance_directory.notices.loading.file_standard import NOTICES
from rtp_operations.keys import Keys
from rtp_shared.clock import utcnow
from rtp_shared.db import Database
from rtp_shared.server import ManagedServer, build_http_config

NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off"}
"""Settings of PostgreSQL where nothing outlives the process."""

T = TypeVar("T")


@dataclass
class TemporaryPlatform:
    """A platform that serves on a loopback port. Its work runs in a thread; these methods wait for it."""

    url: str
    secrets: Mapping[str, str]
    """Secrets of the sandbox's clients, by client id."""
    _platform: Platform
    _clock: MovableClock
    _loop: asyncio.AbstractEventLoop

    def now(self) -> datetime:
        return self._clock()

    def set_clock(self, at: datetime) -> None:
        """Set the clock, as a journey begins, and process no deadline."""
        self._clock.move_to(at)

    def pass_until(self, at: datetime) -> None:
        """Let time pass: each deadline on the way is processed when it is due."""
        _run_in(self._loop, self._pass_until(at))

    async def _pass_until(self, at: datetime) -> None:
        applications = self._platform.background["applications"]
        while True:
            async with applications.database.transaction(read_only=True) as session:
                due = await find_next_look(session, self.now())
            if due is None or due > at:
                break
            self._clock.move_to(due)
            await process_due_cases(applications)
        self._clock.move_to(at)
        await self._platform.tick()

    def drain_events(self) -> None:
        """Deliver every event, and all that follows from it."""
        _run_in(self._loop, self._platform.drain_events())

    def load_notices(self, package: JsonObject) -> None:
        """Load contract notices as the loader's command does, and have the worker look which cases they concern."""
        _run_in(self._loop, self._load_notices(package))

    async def _load_notices(self, package: JsonObject) -> None:
        finance = self._platform.background["finance-directory"]
        url = finance.database.url.set(username=finance.service.get_role("operator"))
        database = Database(url.render_as_string(hide_password=False), pool_size=1)
        try:
            with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
                json.dump(package, file)
                file.flush()
                await load_file(database, NOTICES, Path(file.name), source="notices.json", clock=self._clock)
        finally:
            await database.close()
        await look_once(finance, WatchTurns())


@contextmanager
def start_temporary_platform() -> Iterator[TemporaryPlatform]:
    """Serve a platform on a loopback port while the block runs."""
    with (
        # Directly below the temporary directory: as root, PostgreSQL runs as another user, who must reach its files.
        tempfile.TemporaryDirectory(prefix="rtp-journey-") as directory,
        postgres.start(Path(directory), settings=NOT_DURABLE) as server,
        _run_loop_in_thread() as loop,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        clock, secrets = MovableClock(utcnow()), sandbox.make_secrets()
        platform = _run_in(loop, _build_platform(server, url, Path(directory), clock, secrets))
        web = _run_in(loop, _start_server(platform, listener))
        try:
            yield TemporaryPlatform(url, secrets, platform, clock, loop)
        finally:
            _run_in(loop, _stop_server(platform, web))


def _run_in(loop: asyncio.AbstractEventLoop, work: Coroutine[object, object, T]) -> T:
    return asyncio.run_coroutine_threadsafe(work, loop).result()


async def _build_platform(
    server: postgres.Postgres, url: str, directory: Path, clock: MovableClock, secrets: Mapping[str, str]
) -> Platform:
    await prepare(server.url, lambda _: None)
    platform = Platform(
        server.url,
        public_url=url,
        keys=Keys(),
        documents_dir=directory / "documents",
        clock=clock,
        allow_private_sinks=True,
    )
    await sandbox.register_clients(platform.operator_database, secrets)
    return platform


async def _start_server(platform: Platform, listener: socket.socket) -> tuple[ManagedServer, asyncio.Task[None]]:
    web = ManagedServer(build_http_config(platform.app))
    task = asyncio.get_running_loop().create_task(web.serve(sockets=[listener]))
    await web.ready.wait()
    return web, task


async def _stop_server(platform: Platform, web: tuple[ManagedServer, asyncio.Task[None]]) -> None:
    server, task = web
    server.should_exit = True
    await task
    await platform.close()


@contextmanager
def _run_loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop beside the block."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="platform")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
