"""Loads one file: reading and checking beside storing, and going on where an earlier load stopped."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from rtp_finance_directory.loading.batches import read_batches
from rtp_finance_directory.loading.file_standard import FileStandard
from rtp_finance_directory.loading.files import FileFacts
from rtp_finance_directory.loading.progress import LoadProgress, begin_load, store_batch
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
    standard: FileStandard[Any],
    path: Path,
    *,
    source: str,
    clock: Clock,
    fallback: datetime | None = None,
    again: bool = False,
    show: Show = lambda *_: None,
) -> Loaded:
    """Load the file. Raises Unreadable if nothing of it can be read, LoadedElsewhere if another process loads it."""
    facts = await asyncio.to_thread(standard.inspect, path)
    said = f"{facts.digest} {fallback.isoformat() if fallback else ''}"
    digest = hashlib.sha256(said.encode()).hexdigest()
    progress = await begin_load(database, standard, digest, source, now=clock(), again=again)
    resumed_at = progress.items
    if progress.finished_at is not None:
        return Loaded(progress, facts, before=True, resumed_at=resumed_at)
    with standard.open(facts) as file:
        batches = read_batches(
            file,
            partial(standard.prepare, fallback=fallback),
            skip=progress.items,
            most_rows=standard.most_rows,
            describe_repeated=standard.describe_repeated,
        )
        batch = await asyncio.to_thread(next, batches)
        while not batch.last:
            reading = asyncio.create_task(asyncio.to_thread(next, batches))
            try:
                await store_batch(database, standard, progress, batch)
            finally:
                batch = await reading
            show(file.get_fraction(), progress)
        await store_batch(database, standard, progress, batch, finished_at=clock())
    return Loaded(progress, facts, before=False, resumed_at=resumed_at)
