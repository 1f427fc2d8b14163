"""Many-process mode on one host: `python -m rtp_operations.up`. PostgreSQL and RabbitMQ are given.

Prepares both and runs every process until Ctrl-C. When one ends, all are stopped. `make up` runs it so that
RTP_EXAMPLES=true adds the clients of the sandbox and made-up advisers, and a start without that closes the sandbox.
"""

import asyncio
import json
import secrets
import shlex
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from honcho.manager import Manager
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rtp_gateway.app import service as gateway
from rtp_operations.clients import RegisterClients, RegisteredClient, register_none, write_register_settings
from rtp_operations.databases import list_role_kinds
from rtp_operations.greeting import build_greeting
from rtp_operations.keys import Keys
from rtp_operations.prepare import CannotPrepare, PrepareSettings, prepare
from rtp_operations.private_files import write_private_file
from rtp_operations.processes import PROCESSES, SECRETS, OneHost
from rtp_operations.services import ALL
from rtp_shared import logs
from rtp_shared.db import Database
from rtp_shared.run import load_settings
from rtp_shared.settings import LogLevel, describe_unread, list_names

STOPPED = (130, 143)
"""The exit codes of honcho after SIGINT and SIGTERM."""

WHAT_TO_SET = (
    "Set RTP_ADMIN_DATABASE_URL (postgresql://postgres:...@localhost/postgres) "
    "and RTP_BROKER_URL (amqp://guest:guest@localhost/); `make run` needs neither.\n"
)

DEMO = (
    "`make demo` shows the whole journey if this was started by "
    "`RTP_EXAMPLES=true RTP_ALLOW_PRIVATE_SINKS=true make up`."
)


class PortInUse(Exception):
    """A process cannot have its port; the message is one line for a person."""


class UpSettings(BaseSettings):
    """The settings of many-process mode, from the environment."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    admin_database_url: SecretStr = Field(description="PostgreSQL as a role that may make databases and roles")
    broker_url: SecretStr = Field(description="RabbitMQ: amqp://user:pw@host/vhost")
    port: int = Field(default=8000, ge=1, le=65535 - len(PROCESSES), description="The gateway's; the others follow")
    public_url: str | None = Field(default=None, description="Where the gateway is seen from outside; the issuer")
    data_dir: Path = Field(default=Path(".data"), description="Where keys and passwords are kept")
    examples: bool = Field(default=False, description="With the sandbox: its clients and made-up advisers")
    log_level: LogLevel = Field(default="WARNING", description="DEBUG, INFO, WARNING or ERROR")


@dataclass(frozen=True)
class HostSecrets:
    """Keys and passwords that must stay the same from one start to the next."""

    keys: Keys = field(default_factory=Keys)
    passwords: dict[str, dict[str, str]] = field(default_factory=lambda: complete_passwords({}), repr=False)

    @classmethod
    def read(cls, file: Path) -> "HostSecrets":
        """Read them from the file; make them and write them there the first time."""
        known: dict[str, dict[str, Any]] = json.loads(file.read_text()) if file.exists() else {}
        kept = cls(Keys(**known["keys"]), complete_passwords(known["passwords"])) if known else cls()
        if asdict(kept) != known:
            file.parent.mkdir(parents=True, exist_ok=True)
            kept.write(file)
        return kept

    def write(self, file: Path) -> None:
        write_private_file(file, json.dumps(asdict(self)))


def complete_passwords(known: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """Return a password for each role, by service and kind: those known, and a new one for each that is not."""
    completed = {}
    for service in ALL:
        own = known.get(service.name)  # one text for all roles in a file of a release before
        kept = own if isinstance(own, dict) else {}
        kinds = list_role_kinds(service)
        completed[service.name] = {kind: kept.get(kind) or secrets.token_urlsafe(32) for kind in kinds}
    return completed


def build_host(settings: UpSettings) -> OneHost:
    kept = HostSecrets.read(settings.data_dir / "up.json")
    return OneHost(
        admin_database_url=settings.admin_database_url.get_secret_value(),
        broker_url=settings.broker_url.get_secret_value(),
        public_url=settings.public_url or f"http://localhost:{settings.port}",
        first_port=settings.port,
        passwords=kept.passwords,
        keys=kept.keys,
        documents_dir=(settings.data_dir / "documents").absolute(),
    )


async def prepare_host(
    host: OneHost, data_dir: Path, register_clients: RegisterClients, *, examples: bool
) -> Sequence[RegisteredClient]:
    """Prepare databases and queues, and register the clients; return these. Raises CannotPrepare."""
    settings = PrepareSettings(
        admin_database_url=SecretStr(host.admin_database_url),
        broker_url=SecretStr(host.broker_url),
        passwords={
            name: {kind: SecretStr(password) for kind, password in own.items()} for name, own in host.passwords.items()
        },
        examples=examples,
    )
    await prepare(settings, lambda text: print(text, flush=True))
    operator_url = host.build_database_url(gateway, "operator")
    write_register_settings(data_dir, database_url=operator_url, bodies_url=f"http://127.0.0.1:{host.first_port}")
    database = Database(operator_url, pool_size=1)
    try:
        return await register_clients(database, data_dir)
    finally:
        await database.close()


def check_ports(host: OneHost) -> None:
    """Raises PortInUse where a process cannot have its port."""
    for process in PROCESSES:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", host.get_port(process)))
            except OSError as error:
                raise PortInUse(
                    f"port {host.get_port(process)} for {process.name} is in use or not ours to take: "
                    f"set RTP_PORT to the first of {len(PROCESSES)} free ports"
                ) from error


class GreetingManager(Manager):  # type: ignore[misc]
    """Runs the processes, and says the greeting once all of them answer."""

    def __init__(self, host: OneHost, greeting: str) -> None:
        super().__init__()
        self._host = host
        self._greeting = greeting

    def _start(self) -> None:
        super()._start()
        # Not before: it starts by forking, which a thread would not survive unharmed.
        threading.Thread(target=self._greet, daemon=True).start()

    def _greet(self) -> None:
        while not all(answers(self._host.get_port(process)) for process in PROCESSES):
            time.sleep(0.5)
        if not self._terminating:
            print(self._greeting, flush=True)


def answers(port: int) -> bool:
    """Return whether the process at this port of our own host is up."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (OSError, HTTPException):
        return False


def run_processes(host: OneHost, greeting: str) -> int:
    """Run all until a signal or the end of any one, then wait until all have ended; return the exit code."""
    manager = GreetingManager(host, greeting)
    for process in PROCESSES:
        command = shlex.join([sys.executable, *process.command[1:]])
        manager.add_process(process.name, f"exec {command}", env=host.build_environment(process))
    manager.loop()
    return 0 if manager.returncode in STOPPED else 1


def main(register_clients: RegisterClients = register_none, close_sandbox: RegisterClients = register_none) -> int:
    """Run with the clients that are registered where the settings ask for examples; otherwise close their sandbox."""
    try:
        settings = UpSettings()
    except ValidationError as error:
        if any(each["type"] == "missing" for each in error.errors()):
            sys.stderr.write(WHAT_TO_SET)
            return 1
        settings = load_settings(UpSettings)
    logs.configure(settings.log_level)
    if unread := describe_unread(list_names(UpSettings, *(process.settings for process in PROCESSES)) | SECRETS):
        sys.stderr.write(f"variables that no process reads: {unread}\n")
    try:
        host = build_host(settings)
        host.check_settings()
        check_ports(host)
        register = register_clients if settings.examples else close_sandbox
        clients = asyncio.run(prepare_host(host, settings.data_dir, register, examples=settings.examples))
    except (PortInUse, CannotPrepare) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("stopped before it was ready\n")
        return 1
    print(f"starting {len(PROCESSES)} processes", flush=True)
    return run_processes(host, build_greeting(host.public_url, clients, demo=DEMO))


if __name__ == "__main__":
    sys.exit(main())
