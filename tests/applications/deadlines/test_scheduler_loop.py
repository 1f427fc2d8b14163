"""The loop of the deadline scheduler never stops and never hurries."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from rtp_applications.deadlines.scheduler import AT_LEAST_SECONDS, count_seconds_until, run_scheduler
from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform
from rtp_operations.keys import Keys
from tests.applications.deadlines.office import submitted_office
from tests.applications.deadlines.test_scheduler import MISSED, deadline, ends, kinds
from tests.applications.workflow.ground import NOW
from tests.conftest import PUBLIC_URL, NewClient


@pytest.mark.parametrize(
    ("due", "seconds"),
    [
        (None, 30.0),
        (timedelta(days=1), 30.0),
        (timedelta(seconds=7), 7.0),
        (timedelta(0), AT_LEAST_SECONDS),
        (timedelta(days=-1), AT_LEAST_SECONDS),
    ],
)
def test_the_loop_rests_until_something_is_due_and_half_a_minute_at_most(due: timedelta | None, seconds: float) -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    assert count_seconds_until(None if due is None else now + due, now) == seconds


class Rests:
    """Stands in for asyncio.sleep: notes each rest, and ends the loop at the one that is said."""

    def __init__(self, ends_at: int) -> None:
        self.seconds: list[float] = []
        self.ends_at = ends_at

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == self.ends_at:
            raise asyncio.CancelledError


@pytest.mark.anyio
async def test_the_loop_does_what_is_due(
    platform: Platform, clock: MovableClock, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await submitted_office(new_client)
    due = ends(await deadline(office.group.api, office.case, "acknowledgement"))
    rests = Rests(ends_at=2)
    clock.move_to(due - timedelta(seconds=3))
    original = rests.sleep

    async def rest(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))
        await original(seconds)

    with monkeypatch.context() as patched:
        patched.setattr("rtp_applications.deadlines.scheduler.asyncio.sleep", rest)
        with pytest.raises(asyncio.CancelledError):
            await run_scheduler(platform.runtimes["applications"])
    assert rests.seconds[0] == 3.0
    await platform.drain_events()
    assert (await kinds(office.group.api, office.case)).count(MISSED) == 1


@pytest.mark.anyio
async def test_the_loop_outlives_a_database_that_is_away(
    clock: MovableClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = Platform(lambda *_: "postgresql://nobody@127.0.0.1:1/none", public_url=PUBLIC_URL, keys=Keys(), clock=clock)
    rests = Rests(ends_at=3)
    with monkeypatch.context() as patched:
        patched.setattr("rtp_applications.deadlines.scheduler.asyncio.sleep", rests.sleep)
        with pytest.raises(asyncio.CancelledError):
            await run_scheduler(away.runtimes["applications"])
    await away.close()
    assert rests.seconds == [30.0] * 3
    assert len([each for each in caplog.records if "trying again" in each.message]) == 3


def test_a_clock_that_is_moved_stands_still_in_between() -> None:
    clock = MovableClock(NOW)
    assert clock() == clock() == NOW
    clock.advance(timedelta(days=1))
    assert clock() == NOW + timedelta(days=1)
    with pytest.raises(ValueError, match="zone"):
        clock.move_to(datetime(2027, 1, 1))  # noqa: DTZ001
