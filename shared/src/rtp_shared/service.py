"""A service as one value, with all that is needed to run it, and what is alive of it in one process."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Self

from fastapi import APIRouter
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.auth import TokenVerifier
from rtp_shared.clock import Clock, utcnow
from rtp_shared.consumer import Handler
from rtp_shared.db import Database
from rtp_shared.metrics import Metrics
from rtp_shared.outbox import Outbox
from rtp_shared.settings import ProcessSettings

Loader = Callable[[AsyncSession], Awaitable[str]]
"""Brings data up to date, any number of times, and returns a line that says what it loaded."""


@dataclass(frozen=True)
class Service:
    """The description of one service, which its `app.py` holds."""

    name: str
    """Kebab case, as in queue names, metrics and event types."""
    title: str
    description: str
    routers: Sequence[APIRouter]
    metadata: MetaData
    migrations: ModuleType
    """The package that holds Alembic's `versions`."""
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    """The handlers of the event types that it subscribes to."""
    openapi_url: str | None = "/openapi.json"
    """Path of its own OpenAPI document; the gateway serves the merged one there instead."""
    loops: Sequence[Callable[["Runtime"], Coroutine[Any, Any, None]]] = ()
    """Work of its worker besides relaying and consuming, until it is cancelled."""
    load_reference_data: Loader | None = None
    load_examples: Loader | None = None
    """For trials: loaded only where the settings ask for it."""
    settings: type[ProcessSettings] = ProcessSettings
    build_resources: Callable[[Any], Any] | None = None
    """Makes from its settings what else it needs in a process: `Runtime.resources`."""
    background: str = "worker"
    """The kind of its process that relays and hears."""

    @property
    def database(self) -> str:
        """Name of its database."""
        return "rtp_" + self.name.replace("-", "_")

    def get_role(self, kind: str) -> str:
        """Return the role in its database of a process of this kind, of its `operator` or of its `owner`."""
        return f"{self.database}_{kind}"


@dataclass(frozen=True)
class Runtime:
    """The living objects that one service needs in one process."""

    service: Service
    settings: ProcessSettings
    database: Database
    verifier: TokenVerifier
    outbox: Outbox
    metrics: Metrics
    clock: Clock = utcnow
    """The time that the rules go by; a demonstration may move it."""
    resources: Any = None
    """Made by the service's `build_resources`."""

    @classmethod
    def build(cls, service: Service, settings: ProcessSettings, verifier: TokenVerifier, clock: Clock = utcnow) -> Self:
        return cls(
            service=service,
            settings=settings,
            database=Database(settings.database_url.get_secret_value(), pool_size=settings.pool_size),
            verifier=verifier,
            outbox=Outbox(service.name, settings.public_url, clock),
            metrics=Metrics(service.name),
            clock=clock,
            resources=service.build_resources(settings) if service.build_resources else None,
        )
