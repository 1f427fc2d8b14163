"""The one place in which row-level security is left: whoever does so says why."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.db import become
from rtp_shared.identities import SYSTEM

log = logging.getLogger(__name__)


@asynccontextmanager
async def identity_scope(session: AsyncSession, identities: Sequence[str], reason: str) -> AsyncIterator[None]:
    """Act as the given identities within the block, and after it as the transaction began.

    `reason` says why the caller's own sight does not suffice. An error needs no way back: it undoes the transaction.
    """
    await _act_as(session, identities, reason)
    yield
    await _act_as(session, session.info["readers"].split(), "the scope ended")


def system_scope(session: AsyncSession, reason: str) -> AbstractAsyncContextManager[None]:
    """Act as the system within the block."""
    return identity_scope(session, SYSTEM, reason)


async def enter_system_scope(session: AsyncSession, reason: str) -> None:
    """Act as the system until the transaction ends, which saves the statement that would end the scope."""
    await _act_as(session, SYSTEM, reason)


async def _act_as(session: AsyncSession, identities: Sequence[str], reason: str) -> None:
    log.debug("acting as other identities", extra={"identities": list(identities), "reason": reason})
    await become(session, identities)
