"""Loops that run until they are cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn

import pytest

from rtp_shared.loops import listen, run_again, run_every
from tests.support.messaging import Office
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.anyio


class Away(Exception):
    pass


class Work:
    """Does as it is told, one thing a time, and then nothing."""

    def __init__(self, *results: float | Exception | None) -> None:
        self.results = list(results)
        self.ended = asyncio.Event()

    async def __call__(self) -> float | None:
        if not self.results:
            self.ended.set()
            await asyncio.Event().wait()
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that loops make, which take no time."""
    runs: list[float] = []
    really = asyncio.sleep

    async def sleep(seconds: float) -> None:
        runs.append(seconds)
        await really(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return runs


async def run_until_ended(work: Work, loop: Coroutine[Any, Any, NoReturn]) -> None:
    task, ended = asyncio.ensure_future(loop), asyncio.ensure_future(work.ended.wait())
    await asyncio.wait({task, ended}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    assert not task.done()
    assert ended.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_work_is_done_every_so_many_seconds_or_when_it_says_whatever_fails(pauses: list[float]) -> None:
    work = Work(None, 7.0, Away(), None)
    failed: list[Exception] = []
    await run_until_ended(work, run_every(60, work, on_error=failed.append, errors=(Away,)))
    assert pauses == [60, 7, 60, 60]
    assert [type(each) for each in failed] == [Away]


async def test_what_is_not_expected_ends_the_loop() -> None:
    with pytest.raises(ZeroDivisionError):
        await run_every(60, Work(ZeroDivisionError()), on_error=print, errors=(Away,))
    with pytest.raises(ZeroDivisionError):
        await run_again(Work(ZeroDivisionError()), on_error=print, errors=(Away,), longest_pause=1)


async def test_pauses_grow_while_it_fails_and_begin_anew_once_it_went_well(pauses: list[float]) -> None:
    work = Work(Away(), Away(), Away(), Away(), None, Away())
    await run_until_ended(work, run_again(work, on_error=lambda _: None, errors=(Away,), longest_pause=1.0))
    assert pauses == [0.2, 0.4, 0.8, 1.0, 0.2]


async def test_a_listener_is_told_of_what_comes_and_of_its_own_loss(office: Office) -> None:
    said: list[str] = []
    settings = {"application_name": "rtp-test-listener"}
    async with listen(office.url, "outbox", lambda: said.append("news"), lambda: said.append("loss"), settings):
        await office.query("NOTIFY outbox")
        await until(lambda: _has(said, "news"))
        await office.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", *settings.values()
        )
        await until(lambda: _has(said, "loss"))
    assert said == ["news", "loss"]


async def _has(said: list[str], what: str) -> bool:
    return what in said
