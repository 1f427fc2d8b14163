"""After the panel's decision: conditions, call-in, the mandate and answers to the panel."""

from dataclasses import replace
from datetime import date

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.common.payloads import Publication
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Decision, Status
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.cross_stage.payloads import SuspensionNote
from rtp_applications.workflow.stages.decision import payloads
from rtp_applications.workflow.version_move import VersionMove, change_version
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, breaks, get_deadline, put, ready, take, without
from tests.applications.workflow.stages import decided_cases as decided
from tests.applications.workflow.stages.decided_cases import BECAUSE, DAY, OFFICER, SYSTEM, approved, conditional

ready("answer-question", Ready(decided.deferred, (decided.MEMBER,), decided.ANSWER))
ready("return-to-panel", Ready(decided.answered, (decided.LEAD, OFFICER)))
ready("end-deferral", Ready(decided.deferred, (SYSTEM,), now=get_deadline(decided.deferred, "deferral").due_at))
ready("evidence-condition", Ready(conditional, (decided.MEMBER,), decided.EVIDENCE))
ready("close-condition", Ready(decided.evidenced, (OFFICER,), decided.CLOSED))
ready("close-conditions", Ready(decided.closed, (decided.LEAD, OFFICER)))
ready("let-condition-lapse", Ready(conditional, (SYSTEM,), now=get_deadline(conditional, "condition").due_at))
ready("call-in", Ready(approved, (decided.SCRUTINY,), payloads.CallIn(**BECAUSE)))
ready("record-scrutiny-response", Ready(decided.called_in, (decided.SCRUTINY,), payloads.ScrutinyResponse(**BECAUSE)))
ready("confirm-after-call-in", Ready(decided.responded, (decided.DECIDER,), payloads.Confirmation(**BECAUSE)))
ready("return-after-call-in", Ready(decided.responded, (decided.DECIDER,), decided.DEFERRAL))
ready("lapse-mandate", Ready(decided.reminded(approved, 2), (SYSTEM,), now=get_deadline(approved, "mandate").due_at))
AFTER_CALL_IN = ["confirm-after-call-in", "return-after-call-in"]
breaks("answer-question", "question-was-asked")(ground.on_payload(question="something-else"))
breaks("return-to-panel", "every-question-answered")(
    lambda attempt: replace(attempt, snapshot=put(without(attempt.snapshot, payloads.QuestionAnswer), decided.ANSWER))
)
breaks("end-deferral", "deferral-time-over")(ground.come_too_early)
breaks("let-condition-lapse", "condition-time-over")(ground.come_too_early)
breaks("lapse-mandate", "mandate-time-over")(ground.come_too_early)
breaks(AFTER_CALL_IN, "deciders-are-independent")(ground.bar_last_signer)
breaks(["call-in", "record-scrutiny-response", *AFTER_CALL_IN], "reasons-given")(ground.on_payload(reasons=""))
breaks(["evidence-condition", "close-condition"], "condition-is-open")(ground.on_snapshot(put, decided.CLOSED))
breaks("close-condition", "condition-evidenced")(ground.on_snapshot(without, payloads.ConditionEvidence))
breaks("close-conditions", "every-condition-closed")(
    lambda attempt: replace(attempt, snapshot=put(without(attempt.snapshot, payloads.ConditionClosure), decided.CLOSED))
)
breaks("call-in", "call-in-window-open")(
    lambda attempt: replace(attempt, now=get_deadline(approved, "call-in-window").due_at)
)
ready("record-call-in-lapse", Ready(decided.called_in, (OFFICER,), decided.LAPSE))
breaks("record-call-in-lapse", "reasons-given")(ground.on_payload(reasons=""))
breaks("record-call-in-lapse", "scrutiny-has-no-time")(
    ground.on_snapshot(put, payloads.ScrutinyResponse.model_validate(BECAUSE))
)
breaks(AFTER_CALL_IN, "scrutiny-responded")(ground.on_snapshot(without, payloads.ScrutinyResponse))
breaks("lapse-mandate", "mandate-reminders-sent")(ground.on_snapshot(decided.reminded, 1))


def test_the_condition_that_falls_due_first_is_the_one_that_is_waited_for() -> None:
    assert get_deadline(conditional, "condition").due_on == date(2026, 10, 15)
    one = take("close-condition", Ready(decided.evidenced, (OFFICER,), decided.CLOSED, NOW + DAY)).after
    assert get_deadline(one, "condition").due_on == date(2026, 12, 31)
    assert [each.state for each in decided.deadlines(one, "condition")] == [DeadlineState.MET, DeadlineState.RUNNING]
    shown = put(one, payloads.ConditionEvidence(condition="bond", evidence="Signed."))
    bond = payloads.ConditionClosure(condition="bond")
    both = take("close-condition", Ready(shown, (OFFICER,), bond, NOW + 2 * DAY)).after
    assert [each.state for each in decided.deadlines(both, "condition")] == [DeadlineState.MET, DeadlineState.MET]


def test_closing_a_later_condition_leaves_the_first_one_running() -> None:
    shown = put(conditional, payloads.ConditionEvidence(condition="bond", evidence="Signed."))
    after = take("close-condition", Ready(shown, (OFFICER,), payloads.ConditionClosure(condition="bond"))).after
    assert decided.deadlines(after, "condition") == decided.deadlines(conditional, "condition")


def test_an_open_condition_that_is_overdue_refuses_the_case() -> None:
    due = get_deadline(conditional, "condition").due_at
    after = take("let-condition-lapse", Ready(conditional, (SYSTEM,), now=due)).after
    assert (after.case.status, after.case.refused_from) == (Status.REFUSED, Status.APPROVED_CONDITIONAL)
    assert get_deadline(after, "condition").state is DeadlineState.MISSED
    late = take("close-condition", Ready(decided.evidenced, (OFFICER,), decided.CLOSED, due)).after
    assert ground.refused_for("let-condition-lapse", Ready(late, (SYSTEM,), now=due)) == ["condition-time-over"]


def test_a_miss_that_was_noticed_already_still_refuses_the_case() -> None:
    due = get_deadline(conditional, "condition").due_at
    noticed = conditional.with_deadline(get_deadline(conditional, "condition").miss(due))
    assert ground.refused_for("let-condition-lapse", Ready(noticed, (SYSTEM,), now=due)) == []


def test_while_the_case_rests_no_condition_lapses() -> None:
    note = SuspensionNote.model_validate(
        {"because": "litigation", "reasons": "A claim was issued.", "reviewOn": date(2026, 12, 1)}
    )
    resting = take("suspend", Ready(conditional, (OFFICER,), note)).after
    later = get_deadline(conditional, "condition").due_at + 30 * DAY
    assert ground.refused_for("let-condition-lapse", Ready(resting, (SYSTEM,), now=later)) == ["condition-time-over"]


@pytest.mark.parametrize(("own", "last_day"), [(None, date(2026, 9, 8)), (3, date(2026, 9, 4))])
def test_the_call_in_window_is_the_councils_own(own: int | None, last_day: date) -> None:
    snapshot = decided.to_approve.snapshot
    if own:
        snapshot = ground.with_rule(snapshot, "call-in-window", {"number": own, "unit": "working-days"})
    window = get_deadline(take("approve", replace(decided.to_approve, snapshot=snapshot)).after, "call-in-window")
    assert (window.due_on, window.state) == (last_day, DeadlineState.RUNNING)


def test_the_call_in_window_counts_from_the_publication_of_the_decision() -> None:
    later = replace(decided.to_approve, now=NOW + DAY)
    at_once = take("approve", ground.giving(later, decided_on=NOW.date(), decision_published_on=NOW.date())).after
    assert get_deadline(at_once, "call-in-window").due_on == date(2026, 9, 8)
    silent = take("approve", ground.giving(decided.to_approve, decision_published_on=None)).after
    assert silent.find_deadline("call-in-window") is None
    route = attempt(RIGHT_TO_PROVIDE, "choose-contract-route")
    unpublished = replace(route, snapshot=replace(route.snapshot, records={**silent.records, **route.snapshot.records}))
    assert ground.refused_for("choose-contract-route", unpublished) == ["call-in-window-over"]
    payload = Publication(decision=Decision.APPROVED, text="It is approved.")
    registered = take("publish-decision", Ready(silent, (OFFICER,), payload, NOW + 2 * DAY)).after
    assert get_deadline(registered, "call-in-window").due_on == date(2026, 9, 10)


def test_publishing_later_opens_no_second_window() -> None:
    over = get_deadline(approved, "call-in-window").due_at
    kept = ground.process_due_now(RIGHT_TO_PROVIDE, approved, over)
    payload = Publication(decision=Decision.APPROVED, text="It is approved.")
    again = take("publish-decision", Ready(kept, (OFFICER,), payload, over + DAY)).after
    assert len(decided.deadlines(again, "call-in-window")) == 1


OWN_WINDOW = {"number": 3, "unit": "working-days"}


def opens_call_in(snapshot: CaseSnapshot, process: Process = RIGHT_TO_PROVIDE) -> bool:
    made = take("approve", replace(decided.to_approve, snapshot=snapshot, process=process)).after
    return made.find_deadline("call-in-window") is not None


@pytest.mark.parametrize(("kind", "own", "opens"), [("nhs-trust", False, False), ("nhs-trust", True, True)])
def test_a_trust_s_decision_is_called_in_only_where_it_says_so(kind: str, own: bool, opens: bool) -> None:
    snapshot = ground.with_employer(decided.to_approve.snapshot, kind=kind)
    assert opens_call_in(ground.with_rule(snapshot, "call-in-window", OWN_WINDOW) if own else snapshot) is opens


@pytest.mark.parametrize(
    ("form", "decided_by", "opens"),
    [
        ("leader-and-cabinet", "executive", True),  # LGA 2000 s.9F(2)(a)
        ("mayor-and-cabinet", "member", True),
        ("leader-and-cabinet", "officer", True),
        ("leader-and-cabinet", "whole-body", False),  # full council is not the executive
        ("committee-system", "committee", False),
        ("combined-authority", "whole-body", True),  # SI 2017/68 art 7(4)
        ("fire-authority", "whole-body", False),
        ("integrated-care-board", "whole-body", False),
    ],
)
def test_call_in_follows_from_the_constitution(form: str, decided_by: str, *, opens: bool) -> None:
    own = {"form": form, "decidedBy": decided_by}
    snapshot = ground.with_rule(decided.to_approve.snapshot, "constitution", own)
    assert opens_call_in(snapshot) is opens
    assert opens_call_in(snapshot, PROCESSES[RIGHT_TO_PROVIDE.route, 2]), "version 2 goes by the kind: a county"


def test_the_window_of_a_case_that_is_moved_runs_on() -> None:
    second = PROCESSES[RIGHT_TO_PROVIDE.route, 2]
    made = take("approve", replace(decided.to_approve, process=second)).after.with_case(process_version=2)
    move = VersionMove(version=3, reasons="The council adopted it.")
    moved = change_version(second, RIGHT_TO_PROVIDE, made, move, OFFICER, NOW + DAY).after
    assert decided.deadlines(moved, "call-in-window") == decided.deadlines(made, "call-in-window")


def test_a_decision_is_called_in_once() -> None:
    called = take("call-in", Ready(approved, (decided.SCRUTINY,), payloads.CallIn(**BECAUSE))).after
    heard = put(called, payloads.ScrutinyResponse(**BECAUSE))
    confirmed = take("confirm-after-call-in", Ready(heard, (decided.DECIDER,), payloads.Confirmation(**BECAUSE))).after
    assert confirmed.case.status is Status.APPROVED
    again = Ready(confirmed, (decided.SCRUTINY,), payloads.CallIn(**BECAUSE))
    assert ground.refused_for("call-in", again) == ["call-in-window-open"]


def test_a_decision_made_after_a_return_may_be_called_in_and_wants_a_new_response() -> None:
    returned = take("return-after-call-in", Ready(decided.responded, (decided.DECIDER,), decided.DEFERRAL)).after
    assert returned.case.status is Status.DEFERRED
    back = take("end-deferral", Ready(returned, (SYSTEM,), now=get_deadline(returned, "deferral").due_at)).after
    now = NOW + 61 * DAY
    published = decided.APPROVAL.model_copy(update={"decision_published_on": now.date()})
    anew = take(
        "approve", Ready(decided.voted("approve", decided.announced(back)), (decided.DECIDER,), published, now)
    ).after
    called = take("call-in", Ready(anew, (decided.SCRUTINY,), payloads.CallIn(**BECAUSE), now)).after
    payload = payloads.Confirmation(**BECAUSE)
    assert ground.refused_for("confirm-after-call-in", Ready(called, (decided.DECIDER,), payload, now)) == [
        "scrutiny-responded"
    ]


def test_the_mandate_rests_while_the_decision_is_called_in() -> None:
    """Ten days, from the one of the call-in to the one before the decision is confirmed, do not count."""
    called = take("call-in", Ready(approved, (decided.SCRUTINY,), payloads.CallIn(**BECAUSE), NOW + DAY)).after
    assert get_deadline(called, "mandate").state is DeadlineState.PAUSED
    heard = put(called, payloads.ScrutinyResponse(**BECAUSE))
    payload = payloads.Confirmation(**BECAUSE)
    confirmed = take("confirm-after-call-in", Ready(heard, (decided.DECIDER,), payload, NOW + 11 * DAY)).after
    assert get_deadline(confirmed, "mandate").due_on == date(2027, 9, 11)
    assert len(decided.deadlines(confirmed, "mandate")) == 1


def test_conditions_closed_open_a_call_in_window_and_start_the_mandate() -> None:
    after = take("close-conditions", Ready(decided.closed, (decided.LEAD, OFFICER))).after
    assert after.case.status is Status.APPROVED
    assert get_deadline(after, "mandate").due_on == date(2027, 9, 1)
    assert get_deadline(after, "call-in-window").due_on == date(2026, 9, 8)


def test_when_the_time_for_answers_is_over_the_panel_decides_on_what_is_held() -> None:
    due = get_deadline(decided.deferred, "deferral").due_at
    after = take("end-deferral", Ready(decided.deferred, (SYSTEM,), now=due)).after
    assert after.case.status is Status.PANEL_READY
