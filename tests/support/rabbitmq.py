"""A RabbitMQ node for the tests alone: own ports, own files, own epmd, and nothing left running.

RTP_TEST_BROKER_URL names a broker to use instead; it can be neither paused nor killed. Its management API, if it has
one, is named by RTP_TEST_BROKER_MANAGEMENT_URL (http://user:password@host:15672, a user with the tag administrator).
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pika
import pika.exceptions
import psutil

from tests.support import packages
from tests.support.ports import find_free_ports

ENVIRONMENT_URL = "RTP_TEST_BROKER_URL"
ENVIRONMENT_MANAGEMENT_URL = "RTP_TEST_BROKER_MANAGEMENT_URL"

_DEBIAN_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one on the PATH insists on the system's node
_PACKAGE = "rabbitmq-server"
_START_SECONDS = 90
_STOP_SECONDS = 30
_OTHERWISE = f", or name a running broker in {ENVIRONMENT_URL}"

# Stands between us and the node: a line on its stdin is the signal to end with, and the end of its stdin, which comes
# however we end, means KILL. It ends when the node does. Its own session keeps Ctrl-C from the node.
_KEEPER = """
exec 3<&0
epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 </dev/null 3<&- & epmd=$!
"$@" </dev/null 3<&- & node=$!
{ read -r signal <&3 || signal=KILL; kill -s "$signal" $node; } & watcher=$!
wait $node
kill $watcher 2>/dev/null
kill $epmd
wait $epmd
"""


class BrokerError(Exception):
    """The message is one line for a person."""


@dataclass
class Broker:
    """`private` says whether it may be stopped; a broker that others run may not."""

    url: str
    private: bool = False
    management_url: str | None = None

    def depth(self, queue: str) -> int:
        """Messages ready in a queue."""
        with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
            return connection.channel().queue_declare(queue, passive=True).method.message_count or 0

    def start(self) -> None:
        """Runs again after a pause, on the same port and with what was durable."""
        raise self._not_ours()

    def pause_node(self) -> None:
        """Ends the node in good order."""
        raise self._not_ours()

    def kill(self) -> None:
        """Ends the node as a power cut would."""
        raise self._not_ours()

    def freeze(self) -> None:
        """It answers nothing, and closes nothing, until `thaw`."""
        raise self._not_ours()

    def thaw(self) -> None:
        raise self._not_ours()

    def remember_queues(self) -> None:
        """Writes down which queues there are: RabbitMQ 3.10 does so only after minutes, and a kill would lose it."""
        raise self._not_ours()

    def stop(self) -> None:
        """Ends it for good."""

    def _not_ours(self) -> BrokerError:
        return BrokerError(f"The broker in {ENVIRONMENT_URL} is not ours to stop or start.")


@dataclass
class Node(Broker):
    directory: Path = field(kw_only=True)
    environment: dict[str, str] = field(kw_only=True)
    _keeper: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._keeper:
            return
        with self._log.open("ab") as log:
            self._keeper = subprocess.Popen(
                ["/bin/sh", "-c", _KEEPER, "keeper", str(_server())],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )
        try:
            self._wait_until_ready(self._keeper)
        except BaseException:
            self.kill()
            raise

    def pause_node(self) -> None:
        self._end(b"TERM\n")

    def kill(self) -> None:
        self._end(b"KILL\n")

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def remember_queues(self) -> None:
        control = (_server() or Path()).with_name("rabbitmqctl")
        write = "[dets:sync(Table) || Table <- dets:all()]."
        command = [str(control), "--node", self.environment["RABBITMQ_NODENAME"], "eval", write]
        subprocess.run(command, env=self.environment, check=True, capture_output=True)

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self.directory / "output.log"

    def _end(self, line: bytes) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        try:
            keeper.communicate(line, timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise BrokerError(f"RabbitMQ did not end in {_STOP_SECONDS} seconds.") from None

    def _signal(self, number: int) -> None:
        assert self._keeper
        for each in psutil.Process(self._keeper.pid).children(recursive=True):
            each.send_signal(number)

    def _wait_until_ready(self, keeper: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while keeper.poll() is None and time.monotonic() < deadline:
            try:
                pika.BlockingConnection(pika.URLParameters(self.url)).close()
            except (pika.exceptions.AMQPError, OSError):
                time.sleep(0.1)
            else:
                return
        raise BrokerError(f"RabbitMQ did not start: {self._find_reason()}")

    def _find_reason(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
        return next((line for line in lines if line.startswith("init terminating")), lines[-1])


def start_broker() -> Broker:
    if url := os.environ.get(ENVIRONMENT_URL):
        return Broker(url, management_url=os.environ.get(ENVIRONMENT_MANAGEMENT_URL))
    ensure()
    directory = Path(tempfile.mkdtemp(prefix="rtp-rabbitmq-"))
    amqp, management, distribution, epmd = find_free_ports(4)
    environment = _environment(directory, amqp, management, distribution, epmd)
    url, management_url = f"amqp://guest:guest@127.0.0.1:{amqp}/%2F", f"http://guest:guest@127.0.0.1:{management}"
    node = Node(url, True, management_url, directory=directory, environment=environment)
    try:
        node.start()
    except BaseException:
        node.stop()
        raise
    return node


def _environment(directory: Path, amqp: int, management: int, distribution: int, epmd: int) -> dict[str, str]:
    (directory / "enabled_plugins").write_text("[rabbitmq_management].\n")
    (directory / "rabbitmq.conf").write_text(
        f"loopback_users.guest = true\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {management}\n"
    )
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(directory),  # of the Erlang cookie
        "ERL_EPMD_PORT": str(epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": "rtp-test@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(amqp),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
        "RABBITMQ_LOG_BASE": str(directory / "log"),
        "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",  # else /etc/rabbitmq decides the node's name and port
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
        "RUNNING_UNDER_SYSTEMD": "true",  # its script then becomes the node, instead of standing before it
    }


def _server() -> Path | None:
    if _DEBIAN_SERVER.exists():
        return _DEBIAN_SERVER
    found = shutil.which("rabbitmq-server")
    return Path(found) if found else None


def ensure() -> None:
    """Install RabbitMQ where it is missing and we may."""
    if not os.environ.get(ENVIRONMENT_URL):
        try:
            packages.ensure(_PACKAGE, is_there=lambda: _server() is not None, otherwise=_OTHERWISE)
        except packages.NotInstalled as error:
            raise BrokerError(str(error)) from None
