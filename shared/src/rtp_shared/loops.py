"""Loops of a worker that run until they are cancelled, whatever goes away meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import NoReturn

import asyncpg

SHORTEST_PAUSE = 0.2

Errors = tuple[type[Exception], ...]
OnError = Callable[[Exception], object]


async def run_every(
    seconds: float, work: Callable[[], Awaitable[float | None]], *, on_error: OnError, errors: Errors = (Exception,)
) -> NoReturn:
    """Do the work, wait so many seconds, or as many as the work returns, and do it again.

    One of `errors` is handed to `on_error`, and the next time comes all the same; any other ends the loop.
    """
    while True:
        pause = None
        try:
            pause = await work()
        except errors as error:
            on_error(error)
        await asyncio.sleep(seconds if pause is None else pause)


async def run_again(
    work: Callable[[], Awaitable[object]], *, on_error: OnError, errors: Errors, longest_pause: float
) -> NoReturn:
    """Run work that goes on until a connection is lost, again and again, with pauses that grow while it fails."""
    clock, pause = asyncio.get_running_loop().time, SHORTEST_PAUSE
    while True:
        started = clock()
        try:
            await work()
            pause = SHORTEST_PAUSE
        except errors as error:
            on_error(error)
            if clock() - started > longest_pause:  # it had worked meanwhile
                pause = SHORTEST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, longest_pause)


@asynccontextmanager
async def listen(
    url: str, channel: str, on_notify: Callable[[], object], on_loss: Callable[[], object], settings: Mapping[str, str]
) -> AsyncIterator[asyncpg.Connection]:
    """Open a connection to PostgreSQL of its own that calls back at each NOTIFY, and when it is lost."""
    connection = await asyncpg.connect(url, timeout=5, server_settings=dict(settings))
    try:
        connection.add_termination_listener(lambda _: on_loss())  # a loss is noticed now, not at the next poll
        await connection.add_listener(channel, lambda *_: on_notify())
        yield connection
    finally:
        with suppress(Exception):
            await connection.close(timeout=1)
