"""A worker's items, each in its turn: one that fails waits, longer each time, and holds up none behind it."""

import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

from rtp_shared.db import describe_error, get_sqlstate, is_unavailable

log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_WAITING = 5_000
"""Items that a query leaves out: one statement takes no more."""
_OF_THE_STATEMENT = ("40", "57014")
"""Codes of PostgreSQL that an item may bring about: two that waited for each other, and what takes too long."""

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


@dataclass(frozen=True)
class _Pause:
    failures: int
    until: datetime


class Turns(Generic[K]):
    """Which items of one kind have failed in this process, and until when each is left alone.

    It is kept in memory: after a restart each is tried once more, which does no harm.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._pauses: dict[K, _Pause] = {}

    def list_waiting(self, now: datetime) -> list[K]:
        """List the items that are left alone now, so that they take no place in a batch."""
        return [item for item, pause in self._pauses.items() if pause.until > now][-MOST_WAITING:]

    def is_waiting(self, item: K, now: datetime) -> bool:
        return item in self._pauses and self._pauses[item].until > now

    async def take(self, item: K, work: Callable[[], Awaitable[R]], *, now: datetime) -> R | None:
        """Do the item's work, in a transaction of its own; return None if it failed, and leave it alone for a while.

        Raises what says that the database is away: no item is to blame for that.
        """
        try:
            done = await work()
        except Exception as error:
            if _is_away(error):
                raise
            self._put_off(item, error, now)
            return None
        self._pauses.pop(item, None)
        return done

    async def take_together(
        self, items: Sequence[K], work: Callable[[Sequence[K]], Awaitable[object]], *, now: datetime
    ) -> None:
        """Do the work of several items at once; if that fails, each alone, so that only those wait that fail alone."""
        try:
            await work(items)
        except Exception as error:
            if _is_away(error):
                raise
            for item in items:
                await self.take(item, partial(work, [item]), now=now)
        else:
            for item in items:
                self._pauses.pop(item, None)

    def _put_off(self, item: K, error: Exception, now: datetime) -> None:
        before = self._pauses.pop(item, None)
        failures = before.failures + 1 if before else 1
        log.warning("%s failed, and waits", self._what, extra={"error": describe_error(error), "times": failures})
        pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE)
        self._pauses[item] = _Pause(failures, now + pause)


def _is_away(error: Exception) -> bool:
    return is_unavailable(error) and not get_sqlstate(error).startswith(_OF_THE_STATEMENT)
