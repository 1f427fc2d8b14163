"""Settings of documents: which are refused, and how many documents a case may have."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from rtp_applications.documents.settings import DocumentSettings
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_operations.keys import Keys
from tests.conftest import PUBLIC_URL
from tests.support.actors import ActorClient, Case, Office
from tests.support.documents import Document, add, added, path_of, post

pytestmark = pytest.mark.anyio


@pytest.fixture
async def platform(
    platform_of_all: Platform, database_server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Platform]:
    """One whose cases have two documents at most."""
    monkeypatch.setenv("RTP_DOCUMENTS_PER_CASE", "2")
    platform = Platform(database_server.url, public_url=PUBLIC_URL, keys=Keys(), documents_dir=tmp_path)
    yield platform
    await platform.close()


async def test_a_case_has_so_many_documents_and_no_more(desk: ActorClient, case: Case, document: Document) -> None:
    await added(desk, case)
    refused = await add(desk, case)
    assert (refused.status_code, refused.json()["detail"]) == (409, "at most 2")
    await post(desk, f"{path_of(document)}/actions/withdraw")
    await added(desk, case)


async def test_the_bodies_papers_take_no_place_of_the_groups_documents(office: Office) -> None:
    for _ in range(2):
        await added(office.officer, office.case, audience="bodies")
    assert (await add(office.officer, office.case, audience="bodies")).status_code == 409
    for _ in range(2):
        await added(office.group, office.case)
    assert (await add(office.group, office.case)).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"s3_endpoint": "s3.example"},
        {"s3_endpoint": "https://s3.example/path"},
        {"s3_access_key": SecretStr("key")},
        {"clamd": "localhost"},
        {"clamd": "relative/clamd.sock"},
        {"document_limit": 0},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DocumentSettings(**wrong)  # type: ignore[arg-type]  # one at a time, of different types


@pytest.mark.parametrize("address", ["clamd:3310", "[::1]:3310", "/run/clamav/clamd.ctl", "10.0.0.1:3310"])
def test_an_address_of_clamd(address: str) -> None:
    assert DocumentSettings(clamd=address).clamd == address
