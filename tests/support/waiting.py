"""Waiting for what other processes or tasks do, always with an end."""

import asyncio
import time
from collections.abc import Awaitable, Callable

PAUSE = 0.02
PATIENCE = 60.0
"""Seconds: a wait that succeeds costs nothing, and the machine may be busy with other tests."""


def wait_until(
    done: Callable[[], object], what: str = "it", seconds: float = PATIENCE, *, pause: float = PAUSE
) -> None:
    assert happens_within(done, seconds, pause=pause), f"{what} did not happen within {seconds} s"


def happens_within(done: Callable[[], object], seconds: float, *, pause: float = PAUSE) -> bool:
    """Wait for what other processes do; return False where it took longer."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


async def until(done: Callable[[], Awaitable[object]], what: str = "it", seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not await done():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        await asyncio.sleep(PAUSE)


async def until_true(done: Callable[[], object], what: str = "it", seconds: float = PATIENCE) -> None:
    """Wait for what other tasks do, where looking takes no waiting itself."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        await asyncio.sleep(PAUSE)
