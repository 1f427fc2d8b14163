"""What is owed around a contract is counted once: where it was done, or missed, no clock starts anew."""

from dataclasses import replace
from datetime import date

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.engine import update_deadlines
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.award.payloads import Notice, NoticeKind
from rtp_applications.workflow.stages.contract.payloads import RegimeDetermination
from rtp_applications.workflow.stages.contract_duties.payloads import ContractPublication
from rtp_applications.workflow.version_move import VersionMove, change_version
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, person, put, take
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, LIGHT, OPEN, notice, on, terms
from tests.applications.workflow.stages.decided_cases import at
from tests.applications.workflow.stages.test_contract_duties import BELOW, COMPETED, INDICATORS, LARGE

CHALLENGE = COMMUNITY_RIGHT_TO_CHALLENGE
DONE_ON, STOPPED_ON, TAKEN_UP_ON = date(2026, 9, 10), date(2026, 10, 20), date(2026, 11, 1)
MUCH_LATER = at(date(2027, 6, 1))
AWARDED = NoticeKind.SELECTION_AWARD


def publication(part: str, published_on: date = DONE_ON) -> ContractPublication:
    said = {"part": part, "place": "2026/S 000-UK7", "publishedOn": published_on}
    return ContractPublication.model_validate(said)


COPY, SHOWN = publication("contract-copy"), publication("performance-indicators")
OWED = [
    (COMPETED, terms(), notice(AWARDED, DONE_ON), "provider-selection-award-notice"),
    (OPEN, LARGE, COPY, "contract-copy"),
    (LIGHT, LARGE, COPY, "light-touch-contract-copy"),
    (OPEN, LARGE, SHOWN, "performance-indicators-publication"),
    (BELOW, terms(12, 0, 3_000_000), notice(NoticeKind.UK7, DONE_ON), "below-threshold-details-notice"),
    (OPEN, LARGE, notice(NoticeKind.UK7, DONE_ON), "contract-details-notice"),
    (LIGHT, LARGE, notice(NoticeKind.UK7, DONE_ON), "light-touch-contract-details-notice"),
]
EVERY = pytest.mark.parametrize(("found", "worth", "done", "clock"), OWED, ids=lambda each: str(each)[:40])


def enter_into(
    found: RegimeDetermination, worth: Payload, *records: Payload, process: Process = CHALLENGE
) -> CaseSnapshot:
    """A case whose contract was entered into on 1 September 2026, with its clocks started by that."""
    live = on(Status.TENDER_LIVE, found, worth, INDICATORS, *records, process=process).with_case(status=Status.AWARDED)
    return update_deadlines(process, Status.TENDER_LIVE, put(live, contracts.AWARD), "award", ground.NOW)


def do(snapshot: CaseSnapshot, done: Payload, on_day: date = DONE_ON, process: Process = CHALLENGE) -> CaseSnapshot:
    action = "record-notice" if isinstance(done, Notice) else "record-contract-publication"
    return take(action, Ready(snapshot, COMMISSIONING, done, now=at(on_day), process=process)).after


def stop_and_take_up(snapshot: CaseSnapshot) -> CaseSnapshot:
    stopping = replace(attempt(CHALLENGE, "stop-case"), snapshot=snapshot, now=at(STOPPED_ON))
    stopped = take("stop-case", stopping).after
    return take(
        "reopen-stopped-case", replace(attempt(CHALLENGE, "reopen-stopped-case"), snapshot=stopped, now=at(TAKEN_UP_ON))
    ).after


def list_states(snapshot: CaseSnapshot, clock: str) -> list[DeadlineState]:
    late = process_due(CHALLENGE, snapshot, MUCH_LATER)
    held = late.after if late else snapshot
    return [each.state for each in held.deadlines.values() if each.clock == clock]


@EVERY
def test_what_was_done_is_not_counted_anew_in_a_case_that_is_taken_up_again(
    found: RegimeDetermination, worth: Payload, done: Payload, clock: str
) -> None:
    kept = do(enter_into(found, worth), done)
    assert list_states(stop_and_take_up(kept), clock) == [DeadlineState.MET]


@EVERY
def test_what_was_not_done_is_owed_again(found: RegimeDetermination, worth: Payload, done: Payload, clock: str) -> None:
    """Unless it was missed before the case was stopped, which is told once."""
    over = process_due(CHALLENGE, enter_into(found, worth), at(STOPPED_ON))
    assert over is not None
    again = stop_and_take_up(over.after)
    missed = ground.get_deadline(over.after, clock).state is DeadlineState.MISSED
    states = [DeadlineState.MISSED] if missed else [DeadlineState.CANCELLED, DeadlineState.MISSED]
    assert list_states(again, clock) == states


@EVERY
def test_what_was_done_before_the_award_was_put_on_file_is_not_counted(
    found: RegimeDetermination, worth: Payload, done: Payload, clock: str
) -> None:
    assert list_states(enter_into(found, worth, done), clock) == []


@EVERY
def test_of_a_later_contract_it_is_owed_anew(
    found: RegimeDetermination, worth: Payload, done: Payload, clock: str
) -> None:
    """A court sent the case back, and it came to another contract."""
    first, later = do(enter_into(found, worth), done), date(2026, 12, 1)
    back = first.with_case(status=Status.TENDER_LIVE)
    entered = contracts.AWARD.model_copy(update={"entered_into_on": later})
    second = put(back, entered).with_case(status=Status.AWARDED)
    anew = update_deadlines(CHALLENGE, Status.TENDER_LIVE, second, "award", at(later))
    assert find_open_deadline(anew, clock) is not None


@pytest.mark.parametrize("number", range(5))
def test_what_a_case_of_version_2_did_is_not_counted_in_version_3(number: int) -> None:
    found, worth, done, clock = OWED[number]
    second = PROCESSES[RIGHT_TO_PROVIDE.route, 2]
    held = put(enter_into(found, worth, process=second), done, role=Role.COMMISSIONER)
    move = VersionMove(version=3, reasons="Copies are counted there.")
    for snapshot, counted in ((held, False), (ground.without(held, type(done)), True)):
        moved = change_version(second, RIGHT_TO_PROVIDE, snapshot, move, person(Role.CASE_OFFICER), at(TAKEN_UP_ON))
        assert (find_open_deadline(moved.after, clock) is not None) is counted


@pytest.mark.parametrize(("found", "clock"), [(each[0], each[3]) for each in OWED[5:]])
def test_a_clock_of_version_2_runs_on_in_version_3(found: RegimeDetermination, clock: str) -> None:
    second = PROCESSES[RIGHT_TO_PROVIDE.route, 2]
    held = enter_into(found, LARGE, process=second)
    move = VersionMove(version=3, reasons="Copies are counted there.")
    moved = change_version(second, RIGHT_TO_PROVIDE, held, move, person(Role.CASE_OFFICER), at(DONE_ON)).after
    assert find_open_deadline(moved, clock) == ground.get_open_deadline(held, clock)
