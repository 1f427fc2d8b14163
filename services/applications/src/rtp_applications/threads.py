"""Work that must come to its end, also when whoever waits for it is cancelled."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
import anyio.lowlevel

Result = TypeVar("Result")


async def run_to_its_end(work: Awaitable[Result]) -> Result:
    """Return the work's result. Whoever is cancelled waits for its end first: what it works on must not go away."""
    running = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    with anyio.CancelScope(shield=True):
        while not running.done():
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError as error:
                cancelled = error
    if cancelled is not None:
        if not running.cancelled():
            running.exception()  # looked at, so that it is not reported as overlooked
        raise cancelled
    result = running.result()
    await anyio.lowlevel.checkpoint_if_cancelled()  # a cancelled scope says it only to who waits unshielded
    return result


async def run_in_thread(work: Callable[..., Result], *arguments: object) -> Result:
    """Return the result of blocking work, done in a thread."""
    return await run_to_its_end(asyncio.to_thread(work, *arguments))
