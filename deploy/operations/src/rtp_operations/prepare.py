"""Makes all that must be there before the processes start: `python -m rtp_operations.prepare`.

That is databases, roles, tables, reference data and queues; run again, it brings them up to date. Each process gets
the password of a role of its own. The roles that own the tables, and the operators' roles that RTP_PASSWORDS does not
name, get a new one each time, which nobody keeps: only this step logs in as them.
"""

import asyncio
import secrets
import sys
from collections.abc import Callable

import asyncpg
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url

from rtp_operations import databases
from rtp_operations.services import ALL
from rtp_shared import run
from rtp_shared.bus import BusUnavailable
from rtp_shared.pipes import run_command
from rtp_shared.rabbit.topology import declare_once
from rtp_shared.service import Service
from rtp_shared.settings import LogLevel, ProcessSettings

POSTGRES_MAJOR = 18
SHARED_SERVER = (
    "this PostgreSQL serves others too: whoever runs it must keep the roles rtp_* out of its other databases "
    "(docs/operations.md)"
)


class CannotPrepare(Exception):
    """PostgreSQL or RabbitMQ cannot be made ready; the message is one line for a person."""


class PrepareSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    admin_database_url: SecretStr = Field(description="PostgreSQL as a role that may make databases and roles")
    broker_url: SecretStr = Field(description="RabbitMQ: amqp://user:pw@host/vhost")
    passwords: dict[str, dict[str, SecretStr]] = Field(
        description='Passwords of the roles of each process: {"gateway": {"web": "...", "delivery": "..."}, ...}'
    )
    examples: bool = Field(default=False, description="Load made-up advisers and mentors, for trials")
    log_level: LogLevel = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")


def build_database_url(admin_url: str, service: Service, kind: str, password: str) -> str:
    """Return the URL of the service's own database, as its role of this kind."""
    url = make_url(admin_url).set(
        database=service.database, username=service.get_role(kind), password=password, drivername="postgresql"
    )
    return url.render_as_string(hide_password=False)


async def prepare(settings: PrepareSettings, say: Callable[[str], None]) -> None:
    """Make everything ready. Raises CannotPrepare."""
    if missing := [name for service in ALL for name in _list_missing_passwords(service, settings)]:
        raise CannotPrepare(f"RTP_PASSWORDS has none for {', '.join(missing)}")
    await _reach_postgres(settings.admin_database_url.get_secret_value())
    await _reach_rabbitmq(settings.broker_url.get_secret_value())
    for service in ALL:
        try:
            state, retired = await _prepare_service(service, settings)
        except (asyncpg.PostgresError, OSError, BusUnavailable) as error:
            raise CannotPrepare(f"{service.name}: {_get_first_line(error)}") from error
        say(f"{service.name} is prepared: its database is {state}")
        if not retired:
            say(f"{service.get_role('app')} is still used by an older process: prepare again when that has ended")
    if not await databases.close_other_databases(settings.admin_database_url.get_secret_value()):
        say(SHARED_SERVER)


def _list_missing_passwords(service: Service, settings: PrepareSettings) -> list[str]:
    known = settings.passwords.get(service.name, {})
    return [f"{service.name} {kind}" for kind in databases.list_process_kinds(service) if kind not in known]


async def _prepare_service(service: Service, settings: PrepareSettings) -> tuple[str, bool]:
    """Return what was done to its database, and whether the role that all processes shared once is retired."""
    admin_url = settings.admin_database_url.get_secret_value()
    given = {kind: password.get_secret_value() for kind, password in settings.passwords[service.name].items()}
    passwords = {"owner": secrets.token_urlsafe(32), "operator": secrets.token_urlsafe(32), **given}
    made = await databases.provision(admin_url, service, passwords)
    owner_url = build_database_url(admin_url, service, "owner", passwords["owner"])
    own = run.load_settings(
        ProcessSettings,
        database_url=SecretStr(build_database_url(admin_url, service, "operator", passwords["operator"])),
        owner_database_url=SecretStr(owner_url),
        broker_url=settings.broker_url,
        examples=settings.examples,
    )
    changed = await run.prepare(service, own)
    state = databases.describe_state(made=made, changed=changed)
    return state, await databases.retire_former_role(admin_url, owner_url, service)


async def _reach_postgres(url: str) -> None:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CannotPrepare(f"no PostgreSQL for RTP_ADMIN_DATABASE_URL: {_get_first_line(error)}") from error
    major = connection.get_server_version().major
    await connection.close()
    if major < POSTGRES_MAJOR:
        raise CannotPrepare(f"PostgreSQL {POSTGRES_MAJOR} or later is needed, and this is {major}")


async def _reach_rabbitmq(url: str) -> None:
    try:
        await declare_once(url, "", [])
    except (BusUnavailable, ValueError) as error:
        raise CannotPrepare(f"no RabbitMQ for RTP_BROKER_URL: {_get_first_line(error)}") from error


def _get_first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def main() -> int:
    settings = run.load_settings(PrepareSettings)
    run.configure_logs(settings.log_level, PrepareSettings, ProcessSettings)
    try:
        asyncio.run(prepare(settings, lambda text: print(text, flush=True)))
    except CannotPrepare as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    run_command(main)
