"""The whole platform in one process: the services' applications behind the gateway, and the in-process bus."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr
from starlette.types import ASGIApp

from rtp_applications.app import service as applications
from rtp_applications.deadlines.scheduler import process_due_cases
from rtp_embedded.bus import InProcessBus
from rtp_gateway.app import build_gateway, build_runtime
from rtp_gateway.app import service as gateway
from rtp_gateway.inbound.proxy.forward import InProcess
from rtp_gateway.outbound.deliveries.worker import DeliveryWorker
from rtp_gateway.settings import GatewaySettings
from rtp_operations import databases
from rtp_operations.keys import Keys
from rtp_operations.services import ALL, SERVICES
from rtp_shared import migrate
from rtp_shared.clock import utcnow
from rtp_shared.relay import Relay
from rtp_shared.retention import run_retention
from rtp_shared.run import build_consumer, load_reference_data
from rtp_shared.service import Runtime, Service
from rtp_shared.settings import ProcessSettings
from rtp_shared.web import build_app

UrlOf = Callable[[str, str], str]
"""URL of a database as a role: url(database, role)."""


async def prepare(url: UrlOf, say: Callable[[str], None]) -> None:
    """Make databases and roles, migrate, and load reference data; quick where all of it is there."""
    for service in ALL:
        await databases.provision(url("postgres", "postgres"), service.database)
        changed = await migrate.migrate(url(service.database, f"{service.database}_owner"), service)
        loaded = await load_reference_data(service, build_settings(service, url, public_url="", examples=True))
        state = "made" if changed else "up to date"
        say(f"{service.name}: database {state}{f', {loaded}' if loaded else ''}")


def build_settings(service: Service, url: UrlOf, *, public_url: str, **more: Any) -> ProcessSettings:
    """Return the settings of a service in this process; `more` are settings that this service has of its own."""
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
        """Build every part and start none.

        The rules of the services go by `clock`, the gateway by the real time. Documents are kept in `documents_dir`;
        without it the settings say where.
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
        own: dict[str, Any] = {"bundle_key": SecretStr(keys.bundle_key)}
        if documents_dir is not None:
            own["documents_dir"] = documents_dir
        self.runtimes = self._build_runtimes(url, clock, {applications.name: own})
        apps: dict[str, ASGIApp] = {name: build_app(runtime) for name, runtime in self.runtimes.items()}
        self.app = build_gateway(self.gateway, signing_key, InProcess(apps, limits=settings.limits))
        self.runtimes[gateway.name] = self.gateway
        # The gateway hears first: subscribers need not wait for what the services make of an event.
        consuming = {gateway.name: self.gateway, **self.runtimes}
        self.bus = InProcessBus({name: build_consumer(runtime) for name, runtime in consuming.items()})
        self.relays = {
            name: Relay(database_url=_get_database_url(runtime), bus=self.bus, metrics=runtime.metrics)
            for name, runtime in self.runtimes.items()
        }
        self.delivery_worker = DeliveryWorker.build(self.gateway)

    def _build_runtimes(
        self, url: UrlOf, clock: Callable[[], datetime], own: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Runtime]:
        """Build the services' runtimes by name; `own` are settings that only one service has."""
        runtimes = {}
        for service in SERVICES:
            settings = build_settings(service, url, public_url=self.public_url, **own.get(service.name, {}))
            runtimes[service.name] = Runtime.build(service, settings, self.gateway.verifier, clock)
        return runtimes

    async def run(self) -> None:
        """Do the work between requests, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for relay in self.relays.values():
                tasks.create_task(relay.run())
            for runtime in self.runtimes.values():
                tasks.create_task(run_retention(runtime.database, runtime.settings))
                for loop in runtime.service.loops:
                    tasks.create_task(loop(runtime))
            tasks.create_task(self.delivery_worker.run())

    async def tick(self) -> None:
        """Process the deadlines that are due by the platform's clock, then drain. For tests and demonstrations.

        One call is enough, however long the clock was left: what follows from an expired deadline is processed with it.
        """
        await process_due_cases(self.runtimes[applications.name])
        await self.drain_events()

    async def drain_events(self) -> None:
        """Relay and deliver events until nothing is due. For tests and demonstrations, while `run` does not run."""
        connections = {
            name: await asyncpg.connect(_get_database_url(runtime)) for name, runtime in self.runtimes.items()
        }
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


def _get_database_url(runtime: Runtime) -> str:
    return runtime.settings.database_url.get_secret_value()
