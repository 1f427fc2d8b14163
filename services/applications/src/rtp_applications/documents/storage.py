"""Storage of the content of documents, by keys of our own and never by a name that somebody gave."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import BinaryIO, Protocol
from uuid import UUID

from rtp_applications.documents.disk import DiskStorage
from rtp_applications.documents.settings import DocumentSettings


class Sink(Protocol):
    """An open content that is being written, chunk by chunk."""

    async def write(self, chunk: bytes) -> None: ...


class Storage(Protocol):
    """Contents by key. A content is there whole or not at all, and is never changed.

    Every method raises StorageAway where the storage does not work, and those that read raise ContentMissing.
    """

    def write(self, key: UUID) -> AbstractAsyncContextManager[Sink]:
        """Takes a content; it is there once the block has ended well, and leaves nothing behind where it has not."""
        ...

    def read(self, key: UUID, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """Yield the content from `start` up to, not including, `end`."""
        ...

    def open(self, key: UUID) -> BinaryIO:
        """Open the content as a file that can be searched. It blocks: for a thread."""
        ...

    async def size(self, key: UUID) -> int: ...

    async def delete(self, key: UUID) -> None:
        """Take the content away; nothing happens where there is none."""
        ...

    def list_keys(self, older_than: datetime) -> AsyncIterator[UUID]:
        """Yield the keys that were stored before this time, so that what no document refers to can be found."""
        ...

    async def remove_partial_uploads(self, older_than: datetime) -> int:
        """Remove what broken-off writes left when the process died, and count it."""
        ...


def open_storage(settings: DocumentSettings) -> Storage:
    if settings.s3_bucket is None:
        return DiskStorage(settings.documents_dir)
    from rtp_applications.documents.s3 import S3Storage  # a deployment on disk does without the library

    return S3Storage(settings)
