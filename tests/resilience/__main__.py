"""`python -m tests.resilience`: run every scenario, print the table, and write bench/resilience.json.

Exits with 1 unless every scenario is good. `--only TEXT` runs those whose names hold the text and writes nothing.
"""

import argparse
import asyncio
import json
import logging
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

from pydantic import SecretStr

from rtp_embedded import postgres
from rtp_embedded.platform import Platform, prepare
from rtp_examples import sandbox
from rtp_operations import up
from rtp_operations.keys import Keys
from rtp_operations.processes import PROCESSES
from rtp_operations.up import UpSettings
from tests.resilience.case_system import CaseSystem
from tests.resilience.database import Server
from tests.resilience.evidence import Row
from tests.resilience.long_outages import DAY, HOUR, run_long_outage
from tests.resilience.platform_under_test import PlatformUnderTest
from tests.resilience.runner import run_scenario
from tests.resilience.scenarios import FULL
from tests.resilience.subscribers import Behaviour
from tests.support.ports import find_free_port, find_free_ports
from tests.support.rabbitmq import start_broker
from tests.system.fleet import ROOT, Fleet

RESULTS = ROOT / "bench" / "resilience.json"
BY_THE_CLOCK = ((Behaviour.REFUSES, HOUR), (Behaviour.FAILS, 3 * DAY), (Behaviour.BEHIND, 4 * DAY))
COLUMNS = (
    "sent", "received", "lost", "duplicates", "out_of_order", "strangers", "half_done", "broken_chains", "repeats",
    "deadlocks", "handled_again", "slowest_request_s", "worst_delay_s",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.resilience", description=__doc__)
    parser.add_argument("--only", help="run the scenarios whose names hold this text")
    only: str | None = parser.parse_args().only
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    rows, wrong = [], 0
    write_line(format_heading())
    for name, make in chain(list_runs_by_clock(only), list_runs_of_processes(only)):
        try:
            row = make()
        except AssertionError as error:
            row = Row(name)
            write_line(f"{name}: {error}")
        write_line(format_line(row) + (f" ({row.wrong_effects})" if row.wrong_effects else ""))
        rows.append(row.to_json())
        wrong += not row.good
    if only is None:
        RESULTS.write_text(json.dumps({"rows": rows}, indent=2) + "\n")
    write_line(f"{len(rows)} scenarios, {wrong} wrong")
    return 1 if wrong or not rows else 0


NamedRuns = Iterator[tuple[str, Callable[[], Row]]]


def list_runs_of_processes(only: str | None) -> NamedRuns:
    wanted = [scenario for scenario in FULL if only is None or only in scenario.name]
    if wanted:
        with start_platform() as platform:
            for scenario in wanted:
                yield scenario.name, partial(run_scenario, platform, scenario)


def list_runs_by_clock(only: str | None) -> NamedRuns:
    for behaviour, seconds in BY_THE_CLOCK:
        name = f"one subscriber {seconds:g} s, by the clock"
        if only is None or only in name:
            yield name, partial(asyncio.run, run_by_clock(behaviour, seconds))


async def run_by_clock(behaviour: Behaviour, seconds: float) -> Row:
    with tempfile.TemporaryDirectory(prefix="rtp-resilience-") as directory, postgres.start(Path(directory)) as server:
        await prepare(server.url, lambda _: None)
        platform = Platform(
            server.url,
            public_url="http://rtp.test",
            keys=Keys(),
            documents_dir=Path(directory) / "documents",
            allow_private_sinks=True,
        )
        try:
            row, _ = await run_long_outage(platform, behaviour, seconds)
        finally:
            await platform.close()
        return row


@contextmanager
def start_platform() -> Iterator[PlatformUnderTest]:
    """The whole platform as processes, over a PostgreSQL that is durable and a RabbitMQ of its own."""
    with ExitStack() as undo:
        data_dir = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="rtp-resilience-")))
        broker = start_broker()
        undo.callback(broker.stop)
        server = Server(data_dir / "postgres", port=find_free_port())
        server.start()
        undo.callback(server.stop)
        settings = UpSettings(
            admin_database_url=SecretStr(server.tcp_url()),
            broker_url=SecretStr(broker.url),
            port=find_free_ports(len(PROCESSES))[0],
            data_dir=data_dir / "up",
        )
        host, secrets = up.build_host(settings), sandbox.read_secrets(settings.data_dir / "sandbox.json")
        asyncio.run(up.prepare_host(host, settings.data_dir, sandbox.register_sandbox, examples=True))
        fleet = Fleet(host, settings.data_dir, {"RTP_ALLOW_PRIVATE_SINKS": "true"})
        undo.callback(fleet.close)
        fleet.start()
        platform = PlatformUnderTest(fleet, server, broker, CaseSystem(host.public_url, secrets["council-intake"]))
        undo.callback(platform.close)
        platform.set_up()
        yield platform


def format_heading() -> str:
    return " ".join([f"{'scenario':42}", *(f"{name.replace('_', ' '):>{_get_width(name)}}" for name in COLUMNS)])


def format_line(row: Row) -> str:
    shown = row.to_json()
    return " ".join([f"{row.scenario:42}", *(f"{shown[name]:>{_get_width(name)}}" for name in COLUMNS)])


def _get_width(name: str) -> int:
    return max(8, len(name))


def write_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
