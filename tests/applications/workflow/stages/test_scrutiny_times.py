"""Times of a call-in that the law sets for combined authorities: SI 2017/68 art 7(4)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rtp_applications.deadlines.rules.deadline import Basis, DeadlineState
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import NotFromHere
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
    assert having == {(each.route, version) for each in (RIGHT_TO_PROVIDE, EMPLOYER_LED) for version in (3, 4)}


@pytest.mark.parametrize("entered_after", [0, 5, 12])
def test_the_ten_days_count_from_the_receipt_and_not_from_its_entry(entered_after: int) -> None:
    """SI 2017/68 art 7(4)(a): received on Friday 4 September 2026, so no later than Monday 14 September."""
    entered = NOW + timedelta(days=3 + entered_after)
    said = payloads.ScrutinyResponse.model_validate({**WHY, "receivedOn": "2026-09-04", "takenFrom": "Letter 12"})
    heard = take("record-scrutiny-response", Ready(called_in(), (decided.SCRUTINY,), said, entered)).after
    assert get_open_deadline(heard, "reconsideration").due_on == date(2026, 9, 14)


@pytest.mark.parametrize(
    ("day", "refused"),
    [
        (date(2026, 8, 31), ["received-on-within-bounds"]),  # before the call-in
        (date(2026, 9, 1), []),
        (date(2026, 9, 4), []),
        (date(2026, 9, 5), ["received-on-within-bounds"]),  # tomorrow
    ],
)
def test_a_response_comes_between_the_call_in_and_today(day: date, refused: list[str]) -> None:
    said = payloads.ScrutinyResponse.model_validate({**WHY, "receivedOn": day})
    responding = Ready(called_in(), (decided.SCRUTINY,), said, NOW + 3 * DAY)
    assert ground.refused_for("record-scrutiny-response", responding) == refused


@pytest.mark.parametrize(("days", "state"), [(0, DeadlineState.MET), (1, DeadlineState.MISSED)])
def test_a_meeting_in_time_that_is_entered_late_was_in_time(days: int, state: DeadlineState) -> None:
    said = payloads.ScrutinyResponse.model_validate({**WHY, "receivedOn": "2026-09-04"})
    heard = take("record-scrutiny-response", Ready(called_in(), (decided.SCRUTINY,), said, NOW + 3 * DAY)).after
    due = get_open_deadline(heard, "reconsideration")
    missed = ground.process_due_now(RIGHT_TO_PROVIDE, heard, due.due_at)
    met_on = due.due_on + days * DAY
    payload = payloads.Confirmation.model_validate({**WHY, "decidedOn": met_on})
    confirmed = take("confirm-after-call-in", Ready(missed, (decided.DECIDER,), payload, due.due_at + 2 * DAY)).after
    assert get_deadline(confirmed, "reconsideration").state is state


CABINET = {"form": "leader-and-cabinet", "decidedBy": "executive"}
ON_PAPER = "Call-in of 8 September, signed by three members"


def late_call_in(day: date, entered: date, **said: object) -> Ready:
    """A call-in on paper of a decision of 1 September 2026, whose five working days ended on Tuesday the 8th."""
    ended = ground.process_due_now(RIGHT_TO_PROVIDE, decided.approved, decided.at(date(2026, 9, 9)))
    payload = payloads.CallIn.model_validate({**WHY, "decidedOn": day, **said})
    return Ready(ended, (decided.SCRUTINY,), payload, decided.at(entered))


@pytest.mark.parametrize(
    ("day", "said", "refused"),
    [
        (date(2026, 9, 8), {"takenFrom": ON_PAPER}, []),
        (date(2026, 9, 8), {}, ["call-in-window-open"]),  # no paper of it
        (date(2026, 9, 9), {"takenFrom": ON_PAPER}, ["call-in-window-open"]),  # too late
        (date(2026, 8, 31), {"takenFrom": ON_PAPER}, ["decided-on-within-bounds"]),  # before the publication
    ],
)
def test_a_call_in_on_paper_in_time_is_in_time(day: date, said: dict[str, str], refused: list[str]) -> None:
    calling = late_call_in(day, date(2026, 9, 10), **said)
    assert ground.refused_for("call-in", calling) == refused
    if not refused:
        called = take("call-in", calling).after
        assert called.status is Status.CALLED_IN
        assert [each.since for each in get_deadline(called, "mandate").pauses] == [day]


def test_a_late_call_in_too_is_made_once() -> None:
    called = take("call-in", late_call_in(date(2026, 9, 8), date(2026, 9, 10), takenFrom=ON_PAPER)).after
    heard = ground.put(called, payloads.ScrutinyResponse.model_validate({**WHY, "receivedOn": "2026-09-10"}))
    confirming = Ready(heard, (decided.DECIDER,), payloads.Confirmation(**WHY), decided.at(date(2026, 9, 11)))
    confirmed = take("confirm-after-call-in", confirming).after
    again = replace(late_call_in(date(2026, 9, 8), date(2026, 9, 12), takenFrom=ON_PAPER), snapshot=confirmed)
    assert ground.refused_for("call-in", again) == ["call-in-window-open"]


def test_the_direction_has_effect_from_the_day_of_the_call_in() -> None:
    """SI 2017/68 art 7(4)(b): 14 days from the date on which the direction is issued."""
    calling = late_call_in(date(2026, 9, 8), date(2026, 9, 10), takenFrom=ON_PAPER)
    combined = ground.with_rule(calling.snapshot, "constitution", COMBINED)
    called = take("call-in", replace(calling, snapshot=combined)).after
    assert get_open_deadline(called, "scrutiny-direction").due_on == date(2026, 9, 22)


def test_what_was_lawfully_carried_out_is_not_called_in_any_more() -> None:
    """Local Government Act 2000 s.9F(4): a decision made but not implemented."""
    calling = late_call_in(date(2026, 9, 8), date(2026, 9, 10), takenFrom=ON_PAPER)
    with pytest.raises(NotFromHere, match=r"made but not implemented \(Local Government Act 2000 s.9F\(4\)"):
        take("call-in", ground.with_facts(calling, status=Status.CONTRACT_ROUTE))


TEN = {"number": 10, "unit": "working-days"}


def test_silence_holds_a_council_no_longer_than_its_own_rule_says() -> None:
    """Called in on Tuesday 1 September 2026; ten working days end on Tuesday the 15th."""
    calling = attempt(RIGHT_TO_PROVIDE, "call-in")
    called = take("call-in", replace(calling, snapshot=ground.with_rule(calling.snapshot, "call-in-review", TEN))).after
    review = get_open_deadline(called, "scrutiny-review")
    assert (review.due_on, review.basis) == (date(2026, 9, 15), Basis.LOCAL_RULE)
    confirming = Ready(called, (decided.DECIDER,), payloads.Confirmation(**WHY), decided.at(date(2026, 9, 15)))
    assert ground.refused_for("confirm-after-call-in", confirming) == ["scrutiny-responded"]
    later = replace(confirming, now=decided.at(date(2026, 9, 16)))
    assert ground.refused_for("confirm-after-call-in", later) == []
    early = ground.giving(later, decided_on=date(2026, 9, 15))
    assert ground.refused_for("confirm-after-call-in", early) == ["decided-on-within-bounds"]
    lapsing = Ready(called, (decided.OFFICER,), decided.LAPSE, later.now)
    assert ground.refused_for("record-call-in-lapse", lapsing)[0] == "scrutiny-has-no-time"


@pytest.mark.parametrize(("days", "refused"), [(6, ["scrutiny-responded"]), (7, [])])
def test_without_a_rule_the_constitution_s_paragraph_is_put_on_file(days: int, refused: list[str]) -> None:
    """The call-in lapsed on 8 September 2026."""
    council = called_in(CABINET)
    waiting = Ready(council, (decided.DECIDER,), payloads.Confirmation(**WHY), NOW + 60 * DAY)
    assert ground.refused_for("confirm-after-call-in", waiting) == ["scrutiny-responded"]
    lapse = decided.LAPSE.model_copy(update={"lapsed_on": date(2026, 9, 8)})
    lapsed = take("record-call-in-lapse", Ready(council, (decided.OFFICER,), lapse, NOW + 7 * DAY)).after
    now = NOW + days * DAY
    assert ground.refused_for("confirm-after-call-in", replace(waiting, snapshot=lapsed, now=now)) == refused
    combined = Ready(called_in(), (decided.OFFICER,), lapse, NOW + 7 * DAY)
    assert ground.refused_for("record-call-in-lapse", combined) == ["scrutiny-has-no-time"]
