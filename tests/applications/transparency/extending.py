"""Workers that extend the log once, each killed at a point: `python -m tests.applications.transparency.extending`.

Each line that it reads is a point, or empty for a worker that goes on to its end; it answers with the worker's exit
code. The product's own functions do the work; what stands around them here only kills the process. All else are the
worker's own variables.
"""

import asyncio
import os
import signal
import sys
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.app import service
from rtp_applications.transparency import scheduler, witnesses
from rtp_shared.run import build_verifier, load_settings
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


class Killer:
    """Kills the process at a point."""

    def __init__(self, point: str) -> None:
        self._point, self._committed = point, 0
        self._commit, self._ask = AsyncSession.commit, witnesses.ask_witness

    def reach(self, point: str) -> None:
        if point == self._point:
            os.kill(os.getpid(), signal.SIGKILL)

    async def commit(self, session: AsyncSession) -> None:
        self._committed += 1
        number = self._committed
        self.reach(f"before-commit-{number}")
        await self._commit(session)
        self.reach(f"after-commit-{number}")

    async def ask(self, *arguments: Any) -> Any:
        self.reach("before-cosigned")
        line = await self._ask(*arguments)
        self.reach("after-cosigned")
        return line


async def extend(point: str) -> None:
    killer = Killer(point)

    async def commit(session: AsyncSession) -> None:
        await killer.commit(session)

    cast("Any", AsyncSession).commit = commit
    cast("Any", scheduler).ask_witness = killer.ask
    settings = load_settings(service.settings)
    await scheduler.extend_log(Runtime.build(service, settings, build_verifier(settings)))


def main() -> None:
    for line in sys.stdin:
        worker = os.fork()
        if worker == 0:
            asyncio.run(extend(line.strip()))
            os._exit(0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
