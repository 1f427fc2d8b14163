"""The scheduler of the log: lets the tree grow at fixed times, signs it, and has it cosigned.

Each step is a transaction of its own, and none begins what another must end: killed between any two, whoever comes next
goes on. It goes by the real time, whatever clock the rules go by. Any number may work side by side.
"""

import logging
from typing import cast

from rtp_applications.transparency import commands
from rtp_applications.transparency.rules.notes import SignedCheckpoint, VerifierKey
from rtp_applications.transparency.settings import LogSettings
from rtp_applications.transparency.witnesses import KnowsAnotherSize, NotCosigned, ask_witness
from rtp_shared.clock import utcnow
from rtp_shared.db import describe_error
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

LOOKED_EVERY_SECONDS = 10.0


async def log_forever(runtime: Runtime) -> None:
    """Look every ten seconds whether a step is due, until cancelled."""

    async def look() -> None:
        await extend_log(runtime)

    await run_every(LOOKED_EVERY_SECONDS, look, on_error=_warn)


async def extend_log(runtime: Runtime) -> None:
    """Take every step that is due."""
    settings = cast("LogSettings", runtime.settings)
    async with runtime.database.transaction() as session:
        await commands.grow_tree(session, now=utcnow(), seconds=settings.log_seconds, batch=settings.log_batch)
    key = settings.get_log_key(runtime.settings.public_url)
    if key is None:
        return
    async with runtime.database.transaction() as session:
        await commands.sign_newest(session, key, now=utcnow())
    for url, witness in settings.witnesses:
        try:
            await have_cosigned(runtime, url, witness)
        except NotCosigned as error:
            log.warning("a witness did not cosign, asking again", extra={"witness": witness.name, "reason": str(error)})


async def have_cosigned(runtime: Runtime, url: str, witness: VerifierKey, *, old: int | None = None) -> None:
    """Have the newest checkpoint cosigned by a witness, unless it is. No transaction is open while it is asked."""
    async with runtime.database.transaction(read_only=True) as session:
        request = await commands.prepare_request(session, witness, old=old)
    if request is None:
        return
    try:
        line = await ask_witness(url, witness, request)
    except KnowsAnotherSize as known:
        if old is not None:
            raise NotCosigned("it names another size each time") from None
        await have_cosigned(runtime, url, witness, old=known.size)
        return
    size = SignedCheckpoint.parse(request.note).checkpoint.size
    async with runtime.database.transaction() as session:
        await commands.add_cosignature(session, witness, line, size)


def _warn(error: Exception) -> None:
    if isinstance(error, commands.TreeWasAltered):
        log.error("the log's tree is not what was signed: its tables were altered, and nothing more is signed")
    else:
        log.warning("the log could not be extended, trying again", extra={"error": describe_error(error)})
