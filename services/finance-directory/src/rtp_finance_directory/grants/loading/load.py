"""Loads one file of grants: reading and checking beside storing, and going on where an earlier load stopped."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rtp_finance_directory.grants.loading.batches import read_batches
from rtp_finance_directory.grants.loading.store import LoadProgress, begin_load, store_batch
from rtp_finance_directory.grants.reading.files import FileFacts, GrantFile, inspect_file
from rtp_shared.clock import Clock
from rtp_shared.db import Database

Show = Callable[[float, LoadProgress], None]
"""Is told, batch by batch, how much of the file has been read."""


class Loaded(NamedTuple):
    """What became of a file."""

    progress: LoadProgress
    facts: FileFacts
    before: bool
    """It had been loaded whole before, so that nothing was done."""
    resumed_at: int
    """The items that were dealt with before."""


async def load_file(
    database: Database,
    path: Path,
    *,
    source: str,
    clock: Clock,
    fallback: datetime | None = None,
    again: bool = False,
    show: Show = lambda *_: None,
) -> Loaded:
    """Load the file. Raises Unreadable if nothing of it can be read, LoadedElsewhere if another process loads it."""
    facts = await asyncio.to_thread(inspect_file, path)
    said = f"{facts.digest} {fallback.isoformat() if fallback else ''}"
    digest = hashlib.sha256(said.encode()).hexdigest()
    progress = await begin_load(database, digest, source, now=clock(), again=again)
    resumed_at = progress.items
    if progress.finished_at is not None:
        return Loaded(progress, facts, before=True, resumed_at=resumed_at)
    with GrantFile(facts) as file:
        batches = read_batches(file, skip=progress.items, fallback=fallback)
        batch = await asyncio.to_thread(next, batches)
        while not batch.last:
            reading = asyncio.create_task(asyncio.to_thread(next, batches))
            try:
                await store_batch(database, progress, batch)
            finally:
                batch = await reading
            show(file.get_fraction(), progress)
        await store_batch(database, progress, batch, finished_at=clock())
    return Loaded(progress, facts, before=False, resumed_at=resumed_at)
