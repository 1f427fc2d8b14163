"""The timekeeper's rule and its loop: late, twice and in time come to the same, and the loop never stops or hurries."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rtp_applications.deadlines.rules.days import civil_date, starts_at
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.scheduler import AT_LEAST_SECONDS, count_seconds_until, run_scheduler
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import PROCESSES
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform
from rtp_operations.keys import Keys
from rtp_shared.contracts.applications import DeadlineApproaching
from tests.applications.deadlines.office import submitted_office
from tests.applications.deadlines.test_scheduler import MISSED, deadline, ends, kinds
from tests.applications.workflow.ground import NOW, case_file
from tests.applications.workflow.registered import import_stages
from tests.applications.workflow.walking import Walk
from tests.conftest import PUBLIC_URL, NewClient

WALKED = [process for process in PROCESSES.values() if process.actions]
NEED_REMINDERS = ("idle", "mandate")


def walked(process: Process, seed: int, steps: int) -> Walk:
    walk = Walk(process, random.Random(seed).choice, lambda _: None)  # noqa: S311
    for _ in range(steps):
        walk.step()
    return walk


def kept(process: Process, snapshot: CaseSnapshot, moments: list[datetime]) -> tuple[CaseSnapshot, list[Any]]:
    events: list[Any] = []
    for now in moments:
        outcome = process_due(process, snapshot, now)
        if outcome is not None:
            assert outcome.after.case.version == snapshot.case.version + 1
            snapshot = outcome.after
            events += [each for each in outcome.events if not isinstance(each, DeadlineApproaching)]
        assert process_due(process, snapshot, now) is None
    return snapshot, events


def came_to(snapshot: CaseSnapshot) -> Any:
    deadlines = sorted(
        (each.clock, each.started_at, each.state, each.due_on, str(each.closed_at), each.pauses)
        for each in snapshot.deadlines.values()
    )
    return snapshot.case.status, snapshot.case.final_at, deadlines


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(
    process=st.sampled_from(WALKED),
    seed=st.integers(0, 10_000),
    steps=st.integers(0, 40),
    days=st.integers(1, 60),
    looks=st.sets(st.integers(1, 60), max_size=5),
)
def test_late_and_now_and_then_come_to_the_same_as_in_time(
    process: Process, seed: int, steps: int, days: int, looks: set[int]
) -> None:
    import_stages()
    walk = walked(process, seed, steps)
    today, last = civil_date(walk.now), walk.now + timedelta(days=days)
    assume(not any(each.clock in NEED_REMINDERS and each.is_over(last) for each in walk.snapshot.deadlines.values()))
    every_day = [starts_at(today + timedelta(days=n)) for n in range(1, days + 1)]
    in_time, told = kept(process, walk.snapshot, [*every_day, last])
    for moments in ([last], [*(every_day[n - 1] for n in sorted(looks) if n <= days), last]):
        late, told_late = kept(process, walk.snapshot, moments)
        assert came_to(late) == came_to(in_time)
        assert told_late == told
    assert not any(each.is_over(last) for each in in_time.deadlines.values())


def test_keeping_time_is_the_system_s_and_says_why() -> None:
    snapshot = case_file(Status.INFORMATION_REQUESTED)
    reply = snapshot.find_deadline("information-reply")
    assert reply is not None
    assert process_due(WALKED[0], snapshot, NOW) is None
    outcome = process_due(WALKED[0], snapshot, reply.due_at + timedelta(days=2))
    assert outcome is not None
    assert outcome.signature.role is Role.SYSTEM
    assert outcome.action == "keep-time"
    assert outcome.reason == "information-reply was missed; close-information-request; decision-date-notice approaches"
    closed = outcome.after.deadlines[reply.id]
    assert (closed.state, closed.closed_at) == (DeadlineState.MISSED, reply.due_at)


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
