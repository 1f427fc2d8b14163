"""A second instance, with a database server of its own, that trusts the bundles of the first."""

import json
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from rtp_applications.settings import ApplicationsSettings
from rtp_embedded import postgres
from rtp_embedded.platform import Platform, prepare
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import new_secret
from rtp_operations.keys import Keys
from tests.conftest import ORDINARY, Api

ELSEWHERE = "http://elsewhere.test"
ElsewhereClient = Callable[..., Awaitable[Api]]


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
async def client_elsewhere(elsewhere: Platform) -> AsyncIterator[ElsewhereClient]:
    made: list[Api] = []

    async def make(*, scopes: str | None = None, organisation: uuid.UUID | None = None) -> Api:
        client_id, secret = f"test-{uuid.uuid4()}", new_secret()
        organisation = organisation or uuid.uuid4()
        async with elsewhere.gateway.database.transaction() as session:
            await register_client(
                session,
                client_id,
                name="test",
                organisation=organisation,
                secret=secret,
                scopes=scopes.split() if scopes is not None else [*ORDINARY, "cases:import"],
            )
        api = Api(transport=httpx.ASGITransport(elsewhere.app), base_url=ELSEWHERE)
        made.append(api)
        form = {"grant_type": "client_credentials"}
        answer = await api.post("/oauth2/token", data=form, auth=(client_id, secret))
        assert answer.status_code == 200, answer.text
        api.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        api.client_id, api.organisation = client_id, organisation
        return api

    yield make
    for api in made:
        await api.aclose()
