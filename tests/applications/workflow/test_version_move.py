"""A case is pinned to the version of its process, and moves to a newer one only explicitly."""

from dataclasses import replace

import pytest

from rtp_applications.deadlines.rules.days import Length, Unit
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.engine import apply_action
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.errors import NoSuchAction, NoSuchProcess, NotFromHere, NotYourRole
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE, Processes
from rtp_applications.workflow.stages.screening.payloads import Acknowledgement
from rtp_applications.workflow.version_move import VersionMove, change_version
from rtp_shared.contracts.applications import CaseMovedToVersion
from tests.applications.workflow.ground import NOW, build_snapshot, get_deadline, get_open_deadline, person
from tests.applications.workflow.versions import EVERY_VERSION, NEXT

OFFICER = person(Role.CASE_OFFICER)
REASONS = VersionMove(version=NEXT.version, reasons="The council adopted the new process")


def test_a_pinned_case_goes_by_its_own_version() -> None:
    processes = Processes(EVERY_VERSION)
    snapshot = build_snapshot(Status.EOI_SUBMITTED)
    assert processes.find_newest(RIGHT_TO_PROVIDE.route) == NEXT
    pinned = processes[snapshot.case.route, snapshot.case.process_version]
    receipt = Acknowledgement(sentOn=NOW.date())
    assert (
        apply_action(pinned, snapshot, "acknowledge", receipt, OFFICER, NOW).after.case.process_version
        == RIGHT_TO_PROVIDE.version
    )


def test_moving_keeps_the_status_and_changes_the_rules_and_clocks() -> None:
    snapshot = build_snapshot(Status.EOI_SUBMITTED)
    idle = find_open_deadline(snapshot, "idle")
    change = change_version(RIGHT_TO_PROVIDE, NEXT, snapshot, REASONS, OFFICER, NOW)
    after = change.after
    assert (after.case.process_version, after.case.status) == (NEXT.version, Status.EOI_SUBMITTED)
    assert after.case.version == snapshot.case.version + 1
    assert get_deadline(after, "acknowledgement").state is DeadlineState.CANCELLED
    talk = get_open_deadline(after, "first-talk")
    assert (talk.length, talk.start_event) == (Length(10, Unit.WORKING_DAYS), "move-to-version")
    assert find_open_deadline(after, "idle") == idle  # both versions have it: it runs on as it is
    assert [type(event) for event in change.events] == [CaseMovedToVersion]
    with pytest.raises(NoSuchAction):
        apply_action(NEXT, after, "acknowledge", Acknowledgement(sentOn=NOW.date()), OFFICER, NOW)


def test_it_moves_only_on_and_only_to_where_its_status_exists() -> None:
    snapshot = build_snapshot(Status.EOI_SUBMITTED)
    with pytest.raises(NotFromHere):
        change_version(RIGHT_TO_PROVIDE, RIGHT_TO_PROVIDE, snapshot, REASONS, OFFICER, NOW)
    without_it = tuple(
        replace(each, from_states=each.from_states - {Status.EOI_SUBMITTED})
        for each in RIGHT_TO_PROVIDE.actions
        if Status.EOI_SUBMITTED not in each.leads_to
    )
    with pytest.raises(NotFromHere):
        change_version(RIGHT_TO_PROVIDE, replace(NEXT, actions=without_it), snapshot, REASONS, OFFICER, NOW)
    with pytest.raises(NoSuchProcess):
        Processes()[RIGHT_TO_PROVIDE.route, 99]


@pytest.mark.parametrize("role", [Role.APPLICANT_LEAD, Role.DECISION_MAKER, Role.AUDITOR])
def test_it_is_the_officers_or_the_central_teams_to_move_it(role: Role) -> None:
    with pytest.raises(NotYourRole):
        change_version(RIGHT_TO_PROVIDE, NEXT, build_snapshot(Status.EOI_SUBMITTED), REASONS, person(role), NOW)
    team = change_version(
        RIGHT_TO_PROVIDE, NEXT, build_snapshot(Status.ASSURANCE), REASONS, person(Role.MUTUALS_TEAM), NOW
    )
    assert team.signature.role is Role.MUTUALS_TEAM
