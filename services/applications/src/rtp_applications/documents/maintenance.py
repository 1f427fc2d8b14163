"""Maintenance of documents by the worker: scans what waits for it, and removes orphans that nothing refers to."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from rtp_applications.documents import queries
from rtp_applications.documents.commands import record_scan
from rtp_applications.documents.errors import ContentMissing
from rtp_applications.documents.service import DocumentEquipment, DocumentService
from rtp_shared.clock import utcnow
from rtp_shared.db import Database, describe_error
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

SCAN_SECONDS, CLEAN_UP_SECONDS = 60.0, 6 * 3600.0
TRIED_AGAIN_AFTER = timedelta(minutes=5)
UPLOADS_END_WITHIN = timedelta(days=1)
"""Younger contents may belong to an upload, or to an import, that has not committed yet."""
BATCH = 500


# Both go by the real time, whatever clock the rules go by: files have the time of the disk.
async def scan_forever(runtime: Runtime) -> None:
    """Scan what waits, again and again until cancelled."""
    service = _get_service(runtime)
    await _repeat(SCAN_SECONDS, lambda: scan_waiting(runtime.database, service, utcnow()))


async def clean_up_forever(runtime: Runtime) -> None:
    """Remove orphans, again and again until cancelled."""
    service = _get_service(runtime)
    await _repeat(CLEAN_UP_SECONDS, lambda: remove_orphans(runtime.database, service, utcnow() - UPLOADS_END_WITHIN))


async def scan_waiting(database: Database, service: DocumentService, now: datetime) -> int:
    """Scan again what waits; return how much that was. Nothing is locked meanwhile: a scan that is done twice does no
    harm.
    """
    async with database.transaction(read_only=True) as session:
        waiting = await queries.list_awaiting_scan(session, tried_before=now - TRIED_AGAIN_AFTER, limit=BATCH)
    for version in waiting:
        assert version.storage_key is not None  # noqa: S101 - asked for
        try:
            found = await service.scan(version.storage_key)
        except ContentMissing:
            log.warning("the content of a version is missing", extra={"key": version.storage_key.hex})
            continue
        async with database.transaction() as session:
            await record_scan(session, version.document_id, version.version, found, now=now)
    return len(waiting)


async def remove_orphans(database: Database, service: DocumentService, older_than: datetime) -> int:
    """Remove contents older than this that no version refers to, and halves of broken uploads; return how many."""
    removed = await service.storage.remove_partial_uploads(older_than)
    batch: list[UUID] = []
    async for key in service.storage.list_keys(older_than):
        batch.append(key)
        if len(batch) == BATCH:
            removed += await _remove_unreferenced(database, service, batch)
            batch = []
    return removed + await _remove_unreferenced(database, service, batch)


async def _remove_unreferenced(database: Database, service: DocumentService, keys: list[UUID]) -> int:
    if not keys:
        return 0
    async with database.transaction(read_only=True) as session:
        unreferenced = await queries.list_unreferenced(session, keys)
    for key in unreferenced:
        await service.storage.delete(key)
    return len(unreferenced)


def _get_service(runtime: Runtime) -> DocumentService:
    equipment: DocumentEquipment = runtime.resources
    return equipment.documents


async def _repeat(seconds: float, work: Callable[[], Awaitable[int]]) -> None:
    while True:
        try:
            if done := await work():
                log.info("documents maintained", extra={"done": done})
        except Exception as error:  # noqa: BLE001 - storage or database away: the next time comes
            log.warning("documents could not be maintained, trying again", extra={"error": describe_error(error)})
        await asyncio.sleep(seconds)
