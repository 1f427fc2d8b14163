"""From the draft to the answer on the expression of interest: what each action needs, and what breaks each guard."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.common.payloads import ConflictOfInterest, Nothing, Refusal
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.engine import apply_action, update_deadlines
from rtp_applications.workflow.enums import Ground, Role, Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Intention
from rtp_applications.workflow.stages.interest.guards import REQUIRED, is_within
from rtp_applications.workflow.stages.interest.payloads import InterestContent
from rtp_applications.workflow.stages.review.payloads import Acceptance, Consent, Modification
from rtp_applications.workflow.stages.screening.payloads import (
    Acknowledgement,
    DecisionDate,
    InformationRequest,
    ItemAnswer,
    RequestedItem,
)
from rtp_shared.contracts.vocabulary import Sector
from tests.applications.workflow.ground import (
    EMPLOYER,
    NOW,
    Ready,
    attempt,
    breaks,
    case_file,
    giving,
    on_snapshot,
    person,
    put,
    ready,
    refused_for,
    take,
    with_facts,
    with_rule,
    without,
)

TODAY = NOW.date()
LEAD, OFFICER, SECOND_OFFICER = (
    person(Role.APPLICANT_LEAD),
    person(Role.CASE_OFFICER),
    person(Role.CASE_OFFICER, 2),
)
DECIDER, SYSTEM = person(Role.DECISION_MAKER), person(Role.SYSTEM)
ASKED_FOR = InformationRequest.model_validate(
    {"items": [{"id": "finances-2025", "text": "Accounts", "statutoryItem": "finances"}]}
)
ANSWERED = ItemAnswer.model_validate({"item": "finances-2025", "answer": "They are enclosed."})
TOLD = DecisionDate(expectedOn=TODAY + timedelta(days=30), notifiedOn=TODAY)
OFFERED = Modification(
    text="Without the night service",
    otherwiseRefusedFor="Nights cannot be staffed.",
    ground=Ground.UNLAWFUL,
    equalityNote="No impact.",
)
PARTNER = {"name": "Example Care CIC", "kind": "subcontractor", "finances": "Sound.", "capability": "Ten years of it."}
CONTENT = InterestContent.model_validate(
    {
        "finances": "Own funds and a loan that is offered.",
        "capability": "The staff who deliver it, and a manager appointed.",
        "service": "The day service at Example Street",
        "area": "The county",
        "outcomes": "More days open.",
        "socialValue": "Carers rest.",
        "economicValue": "Local jobs.",
        "environmentalValue": "Shorter ways.",
        "userNeeds": "They were asked.",
        "employeeEngagement": "Meetings each month.",
        "partners": [PARTNER],
    }
)
REFUSED = Refusal(
    ground=Ground.UNLAWFUL, reasons="It would break a duty.", publishedReasons="A duty.", equalityNote="No impact."
)
RECEIPT = Acknowledgement(sentOn=TODAY)
ACCEPTED = Acceptance(reasons="It is sound.", equalityNote="Impact was assessed.")
ONLY_IN_MAY = [{"fromMonth": 5, "fromDay": 1, "toMonth": 5, "toDay": 31}]

asked = put(case_file(Status.INFORMATION_REQUESTED), ASKED_FOR)
offered = put(case_file(Status.MODIFICATION_OFFERED), OFFERED)
reply_due = asked.find_deadline("information-reply")
modification_due = offered.find_deadline("modification-reply")
assert reply_due and modification_due  # noqa: PT018 - both run from the start

ready("describe-interest", Ready(case_file(Status.DRAFT), (LEAD,), CONTENT))
ready("submit", Ready(put(case_file(Status.DRAFT), CONTENT), (LEAD,)))
ready("acknowledge", Ready(case_file(Status.EOI_SUBMITTED), (OFFICER,), RECEIPT))
ready("begin-screening", Ready(put(case_file(Status.EOI_SUBMITTED), RECEIPT), (OFFICER,)))
ready("request-information", Ready(case_file(Status.EOI_SCREENING), (OFFICER,), ASKED_FOR))
ready("answer-item", Ready(asked, (person(Role.APPLICANT_MEMBER),), ANSWERED))
ready("return-information", Ready(put(asked, ANSWERED), (LEAD,)))
ready("close-information-request", Ready(asked, (SYSTEM,), now=reply_due.due_at))
ready("find-not-eligible", Ready(case_file(Status.EOI_SCREENING), (OFFICER, SECOND_OFFICER), REFUSED))
ready("notify-decision-date", Ready(case_file(Status.EOI_SCREENING), (OFFICER,), TOLD))
ready("begin-review", Ready(put(case_file(Status.EOI_SCREENING), TOLD), (OFFICER,)))
ready("offer-modification", Ready(case_file(Status.EOI_UNDER_REVIEW), (OFFICER, DECIDER), OFFERED))
ready("accept-modification", Ready(offered, (LEAD,), Consent(membersInFavour=7)))
ready("decline-modification", Ready(offered, (LEAD,)))
ready("let-modification-lapse", Ready(offered, (SYSTEM,), now=modification_due.due_at))
ready("accept-eoi", Ready(case_file(Status.EOI_UNDER_REVIEW), (DECIDER,), ACCEPTED))
ready("refuse-eoi", Ready(case_file(Status.EOI_UNDER_REVIEW), (DECIDER, OFFICER), REFUSED))


breaks("submit", "employer-named")(lambda attempt: with_facts(attempt, employer_id=None))
breaks("submit", "service-named")(lambda attempt: with_facts(attempt, service_name=None))
breaks("submit", "sector-named")(lambda attempt: with_facts(attempt, sector=None))


@breaks("submit", "enough-employees")
def _(attempt: Ready) -> Ready:
    needed = attempt.process.settings["applicants-needed"].value
    return with_facts(attempt, applicant_count=needed - 1)


breaks("submit", "conflicts-declared")(lambda attempt: with_facts(attempt, conflicts_declared=False))


@breaks("submit", "bodies-exist")
def _(attempt: Ready) -> Ready:
    employer = replace(attempt.snapshot.bodies[EMPLOYER], ended_on=TODAY)
    return replace(attempt, snapshot=replace(attempt.snapshot, bodies={**attempt.snapshot.bodies, EMPLOYER: employer}))


@breaks("submit", "authority-is-relevant")
def _(attempt: Ready) -> Ready:
    trust = replace(attempt.snapshot.bodies[EMPLOYER], kind="nhs-trust")
    return replace(attempt, snapshot=replace(attempt.snapshot, bodies={**attempt.snapshot.bodies, EMPLOYER: trust}))


breaks("submit", "window-open")(on_snapshot(with_rule, "eoi-windows", ONLY_IN_MAY))
breaks("submit", "content-is-complete")(on_snapshot(without, InterestContent))
breaks("acknowledge", "sent-since-submission")(lambda attempt: giving(attempt, sent_on=TODAY + timedelta(days=1)))
breaks("notify-decision-date", "notified-since-submission")(
    lambda attempt: giving(attempt, notified_on=TODAY - timedelta(days=1))
)
breaks("begin-screening", "acknowledgement-sent")(on_snapshot(without, Acknowledgement))
breaks("request-information", "list-is-itemised")(
    lambda attempt: giving(attempt, items=[*ASKED_FOR.items, *ASKED_FOR.items])
)


@breaks("request-information", "statutory-items-only")
def _(attempt: Ready) -> Ready:
    item = {"id": "vision", "text": "What is your vision?"}
    return giving(attempt, items=[RequestedItem.model_validate(item)])


breaks("answer-item", "item-was-asked")(lambda attempt: giving(attempt, item="something-else"))
breaks("answer-item", "answered-or-declined")(lambda attempt: giving(attempt, answer=None))
breaks("return-information", "every-item-answered")(on_snapshot(without, ItemAnswer))


@breaks("close-information-request", "reply-time-over")
@breaks("let-modification-lapse", "modification-time-over")
def _(attempt: Ready) -> Ready:
    return replace(attempt, now=attempt.now - timedelta(seconds=1))


@breaks("find-not-eligible", "ground-on-the-list")
@breaks("refuse-eoi", "ground-on-the-list")
@breaks("offer-modification", "ground-on-the-list")
def _(attempt: Ready) -> Ready:
    """Where the law closes no list, the guard holds for want of one: it is tried with one."""
    listed = replace(attempt.process, grounds=frozenset(Ground))
    return giving(replace(attempt, process=listed), ground=None)


breaks(["find-not-eligible", "accept-eoi", "refuse-eoi"], "reasons-given")(lambda attempt: giving(attempt, reasons=""))


@breaks("find-not-eligible", "deciders-are-independent")
@breaks("accept-eoi", "deciders-are-independent")
@breaks("refuse-eoi", "deciders-are-independent")
@breaks("offer-modification", "deciders-are-independent")
def _(attempt: Ready) -> Ready:
    interested = ConflictOfInterest(person=attempt.signers[-1].person, nature="Married to an applicant")
    return replace(attempt, snapshot=put(attempt.snapshot, interested))


breaks("notify-decision-date", "decision-date-in-time")(
    lambda attempt: giving(attempt, expected_on=TODAY - timedelta(days=1))
)
breaks("begin-review", "decision-date-notified")(on_snapshot(without, DecisionDate))
breaks("offer-modification", "would-otherwise-be-refused")(lambda attempt: giving(attempt, otherwise_refused_for=""))
breaks("offer-modification", "modification-text-given")(lambda attempt: giving(attempt, text=""))
breaks("accept-modification", "consent-recorded")(lambda attempt: giving(attempt, members_in_favour=6))
breaks(["accept-eoi", "refuse-eoi", "offer-modification"], "equality-noted")(
    lambda attempt: giving(attempt, equality_note=None)
)
breaks(["find-not-eligible", "refuse-eoi", "offer-modification"], "ground-is-supported")(
    lambda attempt: giving(attempt, ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED)
)


@pytest.mark.parametrize(
    ("window", "open_on", "closed_on"),
    [
        ({"fromMonth": 9, "fromDay": 1, "toMonth": 10, "toDay": 31}, date(2026, 10, 31), date(2026, 11, 1)),
        ({"fromMonth": 11, "fromDay": 1, "toMonth": 1, "toDay": 31}, date(2027, 1, 31), date(2026, 10, 31)),
    ],
    ids=["within a year", "over the new year"],
)
def test_a_window_is_open_on_its_first_and_last_day_only(
    window: dict[str, int], open_on: date, closed_on: date
) -> None:
    first = date(2026, window["fromMonth"], window["fromDay"])
    assert is_within(first, window)
    assert is_within(open_on, window)
    assert not is_within(closed_on, window)
    assert not is_within(first - timedelta(days=1), window)


def test_one_employee_is_enough_for_the_policy_and_two_for_the_act() -> None:
    alone = with_facts(attempt(RIGHT_TO_PROVIDE, "submit"), applicant_count=1)
    assert take("submit", alone).after.case.status is Status.EOI_SUBMITTED
    challenge = with_facts(attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "submit"), applicant_count=1)
    assert refused_for("submit", challenge) == ["enough-employees"]
    assert take("submit", with_facts(challenge, applicant_count=2)).after.case.status is Status.EOI_SUBMITTED


def test_a_body_that_ends_tomorrow_still_exists_today() -> None:
    ready_now = attempt(RIGHT_TO_PROVIDE, "submit")
    employer = replace(ready_now.snapshot.bodies[EMPLOYER], ended_on=TODAY + timedelta(days=1))
    ending = replace(ready_now, snapshot=replace(ready_now.snapshot, bodies={EMPLOYER: employer}))
    assert take("submit", ending).after.case.status is Status.EOI_SUBMITTED
    assert refused_for("submit", replace(ending, now=NOW + timedelta(days=1))) == ["bodies-exist"]


def _declined(attempt: Ready) -> Ready:
    return giving(attempt, answer=None, declined=True)


def _by_document(attempt: Ready) -> Ready:
    return giving(attempt, answer=None, documents=["01890000-0000-7000-8000-000000000000"])


@pytest.mark.parametrize("answer", [_declined, _by_document], ids=["declined", "by a document"])
def test_an_item_may_be_declined_or_answered_by_a_document(answer: Callable[[Ready], Ready]) -> None:
    after = take("answer-item", answer(attempt(RIGHT_TO_PROVIDE, "answer-item"))).after
    returned = replace(attempt(RIGHT_TO_PROVIDE, "return-information"), snapshot=after)
    assert take("return-information", returned).after.case.status is Status.EOI_SCREENING


def test_answers_to_an_earlier_request_do_not_count_for_the_next() -> None:
    answered = put(case_file(Status.EOI_SCREENING), ANSWERED)
    after = take("request-information", Ready(answered, (OFFICER,), ASKED_FOR)).after
    assert refused_for("return-information", Ready(after, (LEAD,), Nothing())) == ["every-item-answered"]


def test_the_decision_may_not_be_expected_after_the_published_maximum() -> None:
    process = COMMUNITY_RIGHT_TO_CHALLENGE
    limited = with_rule(
        put(case_file(Status.DRAFT, process=process), CONTENT),
        "maximum-decision-period",
        {"number": 20, "unit": "calendar-days"},
    )
    submitted = take("submit", Ready(limited, (LEAD,), process=process)).after
    late = Ready(submitted, (OFFICER,), TOLD, process=process)
    assert refused_for("notify-decision-date", late) == ["decision-date-in-time"]
    in_time = giving(late, expected_on=TODAY + timedelta(days=20))
    assert take("notify-decision-date", in_time).after.find(DecisionDate)


ELSEWHERE, YESTERDAY = EMPLOYER, TODAY - timedelta(days=1)
INTENTION = Intention(ELSEWHERE, EMPLOYER, YESTERDAY, Sector.ADULT_SOCIAL_CARE, Status.BUSINESS_CASE)


def rivals(*intentions: Intention) -> Ready:
    refused = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "refuse-eoi")
    rival = giving(refused, ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED)
    return replace(rival, snapshot=replace(rival.snapshot, intentions=intentions))


@pytest.mark.parametrize(
    "change",
    [
        {"case_id": case_file(Status.DRAFT).case.id},
        {"sector": Sector.LIBRARIES},
        {"sector": None},
        {"status": Status.WITHDRAWN},
        {"status": Status.LAPSED},
        {"published_on": TODAY},
    ],
    ids=["its own", "another service", "no service", "withdrawn", "lapsed", "published when it was submitted"],
)
def test_what_does_not_support_the_refusal_of_a_rival_challenge(change: dict[str, Any]) -> None:
    assert refused_for("refuse-eoi", rivals(replace(INTENTION, **change))) == ["ground-is-supported"]


def test_a_refusal_for_a_mutual_s_sake_holds_when_its_intention_was_published() -> None:
    earlier = replace(INTENTION, published_on=YESTERDAY - timedelta(days=7))
    after = take("refuse-eoi", rivals(INTENTION, earlier)).after
    assert after.case.status is Status.REFUSED
    refusal = after.find(Refusal)
    assert refusal
    assert refusal.intention_published_on == earlier.published_on


def test_another_refusal_holds_no_intention_whatever_is_given() -> None:
    refused = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "refuse-eoi")
    claimed = giving(
        replace(refused, snapshot=replace(refused.snapshot, intentions=(INTENTION,))), intention_published_on=TODAY
    )
    refusal = take("refuse-eoi", claimed).after.find(Refusal)
    assert refusal
    assert refusal.intention_published_on is None


@pytest.mark.parametrize("changed", [{"ended": True}, {"bars_from_deciding": False}], ids=["ended", "no bar"])
def test_an_interest_that_ended_or_bars_not_is_no_hindrance(changed: dict[str, bool]) -> None:
    interested = ConflictOfInterest(person=DECIDER.person, nature="Once a colleague").model_copy(update=changed)
    accepted = attempt(RIGHT_TO_PROVIDE, "accept-eoi")
    assert take("accept-eoi", replace(accepted, snapshot=put(accepted.snapshot, interested))).after.case.status is (
        Status.EOI_ACCEPTED
    )


def test_more_than_half_of_the_group_must_consent_to_a_modification() -> None:
    half = giving(attempt(RIGHT_TO_PROVIDE, "accept-modification"), members_in_favour=1)
    with pytest.raises(GuardsNotMet, match="more than half"):
        take("accept-modification", half)


@pytest.mark.parametrize(
    ("action", "guard", "field"),
    [
        ("acknowledge", "sent-since-submission", "sent_on"),
        ("notify-decision-date", "notified-since-submission", "notified_on"),
    ],
)
def test_a_notice_is_dated_from_the_submission_to_today(action: str, guard: str, field: str) -> None:
    later = replace(attempt(RIGHT_TO_PROVIDE, action), now=NOW + timedelta(days=2))
    for days, refused in ((-1, [guard]), (0, []), (2, []), (3, [guard])):
        assert refused_for(action, giving(later, **{field: TODAY + timedelta(days=days)})) == refused, days


@pytest.mark.parametrize(
    ("action", "clock", "field"),
    [
        ("acknowledge", "acknowledgement", "sent_on"),
        ("notify-decision-date", "decision-date-notice", "notified_on"),
    ],
)
def test_a_notice_meets_its_clock_by_the_day_on_which_it_was_given(action: str, clock: str, field: str) -> None:
    """SignedRecord after the end, before anybody looked; what was missed already stays missed."""
    process, taken = COMMUNITY_RIGHT_TO_CHALLENGE, attempt(COMMUNITY_RIGHT_TO_CHALLENGE, action)
    due = taken.snapshot.find_deadline(clock)
    assert due
    late = replace(taken, now=due.due_at + timedelta(days=1))
    for given_on, state in (
        (due.due_on, DeadlineState.MET),
        (due.due_on + timedelta(days=1), DeadlineState.MISSED),
    ):
        after = take(action, giving(late, **{field: given_on, "expected_on": due.due_on + timedelta(days=90)})).after
        found = after.find_deadline(clock)
        assert found
        assert found.state is state, given_on
    kept = process_due(process, taken.snapshot, late.now)
    assert kept
    missed = take(
        action,
        giving(
            replace(late, snapshot=kept.after), **{field: due.due_on, "expected_on": due.due_on + timedelta(days=90)}
        ),
    ).after.find_deadline(clock)
    assert missed
    assert missed.state is DeadlineState.MISSED


def test_an_offer_that_may_end_in_a_refusal_needs_two_people() -> None:
    one = replace(attempt(RIGHT_TO_PROVIDE, "offer-modification"), signers=(OFFICER,))
    outcome = take("offer-modification", one)
    assert outcome.after.case.status is Status.EOI_UNDER_REVIEW
    assert outcome.awaiting
    second = take("offer-modification", replace(one, signers=(OFFICER, SECOND_OFFICER)))
    assert second.after.case.status is Status.MODIFICATION_OFFERED


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_challenge_that_is_incomplete_is_told_what_is_missing(missing: str) -> None:
    wanting = CONTENT.model_copy(update={missing: None})
    challenge = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "submit")
    incomplete = replace(challenge, snapshot=put(challenge.snapshot, wanting))
    alias = InterestContent.model_fields[missing].alias
    assert alias
    with pytest.raises(GuardsNotMet, match=f"missing: {alias}"):
        take("submit", incomplete)


def test_the_interest_is_described_anew_while_it_is_a_draft() -> None:
    described = take("describe-interest", attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "describe-interest")).after
    changed = CONTENT.model_copy(update={"area": "The north of the county"})
    again = apply_action(COMMUNITY_RIGHT_TO_CHALLENGE, described, "describe-interest", changed, LEAD, NOW).after
    assert again.find(InterestContent) == changed


def test_the_policy_asks_for_no_statutory_content() -> None:
    bare = replace(attempt(RIGHT_TO_PROVIDE, "submit"), snapshot=case_file(Status.DRAFT))
    assert refused_for("submit", bare) == []


GAP, MAXIMUM = {"minimumMonths": 3, "maximumMonths": 18}, {"number": 60, "unit": "calendar-days"}


@pytest.mark.parametrize(
    ("clock", "status", "rule", "value"),
    [
        ("publish-maximum-period", Status.EOI_SUBMITTED, "maximum-decision-period", MAXIMUM),
        ("publish-procurement-gap", Status.EOI_ACCEPTED, "procurement-gap", GAP),
    ],
)
def test_an_authority_that_published_no_period_is_seen_to_owe_it(
    clock: str, status: Status, rule: str, value: dict[str, Any]
) -> None:
    process = COMMUNITY_RIGHT_TO_CHALLENGE
    owing = case_file(status, process=process)
    due = owing.find_deadline(clock)
    assert due
    assert due.due_on == TODAY + timedelta(days=28)
    missed = process_due(process, owing, due.due_at)
    assert missed
    assert _state(missed.after, clock) is DeadlineState.MISSED
    published = with_rule(owing, rule, value)
    met = process_due(process, published, due.due_at - timedelta(seconds=1))
    assert met
    assert _state(met.after, clock) is DeadlineState.MET
    acted = update_deadlines(process, status, published, "declare-conflict", NOW)
    assert _state(acted, clock) is DeadlineState.MET
    late = process_due(process, published, due.due_at)
    assert late
    assert _state(late.after, clock) is DeadlineState.MISSED
    fresh = with_rule(case_file(Status.DRAFT, process=process), rule, value)
    entered = update_deadlines(process, Status.DRAFT, fresh.with_case(status=status), "test", NOW)
    assert entered.find_deadline(clock) is None


def test_a_period_that_was_never_published_was_not_met_by_moving_on() -> None:
    process = COMMUNITY_RIGHT_TO_CHALLENGE
    owing = case_file(Status.EOI_ACCEPTED, process=process)
    gone = update_deadlines(process, Status.EOI_ACCEPTED, owing.with_case(status=Status.CONTRACT_ROUTE), "begin", NOW)
    assert _state(gone, "publish-procurement-gap") is DeadlineState.CANCELLED


def _state(snapshot: CaseSnapshot, clock: str) -> DeadlineState:
    found = snapshot.find_deadline(clock)
    assert found
    return found.state
