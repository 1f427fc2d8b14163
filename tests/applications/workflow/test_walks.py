"""Walks through every process: what must hold whatever anybody tries, and that nothing lies out of reach."""

import random

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import ENDED, Status
from tests.applications.workflow.payloads import make_payloads
from tests.applications.workflow.versions import EVERY_VERSION, is_newest
from tests.applications.workflow.walking import Walk, reachable

MOST_WALKS = 1000
WALKS = settings(
    max_examples=100, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
FEW_WALKS = range(10)
"""Seeds, for a version that is not the newest: cases are pinned to it still, but nobody changes it."""
WALKED = [each for each in EVERY_VERSION.values() if each.actions]


def walk_each(versions: list[Process]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("process", versions, ids=lambda process: f"{process.route}-{process.version}")


every_process = walk_each(WALKED)
newest_processes = walk_each([each for each in WALKED if is_newest(each)])
other_versions = walk_each([each for each in WALKED if not is_newest(each)])


@newest_processes
@WALKS
@given(data=st.data())
def test_whatever_anybody_tries_the_process_keeps_its_promises(process: Process, data: st.DataObject) -> None:
    walk = Walk(process, lambda of: data.draw(st.sampled_from(of)), lambda kind: data.draw(make_payloads(kind)))
    for _ in range(data.draw(st.integers(5, 40))):
        walk.step()
    event(f"ended {walk.snapshot.case.status}")
    event(f"reached {len(walk.reached)} statuses")


@other_versions
@pytest.mark.parametrize("seed", FEW_WALKS)
def test_other_versions_keep_theirs(process: Process, seed: int) -> None:
    walk = Walk(process, random.Random(seed).choice, lambda _: None)  # noqa: S311
    for _ in range(40):
        walk.step()
    assert walk.taken


@other_versions
def test_walks_take_what_a_version_has_of_its_own(process: Process) -> None:
    """What it has in common with the newest is walked there."""
    newest = next(each for each in WALKED if each.route is process.route and is_newest(each))
    own = {action.name for action in process.actions if newest.by_name.get(action.name) != action}
    assert own, "it differs in no action"
    for seed in range(MOST_WALKS):
        walk = Walk(process, random.Random(seed).choice, lambda _: None, own)  # noqa: S311
        for _ in range(60):
            walk.step()
        own -= set(walk.taken)
        if not own:
            return
    pytest.fail(f"in {MOST_WALKS} walks never taken: {sorted(own)}")


@newest_processes
def test_walks_reach_every_status_and_take_every_action(process: Process) -> None:
    """Without it, the promises would be kept by walks that never leave the draft."""
    statuses = set(reachable(process))
    actions = {action.name for action in process.actions}
    for seed in range(MOST_WALKS):
        walk = Walk(process, random.Random(seed).choice, lambda _: None, actions)  # noqa: S311
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
