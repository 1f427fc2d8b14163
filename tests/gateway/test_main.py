"""`python -m rtp_gateway delivery` as a process of its own, also when it is killed; and loops that no start ends."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from pydantic import SecretStr

from rtp_embedded.platform import Platform
from rtp_gateway.app import service
from rtp_gateway.outbound.provisioning.orphans import run_orphan_cleanup as clean_up_orphans
from rtp_gateway.outbound.provisioning.worker import run_provisioning
from rtp_gateway.retention import run_retention as erase_hourly
from rtp_gateway.settings import GatewaySettings
from rtp_shared.rabbit import RabbitBus, declare_once
from rtp_shared.retention import run_retention
from rtp_shared.service import Runtime
from tests.gateway.conftest import Owner, run_sql
from tests.support.rabbitmq import Broker
from tests.support.waiting import until_true
from tests.support.webhooks import Received, message

pytestmark = pytest.mark.anyio


class Process:
    def __init__(self, settings: GatewaySettings, broker: Broker) -> None:
        self._environment = {
            **os.environ,
            "RTP_DATABASE_URL": settings.database_url.get_secret_value(),
            "RTP_SECRETS_KEY": settings.secrets_key.get_secret_value(),
            "RTP_BROKER_URL": broker.url,
            "RTP_ALLOW_PRIVATE_SINKS": "true",
            "RTP_PORT": "0",
        }
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "rtp_gateway", "delivery"]
        self._running = subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL)

    def end(self, number: signal.Signals) -> int:
        if self._running is None:
            return 0
        self._running.send_signal(number)
        code = self._running.wait(20)
        self._running = None
        return code


@pytest.fixture
def process(platform: Platform, broker: Broker) -> Iterator[Process]:
    settings = platform.background["gateway"].settings
    assert isinstance(settings, GatewaySettings)
    process = Process(settings, broker)
    yield process
    process.end(signal.SIGKILL)


async def test_from_the_broker_to_the_subscriber_also_when_killed(
    owner: Owner, broker: Broker, process: Process
) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await declare_once(broker.url, "gateway", ["#"])
    bus = RabbitBus(broker.url)
    sent = [message(case_id, sequence, readers=[f"client:{owner.api.client_id}", "system"]) for sequence in (1, 2, 3)]
    release = asyncio.Event()

    async def hang_on_the_second(received: Received) -> web.StreamResponse:
        if received.sequence == 2 and not release.is_set():
            await release.wait()
        return web.Response(status=204)

    owner.receiver.answer = hang_on_the_second
    process.start()
    assert (await bus.publish(sent)).confirmed == {each.event_id for each in sent}
    await bus.close()
    await until_true(lambda: len(owner.receiver.received) >= 2, "the second attempt")
    assert process.end(signal.SIGKILL) == -signal.SIGKILL
    release.set()
    due = "UPDATE deliveries SET next_attempt_at = now() WHERE state = 'pending' AND attempts > 0"
    await run_sql(owner.platform, due)  # instead of waiting until the lease is over
    process.start()
    await until_true(lambda: len(owner.receiver.received) >= 4, "the rest")
    assert owner.receiver.sequences(case_id) == [1, 2, 2, 3]
    for each in owner.receiver.received:
        assert each.verified(subscription["secret"])["caseid"] == str(case_id)
    assert [each.body for each in owner.receiver.received] == [sent[0].body, sent[1].body, sent[1].body, sent[2].body]
    assert process.end(signal.SIGTERM) == 0


class Starting:
    """A database that is just starting up, as the driver says it while connecting."""

    def transaction(self, **_: Any) -> Any:
        raise asyncpg.CannotConnectNowError("the database system is starting up")


@pytest.mark.parametrize(
    "loop",
    [
        erase_hourly,
        clean_up_orphans,
        run_provisioning,
        lambda runtime: run_retention(runtime.database, runtime.settings),
    ],
    ids=["erasure", "orphans", "provisioning", "retention"],
)
async def test_a_database_that_starts_up_ends_no_loop(
    platform: Platform, loop: Callable[[Runtime], Coroutine[Any, Any, None]]
) -> None:
    """A worker ends with the first of its loops."""
    settings = platform.background["gateway"].settings.model_copy(
        update={"broker_url": SecretStr("amqp://rtp.test"), "broker_management_url": SecretStr("http://rtp.test")}
    )
    runtime = replace(platform.background["gateway"], settings=settings, database=Starting())  # type: ignore[arg-type]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await loop(runtime)


@pytest.mark.parametrize("loop", service.loops, ids=lambda loop: f"{loop.__module__}")
@pytest.mark.filterwarnings("default::ResourceWarning")
async def test_a_loop_that_is_ended_leaves_no_connection_open(
    platform: Platform, loop: Callable[[Runtime], Coroutine[Any, Any, None]]
) -> None:
    """What is left open is told at the end of the process, as an error."""
    settings = platform.background["gateway"].settings.model_copy(
        update={"broker_url": SecretStr("amqp://127.0.0.1:1"), "broker_management_url": SecretStr("http://127.0.0.1:1")}
    )
    told: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
    running = asyncio.create_task(loop(replace(platform.background["gateway"], settings=settings)))
    await asyncio.wait([running], timeout=0.3)
    running.cancel()
    await asyncio.wait([running])
    del running
    gc.collect()
    assert told == []
