"""Documents in a directory: `<last two digits of the key>/<key>`, and `incoming/` for what is still being written."""

import os
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar
from uuid import UUID

from rtp_applications.documents.errors import ContentMissing, StorageAway
from rtp_applications.threads import run_in_thread

CHUNK = 262_144
"""Bytes that go to or come from the disk at once."""
INCOMING = "incoming"

Result = TypeVar("Result")


class DiskStorage:
    """Files only their owner may read. `directory` is on one file system, so that a rename is one step."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._incoming = directory / INCOMING

    @asynccontextmanager
    async def write(self, key: UUID) -> AsyncIterator["_Sink"]:
        sink = await _run_on_disk(
            _Sink, self._incoming / f"{key.hex}.{uuid.uuid4().hex}", (self._directory, self._incoming)
        )
        try:
            yield sink
            await _run_on_disk(sink.finish, self._path(key))
        except BaseException:
            await run_in_thread(sink.discard)
            raise

    async def read(self, key: UUID, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        file = await _run_on_disk(self.open, key)
        try:
            position = start
            while end is None or position < end:
                size = CHUNK if end is None else min(CHUNK, end - position)
                chunk = await _run_on_disk(_read_at, file, position, size)
                if not chunk:
                    return
                position += len(chunk)
                yield chunk
        finally:
            file.close()

    def open(self, key: UUID) -> BinaryIO:
        with _translate_errors():
            return os.fdopen(os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb", buffering=0)

    async def size(self, key: UUID) -> int:
        return (await _run_on_disk(self._path(key).stat)).st_size

    async def delete(self, key: UUID) -> None:
        await _run_on_disk(self._path(key).unlink, True)

    async def list_keys(self, older_than: datetime) -> AsyncIterator[UUID]:
        for directory in await _run_on_disk(_list_files, self._directory):
            if directory.name != INCOMING:
                for path in await _run_on_disk(_list_older, directory, older_than):
                    yield UUID(hex=path.name)

    async def remove_partial_uploads(self, older_than: datetime) -> int:
        orphans = await _run_on_disk(_list_older, self._incoming, older_than)
        for path in orphans:
            await _run_on_disk(path.unlink, True)
        return len(orphans)

    def _path(self, key: UUID) -> Path:
        return self._directory / key.hex[-2:] / key.hex


class _Sink:
    """A file under a passing name. Small chunks are gathered, so that a sender of single bytes costs no more."""

    def __init__(self, path: Path, directories: tuple[Path, ...]) -> None:
        for directory in directories:
            _make(directory)
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._open = True
        self._gathered = bytearray()

    async def write(self, chunk: bytes) -> None:
        self._gathered += chunk
        if len(self._gathered) >= CHUNK:
            await _run_on_disk(self._flush)

    def _flush(self) -> None:
        with memoryview(self._gathered) as waiting:
            written = 0
            while written < len(waiting):
                written += os.write(self._file, waiting[written:])
        self._gathered.clear()

    def finish(self, path: Path) -> None:
        self._flush()
        os.fsync(self._file)
        self._close()
        _make(path.parent)
        self._path.replace(path)
        self._path = path  # discarded even now, if whoever waited for it is cancelled
        _sync(path.parent)

    def discard(self) -> None:
        self._close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._file)


async def _run_on_disk(work: Callable[..., Result], *arguments: object) -> Result:
    with _translate_errors():
        return await run_in_thread(work, *arguments)


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ContentMissing from error
    except OSError as error:
        raise StorageAway(f"the storage does not work: {error.strerror}") from error


def _make(directory: Path) -> None:
    if not directory.is_dir():
        directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            directory.mkdir(mode=0o700)
            _sync(directory.parent)


def _sync(directory: Path) -> None:
    """Make the names in the directory survive a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_at(file: BinaryIO, position: int, size: int) -> bytes:
    return os.pread(file.fileno(), size, position)


def _list_files(directory: Path) -> list[Path]:
    return sorted(directory.iterdir()) if directory.is_dir() else []


def _list_older(directory: Path, than: datetime) -> list[Path]:
    def get_changed_at(path: Path) -> datetime:
        with suppress(FileNotFoundError):
            return datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return than

    return [path for path in _list_files(directory) if get_changed_at(path) < than]
