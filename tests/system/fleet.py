"""The platform as processes, each started and ended on its own, with what `make up` tells it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import httpx
import psycopg

from rtp_gateway.app import service as gateway
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_operations.processes import PROCESSES, OneHost, ServiceProcess
from rtp_shared.clock import utcnow
from rtp_shared.service import Service
from tests.support.ports import find_free_ports
from tests.support.waiting import wait_until
from tests.system.crashing import KILL_FILE

ROOT = Path(__file__).parents[2]
BY_NAME = {process.name: process for process in PROCESSES}
STARTING = 180.0
"""Seconds for a process to come up: all start at once, and a machine may have few cores and other work."""
_PR_SET_PDEATHSIG = 1
_REGISTER = """
    WITH registered AS (
        INSERT INTO clients (client_id, name, organisation, secret_hash, scopes, active, created_at)
        VALUES (%s, 'reads metrics', %s, '', %s, true, now()) ON CONFLICT DO NOTHING RETURNING client_id)
    SELECT count(*) FROM registered
"""


def _is_healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _end_with_the_tests() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Fleet:
    """The processes of one host."""

    def __init__(self, host: OneHost, logs: Path, environment: Mapping[str, str] | None = None) -> None:
        """Add `environment` to that which `make up` gives to every process."""
        self.host = host
        self._logs = logs
        self._environment = dict(environment or {})
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._databases: dict[str, psycopg.Connection[tuple[object, ...]]] = {}

    def start(self, *names: str) -> None:
        """Start and wait until they are up; without names, all."""
        started = names or [process.name for process in PROCESSES]
        for name in started:
            self.launch(name)
        self.wait_until_up(*started)

    def launch(self, name: str) -> None:
        process = BY_NAME[name]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        own = {"PYTHONPATH": path, KILL_FILE: str(self._get_kill_file(process.name).absolute())}
        environment = self.host.build_environment(process) | self._environment | own
        with (self._logs / f"{process.name}.log").open("ab") as log:
            self._running[process.name] = subprocess.Popen(
                [sys.executable, "-m", "tests.system.crashing", *process.command[2:]],
                env=environment,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_the_tests,
            )

    @contextmanager
    def more_of(self, name: str, count: int) -> Iterator[None]:
        """So many more processes of this kind, as they are started on a second host, until the block ends."""
        process = BY_NAME[name]
        environment = self.host.build_environment(process) | self._environment
        with ExitStack() as undo:
            ports = find_free_ports(count)
            for port in ports:
                log = undo.enter_context((self._logs / f"{name}-{port}.log").open("ab"))
                command = [sys.executable, *process.command[1:]]
                own = {**environment, "RTP_PORT": str(port)}
                running = subprocess.Popen(command, env=own, stdout=log, stderr=log, preexec_fn=_end_with_the_tests)
                undo.callback(running.wait, 30)
                undo.callback(running.terminate)
            for port in ports:
                wait_until(lambda port=port: _is_healthy(port), f"{name} coming up at {port}", STARTING, pause=0.1)  # type: ignore[misc]
            yield

    def wait_until_up(self, *names: str) -> None:
        for name in names:
            wait_until(lambda name=name: self._is_up(BY_NAME[name]), f"{name} coming up", STARTING, pause=0.1)  # type: ignore[misc]

    def kill_at(self, name: str, point: str) -> None:
        """Have it killed when it next gets to this point (crashing.py)."""
        self._get_kill_file(name).write_text(point)

    def has_ended(self, name: str) -> bool:
        return self._running[name].poll() is not None

    def wait_for_end(self, name: str, seconds: float = 60) -> int:
        ended = self._running[name].wait(seconds)
        del self._running[name]
        self._get_kill_file(name).unlink(missing_ok=True)
        return ended

    def kill(self, name: str) -> None:
        self._running[name].kill()

    def stop(self, *names: str) -> None:
        """Ask to end, and wait; without names, all."""
        asked = {name: self._running.pop(name) for name in names or list(self._running)}
        for running in asked.values():
            running.terminate()
        for running in asked.values():
            running.wait(30)

    def end_all(self, number: signal.Signals) -> dict[str, int]:
        """Send the signal to all at once, as a terminal or a host does; return the exit code of each."""
        asked, self._running = self._running, {}
        for running in asked.values():
            running.send_signal(number)
        return {name: running.wait(60) for name, running in asked.items()}

    def read_log(self, name: str) -> str:
        return (self._logs / f"{name}.log").read_text(errors="replace")

    def get(self, name: str, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.host.get_port(BY_NAME[name])}{path}", timeout=5)

    def get_metrics(self, name: str) -> str:
        """Return the metrics of the process, as a client that may read them."""
        scopes, organisation = ["metrics:read"], UUID(int=1)
        self.query(gateway, _REGISTER, "metrics-reader", organisation, scopes)
        token = SigningKey(self.host.keys.signing_key).sign_access_token(
            issuer=self.host.public_url,
            client_id="metrics-reader",
            organisation=organisation,
            scopes=scopes,
            seconds=60,
            now=utcnow(),
        )
        url = f"http://127.0.0.1:{self.host.get_port(BY_NAME[name])}/metrics"
        answer = httpx.get(url, timeout=5, headers={"Authorization": f"Bearer {token}"})
        return answer.raise_for_status().text

    def count_repeats(self, name: str) -> int:
        """Return the number of messages that came again to this process and were dropped."""
        lines = self.get_metrics(name).splitlines()
        counted = [line for line in lines if line.startswith("rtp_events_handled_total") and "seen-before" in line]
        return int(sum(float(line.rpartition(" ")[2]) for line in counted))

    def query(self, service: Service, sql: str, *arguments: object) -> list[tuple[object, ...]]:
        """Ask the service's database, past all access rules."""
        if service.name not in self._databases:
            url = self.host.admin_database_url.rpartition("/")[0] + f"/{service.database}"
            self._databases[service.name] = psycopg.connect(url, autocommit=True)
        return self._databases[service.name].execute(sql.encode(), arguments).fetchall()

    def disconnect(self) -> None:
        """From the databases, to which `query` connects when it is asked again."""
        for connection in self._databases.values():
            connection.close()
        self._databases.clear()

    def close(self) -> None:
        self.stop()
        self.disconnect()

    def _get_kill_file(self, name: str) -> Path:
        return self._logs / f"{name}.kill-at"

    def _is_up(self, process: ServiceProcess) -> bool:
        ended = self._running[process.name].poll()
        assert ended is None, f"{process.name} ended with {ended}: {self._last_line(process)}"
        try:
            answer = self.get(process.name, "/ready" if process.kind == "web" else "/health")
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and answer.json().get("consumer_connected", True)

    def _last_line(self, process: ServiceProcess) -> str:
        return "".join((self._logs / f"{process.name}.log").read_text(errors="replace").splitlines()[-1:])
