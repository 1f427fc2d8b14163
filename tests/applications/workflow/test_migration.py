"""A case is pinned to the version of its process, and moves to a newer one only explicitly."""

from dataclasses import replace

import pytest

from rtp_applications.clocks.days import Length, Unit
from rtp_applications.clocks.deadline import DeadlineState
from rtp_applications.workflow import engine
from rtp_applications.workflow.clocks import proposed
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.errors import NoSuchAction, NoSuchProcess, NotFromHere, NotYourRole
from rtp_applications.workflow.migration import VersionMove, move
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE, Processes
from rtp_applications.workflow.stages.interest import Acknowledgement
from rtp_applications.workflow.timing import open_deadline
from rtp_applications.workflow.words import Role, Status
from rtp_shared.contracts.applications import CaseMovedToVersion
from tests.applications.workflow.ground import NOW, case_file, person

OFFICER = person(Role.CASE_OFFICER)
REASONS = VersionMove(version=2, reasons="The council adopted the new process")


def second(**changes: object) -> Process:
    """A made-up second version: no acknowledgement any more, and a clock for a first talk."""
    actions = tuple(each for each in RIGHT_TO_PROVIDE.actions if each.name != "acknowledge")
    kept = tuple(each for each in RIGHT_TO_PROVIDE.clocks if each.name != "acknowledgement")
    talk = proposed("first-talk", "Talk with the group", 10, Status.EOI_SUBMITTED)
    version_2 = replace(RIGHT_TO_PROVIDE, version=2, actions=actions, clocks=(*kept, talk))
    return replace(version_2, **changes)  # type: ignore[arg-type]


def test_a_pinned_case_goes_by_its_own_version() -> None:
    processes = Processes({**PROCESSES, (RIGHT_TO_PROVIDE.route, 2): second()})
    file = case_file(Status.EOI_SUBMITTED)
    assert processes.newest(RIGHT_TO_PROVIDE.route).version == 2
    pinned = processes[file.case.route, file.case.process_version]
    receipt = Acknowledgement(sentOn=NOW.date())
    assert engine.take(pinned, file, "acknowledge", receipt, OFFICER, NOW).after.case.process_version == 1


def test_moving_keeps_the_status_and_changes_the_rules_and_clocks() -> None:
    file = case_file(Status.EOI_SUBMITTED)
    idle = open_deadline(file, "idle")
    outcome = move(RIGHT_TO_PROVIDE, second(), file, REASONS, OFFICER, NOW)
    after = outcome.after
    assert (after.case.process_version, after.case.status) == (2, Status.EOI_SUBMITTED)
    assert after.case.version == file.case.version + 1
    stopped = after.deadline("acknowledgement")
    assert stopped is not None
    assert stopped.state is DeadlineState.CANCELLED
    talk = open_deadline(after, "first-talk")
    assert talk is not None
    assert (talk.length, talk.start_event) == (Length(10, Unit.WORKING_DAYS), "move-to-version")
    assert open_deadline(after, "idle") == idle  # both versions have it: it runs on as it is
    assert [type(event) for event in outcome.events] == [CaseMovedToVersion]
    with pytest.raises(NoSuchAction):
        engine.take(second(), after, "acknowledge", Acknowledgement(sentOn=NOW.date()), OFFICER, NOW)


def test_it_moves_only_on_and_only_to_where_its_status_exists() -> None:
    file = case_file(Status.EOI_SUBMITTED)
    with pytest.raises(NotFromHere):
        move(RIGHT_TO_PROVIDE, RIGHT_TO_PROVIDE, file, REASONS, OFFICER, NOW)
    without_it = tuple(
        replace(each, starts=each.starts - {Status.EOI_SUBMITTED})
        for each in RIGHT_TO_PROVIDE.actions
        if Status.EOI_SUBMITTED not in each.leads_to
    )
    with pytest.raises(NotFromHere):
        move(RIGHT_TO_PROVIDE, second(actions=without_it), file, REASONS, OFFICER, NOW)
    with pytest.raises(NoSuchProcess):
        Processes()[RIGHT_TO_PROVIDE.route, 99]


@pytest.mark.parametrize("role", [Role.APPLICANT_LEAD, Role.DECISION_MAKER, Role.AUDITOR])
def test_it_is_the_officers_or_the_central_teams_to_move_it(role: Role) -> None:
    with pytest.raises(NotYourRole):
        move(RIGHT_TO_PROVIDE, second(), case_file(Status.EOI_SUBMITTED), REASONS, person(role), NOW)
    team = move(RIGHT_TO_PROVIDE, second(), case_file(Status.ASSURANCE), REASONS, person(Role.MUTUALS_TEAM), NOW)
    assert team.signature.role is Role.MUTUALS_TEAM
