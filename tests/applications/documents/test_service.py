"""Documents where something scans: quarantined, awaited, and looked at again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rtp_applications.documents import service as services
from rtp_applications.documents.maintenance import scan_waiting
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_operations.keys import Keys
from tests.applications.documents.test_scanning import EICAR, clamd, listening
from tests.conftest import PUBLIC_URL, NewClient
from tests.support.actors import ActorClient
from tests.support.documents import Document, get, path_of, pdf, put, required, stored, writing_office
from tests.support.problems import name_problem

pytestmark = pytest.mark.anyio
INFECTED = pdf("x") + EICAR
LATER = timedelta(minutes=6)


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "clamd.ctl"


@pytest.fixture
async def platform(
    platform_of_all: Platform, database_server: Postgres, tmp_path: Path, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Platform]:
    """One whose documents are scanned, by a clamd that listens or not."""
    monkeypatch.setenv("RTP_CLAMD", str(socket))
    platform = Platform(database_server.url, public_url=PUBLIC_URL, keys=Keys(), documents_dir=tmp_path / "documents")
    yield platform
    await platform.close()


async def scan_again(platform: Platform, after: timedelta = LATER) -> int:
    runtime = platform.runtimes["applications"]
    return await scan_waiting(runtime.database, runtime.resources.documents, datetime.now(UTC) + after)


async def test_what_is_clean_says_so(desk: ActorClient, document: Document, socket: Path) -> None:
    async with listening(clamd, socket):
        sent = await put(desk, document, pdf("clean"))
    assert sent.json()["newest"]["scan"] == "clean"
    got = await get(desk, f"{path_of(document)}/content")
    assert (got.status_code, got.headers["document-scan"]) == (200, "clean")
    listed = (await get(desk, f"/v1/cases/{document['caseId']}/documents")).json()
    assert listed["scanning"] is True


async def test_what_is_infected_is_in_quarantine(
    desk: ActorClient, document: Document, platform: Platform, socket: Path
) -> None:
    async with listening(clamd, socket):
        sent = await put(desk, document, INFECTED)
    assert sent.status_code == 201
    newest = sent.json()["newest"]
    assert (newest["scan"], newest["scanSignature"]) == ("infected", "Eicar-Signature")
    got = await get(desk, f"{path_of(document)}/content")
    assert (name_problem(got), got.json()["signature"]) == ((403, "quarantined"), "Eicar-Signature")
    assert EICAR not in got.content
    assert await scan_again(platform) == 0


async def test_a_clean_version_replaces_an_infected_one(desk: ActorClient, document: Document, socket: Path) -> None:
    async with listening(clamd, socket):
        sent = await put(desk, document, INFECTED)
        healed = await put(desk, sent.json(), pdf("healed"))
    assert [each["scan"] for each in healed.json()["versions"]] == ["clean", "infected"]
    path = f"{path_of(document)}/content"
    assert (await get(desk, path)).content == pdf("healed")
    assert (await get(desk, path, version=1)).status_code == 403


@pytest.mark.parametrize(("content", "found"), [(pdf("clean"), "clean"), (INFECTED, "infected")])
async def test_what_waited_for_its_scan_is_looked_at_again(
    desk: ActorClient, document: Document, platform: Platform, socket: Path, content: bytes, found: str
) -> None:
    sent = await put(desk, document, content)
    assert (sent.status_code, sent.json()["newest"]["scan"]) == (201, "awaiting")
    got = await get(desk, f"{path_of(document)}/content")
    assert name_problem(got) == (409, "awaiting-scan")
    assert int(got.headers["retry-after"]) > 0
    assert await scan_again(platform) >= 1  # clamd is still away
    assert (await get(desk, path_of(document))).json() == sent.json()
    async with listening(clamd, socket):
        assert await scan_again(platform) == 0  # it was tried just now
        assert await scan_again(platform, 2 * LATER) >= 1
    then = (await get(desk, path_of(document))).json()
    assert (then["newest"]["scan"], then["revision"]) == (found, sent.json()["revision"] + 1)
    served = await get(desk, f"{path_of(document)}/content")
    assert served.status_code == (200 if found == "clean" else 403)
    assert (await get(desk, f"/v1/cases/{document['caseId']}/history/verify")).json()["faults"] == []


async def test_a_slow_scan_is_not_waited_for(
    desk: ActorClient, document: Document, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SENDER_WAITS_SECONDS", 0.05)
    free = asyncio.Event()

    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await free.wait()

    async with listening(hangs, socket):
        sent = await put(desk, document, pdf("clean"))
        free.set()
    assert (sent.status_code, sent.json()["newest"]["scan"]) == (201, "awaiting")


async def test_a_business_case_is_not_submitted_with_what_is_not_clean(new_client: NewClient, socket: Path) -> None:
    office = await writing_office(new_client)
    async with listening(clamd, socket):
        first, *rest = await required(office)
        for kind in rest:
            await stored(office.group, office.case, kind)
        infected = await stored(office.group, office.case, first, INFECTED)
        refused = await office.group.act(office.case, "submit-business-case")
        assert refused.status_code == 422
        [unmet] = refused.json()["guards"]
        assert (unmet["guard"], unmet["reason"]) == ("documents-clean", f"not found clean: {first}")
        await put(office.group, infected, pdf("healed"))
    assert (await office.group.do(office.case, "submit-business-case"))["status"] == "case-submitted"
