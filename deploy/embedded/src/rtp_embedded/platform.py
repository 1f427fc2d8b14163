"""The whole platform in one process: the services' applications behind the gateway, and the in-process bus."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr
from starlette.types import ASGIApp

from rtp_advice_matching.app import service as advice_matching
from rtp_advice_matching.engagements.scheduler import process_due_engagements
from rtp_advice_matching.sessions.scheduler import show_due_feedback
from rtp_applications.app import service as applications
from rtp_applications.deadlines.scheduler import process_due_cases
from rtp_embedded.bus import InProcessBus
from rtp_gateway.app import build_gateway, build_runtime
from rtp_gateway.app import service as gateway
from rtp_gateway.inbound.proxy.forward import InProcess
from rtp_gateway.outbound.deliveries.worker import DeliveryWorker
from rtp_gateway.settings import GatewayWebSettings
from rtp_operations import databases
from rtp_operations.keys import Keys
from rtp_operations.services import ALL, SERVICES
from rtp_shared import migrate
from rtp_shared.clock import utcnow
from rtp_shared.db import Database
from rtp_shared.relay import Relay
from rtp_shared.retention import run_retention
from rtp_shared.run import build_consumer, load_reference_data, load_settings
from rtp_shared.service import Runtime, Service
from rtp_shared.settings import ProcessSettings
from rtp_shared.web import build_app

UrlOf = Callable[[str, str], str]
"""URL of a database as a role: url(database, role)."""


async def prepare(url: UrlOf, say: Callable[[str], None]) -> None:
    """Make databases and roles, migrate, and load reference data; quick where all of it is there."""
    for service in ALL:
        admin_url, owner_url = url("postgres", "postgres"), url(service.database, service.get_role("owner"))
        made = await databases.provision(admin_url, service)
        changed = await migrate.migrate(owner_url, service)
        settings = build_settings(service, url, kind="operator", public_url="", examples=True)
        loaded = await load_reference_data(service, settings)
        await databases.retire_former_role(admin_url, owner_url, service)
        state = databases.describe_state(made=made, changed=changed)
        say(f"{service.name}: database {state}{f', {loaded}' if loaded else ''}")
    await databases.close_other_databases(url("postgres", "postgres"))


def build_settings(service: Service, url: UrlOf, *, kind: str = "web", public_url: str, **more: Any) -> ProcessSettings:
    """Return the settings of a service as its role of this kind; `more` are settings that it has of its own."""
    database_url = SecretStr(url(service.database, service.get_role(kind)))
    return load_settings(service.settings, database_url=database_url, public_url=public_url, **more)


def build_background(runtime: Runtime, url: UrlOf) -> Runtime:
    """Return the runtime of a service's background part: all is shared with the web part's but for role and pool."""
    database_url = url(runtime.service.database, runtime.service.get_role(runtime.service.background))
    settings = runtime.settings.model_copy(update={"database_url": SecretStr(database_url)})
    return replace(runtime, settings=settings, database=Database(database_url, pool_size=settings.pool_size))


class Platform:
    """A running platform. `app` is the gateway's ASGI application.

    As in many processes, each service has a web part (`runtimes`) and a background part (`background`), which connect
    to its database as roles of their own; `operator_database` is the gateway's, as whoever registers clients sees it.
    """

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
        settings = load_settings(
            GatewayWebSettings,
            database_url=SecretStr(url(gateway.database, gateway.get_role("web"))),
            public_url=public_url,
            signing_key=SecretStr(keys.signing_key),
            secrets_key=SecretStr(keys.secrets_key),
            **gateway_settings,
        )
        self.gateway, signing_key = build_runtime(settings)
        own: dict[str, Any] = {
            name: SecretStr(getattr(keys, name)) for name in ("bundle_key", "log_key", "witness_key")
        }
        if documents_dir is not None:
            own["documents_dir"] = documents_dir
        self.runtimes = self._build_runtimes(url, clock, {applications.name: own})
        apps: dict[str, ASGIApp] = {name: build_app(runtime) for name, runtime in self.runtimes.items()}
        self.app = build_gateway(self.gateway, signing_key, InProcess(apps, limits=settings.limits))
        self.runtimes[gateway.name] = self.gateway
        self.background = {name: build_background(runtime, url) for name, runtime in self.runtimes.items()}
        self.operator_database = Database(url(gateway.database, gateway.get_role("operator")), pool_size=1)
        # The gateway hears first: subscribers need not wait for what the services make of an event.
        consuming = {gateway.name: self.background[gateway.name], **self.background}
        self.bus = InProcessBus({name: build_consumer(runtime) for name, runtime in consuming.items()})
        self.relays = {
            name: Relay(database_url=_get_database_url(runtime), bus=self.bus, metrics=runtime.metrics)
            for name, runtime in self.background.items()
        }
        self.delivery_worker = DeliveryWorker.build(self.background[gateway.name])

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
            for runtime in self.background.values():
                tasks.create_task(run_retention(runtime.database, runtime.settings))
                for loop in runtime.service.loops:
                    tasks.create_task(loop(runtime))
            tasks.create_task(self.delivery_worker.run())

    async def tick(self) -> None:
        """Process what is due by the platform's clock, of cases and engagements, then drain. For tests and journeys.

        One call is enough, however long the clock was left: what follows from an expired deadline is processed with it.
        """
        await process_due_cases(self.background[applications.name])
        await process_due_engagements(self.background[advice_matching.name])
        await show_due_feedback(self.background[advice_matching.name])
        await self.drain_events()

    async def drain_events(self) -> None:
        """Relay and deliver events until nothing is due. For tests and demonstrations, while `run` does not run."""
        connections = {
            name: await asyncpg.connect(_get_database_url(runtime)) for name, runtime in self.background.items()
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
        for runtime in (*self.runtimes.values(), *self.background.values()):
            await runtime.database.close()
        await self.operator_database.close()


def _get_database_url(runtime: Runtime) -> str:
    return runtime.settings.database_url.get_secret_value()
