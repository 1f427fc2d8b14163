"""Where a process keeps the contents of documents, and who scans them: built once, of its settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy.exc import SQLAlchemyError

from rtp_applications.documents.errors import StorageAway
from rtp_applications.documents.intake import Received, take_in
from rtp_applications.documents.queries import unreferred
from rtp_applications.documents.scanning import NoScanner, Scanner, ScanResult, ScanState, open_scanner
from rtp_applications.documents.settings import DocumentSettings
from rtp_applications.documents.storage import Storage, open_storage
from rtp_applications.documents.threads import to_its_end
from rtp_shared.db import Database

SENDER_WAITS_SECONDS = 10.0
"""How long a sender waits for the scan; after that the worker scans."""


class Kept(NamedTuple):
    """A content that is in the storage, and that no version refers to yet."""

    key: UUID
    received: Received
    scan: ScanResult


@dataclass(frozen=True, slots=True)
class Cabinet:
    storage: Storage
    scanner: Scanner
    limit: int
    """Bytes that a content may have."""
    per_case: int
    """Documents that a case may have, and as many papers of the bodies, which the others are not to notice."""

    @classmethod
    def of(cls, settings: DocumentSettings) -> "Cabinet":
        return cls(open_storage(settings), open_scanner(settings), settings.document_limit, settings.documents_per_case)

    @property
    def scans(self) -> bool:
        return not isinstance(self.scanner, NoScanner)

    async def scan(self, key: UUID) -> ScanResult:
        """The verdict on a stored content; AWAITING where there is none yet."""
        async with aclosing(self.storage.read(key)) as content:
            result = await self.scanner.scan(content)
        return ScanResult(ScanState.AWAITING) if result.state is ScanState.FAILED else result

    @asynccontextmanager
    async def keeping(self, database: Database, chunks: AsyncIterator[bytes], *, declared: str) -> AsyncIterator[Kept]:
        """Take a content in for as long as the block runs; after it, it stays only if a version refers to it.

        That is asked of the database, however the block ended: a commit may have succeeded and nobody heard of it.
        """
        key = uuid4()
        received = await take_in(self.storage, key, chunks, declared=declared)
        try:
            yield Kept(key, received, await self._scan_soon(key))
        finally:
            await to_its_end(self._discard_unless_referred(database, key))

    async def _scan_soon(self, key: UUID) -> ScanResult:
        try:
            async with asyncio.timeout(SENDER_WAITS_SECONDS):
                return await self.scan(key)
        except TimeoutError:
            return ScanResult(ScanState.AWAITING)

    async def _discard_unless_referred(self, database: Database, key: UUID) -> None:
        with suppress(StorageAway, SQLAlchemyError, OSError):  # or else it is found by its age
            async with database.transaction(read_only=True) as session:
                unwanted = await unreferred(session, [key])
            for each in unwanted:
                await self.storage.delete(each)
