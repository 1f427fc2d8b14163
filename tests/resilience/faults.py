"""How each thing is broken, and mended."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg

from rtp_gateway.app import service as gateway
from tests.resilience.platform_under_test import Stage
from tests.resilience.scenarios import ANY_MOMENT, Kill
from tests.resilience.subscribers import ILL, Mood
from tests.support.waiting import wait_until

AT_THE_SINK = "mid-delivery"
"""Here the subscriber pulls the plug: when the request has come, and before it answers."""


def kill(stage: Stage, rung: Kill) -> None:
    """Each process dies at its point, and is started again at once: others may need it to get to theirs."""
    for name, point in rung.points.items():
        if point == AT_THE_SINK:
            stage.subscribers[0].before_answer = lambda name=name: stage.fleet.kill(name)
        elif point == ANY_MOMENT:
            stage.fleet.kill(name)
        else:
            stage.fleet.doom(name, point)
    waiting = dict(rung.points)
    while waiting:
        wait_until(lambda: any(map(stage.fleet.has_ended, waiting)), f"getting to {waiting}", 60)
        for name in filter(stage.fleet.has_ended, list(waiting)):
            ended, point = stage.fleet.wait_for_end(name), waiting.pop(name)
            assert ended == -signal.SIGKILL, f"{name}, to be killed {point}, ended with {ended}"
            stage.fleet.launch(name)
    stage.fleet.wait_until_up(*rung.points)


@contextmanager
def outage(stage: Stage, what: str) -> Iterator[None]:
    """It is away while the block runs, and back at its end."""
    broken: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "broker": (lambda: _kill_broker(stage), stage.broker.start),
        "broker frozen": (stage.broker.freeze, stage.broker.thaw),
        "database": (lambda: _kill_database(stage), stage.server.start),
        "database frozen": (stage.server.freeze, stage.server.thaw),
        "one database": (lambda: _shut_out(stage), lambda: _let_in(stage)),
        "one subscriber": (lambda: _feel(stage, [Mood.REFUSES]), lambda: _feel(stage, [Mood.WELL])),
        "all subscribers": (lambda: _feel(stage, ILL), lambda: _feel(stage, [Mood.WELL] * len(ILL))),
    }
    begin, end = broken[what]
    begin()
    try:
        yield
    finally:
        end()


def _kill_broker(stage: Stage) -> None:
    stage.broker.remember_queues()
    stage.broker.kill()


def _kill_database(stage: Stage) -> None:
    stage.fleet.disconnect()
    stage.server.kill()


def _shut_out(stage: Stage) -> None:
    """The gateway's database has no room, while the other services go on publishing."""
    _admin(stage, f"ALTER DATABASE {gateway.database} CONNECTION LIMIT 0")
    _admin(
        stage, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", f"{gateway.database}_app"
    )


def _let_in(stage: Stage) -> None:
    _admin(stage, f"ALTER DATABASE {gateway.database} CONNECTION LIMIT -1")


def _admin(stage: Stage, sql: str, *arguments: object) -> None:
    with psycopg.connect(stage.server.tcp_url(), autocommit=True) as connection:
        connection.execute(sql.encode(), arguments or None)


def _feel(stage: Stage, moods: Sequence[Mood]) -> None:
    for subscriber, mood in zip(stage.subscribers, moods, strict=False):
        stage.aside.do(subscriber.feel(mood))


def let_pass(seconds: float) -> None:
    """Time of an outage: no condition to wait for, the time itself is what is tried."""
    until = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= until, "time", seconds + 5, pause=0.1)
