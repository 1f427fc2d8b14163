"""The cases that the seeding command makes are cases: they are listed, found, read and counted like any others."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import anyio.to_thread
import psycopg
import pytest
from bench.seeding import LARGEST, WORDS, seed

from rtp_applications.app import service as applications
from rtp_embedded import postgres
from rtp_embedded.platform import Platform, prepare
from rtp_operations.keys import Keys
from tests.conftest import PUBLIC_URL, NewClient, open_clients
from tests.support.pages import read_pages

pytestmark = pytest.mark.anyio
CASES = 1500


@pytest.fixture
async def seeded(tmp_path: Path) -> AsyncIterator[tuple[NewClient, str]]:
    """A platform of its own with seeded cases: makes its clients; and the address of its database."""
    with tempfile.TemporaryDirectory(prefix="rtp-tests-") as directory, postgres.start(Path(directory)) as server:
        await prepare(server.url, lambda _: None)
        url = server.url(applications.database)
        await anyio.to_thread.run_sync(seed, url, CASES)
        platform = Platform(server.url, public_url=PUBLIC_URL, keys=Keys(), documents_dir=tmp_path)
        async with open_clients(platform, url=PUBLIC_URL) as new_client:
            yield new_client, url
        await platform.close()


async def test_what_is_seeded_is_listed_found_and_read(seeded: tuple[NewClient, str]) -> None:
    new_client, url = seeded
    officers = await new_client(scopes="cases:read", organisation=LARGEST)
    with psycopg.connect(url) as connection:
        own = "SELECT count(*) FROM cases WHERE employer_id = %s AND submitted_at IS NOT NULL"
        expected = (connection.execute(own, (LARGEST,)).fetchone() or (0,))[0]
        made = "SELECT count(*) FROM (SELECT * FROM search_entries EXCEPT SELECT * FROM current_search_entries) d"
        assert connection.execute(made).fetchone() == (0,)
    listed = await read_pages(officers, "/v1/cases", limit=7)
    assert len(listed) == expected > 5
    for each in listed:
        answer = await officers.get(f"/v1/cases/{each['id']}")
        assert answer.status_code == 200, answer.text
        assert bool(answer.json()["deadlines"]) == each["status"].startswith("eoi-")
    found = await read_pages(officers, "/v1/cases", q=WORDS[0])
    assert 0 < len(found) < expected
