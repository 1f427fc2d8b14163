"""Registering clients from the command line, as an operator does."""

import asyncio
import os
import subprocess
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from rtp_applications.bodies.models import body_id
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.register.__main__ import main
from tests.conftest import PUBLIC_URL, Api, open_clients
from tests.gateway.conftest import run_sql
from tests.support.commands import build_command
from tests.support.revocation import wait_for_refusal
from tests.support.serving import serving

pytestmark = pytest.mark.anyio


@dataclass
class Register:
    """The command, for one client."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    client_id: str

    async def __call__(self, verb: str, *arguments: str, code: int = 0) -> tuple[str, str]:
        """Run it; return what it wrote to standard output and error."""
        named = [] if verb == "list" else [self.client_id]
        self.capsys.readouterr()
        assert await asyncio.to_thread(main, [verb, *named, *arguments]) == code
        out, error = self.capsys.readouterr()
        return out.strip(), error


@pytest.fixture
async def register(
    platform: Platform,
    database_server: Postgres,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> AsyncIterator[Register]:
    async with serving(platform.app) as url:
        monkeypatch.setenv("RTP_DATABASE_URL", database_server.url("rtp_gateway", "rtp_gateway_operator"))
        monkeypatch.setenv("RTP_BODIES_URL", url)
        yield Register(monkeypatch, capsys, f"registered-{uuid.uuid4()}")


HART = ("--name", "Hart's intake", "--organisation", "GB-LAE-HAT", "--scopes", "cases:read events:read")


async def count_let_in(platform: Platform, client_id: str, secrets: Sequence[str]) -> list[int]:
    """Return the status with which the client is answered for each of the secrets."""
    async with open_clients(platform, url=PUBLIC_URL) as make:
        api = await make()
        form = {"grant_type": "client_credentials"}
        return [
            (await api.post("/oauth2/token", data=form, auth=(client_id, secret))).status_code for secret in secrets
        ]


async def test_a_client_is_never_overwritten_by_adding_it_again(platform: Platform, register: Register) -> None:
    secret, said = await register("add", *HART)
    assert "Hart District Council" in said
    assert secret not in said
    out, said = await register("add", *HART[:-1], "cases:write", code=1)
    assert (out, "is registered already" in said) == ("", True)
    await register("change", "--scopes", "cases:read cases:write")
    [row] = await run_sql(platform, "SELECT * FROM clients WHERE client_id = :id", id=register.client_id)
    assert (row.name, row.organisation) == ("Hart's intake", body_id("GB-LAE-HAT"))
    assert row.scopes == ["cases:read", "cases:write"]
    assert await count_let_in(platform, register.client_id, [secret]) == [200]


async def test_a_new_secret_holds_beside_the_old_one_until_its_time(platform: Platform, register: Register) -> None:
    first, _ = await register("add", *HART)
    second, said = await register("renew")
    assert "the one before holds until" in said
    third, _ = await register("renew", "--overlap", "48")
    assert len({first, second, third}) == 3
    assert await count_let_in(platform, register.client_id, [first, second, third, "wrong"]) == [200, 200, 200, 401]
    hash_of_first = "(SELECT secret_hash FROM former_secrets WHERE client_id = :id ORDER BY holds_until LIMIT 1)"
    ended = f"UPDATE former_secrets SET holds_until = now() WHERE client_id = :id AND secret_hash = {hash_of_first}"  # noqa: S608
    await run_sql(platform, ended, id=register.client_id)
    assert await count_let_in(platform, register.client_id, [first, second, third]) == [401, 200, 200]
    listed, _ = await register("list")
    assert f"{register.client_id}  active, a former secret holds until" in listed
    assert not any(secret in listed for secret in (first, second, third))
    fourth, said = await register("renew", "--overlap", "0")
    assert "the one before holds no more" in said
    assert await count_let_in(platform, register.client_id, [first, second, third, fourth]) == [401, 401, 401, 200]
    assert await run_sql(platform, "SELECT * FROM former_secrets WHERE client_id = :id", id=register.client_id) == []


async def test_a_client_is_let_in_no_more_and_again(platform: Platform, register: Register, api: Api) -> None:
    register.client_id = api.client_id
    assert (await api.get("/v1/events")).status_code == 200
    _, said = await register("deactivate")
    assert said == f"{api.client_id} is let in no more\n"
    await wait_for_refusal(lambda: api.get("/v1/events"))
    assert "was deactivated before" in (await register("deactivate"))[1]
    assert "`activate` lets it in again" in (await register("renew", code=1))[1]
    assert f"{api.client_id}  deactivated" in (await register("list"))[0]
    assert (await register("activate", "--keep-secret"))[0] == ""
    assert await count_let_in(platform, api.client_id, [api.secret]) == [200]
    assert "is active" in (await register("activate", code=1))[1]
    await register("renew")
    await register("deactivate")
    new, _ = await register("activate")
    assert await count_let_in(platform, api.client_id, [api.secret, new]) == [401, 200]


@pytest.mark.parametrize(
    "asked", [("change", "--name", "t"), ("renew",), ("deactivate",), ("activate",)], ids=lambda asked: asked[0]
)
async def test_one_that_is_not_there_is_told_of(register: Register, asked: tuple[str, ...]) -> None:
    assert await register(*asked, code=1) == (
        "",
        f"not done: there is no client {register.client_id}: `list` shows those that there are\n",
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--organisation", "GB-LAE-NONE"), "there is no public body GB-LAE-NONE"),
        (("--organisation", "Hart"), "there is no public body Hart"),
        (("--organisation", str(uuid.uuid4())), "there is no public body"),
        (("--organisation", "../cases"), "there is no public body ../cases"),
        (("--organisation", "GB-LAE-HAT", "--unchecked"), "not an id"),
        (("--organisation", str(uuid.UUID(int=0)), "--unchecked"), "the id of nobody"),
        ((), "nothing to change"),
    ],
)
async def test_a_body_that_is_not_there_is_refused(register: Register, arguments: tuple[str, ...], reason: str) -> None:
    out, said = await register("change", *arguments, code=1)
    assert (out, reason in said) == ("", True), said


async def test_an_organisation_that_is_no_public_body_is_taken_when_told_to(
    platform: Platform, register: Register
) -> None:
    portal = str(uuid.uuid4())
    register.monkeypatch.setenv("RTP_BODIES_URL", "http://127.0.0.1:9")
    arguments = ("--name", "t", "--scopes", "cases:read", "--organisation", portal)
    assert "RTP_BODIES_URL" in (await register("add", *arguments, code=1))[1]
    secret, _ = await register("add", *arguments, "--unchecked")
    assert await count_let_in(platform, register.client_id, [secret]) == [200]


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"RTP_DATABASE_URL": "postgresql://rtp_gateway_operator:hidden@127.0.0.1:9/rtp_gateway"}, "not done: "),
        ({"RTP_DATABASE_URL": ""}, "settings: RTP_DATABASE_URL: "),
        ({"RTP_BODIES_URL": "localhost:8000/"}, "settings: RTP_BODIES_URL: "),
    ],
)
def test_what_the_environment_gets_wrong_is_one_line(environment: dict[str, str], line: str) -> None:
    given = {"RTP_DATABASE_URL": "postgresql://x@127.0.0.1:9/x"} | environment
    command = build_command("rtp_gateway.register", "list")
    done = subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert done.stderr.startswith(line)
    assert "hidden" not in done.stderr


async def test_an_operator_gives_a_client_limits_of_its_own_and_takes_them_away(
    platform: Platform, register: Register
) -> None:
    await register("add", *HART, "--burst", "2000")
    assert "2000 requests in 10 seconds" in (await register("list"))[0]
    await register("change", "--sustained", "90000", "--burst", "0")
    [row] = await run_sql(platform, "SELECT * FROM clients WHERE client_id = :id", id=register.client_id)
    assert (row.burst_limit, row.sustained_limit) == (0, 90_000)
