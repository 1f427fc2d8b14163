"""`python -m tests.resilience`: climb the whole ladder, print its table, and write bench/resilience.json.

Exits with 1 unless every rung is good. `--only TEXT` climbs the rungs whose names hold the text and writes nothing.
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
from tests.resilience.case_system import Intake
from tests.resilience.database import Server
from tests.resilience.evidence import Row
from tests.resilience.long_outages import DAY, HOUR, away
from tests.resilience.platform_under_test import Stage
from tests.resilience.runner import climb
from tests.resilience.scenarios import FULL
from tests.resilience.subscribers import Mood
from tests.support.rabbitmq import start_broker
from tests.system.fleet import ROOT, Fleet, first_of_free_ports

RESULTS = ROOT / "bench" / "resilience.json"
BY_THE_CLOCK = ((Mood.REFUSES, HOUR), (Mood.FAILS, 3 * DAY), (Mood.BEHIND, 4 * DAY))
COLUMNS = (
    "sent", "received", "lost", "duplicates", "out_of_order", "strangers", "half_done", "broken_chains", "repeats",
    "handled_again", "slowest_request_s", "worst_delay_s",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.resilience", description=__doc__)
    parser.add_argument("--only", help="climb the rungs whose names hold this text")
    only: str | None = parser.parse_args().only
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    rows, wrong = [], 0
    say(heading())
    for name, make in chain(rungs_by_the_clock(only), rungs_of_processes(only)):
        try:
            row = make()
        except AssertionError as error:
            row = Row(name)
            say(f"{name}: {error}")
        say(line(row) + (f" ({row.wrong_effects})" if row.wrong_effects else ""))
        rows.append(row.as_json())
        wrong += not row.good
    if only is None:
        RESULTS.write_text(json.dumps({"rows": rows}, indent=2) + "\n")
    say(f"{len(rows)} rungs, {wrong} wrong")
    return 1 if wrong or not rows else 0


Rungs = Iterator[tuple[str, Callable[[], Row]]]


def rungs_of_processes(only: str | None) -> Rungs:
    wanted = [rung for rung in FULL if only is None or only in rung.name]
    if wanted:
        with standing() as stage:
            for rung in wanted:
                yield rung.name, partial(climb, stage, rung)


def rungs_by_the_clock(only: str | None) -> Rungs:
    for mood, seconds in BY_THE_CLOCK:
        name = f"one subscriber {seconds:g} s, by the clock"
        if only is None or only in name:
            yield name, partial(asyncio.run, by_the_clock(mood, seconds))


async def by_the_clock(mood: Mood, seconds: float) -> Row:
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
            row, _ = await away(platform, mood, seconds)
        finally:
            await platform.close()
        return row


@contextmanager
def standing() -> Iterator[Stage]:
    """The whole platform as processes, over a PostgreSQL that is durable and a RabbitMQ of its own."""
    with ExitStack() as undo:
        data_dir = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="rtp-resilience-")))
        broker = start_broker()
        undo.callback(broker.stop)
        server = Server(data_dir / "postgres", port=first_of_free_ports(1))
        server.start()
        undo.callback(server.stop)
        settings = UpSettings(
            admin_database_url=SecretStr(server.tcp_url()),
            broker_url=SecretStr(broker.url),
            port=first_of_free_ports(len(PROCESSES)),
            data_dir=data_dir / "up",
        )
        host, secrets = up.build_host(settings), sandbox.read_secrets(settings.data_dir / "sandbox.json")
        asyncio.run(up.prepare_host(host, settings.data_dir, sandbox.register_sandbox, examples=True))
        fleet = Fleet(host, settings.data_dir, {"RTP_ALLOW_PRIVATE_SINKS": "true"})
        undo.callback(fleet.close)
        fleet.start()
        stage = Stage(fleet, server, broker, Intake(host.public_url, secrets["council-intake"]))
        undo.callback(stage.close)
        stage.set_up()
        yield stage


def heading() -> str:
    return " ".join([f"{'rung':42}", *(f"{name.replace('_', ' '):>{_wide(name)}}" for name in COLUMNS)])


def line(row: Row) -> str:
    shown = row.as_json()
    return " ".join([f"{row.rung:42}", *(f"{shown[name]:>{_wide(name)}}" for name in COLUMNS)])


def _wide(name: str) -> int:
    return max(8, len(name))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
