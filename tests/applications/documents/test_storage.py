"""What both storages promise: a content is there whole or not at all, and nothing half-done stays."""

import asyncio
import os
import stat
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtp_applications.documents import disk
from rtp_applications.documents.disk import CHUNK, DiskStorage
from rtp_applications.documents.errors import ContentMissing, StorageAway
from rtp_applications.documents.storage import Storage, open_storage
from tests.applications.documents.bucket import Bucket

pytestmark = pytest.mark.anyio
MIB = 1024 * 1024
TOMORROW, YESTERDAY = (datetime.now(UTC) + timedelta(days=days) for days in (1, -1))


async def keep(storage: Storage, content: bytes, *, by: int = 65_536) -> UUID:
    key = uuid.uuid4()
    async with storage.write(key) as sink:
        for position in range(0, len(content), by):
            await sink.write(content[position : position + by])
    return key


async def whole(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


async def all_keys(storage: Storage, older_than: datetime = TOMORROW) -> set[UUID]:
    return {key async for key in storage.list_keys(older_than)}


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 20 * MIB])
async def test_what_was_written_is_read(storage: Storage, size: int) -> None:
    content = os.urandom(size)
    key = await keep(storage, content)
    assert await storage.size(key) == size
    assert await whole(storage.read(key)) == content
    with storage.open(key) as file:
        file.seek(size // 2)
        assert file.read(10) == content[size // 2 :][:10]
        assert file.seek(0, 2) == size


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=50), st.integers(0, 60), st.integers(0, 60), st.integers(1, 9))
def test_a_range_is_a_slice(storage: Storage, content: bytes, start: int, end: int, by: int) -> None:
    async def check() -> None:
        key = await keep(storage, content, by=by)
        assert await whole(storage.read(key, start, end)) == content[start:end]
        assert await whole(storage.read(key, start)) == content[start:]

    asyncio.run(check())


class GoneAway(Exception):
    pass


@pytest.mark.parametrize("size", [10, 3 * CHUNK, 30 * MIB])
async def test_a_write_that_breaks_off_leaves_nothing(storage: Storage, size: int) -> None:
    kept = await keep(storage, b"another")
    key = uuid.uuid4()
    with pytest.raises(GoneAway):
        await break_off(storage, key, size)
    await nothing_but(kept, storage, key)


async def break_off(storage: Storage, key: UUID, size: int, before: Callable[[], None] = lambda: None) -> None:
    async with storage.write(key) as sink:
        for _ in range(0, size, 65_536):
            await sink.write(bytes(min(size, 65_536)))
        before()
        raise GoneAway


async def nothing_but(kept: UUID, storage: Storage, key: UUID) -> None:
    with pytest.raises(ContentMissing):
        await storage.size(key)
    assert await all_keys(storage) == {kept}
    assert await storage.remove_partial_uploads(TOMORROW) == 0


@pytest.mark.parametrize("how", ["task", "scope"])
async def test_a_write_that_is_cancelled_leaves_nothing(storage: Storage, how: str) -> None:
    kept = await keep(storage, b"another")
    key, writing = uuid.uuid4(), asyncio.Event()

    async def write() -> None:
        async with storage.write(key) as sink:
            for _ in range(40):  # an end, in case it is not cancelled
                await sink.write(bytes(MIB))
                writing.set()

    if how == "task":
        task = asyncio.ensure_future(write())
        await writing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    else:
        async with anyio.create_task_group() as group:
            group.start_soon(write)
            await writing.wait()
            group.cancel_scope.cancel()
    await nothing_but(kept, storage, key)


async def test_a_bucket_has_no_unfinished_parts_after_a_write_that_breaks_off(bucket: Bucket) -> None:
    unfinished: list[int] = []
    with pytest.raises(GoneAway):
        await break_off(
            open_storage(bucket.settings), uuid.uuid4(), 30 * MIB, lambda: unfinished.append(bucket.unfinished())
        )
    assert unfinished == [1]
    assert bucket.unfinished() == 0
    assert bucket.objects() == []


async def test_nothing_is_there_before_the_write_has_ended(storage: Storage) -> None:
    key = uuid.uuid4()
    async with storage.write(key) as sink:
        await sink.write(bytes(2 * CHUNK))
        with pytest.raises(ContentMissing):
            await storage.size(key)
        assert await all_keys(storage) == set()
    assert await storage.size(key) == 2 * CHUNK


async def test_a_content_is_deleted_once_and_for_all(storage: Storage) -> None:
    key = await keep(storage, b"content")
    await storage.delete(key)
    await storage.delete(key)
    for ask in (
        lambda: storage.size(key),
        lambda: whole(storage.read(key)),
        lambda: asyncio.to_thread(_read, storage, key),
    ):
        with pytest.raises(ContentMissing):
            await ask()


def _read(storage: Storage, key: UUID) -> bytes:
    with storage.open(key) as file:
        return file.read()


async def test_what_no_document_refers_to_can_be_found_by_its_age(storage: Storage) -> None:
    keys = {await keep(storage, b"content") for _ in range(3)}
    assert await all_keys(storage) == keys
    assert await all_keys(storage, YESTERDAY) == set()


async def test_files_are_for_their_owner_only(directory: Path) -> None:
    storage = DiskStorage(directory)
    key = await keep(storage, b"content")
    async with storage.write(uuid.uuid4()) as sink:
        await sink.write(b"content")
        found = everything_in(directory)
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in [directory, *found] if path.is_dir()} == {0o700}
    assert key.hex in {path.name for path in found}


def everything_in(directory: Path) -> list[Path]:
    return list(directory.rglob("*"))


async def test_leftovers_of_a_process_that_died_are_removed_when_old(directory: Path) -> None:
    storage = DiskStorage(directory)
    kept = await keep(storage, b"content")
    leftover = directory / disk.INCOMING / f"{uuid.uuid4().hex}.{uuid.uuid4().hex}"
    leftover.write_bytes(b"half")
    assert await storage.remove_partial_uploads(YESTERDAY) == 0
    assert await storage.remove_partial_uploads(TOMORROW) == 1
    assert not leftover.exists()
    assert await all_keys(storage) == {kept}
    assert await DiskStorage(directory / "empty").remove_partial_uploads(TOMORROW) == 0


async def test_a_link_in_the_directory_is_not_followed(directory: Path) -> None:
    storage = DiskStorage(directory)
    key = await keep(storage, b"content")
    path = directory / key.hex[-2:] / key.hex
    path.rename(directory / "elsewhere")
    path.symlink_to(directory / "elsewhere")
    with pytest.raises(StorageAway):
        await whole(storage.read(key))


async def test_a_directory_that_does_not_work_is_a_named_refusal() -> None:
    with pytest.raises(StorageAway):
        await keep(DiskStorage(Path("/dev/null/documents")), b"content")


async def test_a_full_disk_is_a_named_refusal_and_leaves_nothing(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    storage = DiskStorage(directory)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageAway, match="No space left"):
        await keep(storage, b"content")
    assert await storage.remove_partial_uploads(TOMORROW) == 0
    assert await all_keys(storage) == set()


async def test_a_bucket_that_is_not_there_is_a_named_refusal(bucket: Bucket) -> None:
    storage = open_storage(bucket.settings)
    key = await keep(storage, b"content")
    bucket.remove()
    with pytest.raises((StorageAway, ContentMissing)):
        await storage.size(key)
    for size in (7, 20 * MIB):
        with pytest.raises((StorageAway, ContentMissing)):
            await keep(storage, bytes(size))


def test_a_deployment_on_disk_needs_no_library_for_s3() -> None:
    program = (
        "import sys\n"
        "from rtp_applications.documents import intake, settings, storage\n"
        "storage.open_storage(settings.DocumentSettings())\n"
        "assert 'obstore' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
