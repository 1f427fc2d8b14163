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
from tests.applications.documents.test_routes import files
from tests.conftest import NewClient
from tests.support.actors import ActorClient
from tests.support.cases import open_case
from tests.support.documents import PDF, added, get, path_of, pdf, put, stored

pytestmark = pytest.mark.anyio
SOON = timedelta(minutes=1)


class Broken(Exception):
    pass


async def orphan(service: DocumentService) -> uuid.UUID:
    key = uuid.uuid4()
    async with service.storage.write(key) as sink:
        await sink.write(b"nobody's")
    return key


async def test_what_nothing_refers_to_is_swept(new_client: NewClient, platform: Platform) -> None:
    runtime = platform.runtimes["applications"]
    service: DocumentService = runtime.resources.documents
    portal = await new_client()
    desk = ActorClient(portal, portal.person)
    document = await stored(desk, await open_case(portal))
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
    new_client: NewClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = await new_client()
    desk = ActorClient(portal, portal.person)
    document = await added(desk, await open_case(portal))
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
    new_client: NewClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = await new_client()
    desk = ActorClient(portal, portal.person)
    document = await added(desk, await open_case(portal))

    def away(*_: object) -> None:
        raise StorageAway

    monkeypatch.setattr(DiskStorage, "write", away)
    answer = await put(desk, document, pdf("x"))
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "storage-away")
