"""What the worker does for documents: scans what waits for it, and removes contents that nothing refers to."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from rtp_applications.documents import queries
from rtp_applications.documents.cabinet import Cabinet
from rtp_applications.documents.commands import record_scan
from rtp_applications.documents.errors import ContentMissing
from rtp_shared.clock import utcnow
from rtp_shared.db import Database, describe_error
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

SCAN_SECONDS, SWEEP_SECONDS = 60.0, 6 * 3600.0
TRIED_AGAIN_AFTER = timedelta(minutes=5)
UPLOADS_END_WITHIN = timedelta(days=1)
"""What is younger may belong to an upload, or to an import, that has not committed yet."""
BATCH = 500


# Both go by the real time, whatever clock the rules go by: files have the time of the disk.
async def keep_scanning(runtime: Runtime) -> None:
    """Until cancelled."""
    cabinet: Cabinet = runtime.resources
    await _every(SCAN_SECONDS, lambda: scan_waiting(runtime.database, cabinet, utcnow()))


async def keep_swept(runtime: Runtime) -> None:
    """Until cancelled."""
    cabinet: Cabinet = runtime.resources
    await _every(SWEEP_SECONDS, lambda: sweep(runtime.database, cabinet, utcnow() - UPLOADS_END_WITHIN))


async def scan_waiting(database: Database, cabinet: Cabinet, now: datetime) -> int:
    """Scan again what waits, and count it. Nothing is locked meanwhile: a scan that is done twice does no harm."""
    async with database.transaction(read_only=True) as session:
        waiting = await queries.awaiting_scan(session, tried_before=now - TRIED_AGAIN_AFTER, limit=BATCH)
    for version in waiting:
        assert version.storage_key is not None  # noqa: S101 - asked for
        try:
            found = await cabinet.scan(version.storage_key)
        except ContentMissing:
            log.warning("the content of a version is missing", extra={"key": version.storage_key.hex})
            continue
        async with database.transaction() as session:
            await record_scan(session, version.document_id, version.version, found, now=now)
    return len(waiting)


async def sweep(database: Database, cabinet: Cabinet, older_than: datetime) -> int:
    """Remove contents older than this that no version refers to, and halves of broken uploads; how many."""
    removed = await cabinet.storage.remove_leftovers(older_than)
    batch: list[UUID] = []
    async for key in cabinet.storage.keys(older_than):
        batch.append(key)
        if len(batch) == BATCH:
            removed += await _remove_unreferred(database, cabinet, batch)
            batch = []
    return removed + await _remove_unreferred(database, cabinet, batch)


async def _remove_unreferred(database: Database, cabinet: Cabinet, keys: list[UUID]) -> int:
    if not keys:
        return 0
    async with database.transaction(read_only=True) as session:
        unreferred = await queries.unreferred(session, keys)
    for key in unreferred:
        await cabinet.storage.delete(key)
    return len(unreferred)


async def _every(seconds: float, work: Callable[[], Awaitable[int]]) -> None:
    async def once() -> None:
        if done := await work():
            log.info("documents kept", extra={"done": done})

    def warn(error: Exception) -> None:
        log.warning("documents could not be kept, trying again", extra={"error": describe_error(error)})

    await run_every(seconds, once, on_error=warn)  # storage or database away: the next time comes
