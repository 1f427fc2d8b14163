"""No case is held for ever: in every status of every newest process, each side can end the waiting for the other."""

import pytest

from rtp_applications.workflow.definition import BODIES_ONLY, Action, Process, Slot
from rtp_applications.workflow.enums import APPEALABLE, APPLICANTS, ENDED, Role, Status
from tests.applications.workflow.ground import attempt, take
from tests.applications.workflow.versions import NEWEST_PROCESSES
from tests.applications.workflow.walking import reachable

WALKED = [each for each in NEWEST_PROCESSES if each.actions]
OPEN_STATUSES = [
    pytest.param(process, status, id=f"{process.route}-{status}")
    for process in WALKED
    for status in sorted(reachable(process) - ENDED)
]
BODIES = BODIES_ONLY - {Role.SYSTEM, Role.MUTUALS_TEAM, Role.ESCALATION_REVIEWER}
UNKNOWN_TO_BODIES = frozenset({Status.DRAFT})


def list_ways_out(process: Process, status: Status) -> list[Action]:
    return [each for each in process.list_actions(status) if each.leads_to and set(each.leads_to) != {status}]


def is_signed_by(slots: tuple[Slot, ...], side: frozenset[Role]) -> bool:
    return all(slot & side for slot in slots)


def ends_by_time(process: Process, action: Action, status: Status) -> bool:
    """Whether the platform takes it when a clock that runs in this status has ended."""
    return any(clock.on_end == action.name and status in clock.runs_in for clock in process.clocks)


@pytest.mark.parametrize(("process", "status"), OPEN_STATUSES)
def test_no_side_is_held_by_the_silence_of_the_other(process: Process, status: Status) -> None:
    """The group goes by itself, as it may withdraw; the bodies go by themselves, or time ends their waiting."""
    ways = list_ways_out(process, status)
    assert [each.name for each in ways if is_signed_by(each.signatories, APPLICANTS)] != []
    by_the_bodies = [
        each.name for each in ways if is_signed_by(each.signatories, BODIES) or ends_by_time(process, each, status)
    ]
    assert by_the_bodies != [] or status in UNKNOWN_TO_BODIES


LEADING_TO_AN_END = [
    pytest.param(process, action, to, id=f"{process.route}-{action.name}-{to}")
    for process in WALKED
    for action in process.actions
    for to in action.leads_to
    if to in ENDED
]


@pytest.mark.parametrize(("process", "action", "to"), LEADING_TO_AN_END)
def test_an_end_is_final_or_becomes_so(process: Process, action: Action, to: Status) -> None:
    """At once, by the appeal window, or as a launch, of which the monitoring ends by itself."""
    after = take(action.name, attempt(process, action.name, to)).after
    if to in APPEALABLE:
        window = after.find_deadline("appeal-window")
        assert window is not None
        assert window.is_open
        assert "close-appeal-window" in process.by_name
    elif to is Status.LAUNCHED:
        assert [each.name for each in process.list_actions(to) if each.name == "end-monitoring"] != []
    else:
        assert after.case.final_at is not None


@pytest.mark.parametrize("process", WALKED, ids=lambda each: str(each.route))
@pytest.mark.parametrize("status", sorted(APPEALABLE))
def test_what_may_be_appealed_may_be_opened_again(process: Process, status: Status) -> None:
    """By a reviewer or, of a challenge, by the authority; and by a court in any case."""
    if status not in reachable(process):
        return
    ways = [each for each in list_ways_out(process, status) if each.name != "quash"]
    assert [each.name for each in ways if not each.name.endswith("by-court")] != []
    assert [each.name for each in ways if each.name.endswith("by-court")] != []
