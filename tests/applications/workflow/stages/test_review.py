"""Answering an expression of interest."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.engine import update_deadlines
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.decision.payloads import CallIn, CallInReopening, ScrutinyResponse
from rtp_applications.workflow.stages.panel.payloads import AgendaPublication, DecisionRecord, KeyDecisionAnnouncement
from rtp_applications.workflow.stages.review.payloads import Acceptance, Consent, PlainModification
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    attempt,
    breaks,
    build_snapshot,
    giving,
    on_payload,
    ready,
    take,
)
from tests.applications.workflow.stages import decided_cases as decided
from tests.applications.workflow.stages import interest_cases as interests
from tests.applications.workflow.stages.interest_cases import DECIDER, LEAD, OFFERED, OFFICER, REFUSED, TODAY, offered

ACCEPTED = Acceptance(reasons="It is sound.", equalityNote="Impact was assessed.")
ready("offer-modification", Ready(build_snapshot(Status.EOI_UNDER_REVIEW), (OFFICER, DECIDER), OFFERED))
ready("accept-modification", Ready(offered, (LEAD,), Consent(membersInFavour=7)))
ready("decline-modification", Ready(offered, (LEAD,)))
ready("let-modification-lapse", Ready(offered, (interests.SYSTEM,), now=interests.modification_due.due_at))
ready("accept-eoi", Ready(build_snapshot(Status.EOI_UNDER_REVIEW), (DECIDER,), ACCEPTED))
ready("refuse-eoi", Ready(build_snapshot(Status.EOI_UNDER_REVIEW), (DECIDER, OFFICER), REFUSED))
CHALLENGE = COMMUNITY_RIGHT_TO_CHALLENGE
OFFERED_BEFORE = PlainModification.model_validate(OFFERED.model_dump(by_alias=True, exclude_none=True))
offering = Ready(build_snapshot(Status.EOI_UNDER_REVIEW), (OFFICER, DECIDER), OFFERED_BEFORE)
ready("offer-modification", replace(offering, process=PROCESSES[RIGHT_TO_PROVIDE.route, 1]))
announced = decided.announced(build_snapshot(Status.EOI_UNDER_REVIEW, process=CHALLENGE))
considered = ACCEPTED.model_copy(update={"well_being": "Readers walk to every branch."})
ready("accept-eoi", Ready(announced, (DECIDER,), considered, process=CHALLENGE))
breaks(["accept-eoi", "offer-modification", "begin-procurement"], "well-being-considered")(on_payload(well_being=None))
ready("offer-modification", Ready(announced, (OFFICER, DECIDER), interests.CHALLENGE_OFFERED, process=CHALLENGE))
under_review = build_snapshot(Status.EOI_UNDER_REVIEW, process=CHALLENGE)
ready("refuse-eoi", Ready(under_review, (DECIDER, OFFICER), interests.CHALLENGE_REFUSED, process=CHALLENGE))
before = replace(offering, snapshot=announced, process=PROCESSES[CHALLENGE.route, 1])
ready("offer-modification", before)
COMMITTING = ["accept-eoi", "offer-modification"]
breaks(COMMITTING, "key-decision-announced")(ground.on_snapshot(ground.without, KeyDecisionAnnouncement))
breaks(COMMITTING, "not-key-is-reasoned")(on_payload(is_key_decision=False))
breaks(COMMITTING, "agenda-published")(ground.on_snapshot(ground.put, decided.agenda(TODAY - timedelta(days=5))))
breaks(COMMITTING, "private-meeting-announced")(
    ground.on_snapshot(ground.put, decided.agenda(TODAY - timedelta(days=10)).model_copy(update={"in_private": True}))
)
breaks("begin-procurement", "decision-recorded")(ground.on_snapshot(ground.without, DecisionRecord))
accepted = take("accept-eoi", attempt(CHALLENGE, "accept-eoi")).after
WHY = {"reasons": "Readers were not asked."}
heard = ground.put(build_snapshot(Status.CALLED_IN, process=CHALLENGE), ScrutinyResponse(**WHY))
ready("call-in", Ready(accepted, (decided.SCRUTINY,), CallIn(**WHY), process=CHALLENGE))
ready("reopen-after-call-in", Ready(heard, (DECIDER,), CallInReopening(**WHY), process=CHALLENGE))
breaks("reopen-after-call-in", "scrutiny-responded")(ground.on_snapshot(ground.without, ScrutinyResponse))
breaks("reopen-after-call-in", "reasons-given")(on_payload(reasons=""))
breaks("reopen-after-call-in", "deciders-are-independent")(ground.bar_last_signer)
breaks("begin-procurement", "acceptance-stands")(
    ground.on_snapshot(lambda snapshot: replace(snapshot, deadlines={**snapshot.deadlines, **accepted.deadlines}))
)
breaks("let-modification-lapse", "modification-time-over")(ground.come_too_early)
breaks("offer-modification", "would-otherwise-be-refused")(on_payload(otherwise_refused_for=""))
breaks("offer-modification", "modification-text-given")(on_payload(text=""))
breaks("accept-modification", "consent-recorded")(on_payload(members_in_favour=6))
breaks(["accept-eoi", "refuse-eoi", "offer-modification"], "equality-noted")(on_payload(equality_note=None))


def test_more_than_half_of_the_group_must_consent_to_a_modification() -> None:
    half = giving(attempt(RIGHT_TO_PROVIDE, "accept-modification"), members_in_favour=1)
    with pytest.raises(GuardsNotMet, match="more than half"):
        take("accept-modification", half)


def test_an_offer_that_may_end_in_a_refusal_needs_two_people() -> None:
    one = replace(attempt(RIGHT_TO_PROVIDE, "offer-modification"), signers=(OFFICER,))
    change = take("offer-modification", one)
    assert change.after.case.status is Status.EOI_UNDER_REVIEW
    assert change.awaiting
    second = take("offer-modification", replace(one, signers=(OFFICER, interests.SECOND_OFFICER)))
    assert second.after.case.status is Status.MODIFICATION_OFFERED


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
    owing = build_snapshot(status, process=process)
    due, published = ground.get_deadline(owing, clock), ground.with_rule(owing, rule, value)
    assert due.due_on == TODAY + timedelta(days=28)
    acted = update_deadlines(process, status, published, "declare-conflict", NOW)
    for snapshot, state in (
        (ground.process_due_now(process, owing, due.due_at), DeadlineState.MISSED),
        (ground.process_due_now(process, published, due.due_at - timedelta(seconds=1)), DeadlineState.MET),
        (acted, DeadlineState.MET),
        (ground.process_due_now(process, published, due.due_at), DeadlineState.MISSED),
    ):
        assert ground.get_deadline(snapshot, clock).state is state
    fresh = ground.with_rule(build_snapshot(Status.DRAFT, process=process), rule, value)
    entered = update_deadlines(process, Status.DRAFT, fresh.with_case(status=status), "test", NOW)
    assert entered.find_deadline(clock) is None


def test_a_period_that_was_never_published_was_not_met_by_moving_on() -> None:
    process = COMMUNITY_RIGHT_TO_CHALLENGE
    owing = build_snapshot(Status.EOI_ACCEPTED, process=process)
    gone = update_deadlines(process, Status.EOI_ACCEPTED, owing.with_case(status=Status.CONTRACT_ROUTE), "begin", NOW)
    assert ground.get_deadline(gone, "publish-procurement-gap").state is DeadlineState.CANCELLED


def test_an_authority_that_published_no_gap_does_not_hide_behind_that() -> None:
    taken = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "begin-procurement")
    bare = replace(taken.snapshot, bodies={at: replace(each, rules=()) for at, each in taken.snapshot.bodies.items()})
    assert ground.refused_for("begin-procurement", replace(taken, snapshot=bare)) == []


@pytest.mark.parametrize(
    ("form", "decided_by", "owed"),
    [
        ("leader-and-cabinet", "executive", ["key-decision-announced", "agenda-published"]),
        ("committee-system", "committee", ["agenda-published"]),
        ("leader-and-cabinet", "officer", ["key-decision-announced"]),
        ("fire-authority", "whole-body", ["agenda-published"]),
    ],
)
@pytest.mark.parametrize("action", COMMITTING)
def test_a_challenge_is_accepted_by_the_decision_rules_of_the_authority(
    action: str, form: str, decided_by: str, owed: list[str]
) -> None:
    accepting = attempt(CHALLENGE, action)
    bare = ground.without(accepting.snapshot, KeyDecisionAnnouncement, AgendaPublication)
    bare = ground.with_rule(bare, "constitution", {"form": form, "decidedBy": decided_by})
    assert ground.refused_for(action, replace(accepting, snapshot=bare)) == owed


def test_a_challenge_is_refused_without_notice_and_a_policy_s_expression_accepted_so() -> None:
    """A refusal changes nothing for those who live there; acceptance under the policy only lets the group go on."""
    bare = ground.without(announced, KeyDecisionAnnouncement, AgendaPublication)
    assert ground.refused_for("refuse-eoi", replace(attempt(CHALLENGE, "refuse-eoi"), snapshot=bare)) == []
    assert ground.refused_for("accept-eoi", attempt(RIGHT_TO_PROVIDE, "accept-eoi")) == []


def test_the_acceptance_of_a_challenge_is_called_in_before_the_procurement() -> None:
    """Five working days after Tuesday 1 September 2026 end on the 8th. The time to begin the procurement runs on."""
    gap = ground.with_rule(attempt(CHALLENGE, "accept-eoi").snapshot, "procurement-gap", GAP)
    made = take("accept-eoi", replace(attempt(CHALLENGE, "accept-eoi"), snapshot=gap)).after
    assert ground.get_open_deadline(made, "call-in-window").due_on == TODAY + timedelta(days=7)
    called = take("call-in", replace(attempt(CHALLENGE, "call-in"), snapshot=made, now=NOW + timedelta(days=1))).after
    assert called.status is Status.CALLED_IN
    running = ground.get_open_deadline(made, "procurement-start")
    assert ground.get_open_deadline(called, "procurement-start") == running
    answered = ground.put(called, ScrutinyResponse(**WHY))
    confirming = replace(attempt(CHALLENGE, "confirm-after-call-in"), snapshot=answered, now=NOW + timedelta(days=2))
    confirmed = take("confirm-after-call-in", confirming).after
    assert confirmed.status is Status.EOI_ACCEPTED
    assert ground.get_open_deadline(confirmed, "procurement-start") == running
    again = replace(attempt(CHALLENGE, "call-in"), snapshot=confirmed, now=NOW + timedelta(days=2))
    assert ground.refused_for("call-in", again) == ["call-in-window-open"]
    returning = replace(attempt(CHALLENGE, "reopen-after-call-in"), snapshot=answered, now=NOW + timedelta(days=2))
    returned = take("reopen-after-call-in", returning).after
    assert (returned.status, returned.find(Acceptance)) == (Status.EOI_UNDER_REVIEW, None)
    assert ground.get_deadline(returned, "procurement-start").state is DeadlineState.CANCELLED
    assert ground.get_open_deadline(returned, "remitted-decision").is_open


def test_where_no_executive_accepts_a_challenge_nobody_calls_it_in() -> None:
    fire = {"form": "fire-authority", "decidedBy": "whole-body"}
    own = ground.with_rule(attempt(CHALLENGE, "accept-eoi").snapshot, "constitution", fire)
    made = take("accept-eoi", replace(attempt(CHALLENGE, "accept-eoi"), snapshot=own)).after
    assert made.find_deadline("call-in-window") is None
