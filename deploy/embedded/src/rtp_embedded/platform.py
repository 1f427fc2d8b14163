"""The whole platform in one process: the services' applications behind the gateway, and the in-process bus."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from cryptography.fernet import Fernet
from pydantic import SecretStr
from starlette.types import ASGIApp

from rtp_advice_matching.app import service as advice_matching
from rtp_applications.app import service as applications
from rtp_applications.history.keys import BundleKey
from rtp_applications.timekeeping.sweep import sweep
from rtp_finance_directory.app import service as finance_directory
from rtp_gateway.app import build_gateway, build_runtime
from rtp_gateway.app import service as gateway
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.inbound.proxy.forward import InProcess
from rtp_gateway.outbound.deliveries.worker import DeliveryWorker
from rtp_gateway.settings import GatewaySettings
from rtp_shared import migrate
from rtp_shared.bus import InProcessBus
from rtp_shared.clock import utcnow
from rtp_shared.relay import Relay
from rtp_shared.retention import keep_tidy
from rtp_shared.run import consumer, load_reference_data
from rtp_shared.service import Runtime, Service
from rtp_shared.settings import ProcessSettings
from rtp_shared.web import build_app

SERVICES: Sequence[Service] = (applications, advice_matching, finance_directory)
ALL: Sequence[Service] = (*SERVICES, gateway)

UrlOf = Callable[[str, str], str]
"""URL of a database as a role: url(database, role)."""


@dataclass(frozen=True)
class Keys:
    """What must stay the same from one start to the next."""

    signing_key: str = field(default_factory=SigningKey.generate, repr=False)
    secrets_key: str = field(default_factory=lambda: Fernet.generate_key().decode(), repr=False)
    bundle_key: str = field(default_factory=lambda: BundleKey.generate().to_pem(), repr=False)


async def prepare(url: UrlOf, say: Callable[[str], None]) -> None:
    """Databases, roles, migrations and reference data; quick where all of it is there."""
    for service in ALL:
        await migrate.provision(url("postgres", "postgres"), service.database)
        changed = await migrate.migrate(url(service.database, f"{service.database}_owner"), service)
        loaded = await load_reference_data(service, settings_of(service, url, public_url="", examples=True))
        state = "made" if changed else "up to date"
        say(f"{service.name}: database {state}{f', {loaded}' if loaded else ''}")


def settings_of(service: Service, url: UrlOf, *, public_url: str, **more: Any) -> ProcessSettings:
    database_url = SecretStr(url(service.database, f"{service.database}_app"))
    return service.settings(database_url=database_url, public_url=public_url, **more)


class Platform:
    """A running platform. `app` is the gateway's ASGI application."""

    def __init__(
        self,
        url: UrlOf,
        *,
        public_url: str,
        keys: Keys,
        documents_dir: Path | None = None,
        clock: Callable[[], datetime] = utcnow,
        **gateway_settings: Any,
    ) -> None:
        """`clock` says what time it is for the rules of the services; the gateway goes by the real time.

        `documents_dir`: where documents are kept; without it the settings say.
        """
        self.public_url = public_url
        settings = GatewaySettings(
            database_url=SecretStr(url(gateway.database, f"{gateway.database}_app")),
            public_url=public_url,
            signing_key=SecretStr(keys.signing_key),
            secrets_key=SecretStr(keys.secrets_key),
            **gateway_settings,
        )
        self.gateway, signing_key = build_runtime(settings)
        kept = {"documents_dir": documents_dir} if documents_dir is not None else {}
        more = {applications.name: {"bundle_key": SecretStr(keys.bundle_key), **kept}}
        self.runtimes: dict[str, Runtime] = {
            service.name: Runtime.build(
                service,
                settings_of(service, url, public_url=public_url, **more.get(service.name, {})),
                self.gateway.verifier,
                clock,
            )
            for service in SERVICES
        }
        apps: dict[str, ASGIApp] = {name: build_app(runtime) for name, runtime in self.runtimes.items()}
        self.app = build_gateway(self.gateway, signing_key, InProcess(apps, limits=settings.limits))
        self.runtimes[gateway.name] = self.gateway
        # The gateway hears first: subscribers need not wait for what the services make of an event.
        hearing = {gateway.name: self.gateway, **self.runtimes}
        self.bus = InProcessBus({name: consumer(runtime) for name, runtime in hearing.items()})
        self.relays = {
            name: Relay(database_url=_plain(runtime), bus=self.bus, metrics=runtime.metrics)
            for name, runtime in self.runtimes.items()
        }
        self.delivery_worker = DeliveryWorker.build(self.gateway)

    async def run(self) -> None:
        """The work between requests, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for relay in self.relays.values():
                tasks.create_task(relay.run())
            for runtime in self.runtimes.values():
                tasks.create_task(keep_tidy(runtime.database, runtime.settings))
                for loop in runtime.service.loops:
                    tasks.create_task(loop(runtime))
            tasks.create_task(self.delivery_worker.run())

    async def tick(self) -> None:
        """Do what time has come for, by the platform's clock, and relay what came of it. For tests and demonstrations.

        One look is enough, however long the clock was left: what an end leads to is looked at with it.
        """
        await sweep(self.runtimes[applications.name])
        await self.settle()

    async def settle(self) -> None:
        """Relay and deliver until nothing is due. For tests and demonstrations, when `run` does not."""
        connections = {name: await asyncpg.connect(_plain(runtime)) for name, runtime in self.runtimes.items()}
        try:
            while await self._relay_once(connections) or await self.delivery_worker.drain():
                pass
            if self.app.recorder is not None:
                await self.app.recorder.calls.flush()
        finally:
            for connection in connections.values():
                await connection.close()

    async def _relay_once(self, connections: Mapping[str, Any]) -> int:
        return sum([await relay.drain(connections[name]) for name, relay in self.relays.items()])

    async def close(self) -> None:
        await self.app.close()
        await self.delivery_worker.close()
        await self.app.own.state.subscription_deps.close()
        for runtime in self.runtimes.values():
            await runtime.database.close()


def _plain(runtime: Runtime) -> str:
    return runtime.settings.database_url.get_secret_value()
