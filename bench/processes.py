"""The platform as many processes, as far as events need it: relay, RabbitMQ, gateway and its delivery worker."""

import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import httpx
import psutil
from pydantic import SecretStr

from bench.load import cpu_seconds, wait_for
from bench.stage import CLIENT, EMPLOYER, end, free_ports
from rtp_applications.app import service as applications
from rtp_applications.bodies.models import body_id
from rtp_embedded import postgres, up
from rtp_embedded.processes import PROCESSES, OneHost
from rtp_embedded.up import UpSettings
from rtp_gateway.app import service as gateway
from rtp_gateway.identity.commands import register_client
from rtp_gateway.identity.models import SCOPES
from rtp_shared.db import Database
from tests.support.rabbitmq import Node, start_broker

RELAY, DELIVERY = "applications-worker", "gateway-delivery"
NEEDED = ("gateway", RELAY, DELIVERY)
READERS = [f"client:{CLIENT}", "system"]


class Platform:
    """Everything that runs. Nothing of it outlives the `with` block."""

    def __init__(self) -> None:
        self._undo = ExitStack()
        self._directory = Path(self._undo.enter_context(tempfile.TemporaryDirectory(prefix="rtp-bench-")))
        self.pids: dict[str, int] = {}

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._undo.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def _start(self) -> None:
        database_port, first_port = free_ports(2)
        server = self._undo.enter_context(postgres.start(self._directory / "postgres", port=database_port))
        broker = start_broker()
        self._undo.callback(broker.stop)
        settings = UpSettings(
            admin_database_url=SecretStr(server.tcp_url()),
            broker_url=SecretStr(broker.url),
            port=first_port,
            data_dir=self._directory,
        )
        host = up.host_of(settings)
        asyncio.run(up.prepare_host(host, None))
        self.database_url = server.url(gateway.database)
        """As superuser, past all access rules."""
        self.outbox_url = server.url(applications.database, f"{applications.database}_app")
        self.public_url = host.public_url
        self._launch(host)
        self.pids["postgresql"] = int((server.cluster.files / "postmaster.pid").read_text().split()[0])
        if isinstance(broker, Node):
            self.pids["rabbitmq"] = broker.pid
        asyncio.run(self._register(server.url(gateway.database, f"{gateway.database}_app")))
