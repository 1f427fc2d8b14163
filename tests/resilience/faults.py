"""Faults: how each thing is broken, and mended."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg

from rtp_gateway.app import service as gateway
from rtp_operations.databases import list_process_kinds
from tests.resilience.platform_under_test import PlatformUnderTest
from tests.resilience.scenarios import ANY_MOMENT, Kill
from tests.resilience.subscribers import ILL, Behaviour
from tests.support.waiting import wait_until

AT_THE_SINK = "mid-delivery"
"""At this point the subscriber kills the process: when the request has come, and before it answers."""


def kill(platform: PlatformUnderTest, scenario: Kill) -> None:
    """Kill each process at its point, and start it again at once: others may need it to get to theirs."""
    for name, point in scenario.points.items():
        if point == AT_THE_SINK:
            platform.subscribers[0].before_answer = lambda name=name: platform.fleet.kill(name)
        elif point == ANY_MOMENT:
            platform.fleet.kill(name)
        else:
            platform.fleet.kill_at(name, point)
    waiting = dict(scenario.points)
    while waiting:
        wait_until(lambda: any(map(platform.fleet.has_ended, waiting)), f"getting to {waiting}", 60)
        for name in filter(platform.fleet.has_ended, list(waiting)):
            ended, point = platform.fleet.wait_for_end(name), waiting.pop(name)
            assert ended == -signal.SIGKILL, f"{name}, to be killed {point}, ended with {ended}"
            platform.fleet.launch(name)
    platform.fleet.wait_until_up(*scenario.points)


@contextmanager
def outage(platform: PlatformUnderTest, what: str) -> Iterator[None]:
    """Take something away while the block runs, and bring it back at its end."""
    broken: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "broker": (lambda: _kill_broker(platform), platform.broker.start),
        "broker frozen": (platform.broker.freeze, platform.broker.thaw),
        "database": (lambda: _kill_database(platform), platform.server.start),
        "database frozen": (platform.server.freeze, platform.server.thaw),
        "one database": (lambda: _close_database(platform), lambda: _reopen_database(platform)),
        "one subscriber": (
            lambda: _set_behaviours(platform, [Behaviour.REFUSES]),
            lambda: _set_behaviours(platform, [Behaviour.WELL]),
        ),
        "all subscribers": (
            lambda: _set_behaviours(platform, ILL),
            lambda: _set_behaviours(platform, [Behaviour.WELL] * len(ILL)),
        ),
    }
    begin, end = broken[what]
    begin()
    try:
        yield
    finally:
        end()


def _kill_broker(platform: PlatformUnderTest) -> None:
    platform.broker.remember_queues()
    platform.broker.kill()


def _kill_database(platform: PlatformUnderTest) -> None:
    platform.fleet.disconnect()
    platform.server.kill()


def _close_database(platform: PlatformUnderTest) -> None:
    """Let nobody into the gateway's database, while the other services go on publishing."""
    _admin(platform, f"ALTER DATABASE {gateway.database} CONNECTION LIMIT 0")
    _admin(
        platform,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY (%s)",
        [gateway.get_role(kind) for kind in list_process_kinds(gateway)],
    )


def _reopen_database(platform: PlatformUnderTest) -> None:
    _admin(platform, f"ALTER DATABASE {gateway.database} CONNECTION LIMIT -1")


def _admin(platform: PlatformUnderTest, sql: str, *arguments: object) -> None:
    with psycopg.connect(platform.server.tcp_url(), autocommit=True) as connection:
        connection.execute(sql.encode(), arguments or None)


def _set_behaviours(platform: PlatformUnderTest, behaviours: Sequence[Behaviour]) -> None:
    for subscriber, behaviour in zip(platform.subscribers, behaviours, strict=False):
        platform.loop_thread.do(subscriber.behave(behaviour))


def wait(seconds: float) -> None:
    """Let the time of an outage pass: there is no condition to wait for."""
    until = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= until, "time", seconds + 5, pause=0.1)
