"""A second instance, with a database server of its own, that trusts the bundles of the first."""

import json
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rtp_applications.settings import ApplicationsSettings
from rtp_embedded import postgres
from rtp_embedded.platform import Platform, prepare
from rtp_operations.keys import Keys
from tests.conftest import ORDINARY, Api, NewClient, open_clients
from tests.support.cases import employer_id

ELSEWHERE = "http://elsewhere.test"


@pytest.fixture(scope="module")
async def elsewhere(platform: Platform, anyio_backend: str) -> AsyncIterator[Platform]:
    settings = platform.runtimes["applications"].settings
    assert isinstance(settings, ApplicationsSettings)
    assert settings.signing_key is not None
    with tempfile.TemporaryDirectory(prefix="rtp-tests-") as directory:
        quick = {"fsync": "off", "synchronous_commit": "off"}
        with postgres.start(Path(directory), settings=quick) as server:
            await prepare(server.url, lambda _: None)
            os.environ["RTP_BUNDLE_TRUSTED_KEYS"] = json.dumps({"keys": [settings.signing_key.public_jwk]})
            try:
                documents_dir = Path(directory) / "documents"
                second = Platform(server.url, public_url=ELSEWHERE, keys=Keys(), documents_dir=documents_dir)
            finally:
                del os.environ["RTP_BUNDLE_TRUSTED_KEYS"]
            yield second
            await second.close()


@pytest.fixture
async def client_elsewhere(elsewhere: Platform) -> AsyncIterator[NewClient]:
    """Makes clients of the second instance; those that may do what others may, and import."""
    async with open_clients(elsewhere, url=ELSEWHERE, ordinary=[*ORDINARY, "cases:import"]) as make:
        yield make


@pytest.fixture
async def portal(client_elsewhere: NewClient) -> Api:
    """The client that brings a case in."""
    return await client_elsewhere()


@pytest.fixture
async def there(client_elsewhere: NewClient) -> Api:
    """A client of the employing body at the second instance."""
    return await client_elsewhere(organisation=employer_id())
