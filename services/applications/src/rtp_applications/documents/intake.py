"""Taking in a content: received, kept and checked on its way, or refused with nothing left behind."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from rtp_applications.documents import content
from rtp_applications.documents.errors import EmptyContent, IncompleteContent, StorageAway
from rtp_applications.documents.media_types import require_accepted
from rtp_applications.documents.storage import Storage
from rtp_applications.threads import run_in_thread, run_to_its_end
from rtp_shared.problems import FieldError


class Received(NamedTuple):
    """The facts of a content that was received and stored."""

    size: int
    """Bytes."""
    sha256: str
    """Hexadecimal."""
    media_type: str


async def receive(
    storage: Storage, key: UUID, chunks: AsyncIterator[bytes], *, declared: str, settled: bool = False
) -> Received:
    """Store the content under this key if it is of the declared media type (a Content-Type header).

    Once taken in, it is the caller's to delete if its own work fails later. A `settled` content was submitted before,
    elsewhere: nobody can send it better, so it is taken though it is cut short.
    """
    media_type = require_accepted(declared)
    digest, size, head = hashlib.sha256(), 0, b""
    async with storage.write(key) as sink:
        async for chunk in chunks:
            if len(head) < content.HEAD:
                head = (head + chunk)[: content.HEAD]
                if len(head) == content.HEAD:
                    content.refuse_early(media_type, head)
            digest.update(chunk)
            size += len(chunk)
            await sink.write(chunk)
        if not size:
            raise EmptyContent(errors=[FieldError("", "is empty")])
    try:
        media_type = await run_in_thread(_check, storage, key, media_type, head, settled)
    except BaseException:
        with suppress(StorageAway):
            await run_to_its_end(storage.delete(key))
        raise
    return Received(size, digest.hexdigest(), media_type)


def _check(storage: Storage, key: UUID, media_type: str, head: bytes, settled: bool) -> str:
    try:
        with storage.open(key) as file:
            return content.check(media_type, content.detect(file, media_type))
    except IncompleteContent:
        if not settled:
            raise
        content.refuse_early(media_type, head)
        return media_type
