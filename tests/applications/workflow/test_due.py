"""Deadline processing of one case: late, twice and in time come to the same."""

import random
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rtp_applications.deadlines.rules.days import civil_date, starts_at
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.contracts.applications import DeadlineApproaching
from tests.applications.workflow.ground import NOW, build_snapshot, get_deadline
from tests.applications.workflow.versions import NEWEST_PROCESSES
from tests.applications.workflow.walking import Walk

WALKED = [process for process in NEWEST_PROCESSES if process.actions]


NEED_REMINDERS = ("idle", "mandate")


def walked(process: Process, seed: int, steps: int) -> Walk:
    walk = Walk(process, random.Random(seed).choice, lambda _: None)  # noqa: S311
    for _ in range(steps):
        walk.step()
    return walk


def kept(process: Process, snapshot: CaseSnapshot, moments: list[datetime]) -> tuple[CaseSnapshot, list[Any]]:
    events: list[Any] = []
    for now in moments:
        change = process_due(process, snapshot, now)
        if change is not None:
            assert change.after.case.version == snapshot.case.version + 1
            snapshot = change.after
            events += [each for each in change.events if not isinstance(each, DeadlineApproaching)]
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
    number=st.integers(0, len(WALKED) - 1),
    seed=st.integers(0, 10_000),
    steps=st.integers(0, 40),
    days=st.integers(1, 60),
    looks=st.sets(st.integers(1, 60), max_size=5),
)
def test_late_and_now_and_then_come_to_the_same_as_in_time(
    number: int, seed: int, steps: int, days: int, looks: set[int]
) -> None:
    process = WALKED[number]
    walk = walked(process, seed, steps)
    today, last = civil_date(walk.now), walk.now + timedelta(days=days)
    settled, _ = kept(process, walk.snapshot, [walk.now])  # what was put on file from outside may start a clock
    assume(not any(each.clock in NEED_REMINDERS and each.is_over(last) for each in settled.deadlines.values()))
    every_day = [starts_at(today + timedelta(days=n)) for n in range(1, days + 1)]
    in_time, raised = kept(process, settled, [*every_day, last])
    for moments in ([last], [*(every_day[n - 1] for n in sorted(looks) if n <= days), last]):
        late, told_late = kept(process, settled, moments)
        assert came_to(late) == came_to(in_time)
        assert told_late == raised
    assert not any(each.is_over(last) for each in in_time.deadlines.values())


def test_keeping_time_is_the_system_s_and_says_why() -> None:
    snapshot = build_snapshot(Status.INFORMATION_REQUESTED)
    reply = get_deadline(snapshot, "information-reply")
    assert process_due(WALKED[0], snapshot, NOW) is None
    change = process_due(WALKED[0], snapshot, reply.due_at + timedelta(days=2))
    assert change is not None
    assert change.signature.role is Role.SYSTEM
    assert change.action == "keep-time"
    assert change.reason == "information-reply was missed; close-information-request; decision-date-notice approaches"
    closed = change.after.deadlines[reply.id]
    assert (closed.state, closed.closed_at) == (DeadlineState.MISSED, reply.due_at)
