"""Walks through every process: what must hold whatever anybody tries, and that nothing lies out of reach."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import ENDED, Status
from rtp_applications.workflow.processes import PROCESSES
from tests.applications.workflow.ground import attempt
from tests.applications.workflow.payloads import make_payloads
from tests.applications.workflow.registered import import_stages
from tests.applications.workflow.walking import Walk, reachable

MOST_WALKS = 1000

every_process = pytest.mark.parametrize(
    "process",
    [each for each in PROCESSES.values() if each.actions],
    ids=lambda process: f"{process.route}-{process.version}",
)


@pytest.fixture(autouse=True)
def _stages_are_registered() -> None:
    import_stages()


def _walkable(process: Process) -> Process:
    """The process as far as tests have said how its actions are taken."""
    return replace(process, actions=tuple(each for each in process.actions if _known(process, each.name)))


def _known(process: Process, action: str) -> bool:
    try:
        return attempt(process, action) is not None
    except LookupError:
        return False


@every_process
@settings(
    max_examples=100, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_whatever_anybody_tries_the_process_keeps_its_promises(process: Process, data: st.DataObject) -> None:
    walk = Walk(
        _walkable(process), lambda of: data.draw(st.sampled_from(of)), lambda kind: data.draw(make_payloads(kind))
    )
    for _ in range(data.draw(st.integers(5, 40))):
        walk.step()
    event(f"ended {walk.snapshot.case.status}")
    event(f"reached {len(walk.reached)} statuses")


@every_process
def test_walks_reach_every_status_and_take_every_action(process: Process) -> None:
    """Without it, the promises would be kept by walks that never leave the draft."""
    walked, statuses = _walkable(process), set(reachable(process))
    actions = {action.name for action in process.actions}
    for seed in range(MOST_WALKS):
        walk = Walk(walked, random.Random(seed).choice, _nothing_made_up, actions)  # noqa: S311
        for _ in range(60):
            walk.step()
        statuses -= walk.reached
        actions -= set(walk.taken)
        if not statuses and not actions:
            return
    pytest.fail(f"in {MOST_WALKS} walks never reached: {sorted(statuses)}; never taken: {sorted(actions)}")


@every_process
def test_every_status_of_a_process_can_be_reached(process: Process) -> None:
    assert process.statuses - process.imported == reachable(process)


@every_process
def test_no_status_is_a_dead_end(process: Process) -> None:
    """From every status that can be reached and is no end, the case can still be launched."""
    stuck = {status for status in reachable(process) - ENDED if Status.LAUNCHED not in reachable(process, status)}
    assert stuck == set()


def _nothing_made_up(_: Any) -> None:
    return None
