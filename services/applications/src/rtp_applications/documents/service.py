"""The contents of documents in a process: stored, scanned and discarded. Built once, of its settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID, uuid4

from sqlalchemy.exc import SQLAlchemyError

from rtp_applications.documents.errors import StorageAway
from rtp_applications.documents.intake import Received, receive
from rtp_applications.documents.queries import list_unreferenced
from rtp_applications.documents.scanning import NoScanner, Scanner, ScanResult, ScanState, open_scanner
from rtp_applications.documents.settings import DocumentSettings
from rtp_applications.documents.storage import Storage, open_storage
from rtp_applications.threads import run_to_its_end
from rtp_shared.db import Database

SENDER_WAITS_SECONDS = 10.0
"""The time that a sender waits for the scan; after that the worker scans."""


class StoredContent(NamedTuple):
    """A content that is in the storage, and that no version refers to yet."""

    key: UUID
    received: Received
    scan: ScanResult


@dataclass(frozen=True, slots=True)
class DocumentService:
    """The storage, scanner and limits of documents in one process."""

    storage: Storage
    scanner: Scanner
    limit: int
    """Bytes that a content may have."""
    per_case: int
    """Documents that a case may have, and as many papers of the bodies, which the others are not to notice."""

    @classmethod
    def build(cls, settings: DocumentSettings) -> "DocumentService":
        return cls(open_storage(settings), open_scanner(settings), settings.document_limit, settings.documents_per_case)

    @property
    def has_scanner(self) -> bool:
        return not isinstance(self.scanner, NoScanner)

    async def scan(self, key: UUID) -> ScanResult:
        """Return the verdict on a stored content; AWAITING where there is none yet."""
        async with aclosing(self.storage.read(key)) as content:
            result = await self.scanner.scan(content)
        return ScanResult(ScanState.AWAITING) if result.state is ScanState.FAILED else result

    @asynccontextmanager
    async def store(
        self, database: Database, chunks: AsyncIterator[bytes], *, declared: str, settled: bool = False
    ) -> AsyncIterator[StoredContent]:
        """Store a content for as long as the block runs; after it, it stays only if a version refers to it.

        That is asked of the database, however the block ended: a commit may have succeeded and nobody heard of it.
        """
        key = uuid4()
        received = await receive(self.storage, key, chunks, declared=declared, settled=settled)
        try:
            yield StoredContent(key, received, await self._scan_soon(key))
        finally:
            await run_to_its_end(self._discard_unless_referenced(database, key))

    async def _scan_soon(self, key: UUID) -> ScanResult:
        try:
            async with asyncio.timeout(SENDER_WAITS_SECONDS):
                return await self.scan(key)
        except TimeoutError:
            return ScanResult(ScanState.AWAITING)

    async def _discard_unless_referenced(self, database: Database, key: UUID) -> None:
        with suppress(StorageAway, SQLAlchemyError, OSError):  # or else it is found by its age
            async with database.transaction(read_only=True) as session:
                unreferenced = await list_unreferenced(session, [key])
            for each in unreferenced:
                await self.storage.delete(each)


class DocumentEquipment(Protocol):
    """The resources that the service's processes hold for documents, in `Runtime.resources`."""

    @property
    def documents(self) -> DocumentService: ...
