"""The processes that the platform runs as, and what each is told by its environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rtp_applications.app import service as applications
from rtp_embedded.platform import SERVICES, Keys
from rtp_embedded.prepare import database_url
from rtp_gateway.app import service as gateway
from rtp_shared.service import Service


@dataclass(frozen=True)
class Process:
    service: Service
    kind: str
    """web, worker or delivery."""

    @property
    def name(self) -> str:
        return self.service.name if self.kind == "web" else f"{self.service.name}-{self.kind}"

    @property
    def command(self) -> list[str]:
        return ["python", "-m", f"rtp_{self.service.name.replace('-', '_')}", self.kind]


PROCESSES = (
    Process(gateway, "web"),
    Process(gateway, "delivery"),
    *(Process(service, kind) for service in SERVICES for kind in ("web", "worker")),
)


@dataclass(frozen=True)
class OneHost:
    """All processes on this host: the gateway takes the first port, the others those after it."""

    admin_database_url: str
    broker_url: str
    public_url: str
    first_port: int
    passwords: Mapping[str, str]
    keys: Keys
    documents_dir: Path

    def port(self, process: Process) -> int:
        return self.first_port + PROCESSES.index(process)

    def environment(self, process: Process) -> dict[str, str]:
        """What the process is told; nothing that only another one needs to know."""
        told = {name: value for name, value in os.environ.items() if name != "RTP_ADMIN_DATABASE_URL"}
        told |= {
            "RTP_DATABASE_URL": self.database_url(process.service),
            "RTP_PUBLIC_URL": self.public_url,
            "RTP_PORT": str(self.port(process)),
        }
        if process.service is gateway:
            told |= {
                "RTP_SIGNING_KEY": self.keys.signing_key,
                "RTP_SECRETS_KEY": self.keys.secrets_key,
                "RTP_UPSTREAMS": json.dumps(self._upstreams()),
            }
        elif process.kind == "web":
            told["RTP_JWKS_URL"] = f"{self._address(Process(gateway, 'web'))}/.well-known/jwks.json"
        if process.service is applications:
            told.setdefault("RTP_DOCUMENTS_DIR", str(self.documents_dir))
        if process == Process(applications, "web"):
            told["RTP_BUNDLE_KEY"] = self.keys.bundle_key
        makes_queues = process.service is gateway and "RTP_BROKER_MANAGEMENT_URL" in told
        if process.kind == "web" and not makes_queues:
            told.pop("RTP_BROKER_URL", None)
        else:
            told["RTP_BROKER_URL"] = self.broker_url
        if not makes_queues:
            told.pop("RTP_BROKER_MANAGEMENT_URL", None)
        return told

    def database_url(self, service: Service) -> str:
        return database_url(self.admin_database_url, service, "app", self.passwords[service.name])

    def _upstreams(self) -> dict[str, str]:
        return {service.name: self._address(Process(service, "web")) for service in SERVICES}

    def _address(self, process: Process) -> str:
        return f"http://127.0.0.1:{self.port(process)}"
