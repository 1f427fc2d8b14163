"""Times of a call-in that the law sets for combined authorities: SI 2017/68 art 7(4)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rtp_applications.deadlines.rules.deadline import Basis, DeadlineState
from rtp_applications.workflow.processes import EMPLOYER_LED, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.decision import payloads
from rtp_applications.workflow.stages.decision.clocks import OF_A_COMBINED_AUTHORITY
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, get_deadline, get_open_deadline, take
from tests.applications.workflow.stages import decided_cases as decided

WHY, DAY = {"reasons": "Users were not asked."}, timedelta(days=1)
COMBINED = {"form": "combined-authority", "decidedBy": "whole-body"}


def called_in(constitution: dict[str, str] | None = COMBINED) -> CaseSnapshot:
    """A decision of Tuesday 1 September 2026 that was called in on that day."""
    calling = attempt(RIGHT_TO_PROVIDE, "call-in")
    if constitution is not None:
        calling = replace(calling, snapshot=ground.with_rule(calling.snapshot, "constitution", constitution))
    return take("call-in", calling).after


def test_a_direction_has_effect_for_fourteen_days_from_its_day() -> None:
    case = called_in()
    direction = get_open_deadline(case, "scrutiny-direction")
    assert (direction.due_on, direction.basis) == (date(2026, 9, 15), Basis.STATUTE)
    confirming = Ready(case, (decided.DECIDER,), payloads.Confirmation(**WHY), direction.due_at - timedelta(seconds=1))
    assert ground.refused_for("confirm-after-call-in", confirming) == ["scrutiny-responded"]
    after = take("confirm-after-call-in", replace(confirming, now=direction.due_at)).after
    assert get_deadline(after, "scrutiny-direction").state is not DeadlineState.MISSED


def test_the_decision_is_reconsidered_ten_days_after_the_recommendations_came() -> None:
    recommending = Ready(called_in(), (decided.SCRUTINY,), payloads.ScrutinyResponse(**WHY), NOW + 3 * DAY)
    heard = take("record-scrutiny-response", recommending).after
    meeting = get_open_deadline(heard, "reconsideration")
    assert (meeting.due_on, meeting.basis) == (date(2026, 9, 14), Basis.STATUTE)
    confirming = Ready(heard, (decided.DECIDER,), payloads.Confirmation(**WHY), NOW + 5 * DAY)
    met = get_deadline(take("confirm-after-call-in", confirming).after, "reconsideration")
    assert met.state is DeadlineState.MET
    late = ground.process_due_now(RIGHT_TO_PROVIDE, heard, meeting.due_at)
    assert get_deadline(late, "reconsideration").state is DeadlineState.MISSED


@pytest.mark.parametrize("constitution", [None, {"form": "leader-and-cabinet", "decidedBy": "executive"}])
def test_the_act_sets_no_such_times_for_councils(constitution: dict[str, str] | None) -> None:
    """Local Government Act 2000 s.9F(4): a decision that is not implemented may be reviewed, without a time."""
    council = called_in(constitution)
    assert council.find_deadline("scrutiny-direction") is None
    heard = take(
        "record-scrutiny-response", Ready(council, (decided.SCRUTINY,), payloads.ScrutinyResponse(**WHY))
    ).after
    assert heard.find_deadline("reconsideration") is None


def test_earlier_versions_have_no_such_clock() -> None:
    names = {each.name for each in OF_A_COMBINED_AUTHORITY}
    having = {at for at, process in PROCESSES.items() if names & {each.name for each in process.clocks}}
    assert having == {(RIGHT_TO_PROVIDE.route, 3), (EMPLOYER_LED.route, 3)}
