"""Giving a client its credentials, from the command line."""

import os
import subprocess
import sys
import uuid

import httpx
import pytest

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.register import main

pytestmark = pytest.mark.anyio


def register(server: Postgres, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RTP_DATABASE_URL": server.url("rtp_gateway", "rtp_gateway_operator")}
    command = [sys.executable, "-m", "rtp_gateway.register", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


async def test_a_registered_client_gets_tokens_until_it_gets_a_new_secret(
    platform: Platform, database_server: Postgres
) -> None:
    client_id, organisation = f"registered-{uuid.uuid4()}", str(uuid.uuid4())
    arguments = (client_id, "--name", "t", "--organisation", organisation, "--scopes", "cases:read events:read")
    secrets = []
    for _ in range(2):
        done = register(database_server, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        secrets.append(done.stdout.strip())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(platform.app), base_url=platform.public_url) as api:
        form = {"grant_type": "client_credentials"}
        old, new = [await api.post("/oauth2/token", data=form, auth=(client_id, secret)) for secret in secrets]
    assert old.status_code == 401
    assert new.json()["scope"] == "cases:read events:read"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("x", "--name", "t", "--organisation", str(uuid.uuid4()), "--scopes", "cases:read"), "3 to 63"),
        (("some-client", "--name", "t", "--organisation", "camden", "--scopes", "cases:read"), "organisation"),
        (("some-client", "--name", "t", "--organisation", str(uuid.uuid4()), "--scopes", "root"), "not a scope"),
    ],
)
def test_wrong_arguments_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], reason: str
) -> None:
    monkeypatch.setattr("sys.argv", ["register", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err
