"""Waiting for what other processes or tasks do, always with an end."""

import asyncio
import time
from collections.abc import Awaitable, Callable

PAUSE = 0.02


def wait_until(done: Callable[[], object], what: str = "it", seconds: float = 20, *, pause: float = PAUSE) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(pause)


async def until(done: Callable[[], Awaitable[object]], what: str = "it", seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not await done():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        await asyncio.sleep(PAUSE)


async def until_true(done: Callable[[], object], what: str = "it", seconds: float = 20) -> None:
    """Wait for what other tasks do, where looking takes no waiting itself."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        await asyncio.sleep(PAUSE)
