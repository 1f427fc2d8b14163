"""The tests' own RabbitMQ: it comes back with what was durable, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pika
import pika.exceptions
import psutil
import pytest

from tests.support import rabbitmq
from tests.support.rabbitmq import Broker, BrokerError, Node, start_broker
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(rabbitmq.ENVIRONMENT_URL, raising=False)
        broker = start_broker()
    assert isinstance(broker, Node)
    yield broker
    broker.stop()


def processes_with(word: str) -> list[str]:
    """Command lines of the living processes that name it; a zombie has none."""
    lines = (" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
    return [line for line in lines if word in line]


def is_open(port: str) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", int(port))) == 0


def put(url: str, queue: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        channel.basic_publish("", queue, b"kept", pika.BasicProperties(delivery_mode=2))


def test_what_was_durable_is_there_after_a_pause(node: Node) -> None:
    # After a kill it is too: tests of both ends of a queue, and the scenarios, kill the node.
    put(node.url, "durable")
    node.pause_node()
    with pytest.raises((pika.exceptions.AMQPError, OSError)):
        node.depth("durable")
    node.start()
    wait_until(lambda: node.depth("durable") == 1)  # a quorum queue elects its leader first


def test_it_is_private_and_leaves_nothing(node: Node) -> None:
    ports = [node.environment[name] for name in ("RABBITMQ_NODE_PORT", "RABBITMQ_DIST_PORT", "ERL_EPMD_PORT")]
    ports.append(str(urlsplit(node.management_url or "").port))
    everywhere = {c.laddr.port for c in psutil.net_connections("tcp4") if c.laddr and c.laddr.ip == "0.0.0.0"}  # noqa: S104
    assert not everywhere & {int(port) for port in ports}
    assert all(map(is_open, ports))
    assert processes_with(str(node.directory))
    node.stop()
    assert not any(map(is_open, ports))
    assert not processes_with(str(node.directory))
    assert not node.directory.exists()
    node.stop()  # again, harmlessly


def test_it_ends_with_a_killed_test_run(tmp_path: Path) -> None:
    # It is killed while its node starts, for which nobody has to wait.
    start = "rabbitmq.Node._wait_until_ready = lambda *_: None; broker = rabbitmq.start_broker()"
    then = "print(broker.directory, flush=True); sys.stdin.read()"
    script = f"import sys; from tests.support import rabbitmq; {start}; {then}"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}  # its files stay behind
    environment.pop(rabbitmq.ENVIRONMENT_URL, None)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", script], stdin=pipe, stdout=pipe, text=True, env=environment) as run:
        assert run.stdout is not None
        directory = run.stdout.readline().strip()
        wait_until(lambda: processes_with(directory), "the node's processes")
        run.send_signal(signal.SIGKILL)
    wait_until(lambda: not processes_with(directory))


def test_a_given_broker_is_used_and_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rabbitmq.ENVIRONMENT_URL, "amqp://elsewhere/")
    monkeypatch.setenv(rabbitmq.ENVIRONMENT_MANAGEMENT_URL, "http://elsewhere/")
    broker = start_broker()
    assert broker == Broker("amqp://elsewhere/", management_url="http://elsewhere/")
    assert not broker.private
    for act in (broker.start, broker.pause_node, broker.kill, broker.remember_queues):
        with pytest.raises(BrokerError, match="not ours"):
            act()
    broker.stop()


def test_a_node_that_fails_says_why_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = tmp_path / "server"
    server.write_text("#!/bin/sh\necho first; echo 'init terminating (port 1)'; echo 'Crash dump is written'; exit 1\n")
    server.chmod(0o700)
    monkeypatch.delenv(rabbitmq.ENVIRONMENT_URL, raising=False)
    monkeypatch.setattr(rabbitmq, "_server", lambda: server)
    with pytest.raises(BrokerError, match=r"RabbitMQ did not start: init terminating \(port 1\)"):
        start_broker()
