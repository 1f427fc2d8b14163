"""What a service is: one value that says everything the plumbing needs to run it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

from fastapi import APIRouter
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.auth import TokenVerifier
from rtp_shared.consumer import Handler
from rtp_shared.db import Database
from rtp_shared.metrics import Metrics
from rtp_shared.outbox import Outbox
from rtp_shared.settings import ProcessSettings


@dataclass(frozen=True)
class Service:
    name: str
    """Kebab case, as in queue names, metrics and event types."""
    title: str
    description: str
    routers: Sequence[APIRouter]
    metadata: MetaData
    migrations: ModuleType
    """The package that holds Alembic's `versions`."""
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    """What it hears: event type -> handler."""
    openapi_url: str | None = "/openapi.json"
    """Where its own OpenAPI document is; the gateway puts the merged one there instead."""
    load_reference_data: Callable[[AsyncSession], Awaitable[str]] | None = None
    """Brings its reference data up to date, any number of times, and says in a line what it loaded."""
    load_examples: Callable[[AsyncSession], Awaitable[str]] | None = None
    """The same for what is made up for trials; only where the settings ask for it."""

    @property
    def database(self) -> str:
        """Name of its database; its roles are `<database>_owner` and `<database>_app`."""
        return "rtp_" + self.name.replace("-", "_")


@dataclass(frozen=True)
class Runtime:
    """The living things one service needs in one process."""

    service: Service
    settings: ProcessSettings
    database: Database
    verifier: TokenVerifier
    outbox: Outbox
    metrics: Metrics

    @classmethod
    def build(cls, service: Service, settings: ProcessSettings, verifier: TokenVerifier) -> "Runtime":
        return cls(
            service=service,
            settings=settings,
            database=Database(settings.database_url.get_secret_value(), pool_size=settings.pool_size),
            verifier=verifier,
            outbox=Outbox(service.name, settings.public_url),
            metrics=Metrics(service.name),
        )
