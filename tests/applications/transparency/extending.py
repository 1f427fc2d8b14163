"""A worker that extends the log once and is killed at a point of it: `python -m tests.applications.transparency.extending`.

The product's own functions do the work; what stands around them here only kills the process. RTP_TEST_KILL_AT: the
point, or nothing to go on to the end. All else are the worker's own variables.
"""

import asyncio
import os
import signal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.app import service
from rtp_applications.transparency import scheduler
from rtp_shared.auth import TokenVerifier
from rtp_shared.run import load_settings
from rtp_shared.service import Runtime

POINTS = (
    "before-commit-1",
    "after-commit-1",
    "before-commit-2",
    "after-commit-2",
    "before-cosigned",
    "after-cosigned",
    "before-commit-4",
    "after-commit-4",
)
"""Transactions in their order: 1 grows, 2 signs, 3 reads what a witness is asked, 4 writes what it answered."""
_committed = 0


def die_at(point: str) -> None:
    if os.environ.get("RTP_TEST_KILL_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)


async def _commit(session: AsyncSession, commit: Any = AsyncSession.commit) -> None:
    global _committed  # noqa: PLW0603 - one process, one run
    _committed += 1
    number = _committed
    die_at(f"before-commit-{number}")
    await commit(session)
    die_at(f"after-commit-{number}")


async def _ask(*arguments: Any, ask: Any = scheduler.ask_witness) -> Any:
    die_at("before-cosigned")
    line = await ask(*arguments)
    die_at("after-cosigned")
    return line


async def extend() -> None:
    AsyncSession.commit = _commit  # type: ignore[method-assign]
    scheduler.ask_witness = _ask
    settings = load_settings(service.settings)
    runtime = Runtime.build(service, settings, TokenVerifier(issuer="", keys=None))  # type: ignore[arg-type]  # nobody calls it
    await scheduler.extend_log(runtime)
    await runtime.database.close()


if __name__ == "__main__":
    asyncio.run(extend())
