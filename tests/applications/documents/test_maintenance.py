"""Contents that nothing refers to are found and removed, and no others."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from rtp_applications.documents.disk import DiskStorage
from rtp_applications.documents.errors import StorageAway
from rtp_applications.documents.maintenance import remove_orphans
from rtp_applications.documents.service import DocumentService
from rtp_embedded.platform import Platform
from tests.applications.documents.test_intake import pieces
from tests.support.actors import ActorClient, Case
from tests.support.documents import PDF, Document, files, get, path_of, pdf, put, stored
from tests.support.problems import name_problem

pytestmark = pytest.mark.anyio
SOON = timedelta(minutes=1)


class Broken(Exception):
    pass


async def orphan(service: DocumentService) -> uuid.UUID:
    key = uuid.uuid4()
    async with service.storage.write(key) as sink:
        await sink.write(b"nobody's")
    return key


async def test_what_nothing_refers_to_is_swept(desk: ActorClient, case: Case, platform: Platform) -> None:
    runtime = platform.background["applications"]
    service: DocumentService = runtime.resources.documents
    document = await stored(desk, case)
    await put(desk, document, pdf("second"))
    before = files(platform)
    orphans = {(await orphan(service)).hex for _ in range(3)}
    assert await remove_orphans(runtime.database, service, datetime.now(UTC) - SOON) == 0
    assert files(platform) == before | orphans
    assert await remove_orphans(runtime.database, service, datetime.now(UTC) + SOON) == 3
    assert files(platform) == before
    for version in (1, 2):
        assert (await get(desk, f"{path_of(document)}/content", version=version)).status_code == 200


async def test_a_content_goes_with_the_transaction_that_failed(platform: Platform) -> None:
    runtime = platform.runtimes["applications"]
    before = files(platform)
    during: set[str] = set()

    async def failing() -> None:
        async with runtime.resources.documents.store(runtime.database, pieces(pdf("x")), declared=PDF):
            during.update(files(platform) - before)
            raise Broken

    with pytest.raises(Broken):
        await failing()
    assert len(during) == 1
    assert files(platform) == before


async def test_a_content_stays_if_its_commit_succeeded_and_nobody_heard(
    desk: ActorClient, document: Document, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(desk, document, pdf("x"))
    runtime, [version] = platform.runtimes["applications"], (await get(desk, path_of(document))).json()["versions"]
    async with runtime.database.transaction() as session:
        key = await session.scalar(
            text("SELECT storage_key FROM document_versions WHERE sha256 = :sha AND document_id = CAST(:id AS uuid)"),
            {"sha": version["sha256"], "id": document["id"]},
        )
    monkeypatch.setattr("rtp_applications.documents.service.uuid4", lambda: key)
    with pytest.raises(Broken):
        async with runtime.resources.documents.store(runtime.database, pieces(pdf("x")), declared=PDF):
            raise Broken
    assert (await get(desk, f"{path_of(document)}/content")).content == pdf("x")


async def test_a_storage_that_is_away_is_said_so(
    desk: ActorClient, document: Document, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:

    def away(*_: object) -> None:
        raise StorageAway

    monkeypatch.setattr(DiskStorage, "write", away)
    answer = await put(desk, document, pdf("x"))
    assert name_problem(answer) == (503, "storage-away")
