"""What fails waits, longer each time, and holds up nothing behind it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_finance_directory.turns import FIRST_PAUSE, LONGEST_PAUSE, MOST_WAITING, Turns

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Broken(Exception):
    """Something is wrong with the item."""


async def fail() -> str:
    raise Broken


async def succeed() -> str:
    return "done"


def leave_out(broken: set[int], done: list[int]) -> Callable[[Sequence[int]], Awaitable[None]]:
    """Return work that fails as a whole if one of its items is broken."""

    async def work(items: Sequence[int]) -> None:
        if broken.intersection(items):
            raise Broken
        done.extend(items)

    return work


async def test_what_fails_waits_and_what_is_done_does_not() -> None:
    turns: Turns[str] = Turns("a test")
    assert await turns.take("good", succeed, now=NOW) == "done"
    assert await turns.take("bad", fail, now=NOW) is None
    assert turns.list_waiting(NOW) == ["bad"]
    assert turns.is_waiting("bad", NOW)
    assert not turns.is_waiting("good", NOW)
    assert turns.list_waiting(NOW + FIRST_PAUSE) == []


async def test_pauses_grow_up_to_a_bound_and_success_forgets_them() -> None:
    turns, now = Turns[str]("a test"), NOW
    pauses = []
    for _ in range(12):
        await turns.take("bad", fail, now=now)
        pause = FIRST_PAUSE
        while turns.is_waiting("bad", now + pause):
            pause += FIRST_PAUSE
        pauses.append(pause)
        now += pause
    assert pauses[:4] == [FIRST_PAUSE * 2**n for n in range(4)]
    assert pauses[-1] == LONGEST_PAUSE
    await turns.take("bad", succeed, now=now)
    await turns.take("bad", fail, now=now)
    assert not turns.is_waiting("bad", now + FIRST_PAUSE)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), asyncpg.CannotConnectNowError("starting")])
async def test_that_the_database_is_away_is_no_item_s_fault(error: Exception) -> None:
    turns: Turns[str] = Turns("a test")

    async def lose(*_: object) -> str:
        raise error

    with pytest.raises(type(error)):
        await turns.take("any", lose, now=NOW)
    with pytest.raises(type(error)):
        await turns.take_together(["any"], lose, now=NOW)
    assert turns.list_waiting(NOW) == []


@pytest.mark.parametrize("error", [asyncpg.QueryCanceledError("too long"), asyncpg.DeadlockDetectedError("locked")])
async def test_what_a_statement_brings_about_is_the_item_s(error: Exception) -> None:
    turns: Turns[str] = Turns("a test")

    async def take_too_long() -> str:
        raise error

    assert await turns.take("slow", take_too_long, now=NOW) is None
    assert turns.list_waiting(NOW) == ["slow"]


@given(broken=st.sets(st.integers(0, 9)), rounds=st.integers(1, 4))
async def test_whichever_are_broken_all_others_are_done(broken: set[int], rounds: int) -> None:
    turns: Turns[int] = Turns("a test")
    done: list[int] = []
    for number in range(rounds):
        now = NOW + timedelta(seconds=number)
        ready = [each for each in range(10) if not turns.is_waiting(each, now) and each not in done]
        await turns.take_together(ready, leave_out(broken, done), now=now)
    assert sorted(done) == sorted(set(range(10)) - broken)
    assert set(turns.list_waiting(NOW)) == broken


async def test_no_query_is_given_more_than_a_statement_takes() -> None:
    turns: Turns[int] = Turns("a test")
    for number in range(MOST_WAITING + 10):
        await turns.take(number, fail, now=NOW)
    assert len(turns.list_waiting(NOW)) == MOST_WAITING
