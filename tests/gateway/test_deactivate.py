"""Letting a client in no more, from the command line."""

import os
import subprocess
import sys

import pytest

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from tests.conftest import Api
from tests.support.revocation import wait_for_refusal

pytestmark = pytest.mark.anyio


def deactivate(server: Postgres, client_id: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RTP_DATABASE_URL": server.url("rtp_gateway", "rtp_gateway_operator")}
    command = [sys.executable, "-m", "rtp_gateway.deactivate", client_id]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


async def test_a_client_is_let_in_no_more(platform: Platform, api: Api, database_server: Postgres) -> None:
    assert (await api.get("/v1/events")).status_code == 200
    done = deactivate(database_server, api.client_id)
    assert (done.returncode, done.stderr) == (0, "")
    await wait_for_refusal(lambda: api.get("/v1/events"))


def test_one_that_is_not_there_is_told_of(database_server: Postgres, platform: Platform) -> None:
    done = deactivate(database_server, "no-such-client")
    assert (done.returncode, done.stderr) == (1, "not deactivated: there is no such client\n")
