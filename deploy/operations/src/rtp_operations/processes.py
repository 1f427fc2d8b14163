"""The processes that the platform runs as, and the environment of each."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rtp_applications.app import service as applications
from rtp_gateway.app import service as gateway
from rtp_gateway.settings import GatewaySettings, GatewayWebSettings
from rtp_operations.databases import list_process_kinds
from rtp_operations.keys import Keys
from rtp_operations.prepare import build_database_url
from rtp_operations.services import SERVICES
from rtp_shared.run import load_settings
from rtp_shared.service import Service
from rtp_shared.settings import ProcessSettings, list_names


@dataclass(frozen=True)
class ServiceProcess:
    """One process of a service."""

    service: Service
    kind: str
    """web, worker or delivery."""

    @property
    def name(self) -> str:
        return self.service.name if self.kind == "web" else f"{self.service.name}-{self.kind}"

    @property
    def command(self) -> list[str]:
        return ["python", "-m", f"rtp_{self.service.name.replace('-', '_')}", self.kind]

    @property
    def settings(self) -> type[ProcessSettings]:
        if self.service is gateway:
            return GatewayWebSettings if self.kind == "web" else GatewaySettings
        return self.service.settings


PROCESSES = (
    ServiceProcess(gateway, "web"),
    ServiceProcess(gateway, "delivery"),
    *(ServiceProcess(service, kind) for service in SERVICES for kind in list_process_kinds(service)),
)
SECRETS = frozenset(
    {
        "RTP_ADMIN_DATABASE_URL",
        "RTP_OWNER_DATABASE_URL",
        "RTP_PASSWORDS",
        "RTP_SIGNING_KEY",
        "RTP_SECRETS_KEY",
        "RTP_BUNDLE_KEY",
        "RTP_LOG_KEY",
        "RTP_WITNESS_KEY",
    }
)
"""Variables that no process is given just because whoever starts it has them."""


@dataclass(frozen=True)
class OneHost:
    """All processes on this host: the gateway takes the first port, the others those after it."""

    admin_database_url: str
    broker_url: str
    public_url: str
    first_port: int
    passwords: Mapping[str, Mapping[str, str]]
    """Of the roles, by service and kind."""
    keys: Keys
    documents_dir: Path

    def get_port(self, process: ServiceProcess) -> int:
        return self.first_port + PROCESSES.index(process)

    def build_environment(self, process: ServiceProcess, inherited: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of the process, with what it inherits, of this process unless it is told otherwise.

        There is nothing in it that only another one needs to know.
        """
        inherited = os.environ if inherited is None else inherited
        read = list_names(process.settings) - SECRETS
        environment = {name: value for name, value in inherited.items() if not name.startswith("RTP_") or name in read}
        environment |= {
            "RTP_DATABASE_URL": self.build_database_url(process.service, process.kind),
            "RTP_PUBLIC_URL": self.public_url,
            "RTP_PORT": str(self.get_port(process)),
        }
        if process.service is gateway:
            environment["RTP_SECRETS_KEY"] = self.keys.secrets_key
        if process == ServiceProcess(gateway, "web"):
            environment |= self._build_gateway_environment()
        else:
            environment["RTP_JWKS_URL"] = f"{self._build_url(ServiceProcess(gateway, 'web'))}/.well-known/jwks.json"
        if process.service is applications:
            environment.setdefault("RTP_DOCUMENTS_DIR", str(self.documents_dir))
        if process == ServiceProcess(applications, "web"):
            environment["RTP_BUNDLE_KEY"] = self.keys.bundle_key
            environment["RTP_WITNESS_KEY"] = self.keys.witness_key
        if process == ServiceProcess(applications, "worker"):
            environment["RTP_LOG_KEY"] = self.keys.log_key
        self._set_broker(environment, process)
        return environment

    def check_settings(self) -> None:
        """End with one line, before anything starts, if a process would end by its settings."""
        for process in PROCESSES:
            load_settings(process.settings, self.build_environment(process))

    def build_database_url(self, service: Service, kind: str) -> str:
        """Return the URL of the service's database as its role of this kind."""
        return build_database_url(self.admin_database_url, service, kind, self.passwords[service.name][kind])

    def _build_gateway_environment(self) -> dict[str, str]:
        upstreams = {service.name: self._build_url(ServiceProcess(service, "web")) for service in SERVICES}
        return {
            "RTP_SIGNING_KEY": self.keys.signing_key,
            "RTP_UPSTREAMS": json.dumps(upstreams),
        }

    def _set_broker(self, environment: dict[str, str], process: ServiceProcess) -> None:
        """Workers get the broker's URL; so does the gateway's web process where subscribers may have queues."""
        makes_queues = process.service is gateway and "RTP_BROKER_MANAGEMENT_URL" in environment
        if process.kind == "web" and not makes_queues:
            environment.pop("RTP_BROKER_URL", None)
        else:
            environment["RTP_BROKER_URL"] = self.broker_url
        if not makes_queues:
            environment.pop("RTP_BROKER_MANAGEMENT_URL", None)

    def _build_url(self, process: ServiceProcess) -> str:
        return f"http://127.0.0.1:{self.get_port(process)}"
