"""The platform as many processes, as far as events need it: relay, RabbitMQ, gateway and its delivery worker."""

import asyncio
import secrets
import subprocess
import sys
from typing import Any

import httpx
import psutil
from pydantic import SecretStr
from tests.support.cases import EMPLOYER
from tests.support.ports import find_free_port, find_free_ports
from tests.support.rabbitmq import start_broker

from bench.load import cpu_seconds, wait_for
from bench.measured_services import CLIENT
from bench.runs import Run
from bench.started_services import end
from rtp_applications.app import service as applications
from rtp_applications.bodies.models import body_id
from rtp_embedded import postgres
from rtp_gateway.app import service as gateway
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import SCOPES
from rtp_operations import up
from rtp_operations.clients import register_none
from rtp_operations.processes import PROCESSES, OneHost, ServiceProcess
from rtp_operations.up import UpSettings
from rtp_shared.db import Database

RELAY, DELIVERY = "applications-worker", "gateway-delivery"
NEEDED = ("gateway", RELAY, DELIVERY)
READERS = [f"client:{CLIENT}", "system"]


class MeasuredProcesses(Run):
    """The processes of the platform. None of them outlives the `with` block."""

    def __init__(self) -> None:
        super().__init__()
        self.pids: dict[str, int] = {}

    def _start(self) -> None:
        server = self._undo.enter_context(postgres.start(self.directory / "postgres", port=find_free_port()))
        broker = start_broker()
        self._undo.callback(broker.stop)
        settings = UpSettings(
            admin_database_url=SecretStr(server.tcp_url()),
            broker_url=SecretStr(broker.url),
            port=find_free_ports(len(PROCESSES))[0],
            data_dir=self.directory,
        )
        host = up.build_host(settings)
        asyncio.run(up.prepare_host(host, self.directory, register_none, examples=False))
        self.database_url = server.url(gateway.database)
        """The database of the gateway as superuser, past all access rules."""
        self.outbox_url = server.url(applications.database, applications.get_role("worker"))
        self.public_url = host.public_url
        for process in PROCESSES:
            if process.name in NEEDED:
                self._launch(host, process)
        self.pids["postgresql"] = int((server.cluster.files / "postmaster.pid").read_text().split()[0])
        beams = [each.pid for each in psutil.Process().children(recursive=True) if each.name() == "beam.smp"]
        self.pids |= dict.fromkeys(("rabbitmq",), beams[0]) if beams else {}  # else it is none of ours
        operator_url = server.url(gateway.database, gateway.get_role("operator"))
        asyncio.run(_register(operator_url, secret := secrets.token_hex(16)))
        self._open_client = self._undo.enter_context(_open_client(self.public_url, secret))

    def _launch(self, host: OneHost, process: ServiceProcess) -> None:
        environment = {**host.build_environment(process), "RTP_ALLOW_PRIVATE_SINKS": "true"}
        log = self.directory / f"{process.name}.log"
        with log.open("wb") as file:
            started = subprocess.Popen(
                [sys.executable, *process.command[1:]], env=environment, stdout=file, stderr=file
            )
        self._undo.callback(end, started)
        self.pids[process.name] = started.pid
        wait_for(f"http://127.0.0.1:{host.get_port(process)}/health", started, log, seconds=60)

    def subscribe(self, sink: str, **wanted: Any) -> str:
        """Subscribe a sink; return the subscription's id."""
        made = self._open_client.post("/v1/subscriptions", json={"sink": sink, **wanted})
        return str(made.raise_for_status().json()["id"])

    def end_subscription(self, subscription_id: str) -> None:
        self._open_client.delete(f"/v1/subscriptions/{subscription_id}", headers={"If-Match": "*"}).raise_for_status()

    def act(self, subscription_id: str, action: str) -> None:
        self._open_client.post(
            f"/v1/subscriptions/{subscription_id}/actions/{action}", headers={"If-Match": "*"}
        ).raise_for_status()

    def move(self, subscription_id: str, sink: str) -> None:
        """Give it another sink, and cancel the deliveries that wait for the former one."""
        changes = {"sink": sink, "onSinkChange": "cancel"}
        path = f"/v1/subscriptions/{subscription_id}"
        self._open_client.patch(path, json=changes, headers={"If-Match": "*"}).raise_for_status()

    def get_cpu_seconds(self) -> dict[str, float]:
        """Return the CPU seconds so far of each process, and of `bench`, which publishes and receives."""
        used = {name: cpu_seconds([pid]) for name, pid in self.pids.items()}
        times = psutil.Process().cpu_times()
        return {**used, "bench": times.user + times.system}

    def get_megabytes(self, name: str) -> float:
        """Return the memory that the process holds."""
        return float(psutil.Process(self.pids[name]).memory_info().rss / 2**20)


async def _register(database_url: str, secret: str) -> None:
    database = Database(database_url, pool_size=1)
    try:
        async with database.transaction() as session:
            await register_client(
                session, CLIENT, name=CLIENT, organisation=body_id(EMPLOYER), secret=secret, scopes=list(SCOPES)
            )
    finally:
        await database.close()


def _open_client(url: str, secret: str) -> httpx.Client:
    form = {"grant_type": "client_credentials"}
    token = httpx.post(f"{url}/oauth2/token", data=form, auth=(CLIENT, secret), trust_env=False).raise_for_status()
    headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
    return httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False)
