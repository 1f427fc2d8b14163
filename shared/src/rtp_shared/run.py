"""The processes of a service: `python -m rtp_<service> web | worker | prepare`."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rtp_shared import logs, migrate, rabbit
from rtp_shared.auth import RemoteKeys, TokenVerifier
from rtp_shared.consumer import Consumer
from rtp_shared.db import Database, warn_if_away
from rtp_shared.exception_handlers import handle_refusal
from rtp_shared.problems import Refusal
from rtp_shared.rabbit import RabbitBus, RabbitConsumer
from rtp_shared.relay import Relay
from rtp_shared.retention import run_retention
from rtp_shared.server import ManagedServer, build_connections, build_http_config, freeze_loaded_objects, serve
from rtp_shared.service import Runtime, Service
from rtp_shared.settings import ProcessSettings, describe_unread, describe_wrong, list_names
from rtp_shared.web import build_app, show_metrics

log = logging.getLogger(__name__)

Settings = TypeVar("Settings", bound=BaseSettings)

Loop = Callable[[], Coroutine[Any, Any, None]]


def parse_process(service: Service, processes: Sequence[str]) -> str:
    """Return the process that the command line names."""
    parser = argparse.ArgumentParser(prog=f"python -m rtp_{service.name.replace('-', '_')}", description=service.title)
    parser.add_argument("process", choices=processes)
    process: str = parser.parse_args().process
    return process


def load_settings(kind: type[Settings], environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Load the settings that are not given from the environment, of this process unless it is another's.

    A wrong one ends the process with one line that names it.
    """
    try:
        if environment is not None:
            source = EnvSettingsSource(kind)
            source.env_vars = {name.lower(): value for name, value in environment.items()}
            given = source() | given
        return kind(**given)
    except (SettingsError, ValidationError) as error:
        raise SystemExit(f"settings: {describe_wrong(kind, error)}") from None


def configure_logs(level: str, *kinds: type[BaseSettings]) -> None:
    """Begin to log, and first of all which variables no settings of these kinds are read from: one may be misspelt."""
    logs.configure(level)
    if unread := describe_unread(list_names(*kinds)):
        log.warning("variables that this process does not read", extra={"variables": unread})


def main(service: Service) -> int:
    """Run one process of the service; the exit code is 0 when it was asked to stop."""
    process = parse_process(service, ["web", "worker", "prepare"])
    settings = load_settings(service.settings)
    configure_logs(settings.log_level, service.settings)
    if process == "prepare":
        return run_prepare(service, settings)
    runtime = Runtime.build(service, settings, build_verifier(settings))
    if process == "web":
        serve(build_app(runtime), settings)
    else:
        run_with_uvloop(run_worker(runtime))
    return 0


def run_with_uvloop(work: Coroutine[Any, Any, None]) -> None:
    import uvloop

    with suppress(KeyboardInterrupt):
        uvloop.run(work)


def run_prepare(service: Service, settings: ProcessSettings) -> int:
    """Prepare; a failure is told in one line, and in the exit code."""
    try:
        asyncio.run(prepare(service, settings))
    except Exception as error:  # noqa: BLE001 - the command line answers in one line
        sys.stderr.write(f"prepare: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}\n")
        return 1
    return 0


def build_verifier(settings: ProcessSettings) -> TokenVerifier:
    url = settings.jwks_url or f"{settings.public_url}/.well-known/jwks.json"
    return TokenVerifier(issuer=settings.public_url, keys=RemoteKeys(url))


async def prepare(service: Service, settings: ProcessSettings) -> bool:
    """Make everything that must be there before any process starts: tables, reference data, the service's queue.

    Returns whether there were tables to make or to change.
    """
    owner_url = settings.owner_database_url
    if owner_url is None:
        raise ValueError("RTP_OWNER_DATABASE_URL is not set")
    changed = await migrate.migrate(owner_url.get_secret_value(), service)
    log.info("migrated" if changed else "already at the newest version", extra={"service": service.name})
    await load_reference_data(service, settings)
    if settings.broker_url is not None:
        await rabbit.declare_once(settings.broker_url.get_secret_value(), service.name, list(service.handlers))
        log.info("queue declared", extra={"service": service.name})
    return changed


async def load_reference_data(service: Service, settings: ProcessSettings) -> str | None:
    """Bring the service's reference data up to date, as its operator; say what was loaded."""
    loaders = [service.load_reference_data, service.load_examples if settings.examples else None]
    database = Database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        async with database.transaction() as session:
            loaded = ", ".join([await load(session) for load in loaders if load])
    finally:
        await database.close()
    if loaded:
        log.info(loaded, extra={"service": service.name})
    return loaded or None


def build_consumer(runtime: Runtime) -> Consumer:
    return Consumer(
        database=runtime.database,
        handlers=runtime.service.handlers,
        outbox=runtime.outbox,
        metrics=runtime.metrics,
        resources=runtime.resources,
    )


async def run_worker(runtime: Runtime, extra: Sequence[Loop] = ()) -> None:
    """Relay and consume for one service, with health and metrics over HTTP, until SIGTERM or Ctrl-C."""
    service, settings = runtime.service, runtime.settings
    if settings.broker_url is None:
        raise SystemExit("RTP_BROKER_URL is not set: a worker needs RabbitMQ")
    broker = settings.broker_url.get_secret_value()
    bus = RabbitBus(broker)
    relay = Relay(database_url=settings.database_url.get_secret_value(), bus=bus, metrics=runtime.metrics)
    await warn_if_away(settings.database_url.get_secret_value())
    freeze_loaded_objects()
    loops: list[Loop] = [relay.run, partial(run_retention, runtime.database, settings)]
    loops += [*(partial(loop, runtime) for loop in service.loops), *extra]
    state: dict[str, Callable[[], bool]] = {"relay_leads": lambda: relay.leading}
    if service.handlers:
        feeder = RabbitConsumer(broker, service.name, build_consumer(runtime), prefetch=settings.prefetch)
        loops.append(feeder.run)
        state["consumer_connected"] = lambda: feeder.connected
    app, connections = build_worker_app(runtime, state), build_connections(settings)
    config = build_http_config(app, host=settings.host, port=settings.port, connections=connections)
    await supervise([*loops, ManagedServer(config).serve])
    await bus.close()
    await runtime.verifier.close()
    await runtime.database.close()


async def supervise(loops: Sequence[Loop]) -> None:
    """Run the loops until a signal stops them. One that fails stops the process: whoever runs it starts it again."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.ensure_future(each()) for each in loops]
    stopping = asyncio.ensure_future(stop.wait())
    done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in [*tasks, stopping]:
        task.cancel()
    await asyncio.gather(*tasks, stopping, return_exceptions=True)
    for task in done - {stopping}:
        if not task.cancelled() and (error := task.exception()):
            raise error


def build_worker_app(runtime: Runtime, state: Mapping[str, Callable[[], bool]]) -> Starlette:
    """Build what a worker answers over HTTP: whether it is alive, and metrics as a web process does."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "alive", **{name: check() for name, check in state.items()}})

    routes = [Route("/health", health), Route("/metrics", show_metrics)]
    app = Starlette(routes=routes, exception_handlers={Refusal: handle_refusal})
    app.state.runtime = runtime
    return app
