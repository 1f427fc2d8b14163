"""The slots that all processes have given to each client and organisation: streams, long polls and documents.

Each process says what it holds as soon as that changes, and hears what the others hold, twice a second while it holds
anything. So over all processes a client has its slots, and besides at most what several of them give within half a
second. Where the database is away, what the others said last counts until it is too old.
"""

import asyncio
import contextvars
import logging
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError

from rtp_gateway.limits.models import HeldSlot
from rtp_shared.db import CONNECTION_ERRORS, Database, describe_error, get_driver

log = logging.getLogger(__name__)

BEAT_SECONDS = 0.5
HOLD_SECONDS = 5.0
"""A process that says nothing for so long counts as gone."""
_SLOTS = HeldSlot.__tablename__
_BEAT = f"""
    WITH moment AS (SELECT extract(epoch FROM clock_timestamp())::float8 AS now),
    said AS (
        INSERT INTO {_SLOTS} (process, owner, held, until)
        SELECT $1, owner, held, now + $4 FROM unnest($2::text[], $3::int[]) AS mine (owner, held), moment
        ON CONFLICT (process, owner) DO UPDATE SET held = excluded.held, until = excluded.until
    ),
    ended AS (
        DELETE FROM {_SLOTS} USING moment
        WHERE (process = $1 AND owner <> ALL ($2::text[])) OR (process <> $1 AND until < now - 60)
    )
    SELECT owner, sum(held)::int AS held FROM {_SLOTS}, moment WHERE process <> $1 AND until > now GROUP BY owner
"""  # noqa: S608 - a constant of ours


class SharedSlots:
    """What this process holds, and what it knows of the others."""

    def __init__(self, database_url: str) -> None:
        self._database = Database(database_url, pool_size=1)
        self._process = secrets.token_hex(8)
        self._held: Counter[str] = Counter()
        self._others: dict[str, int] = {}
        self._heard_at = float("-inf")
        self._changed = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None

    def count(self, owner: str) -> int:
        """Return the slots of the owner in all processes, as far as this one knows."""
        fresh = time.monotonic() - self._heard_at < HOLD_SECONDS
        return self._held[owner] + (self._others.get(owner, 0) if fresh else 0)

    @contextmanager
    def hold(self, owners: Iterable[str]) -> Iterator[None]:
        """Hold a slot of each of the owners within the block."""
        held = Counter(set(owners))
        self._held.update(held)
        self._start()
        try:
            yield
        finally:
            self._held -= held  # and drop those that have none
            self._changed.set()

    async def close(self) -> None:
        """Let the others have what this process held."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
            self._held.clear()
            await self._beat()
        await self._database.close()

    def _start(self) -> None:
        self._changed.set()
        if self._beating is None or self._beating.done():
            # In a context of its own: it works for no one request.
            self._beating = asyncio.get_running_loop().create_task(self._run(), context=contextvars.Context())

    async def _run(self) -> None:
        """Beat while anything is held, and once more."""
        holding = True
        while holding or self._held:
            holding = bool(self._held)
            self._changed.clear()
            await self._beat()
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._changed.wait()

    async def _beat(self) -> None:
        mine = dict(self._held)
        try:
            async with asyncio.timeout(HOLD_SECONDS), self._database.transaction() as session:
                driver = await get_driver(session)
                rows = await driver.fetch(_BEAT, self._process, list(mine), list(mine.values()), HOLD_SECONDS)
        except (SQLAlchemyError, *CONNECTION_ERRORS) as error:
            log.warning("what other processes hold is not known", extra={"error": describe_error(error)})
            return
        self._others, self._heard_at = {row["owner"]: row["held"] for row in rows}, time.monotonic()
