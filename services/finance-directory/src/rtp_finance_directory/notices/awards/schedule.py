"""The worker that tells which reserved contracts public bodies have awarded, by their notices."""

import logging
from functools import partial

from rtp_finance_directory.notices.awards.commands import tell_awards
from rtp_finance_directory.notices.awards.queries import AT_ONCE, list_unlooked
from rtp_finance_directory.turns import Turns
from rtp_shared.db import describe_error
from rtp_shared.identities import SYSTEM
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)
SECONDS = 60.0


async def run_awards(runtime: Runtime) -> None:
    """Look every minute until cancelled. Any number may work side by side."""
    turns: Turns[str] = Turns("the awards of a process")

    async def look() -> float | None:
        return 0.0 if await tell_new_awards(runtime, turns) >= AT_ONCE else None

    def warn(error: Exception) -> None:
        log.warning("awards of reserved contracts could not be told", extra={"error": describe_error(error)})

    await run_every(SECONDS, look, on_error=warn)


async def tell_new_awards(runtime: Runtime, turns: Turns[str]) -> int:
    """Look at the processes at which nobody has looked as they are now; return how many there were."""
    now = runtime.clock()
    async with runtime.database.transaction(SYSTEM, read_only=True) as session:
        found = await list_unlooked(session, without=turns.list_waiting(now))

    async def tell(ocid: str) -> int:
        async with runtime.database.transaction(SYSTEM) as session:
            return await tell_awards(session, ocid, now=now, outbox=runtime.outbox)

    for ocid in found:
        await turns.take(ocid, partial(tell, ocid), now=now)
    return len(found)
