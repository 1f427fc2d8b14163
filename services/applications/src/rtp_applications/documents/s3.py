"""Documents in a bucket of S3 or of a server that speaks its protocol (docs/adr/0009)."""

import io
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from rtp_applications.documents.errors import ContentMissing, StorageAway
from rtp_applications.documents.settings import DocumentSettings
from rtp_applications.threads import run_to_its_end

if TYPE_CHECKING:  # obstore has these for type checkers only
    from obstore import AsyncWritableFile, ReadableFile
    from obstore.store import S3Config

log = logging.getLogger(__name__)

PART = 8 * 1024 * 1024
"""Bytes of one part of an upload; S3 takes no part below 5 MiB but the last."""
PARTS_AT_ONCE = 2
PIECE = 4 * 1024 * 1024
"""Bytes read by one request, so that a slow reader keeps no connection of the storage."""
PREFIX = "documents/"


class S3Storage:
    """Whole or not at all: a small content is one PUT, a large one a multipart upload that is completed or aborted.

    The parts of an upload whose process died are the bucket's to remove, by a lifecycle rule.
    """

    def __init__(self, settings: DocumentSettings) -> None:
        self._store = S3Store(
            settings.s3_bucket,
            config=_build_config(settings),
            client_options={"allow_http": True, "connect_timeout": "5s", "timeout": "60s"},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        )

    @asynccontextmanager
    async def write(self, key: UUID) -> AsyncIterator["_Sink"]:
        writer = obstore.open_writer_async(self._store, _path(key), buffer_size=PART, max_concurrency=PARTS_AT_ONCE)
        try:
            yield _Sink(writer)
        except BaseException as error:
            await self._undo(writer.__aexit__(type(error), error, None))  # aborts
            raise
        try:
            with _translate_errors():
                await run_to_its_end(writer.close())
        except BaseException:
            await self._undo(self.delete(key))
            raise

    async def _undo(self, work: Awaitable[None]) -> None:
        try:
            await run_to_its_end(work)
        except (BaseError, OSError, StorageAway):
            log.warning("a broken-off upload may have left something in the bucket", exc_info=True)

    async def read(self, key: UUID, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        size = await self.size(key)
        end = size if end is None else min(end, size)
        for position in range(start, end, PIECE):
            with _translate_errors():
                piece = await obstore.get_range_async(
                    self._store, _path(key), start=position, end=min(position + PIECE, end)
                )
            yield bytes(piece)

    def open(self, key: UUID) -> BinaryIO:
        with _translate_errors():
            return cast("BinaryIO", _File(obstore.open_reader(self._store, _path(key))))

    async def size(self, key: UUID) -> int:
        with _translate_errors():
            return (await obstore.head_async(self._store, _path(key)))["size"]

    async def delete(self, key: UUID) -> None:
        with _translate_errors():
            await obstore.delete_async(self._store, _path(key))

    async def list_keys(self, older_than: datetime) -> AsyncIterator[UUID]:
        with _translate_errors():
            async for batch in obstore.list(self._store, PREFIX):
                for each in batch:
                    if each["last_modified"] < older_than:
                        yield UUID(hex=each["path"].removeprefix(PREFIX))

    async def remove_partial_uploads(self, older_than: datetime) -> int:
        return 0


class _Sink:
    def __init__(self, writer: "AsyncWritableFile") -> None:
        self._writer = writer

    async def write(self, chunk: bytes) -> None:
        with _translate_errors():
            await self._writer.write(chunk)


class _File(io.RawIOBase):
    """A content as a file that Python's own modules can search."""

    def __init__(self, file: "ReadableFile") -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        with _translate_errors():
            piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _path(key: UUID) -> str:
    return PREFIX + key.hex


def _build_config(settings: DocumentSettings) -> "S3Config":
    config: S3Config = {"region": settings.s3_region}
    if settings.s3_endpoint is not None:
        config["endpoint"] = settings.s3_endpoint
    if settings.s3_access_key is not None and settings.s3_secret_key is not None:
        config["access_key_id"] = settings.s3_access_key.get_secret_value()
        config["secret_access_key"] = settings.s3_secret_key.get_secret_value()
    return config


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ContentMissing from error
    except (BaseError, OSError) as error:
        # Its text holds addresses and the server's answer: for the log, not for the caller.
        log.warning("the document storage does not work: %s", str(error).partition("\n")[0])
        raise StorageAway from error
