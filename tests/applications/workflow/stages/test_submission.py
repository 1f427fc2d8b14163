"""Notices of the Provider Selection Regime are submitted within 30 days: their clocks go by the day of submission."""

from datetime import date, timedelta

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award.payloads import Notice, NoticeKind
from rtp_applications.workflow.stages.contract.payloads import SelectionRoute
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, refused_for, take
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, OPEN, TODAY, notice, terms
from tests.applications.workflow.stages.decided_cases import at
from tests.applications.workflow.stages.selection_cases import choice, criteria, under
from tests.applications.workflow.stages.test_contract_duties import COMPETED, awarded, enter_into, modification
from tests.applications.workflow.stages.test_restarts import end

LAST, DAY = date(2026, 10, 1), timedelta(days=1)
"""The last of the 30 days after 1 September 2026."""
AWARDED, MODIFIED, ABANDONED = (
    NoticeKind.SELECTION_AWARD, NoticeKind.SELECTION_MODIFICATION, NoticeKind.SELECTION_ABANDONMENT
)  # fmt: skip


def submitted(kind: NoticeKind, submitted_on: date | None, published_on: date) -> Notice:
    return notice(kind, published_on).model_copy(update={"submitted_on": submitted_on})


def modify() -> CaseSnapshot:
    changing = Ready(awarded(COMPETED, terms()), COMMISSIONING, modification(600_000))
    return take("record-modification", changing).after


def abandon() -> CaseSnapshot:
    chosen = under(SelectionRoute.DIRECT_C, criteria(), choice(), status=Status.CONTRACT_ROUTE)
    return take("end-procurement", Ready(chosen, COMMISSIONING, end())).after


OWED = [
    pytest.param(enter_into(COMPETED, terms()), AWARDED, "provider-selection-award-notice", id="regs 7 to 11"),
    pytest.param(modify(), MODIFIED, "modification-notice", id="reg 13(5)(a)"),
    pytest.param(abandon(), ABANDONED, "abandonment-notice", id="reg 15(5)"),
]


@pytest.mark.parametrize(("held", "kind", "clock"), OWED)
@pytest.mark.parametrize(
    ("submitted_on", "published_on", "state"),
    [
        (LAST, LAST + 4 * DAY, DeadlineState.MET),  # it was published only afterwards
        (LAST + DAY, LAST + 4 * DAY, DeadlineState.MISSED),
        (None, LAST, DeadlineState.MET),  # what is published has been submitted
        (None, LAST + 4 * DAY, DeadlineState.MISSED),
    ],
)
def test_the_thirty_days_go_by_the_submission(
    held: CaseSnapshot,
    kind: NoticeKind,
    clock: str,
    submitted_on: date | None,
    published_on: date,
    state: DeadlineState,
) -> None:
    over = ground.process_due_now(RIGHT_TO_PROVIDE, held, at(LAST + DAY))
    assert ground.get_deadline(over, clock).state is DeadlineState.MISSED
    told = Ready(over, COMMISSIONING, submitted(kind, submitted_on, published_on), now=at(published_on))
    assert ground.get_deadline(take("record-notice", told).after, clock).state is state


@pytest.mark.parametrize(
    ("submitted_on", "refused"),
    [
        (TODAY - DAY, ["submitted-on-within-bounds"]),  # before the contract
        (TODAY, []),
        (TODAY + 4 * DAY, []),
        (TODAY + 5 * DAY, ["submitted-on-within-bounds"]),  # after its publication
    ],
)
def test_it_is_submitted_between_what_it_announces_and_its_publication(submitted_on: date, refused: list[str]) -> None:
    published_on = TODAY + 4 * DAY
    told = Ready(
        enter_into(COMPETED, terms()), COMMISSIONING, submitted(AWARDED, submitted_on, published_on),
        now=at(published_on + DAY),
    )  # fmt: skip
    assert refused_for("record-notice", told) == refused


def test_what_is_to_be_published_goes_by_its_publication() -> None:
    """Procurement Act 2023 s.53(1): the contract details notice is published within 30 days."""
    last = date(2026, 9, 30)
    told = Ready(
        enter_into(OPEN, terms()), COMMISSIONING, submitted(NoticeKind.UK7, last, last + DAY), now=at(last + DAY)
    )
    after = take("record-notice", told).after
    assert ground.get_deadline(after, "contract-details-notice").state is DeadlineState.MISSED


@pytest.mark.parametrize("process", [RIGHT_TO_PROVIDE, COMMUNITY_RIGHT_TO_CHALLENGE], ids=lambda each: each.route)
def test_cases_of_former_versions_say_no_submission(process: Process) -> None:
    former = PROCESSES[process.route, 2]
    assert "submitted_on" not in former.by_name["record-notice"].payload_model.model_fields
