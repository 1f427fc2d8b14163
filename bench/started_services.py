"""The applications service and the gateway before it, each a real process as it is shipped, over PostgreSQL."""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from uuid import UUID

import httpx
from pydantic import SecretStr
from tests.support.cases import READY
from tests.support.ports import find_free_ports

from bench.load import Target, wait_for
from bench.runs import Run
from rtp_applications.app import service as applications
from rtp_embedded import postgres
from rtp_gateway.app import service as gateway
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import SCOPES
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.routing import NAMES
from rtp_operations import databases
from rtp_shared import migrate
from rtp_shared.db import Database
from rtp_shared.run import load_reference_data
from rtp_shared.service import Service
from rtp_shared.settings import ProcessSettings


class StartedServices(Run):
    """The processes of a run. None of them outlives the `with` block."""

    def __init__(
        self,
        clients: Mapping[str, UUID],
        *,
        scopes: Sequence[str] = tuple(SCOPES),
        database_settings: Mapping[str, str] | None = None,
        **settings: str,
    ) -> None:
        """Register `clients`, each with its organisation; the other settings are the gateway's, besides its own."""
        super().__init__()
        self._scopes = scopes
        self._secret = secrets.token_urlsafe(24)
        self._clients, self._database_settings, self._settings = clients, database_settings, settings

    def _start(self) -> None:
        self.server = self._undo.enter_context(
            postgres.start(self.directory / "postgres", settings=self._database_settings)
        )
        self._postmaster = int((self.server.cluster.files / "postmaster.pid").read_text().split()[0])
        service_port, gateway_port = find_free_ports(2)
        self.public_url = f"http://127.0.0.1:{gateway_port}"
        asyncio.run(self._prepare())
        self._keys = {
            "RTP_SIGNING_KEY": SigningKey.generate(),
            "RTP_SECRETS_KEY": secrets.token_urlsafe(32) + "=",
        }
        self._gateway_pid = self.start_gateway(gateway_port, service_port)
        self._service_pid = self.start_service(
            applications, service_port, RTP_DOCUMENTS_DIR=str(self.directory / "documents")
        )
        self.service = self.build_target(service_port, self._service_pid)
        self.gateway = self.build_target(gateway_port, self._gateway_pid, self._service_pid)

    @property
    def pids(self) -> dict[str, int]:
        """The first process of each part; its children are counted with it."""
        return {"gateway": self._gateway_pid, "applications": self._service_pid, "postgresql": self._postmaster}

    def build_target(self, port: int, *pids: int) -> Target:
        return Target(f"http://127.0.0.1:{port}", pids, self._postmaster)

    def get_url(self, service: Service, kind: str = "web") -> str:
        return self.server.url(service.database, service.get_role(kind))

    def start_gateway(self, port: int, upstream_port: int) -> int:
        """Start a gateway before what listens on the port; tokens of one gateway hold at all."""
        # It wants an address for every service; only cases are asked for.
        upstreams = json.dumps(dict.fromkeys(NAMES, f"http://127.0.0.1:{upstream_port}"))
        settings = {"RTP_TOKEN_SECONDS": "3600", **self._keys, **self._settings}
        return self.start_service(gateway, port, RTP_UPSTREAMS=upstreams, **settings)

    async def _prepare(self) -> None:
        for service in (applications, gateway):
            await databases.provision(self.server.url(), service)
            await migrate.migrate(self.get_url(service, "owner"), service)
            operator = SecretStr(self.get_url(service, "operator"))
            await load_reference_data(service, ProcessSettings(database_url=operator))
        database = Database(self.get_url(gateway, "operator"), pool_size=1)
        async with database.transaction() as session:
            for client, organisation in self._clients.items():
                await register_client(
                    session,
                    client,
                    name=client,
                    organisation=organisation,
                    secret=self._secret,
                    scopes=list(self._scopes),
                )
        await database.close()

    def start_service(self, service: Service, port: int, **settings: str) -> int:
        """Start a service's web process as it is shipped; return its process id."""
        module = f"rtp_{service.name.replace('-', '_')}"
        given = {"RTP_DATABASE_URL": self.get_url(service), "RTP_PUBLIC_URL": self.public_url, "RTP_PORT": str(port)}
        return self.start(service.name, [sys.executable, "-m", module, "web"], port, **given, **settings)

    def start(self, name: str, command: list[str], port: int, path: str = "/health", **environment: str) -> int:
        """Start a process and wait until it answers at the path; return its id."""
        log = self.directory / f"{name}.log"
        with log.open("wb") as file:
            clean = {key: value for key, value in os.environ.items() if not key.startswith("RTP_")}
            process = subprocess.Popen(command, env={**clean, **environment}, stdout=file, stderr=file)
        self._undo.callback(end, process)
        wait_for(f"http://127.0.0.1:{port}{path}", process, log)
        return process.pid

    def new_token(self, client: str) -> str:
        form = {"grant_type": "client_credentials"}
        answer = httpx.post(f"{self.public_url}/oauth2/token", data=form, auth=(client, self._secret), trust_env=False)
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    def open_client(self, token: str) -> httpx.Client:
        """Open a client of the service, past the gateway."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.service.url, headers=headers, timeout=30, trust_env=False)


def submit_case(api: httpx.Client) -> str:
    case = api.post("/v1/cases", json=READY).raise_for_status().json()
    submit = f"/v1/cases/{case['id']}/actions/submit"
    api.post(submit, headers={"If-Match": f'"{case["version"]}"'}).raise_for_status()
    return str(case["id"])


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
