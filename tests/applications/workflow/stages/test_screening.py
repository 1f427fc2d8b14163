"""Screening an expression of interest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.engine import update_deadlines
from rtp_applications.workflow.enums import Ground, Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.screening.payloads import Acknowledgement, DecisionDate, ItemAnswer, RequestedItem
from rtp_shared.contracts.applications import DeadlineCorrected
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    Ready,
    attempt,
    breaks,
    build_snapshot,
    giving,
    on_payload,
    put,
    ready,
    refused_for,
    take,
)
from tests.applications.workflow.stages import interest_cases as interests
from tests.applications.workflow.stages.interest_cases import (
    ASKED_FOR,
    CHALLENGED,
    LEAD,
    OFFICER,
    REFUSED,
    TODAY,
    asked,
)
from tests.applications.workflow.versions import NEXT, HeardRefusal

ANSWERED = ItemAnswer.model_validate({"item": "finances-2025", "answer": "They are enclosed."})
TOLD = DecisionDate(expectedOn=TODAY + timedelta(days=30), notifiedOn=TODAY)
RECEIPT = Acknowledgement(sentOn=TODAY)
ready("acknowledge", Ready(build_snapshot(Status.EOI_SUBMITTED), (OFFICER,), RECEIPT))
ready("begin-screening", Ready(put(build_snapshot(Status.EOI_SUBMITTED), RECEIPT), (OFFICER,)))
ready("request-information", Ready(build_snapshot(Status.EOI_SCREENING), (OFFICER,), ASKED_FOR))
ready("answer-item", Ready(asked, (ground.person(Role.APPLICANT_MEMBER),), ANSWERED))
ready("return-information", Ready(put(asked, ANSWERED), (LEAD,)))
ready("close-information-request", Ready(asked, (interests.SYSTEM,), now=interests.reply_due.due_at))
ready("find-not-eligible", Ready(build_snapshot(Status.EOI_SCREENING), (OFFICER, interests.SECOND_OFFICER), REFUSED))
ready("notify-decision-date", Ready(build_snapshot(Status.EOI_SCREENING), (OFFICER,), TOLD))
ready("begin-review", Ready(put(build_snapshot(Status.EOI_SCREENING), TOLD), (OFFICER,)))
ONLY_IN_MAY = [{"fromMonth": 5, "fromDay": 1, "toMonth": 5, "toDay": 31}]
ALL_YEAR = [{"fromMonth": 1, "fromDay": 1, "toMonth": 12, "toDay": 31}]
considered = build_snapshot(Status.EOI_SUBMITTED, process=COMMUNITY_RIGHT_TO_CHALLENGE)
ready(
    "refuse-to-consider",
    Ready(
        ground.with_rule(considered, "eoi-windows", ONLY_IN_MAY),
        (OFFICER, interests.SECOND_OFFICER),
        REFUSED,
        process=COMMUNITY_RIGHT_TO_CHALLENGE,
    ),
)
breaks("refuse-to-consider", "received-outside-every-period")(
    ground.on_snapshot(ground.with_rule, "eoi-windows", ALL_YEAR)
)
breaks("refuse-to-consider", "reasons-given")(on_payload(reasons=""))
breaks("refuse-to-consider", "deciders-are-independent")(ground.bar_last_signer)
breaks("acknowledge", "sent-since-submission")(on_payload(sent_on=TODAY + timedelta(days=1)))
breaks("notify-decision-date", "notified-since-submission")(on_payload(notified_on=TODAY - timedelta(days=1)))
breaks("begin-screening", "acknowledgement-sent")(ground.on_snapshot(ground.without, Acknowledgement))
breaks("request-information", "list-is-itemised")(on_payload(items=[*ASKED_FOR.items, *ASKED_FOR.items]))


@breaks("request-information", "statutory-items-only")
def _(attempt: Ready) -> Ready:
    item = {"id": "vision", "text": "What is your vision?"}
    return giving(attempt, items=[RequestedItem.model_validate(item)])


breaks("answer-item", "item-was-asked")(on_payload(item="something-else"))
breaks("answer-item", "answered-or-declined")(on_payload(answer=None))
breaks("answer-item", "documents-are-on-file")(on_payload(documents=["the accounts"]))
breaks("return-information", "every-item-answered")(ground.on_snapshot(ground.without, ItemAnswer))
breaks("close-information-request", "reply-time-over")(ground.come_too_early)


breaks(["find-not-eligible", "refuse-eoi", "offer-modification"], "ground-on-the-list")(ground.leave_ground_out)
breaks(["find-not-eligible", "accept-eoi", "refuse-eoi"], "reasons-given")(on_payload(reasons=""))


ANSWERS = ["find-not-eligible", "accept-eoi", "refuse-eoi", "offer-modification"]
breaks(ANSWERS, "deciders-are-independent")(ground.bar_last_signer)
breaks("notify-decision-date", "decision-date-in-time")(on_payload(expected_on=TODAY - timedelta(days=1)))


@breaks("notify-decision-date", "decision-within-maximum-period")
def _later_than_the_maximum(attempt: Ready) -> Ready:
    period = {"number": 20, "unit": "calendar-days"}
    limited = ground.with_rule(attempt.snapshot, "maximum-decision-period", period)
    counted = update_deadlines(attempt.process, None, limited, "test", ground.NOW)
    return replace(attempt, snapshot=counted)


breaks("begin-review", "decision-date-notified")(ground.on_snapshot(ground.without, DecisionDate))
breaks(["find-not-eligible", "refuse-eoi", "offer-modification"], "ground-is-supported")(
    on_payload(ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED)
)
breaks(["find-not-eligible", "refuse-eoi", "offer-modification"], "intention-is-for-the-service")(
    on_payload(ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED)
)


heard = HeardRefusal.model_validate({**REFUSED.model_dump(by_alias=True, exclude_unset=True), "heardOn": TODAY})
ready(
    "find-not-eligible",
    Ready(
        build_snapshot(Status.EOI_SCREENING, process=NEXT),
        (OFFICER, interests.SECOND_OFFICER),
        heard,
        process=NEXT,
    ),
)
breaks("find-not-eligible", "group-was-heard")(on_payload(heard_on=TODAY + timedelta(days=1)))


def _declined(attempt: Ready) -> Ready:
    return giving(attempt, answer=None, declined=True)


def _by_document(attempt: Ready) -> Ready:
    with_accounts = ground.with_document(attempt.snapshot, "other")
    named = [str(id_) for id_ in with_accounts.documents if id_ not in attempt.snapshot.documents]
    return giving(replace(attempt, snapshot=with_accounts), answer=None, documents=named)


@pytest.mark.parametrize("answer", [_declined, _by_document], ids=["declined", "by a document"])
def test_an_item_may_be_declined_or_answered_by_a_document(answer: Callable[[Ready], Ready]) -> None:
    after = take("answer-item", answer(attempt(RIGHT_TO_PROVIDE, "answer-item"))).after
    returned = replace(attempt(RIGHT_TO_PROVIDE, "return-information"), snapshot=after)
    assert take("return-information", returned).after.case.status is Status.EOI_SCREENING


def test_answers_to_an_earlier_request_do_not_count_for_the_next() -> None:
    answered = put(build_snapshot(Status.EOI_SCREENING), ANSWERED)
    after = take("request-information", Ready(answered, (OFFICER,), ASKED_FOR)).after
    assert ground.refused_for("return-information", Ready(after, (LEAD,), Nothing())) == ["every-item-answered"]


def test_the_decision_may_not_be_expected_after_the_published_maximum() -> None:
    process = COMMUNITY_RIGHT_TO_CHALLENGE
    limited = ground.with_rule(
        put(build_snapshot(Status.DRAFT, process=process), CHALLENGED),
        "maximum-decision-period",
        {"number": 20, "unit": "calendar-days"},
    )
    submitted = take("submit", Ready(limited, (LEAD,), process=process)).after
    late = Ready(submitted, (OFFICER,), TOLD, process=process)
    assert ground.refused_for("notify-decision-date", late) == ["decision-within-maximum-period"]
    in_time = giving(late, expected_on=TODAY + timedelta(days=20))
    assert take("notify-decision-date", in_time).after.find(DecisionDate)


@pytest.mark.parametrize(
    ("action", "guard", "field", "version"),
    [
        ("acknowledge", "sent-since-submission", "sent_on", 2),
        ("notify-decision-date", "notified-since-submission", "notified_on", 2),
        ("acknowledge", "sent-on-within-bounds", "sent_on", 3),
        ("notify-decision-date", "notified-on-within-bounds", "notified_on", 3),
    ],
)
def test_a_notice_is_dated_from_the_submission_to_today(action: str, guard: str, field: str, version: int) -> None:
    process = PROCESSES[RIGHT_TO_PROVIDE.route, version]
    later = replace(attempt(process, action), now=ground.NOW + timedelta(days=2))
    for days, refused in ((-1, [guard]), (0, []), (2, []), (3, [guard])):
        assert ground.refused_for(action, giving(later, **{field: TODAY + timedelta(days=days)})) == refused, days


@pytest.mark.parametrize(
    ("action", "clock", "field"),
    [("acknowledge", "acknowledgement", "sent_on"), ("notify-decision-date", "decision-date-notice", "notified_on")],
)
def test_a_notice_meets_its_clock_by_the_day_on_which_it_was_given(action: str, clock: str, field: str) -> None:
    """Recorded after the end, before anybody looked or after: what was done in time is met, and not missed any more."""
    process, taken = COMMUNITY_RIGHT_TO_CHALLENGE, attempt(COMMUNITY_RIGHT_TO_CHALLENGE, action)
    due = ground.get_deadline(taken.snapshot, clock)
    late = replace(taken, now=due.due_at + timedelta(days=1))
    looked = replace(late, snapshot=ground.process_due_now(process, taken.snapshot, late.now))
    for recorded, days, state in (
        (late, 0, DeadlineState.MET),
        (late, 1, DeadlineState.MISSED),
        (looked, 0, DeadlineState.MET),
        (looked, 1, DeadlineState.MISSED),
    ):
        dates = {field: due.due_on + timedelta(days=days), "expected_on": due.due_on + timedelta(days=90)}
        change = take(action, giving(recorded, **dates))
        closed = ground.get_deadline(change.after, clock)
        assert closed.state is state, (recorded, days)
        told = [(each.clock, each.done_on) for each in change.events if isinstance(each, DeadlineCorrected)]
        assert told == ([(clock, due.due_on)] if recorded is looked and state is DeadlineState.MET else [])
        assert bool(closed.history) is bool(told)


@pytest.mark.parametrize(
    ("status", "days", "rule", "last"),
    [
        (Status.EOI_SUBMITTED, 0, None, date(2026, 11, 10)),  # 10 working days from 1 September, then 40
        (Status.EOI_SCREENING, 0, None, date(2026, 11, 10)),
        (Status.EOI_SCREENING, 13, None, date(2026, 11, 10)),  # of the screening's last day, whenever it is said
        (Status.EOI_SUBMITTED, 0, {"number": 20, "unit": "working-days"}, date(2026, 10, 13)),  # the body's own time
    ],
)
def test_a_decision_is_not_announced_for_a_day_after_its_own_deadline(
    status: Status, days: int, rule: dict[str, Any] | None, last: date
) -> None:
    now = ground.NOW + timedelta(days=days)
    snapshot = ground.build_snapshot(status)
    snapshot = ground.with_rule(snapshot, "eoi-decision", rule) if rule else snapshot
    for day, refused in ((last, []), (last + timedelta(days=1), ["expected-on-within-bounds"])):
        told = TOLD.model_copy(update={"notified_on": now.date(), "expected_on": day})
        attempted = Ready(snapshot, (OFFICER,), told, now=now)
        assert refused_for("notify-decision-date", attempted) == refused
