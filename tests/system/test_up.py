"""`make up`: the journey over real processes, and how they end."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from rtp_examples.demo import Journey
from rtp_gateway.app import service as gateway
from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.transports.signing import Keyring
from rtp_operations import new_secrets_key, up
from rtp_operations.prepare import CannotPrepare, PrepareSettings, prepare
from rtp_operations.processes import PROCESSES
from rtp_operations.up import HostSecrets, UpSettings, build_host
from tests.resilience.database import Server
from tests.support.ports import find_free_port
from tests.support.waiting import wait_until


class Up:
    """`make up`, as a person runs it: `python -m rtp_examples.up`."""

    def __init__(self, settings: UpSettings, *, sandbox: bool = True) -> None:
        self.settings = settings
        self._log = settings.data_dir / "up.log"
        environment = os.environ | {
            "RTP_ADMIN_DATABASE_URL": settings.admin_database_url.get_secret_value(),
            "RTP_BROKER_URL": settings.broker_url.get_secret_value(),
            "RTP_PORT": str(settings.port),
            "RTP_DATA_DIR": str(settings.data_dir),
            "RTP_ALLOW_PRIVATE_SINKS": "true",
            "RTP_EXAMPLES": "true" if sandbox else "false",
            "PYTHONUNBUFFERED": "1",
        }
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "rtp_examples.up"]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def pids(self) -> dict[str, int]:
        return {name: int(pid) for name, pid in re.findall(r" (\S+) started \(pid=(\d+)\)", self.said)}

    def all_started(self) -> bool:
        assert self.process.poll() is None, self.said[-2000:]
        return len(self.pids()) == len(PROCESSES)

    def all_answer(self) -> bool:
        assert self.process.poll() is None, self.said[-2000:]
        try:
            return all(self.get(number, "/health").status_code == 200 for number in range(len(PROCESSES)))
        except httpx.TransportError:
            return False

    def get(self, number: int, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.settings.port + number}{path}", timeout=5)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that holds nothing of other modules, whose clients and secrets these tests would find."""
    with tempfile.TemporaryDirectory(prefix="rtp-tests-") as directory:
        running = Server(Path(directory), port=find_free_port())
        running.start()
        yield running
        running.stop()


@pytest.fixture
def environment(settings: UpSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person has set who runs a command beside `make up`."""
    monkeypatch.setenv("RTP_ADMIN_DATABASE_URL", settings.admin_database_url.get_secret_value())
    monkeypatch.setenv("RTP_BROKER_URL", settings.broker_url.get_secret_value())
    monkeypatch.setenv("RTP_PORT", str(settings.port))
    monkeypatch.setenv("RTP_DATA_DIR", str(settings.data_dir))


@pytest.fixture(scope="module")
def running(settings: UpSettings) -> Iterator[Up]:
    started = Up(settings)
    wait_until(started.all_answer, "starting", 90, pause=0.1)
    yield started
    started.end()


def test_the_journey(running: Up, sandbox_secrets: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    Journey(f"http://127.0.0.1:{running.settings.port}", sandbox_secrets).run()
    said = capsys.readouterr().out
    assert "signature verified" in said
    assert "the feed shows the same events" in said


def test_it_says_where_it_is_and_who_its_clients_are(running: Up, sandbox_secrets: dict[str, str]) -> None:
    wait_until(lambda: "Ctrl-C stops" in running.said, "the greeting")
    assert f"Right to Provide is at http://localhost:{running.settings.port}\n" in running.said
    assert all(f"  {client_id:<18}{secret}  " in running.said for client_id, secret in sandbox_secrets.items())
    assert "make client DO='add" in running.said
    done = subprocess.run(
        ["make", "client", "DO=list"],
        env=os.environ | {"RTP_DATA_DIR": str(running.settings.data_dir)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "council-intake  active" in done.stdout


def test_every_process_says_how_it_is(running: Up) -> None:
    for number, process in enumerate(PROCESSES):
        if process.kind == "web":
            assert running.get(number, "/ready").json() == {"status": "ready"}
        else:
            health = running.get(number, "/health").json()
            assert health["relay_leads"]
            assert health.get("consumer_connected", True)
        assert running.get(number, "/metrics").status_code == 401


def test_no_process_knows_more_than_it_needs(running: Up) -> None:
    environments = {name: psutil.Process(pid).environ() for name, pid in running.pids().items()}
    for process in PROCESSES:
        names = {name for name in environments[process.name] if name.startswith("RTP_")}
        assert "RTP_ADMIN_DATABASE_URL" not in names
        assert ("RTP_BROKER_URL" in names) == (process.kind != "web")
        assert ("RTP_SIGNING_KEY" in names) == (process.name == "gateway")
        assert ("RTP_SECRETS_KEY" in names) == (process.service.name == "gateway")
        assert ("RTP_BUNDLE_KEY" in names) == (process.name == "applications")
        assert ("RTP_WITNESS_KEY" in names) == (process.name == "applications")
        assert ("RTP_LOG_KEY" in names) == (process.name == "applications-worker")
        assert not names & {"RTP_PASSWORDS", "RTP_OWNER_DATABASE_URL"}
        url = make_url(environments[process.name]["RTP_DATABASE_URL"])
        assert url.username == process.service.get_role(process.kind)


def list_active_clients(settings: UpSettings) -> list[str]:
    with psycopg.connect(build_host(settings).build_database_url(gateway, "operator")) as connection:
        found = connection.execute("SELECT client_id FROM clients WHERE active ORDER BY client_id").fetchall()
    return [client_id for (client_id,) in found]


def test_the_key_of_secrets_is_not_replaced_under_a_platform_that_runs(
    running: Up, capsys: pytest.CaptureFixture[str], environment: None
) -> None:
    wait_until(running.all_answer, "starting", 90, pause=0.1)
    assert new_secrets_key.main() == 1
    assert "stop it first" in capsys.readouterr().err


def test_one_that_dies_brings_all_down_with_its_name_said(running: Up) -> None:
    pids = running.pids()
    os.kill(pids["finance-directory-worker"], signal.SIGKILL)
    assert running.process.wait(30) == 1
    first = next(line for line in running.said.splitlines() if " stopped (rc=" in line)
    assert "finance-directory-worker stopped (rc=-9)" in first
    assert not any(map(psutil.pid_exists, pids.values()))


def test_the_key_of_secrets_is_replaced_while_it_is_stopped(
    running: Up, settings: UpSettings, environment: None, capsys: pytest.CaptureFixture[str]
) -> None:
    running.end()
    file = settings.data_dir / "up.json"
    old = HostSecrets.read(file).keys.secrets_key
    assert new_secrets_key.main() == 0
    new = HostSecrets.read(file).keys.secrets_key
    assert "," not in new
    assert new != old
    url = build_host(settings).build_database_url(gateway, "web")
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('rtp.readers', 'system', false)")
        sealed = connection.execute("SELECT sealed_keys FROM subscriptions WHERE sealed_keys IS NOT NULL").fetchall()
    assert sealed, "the journey subscribed"
    assert all(Keyring.open(SecretBox(new), keys).secret for (keys,) in sealed)


def test_without_the_sandbox_its_clients_are_let_in_no_more_and_ctrl_c_stops_all(
    running: Up, settings: UpSettings, sandbox_secrets: dict[str, str]
) -> None:
    running.end()
    assert set(list_active_clients(settings)) == set(sandbox_secrets)
    again = Up(settings, sandbox=False)
    wait_until(again.all_started, "starting")
    assert list_active_clients(settings) == []
    assert "the sandbox is closed: council-intake, " in again.said
    pids = again.pids()
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(30) == 0, again.said[-2000:]
    assert not re.search('Traceback|"level": "(WARNING|ERROR|CRITICAL)"', again.said)
    assert not any(map(psutil.pid_exists, pids.values()))


Start = Callable[..., tuple[int, str]]


@pytest.fixture
def start(
    settings: UpSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Start:
    """Try to start with some settings changed or left out; the exit code and what was said."""

    def try_to(**changes: str | None) -> tuple[int, str]:
        given: dict[str, str | None] = {
            "RTP_ADMIN_DATABASE_URL": settings.admin_database_url.get_secret_value(),
            "RTP_BROKER_URL": settings.broker_url.get_secret_value(),
            "RTP_PORT": str(settings.port),
            "RTP_DATA_DIR": str(tmp_path),
        }
        for name, value in (given | changes).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        monkeypatch.setattr(up, "run_processes", lambda _: 0)
        code = up.main()
        return code, capsys.readouterr().err

    return try_to


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"RTP_ADMIN_DATABASE_URL": None}, r"Set RTP_ADMIN_DATABASE_URL .* and RTP_BROKER_URL .*"),
        ({"RTP_ADMIN_DATABASE_URL": "postgresql://127.0.0.1:1/x"}, r"no PostgreSQL for RTP_ADMIN_DATABASE_URL: .*"),
        ({"RTP_BROKER_URL": "amqp://127.0.0.1:1/"}, r"no RabbitMQ for RTP_BROKER_URL: .*Connection refused"),
    ],
    ids=["nothing-given", "no-postgresql", "no-rabbitmq"],
)
def test_one_line_says_what_is_missing(changes: dict[str, str | None], line: str, start: Start) -> None:
    code, said = start(**changes)
    assert code == 1
    assert re.fullmatch(line + r"\n", said)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RTP_LOG_LEVEL", "DEBUGG"),
        ("RTP_PUBLIC_URL", "rtp.example.org"),
        ("RTP_POOL_SIZE", "abc"),
        ("RTP_UPSTREAM_SECONDS", "soon"),
        ("RTP_TRUSTED_PROXIES", "10.0.0.5"),
        ("RTP_BUNDLE_TRUSTED_KEYS", "{}"),
    ],
)
def test_a_wrong_setting_of_any_process_is_one_line_before_anything_starts(name: str, value: str, start: Start) -> None:
    with pytest.raises(SystemExit, match=f"^settings: {name}.*$"):
        start(RTP_ADMIN_DATABASE_URL="postgresql://127.0.0.1:1/x", **{name: value})


def test_what_no_process_reads_is_named(start: Start) -> None:
    misspelt = {"RTP_PROT": "1", "RTP_POOL_SIZZE": "1", "RTP_PAYLOD_DAYS": "1"}
    _, said = start(RTP_ADMIN_DATABASE_URL="postgresql://127.0.0.1:1/x", RTP_CLAMD="x:1", **misspelt)
    assert said.splitlines()[0] == (
        "variables that no process reads: RTP_PAYLOD_DAYS (RTP_PAYLOAD_DAYS?), RTP_POOL_SIZZE (RTP_POOL_SIZE?), "
        "RTP_PROT (RTP_PORT?)"
    )


def test_one_line_says_which_port_is_in_use(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = start(RTP_PORT=str(port - 2))
    assert code == 1
    assert re.fullmatch(rf"port {port} for applications is in use or not ours to take: set RTP_PORT .*\n", said)


def prepare_settings(settings: UpSettings, passwords: dict[str, dict[str, str]]) -> PrepareSettings:
    return PrepareSettings(
        admin_database_url=settings.admin_database_url,
        broker_url=settings.broker_url,
        passwords={name: {kind: SecretStr(text) for kind, text in own.items()} for name, own in passwords.items()},
    )


def test_prepare_asks_for_every_password(settings: UpSettings) -> None:
    with pytest.raises(
        CannotPrepare,
        match=r"^RTP_PASSWORDS has none for applications worker, advice-matching web, advice-matching worker, "
        r"finance-directory web, finance-directory worker, gateway web, gateway delivery$",
    ):
        asyncio.run(prepare(prepare_settings(settings, {"applications": {"web": "x"}}), print))


def test_prepare_refuses_an_old_postgresql(settings: UpSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtp_operations.prepare.POSTGRES_MAJOR", 99)
    with pytest.raises(CannotPrepare, match=r"^PostgreSQL 99 or later is needed, and this is 18$"):
        asyncio.run(prepare(prepare_settings(settings, HostSecrets().passwords), print))
