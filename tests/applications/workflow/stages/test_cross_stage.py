"""What may happen at any stage: what each action needs, and what breaks each guard."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.common.conflicts import list_bars
from rtp_applications.workflow.common.payloads import ConflictOfInterest, Proposal, Reasons, Withdrawal
from rtp_applications.workflow.common.suspension import DECISIONS
from rtp_applications.workflow.definition import Caller, Process
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.enums import APPEALABLE, OPEN, OWED_BY_THE_GROUP, Decision, Role, Status, Suspension
from rtp_applications.workflow.errors import GuardsNotMet, NotYourRole
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.cross_stage import payloads
from rtp_applications.workflow.stages.decision.approvals import list_open_conditions
from rtp_applications.workflow.stages.decision.payloads import ConditionEvidence
from rtp_applications.workflow.stages.publication.decisions import find_decisions
from rtp_shared.contracts.applications import DeadlineMissed
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    attempt,
    breaks,
    build_snapshot,
    put,
    ready,
    refused_for,
    take,
)
from tests.applications.workflow.versions import NEWEST_PROCESSES

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
LEAD, OFFICER, SYSTEM = (ground.person(role) for role in (Role.APPLICANT_LEAD, Role.CASE_OFFICER, Role.SYSTEM))
DECIDER = ground.person(Role.DECISION_MAKER)
TEAM, REVIEWER = ground.person(Role.MUTUALS_TEAM), ground.person(Role.ESCALATION_REVIEWER)
WHY = "Because of what was found."


def reminded(snapshot: CaseSnapshot, times: int = 2) -> CaseSnapshot:
    """The case of a group that was told so often that its case lies idle."""
    return snapshot.with_deadline(replace(ground.get_deadline(snapshot, "idle"), reminded=times))


waiting = build_snapshot(Status.CONTRACT_ROUTE)  # every route comes there
draft = build_snapshot(Status.DRAFT)
idle = ground.get_deadline(draft, "idle")
refused = build_snapshot(Status.REFUSED, refused_from=Status.EOI_UNDER_REVIEW)
window = ground.get_deadline(refused, "appeal-window")
forgotten = reminded(draft)
escalated = refused.with_case(escalated_at=NOW, refused_from=Status.PANEL_READY)
suspended = waiting.with_case(suspended=Suspension.LITIGATION, suspended_at=NOW)
orphaned = ground.with_employer(waiting, ended_on=TODAY)
ORDER = {"reference": "[2026] EWHC 1234 (Admin)", "madeOn": TODAY}

ready("withdraw", Ready(waiting, (LEAD,), Withdrawal(membersInFavour=7)))
ready("lapse", Ready(forgotten, (SYSTEM,), now=idle.due_at))
ready("supersede", Ready(orphaned, (TEAM,), payloads.Succession(successorCaseId=uuid.UUID(int=78), reasons=WHY)))
ready("escalate", Ready(refused, (LEAD,), payloads.Escalation(grounds="The costs were not read.")))
ready("uphold-refusal", Ready(escalated, (REVIEWER,), payloads.Finding(reasons=WHY)))
ready("remit", Ready(escalated, (REVIEWER,), payloads.Remittal(to=Status.EOI_UNDER_REVIEW, reasons=WHY)))
CHALLENGE = COMMUNITY_RIGHT_TO_CHALLENGE
rejected = build_snapshot(Status.REFUSED, process=CHALLENGE, escalated_at=NOW, refused_from=Status.EOI_UNDER_REVIEW)
ADVICE = payloads.Recommendation(reasons=WHY, recommendations="Read the accounts.")
recommended = put(rejected, ADVICE, role=Role.ESCALATION_REVIEWER)
ready("recommend-reopening", Ready(rejected, (REVIEWER,), ADVICE, process=CHALLENGE))
ready(
    "reopen-refusal",
    Ready(
        recommended,
        (DECIDER, OFFICER),
        payloads.Reopening(to=Status.EOI_UNDER_REVIEW, reasons=WHY),
        process=CHALLENGE,
    ),
)
ready("keep-refusal", Ready(recommended, (DECIDER, OFFICER), payloads.KeptRefusal(reasons=WHY), process=CHALLENGE))
ready("close-appeal-window", Ready(refused, (SYSTEM,), now=window.due_at))
ready("quash", Ready(waiting, (SYSTEM,), payloads.CourtOrder.model_validate(ORDER)))
ready(
    "remit-by-court",
    Ready(waiting, (SYSTEM,), payloads.CourtRemittal.model_validate({**ORDER, "to": Status.EOI_SCREENING})),
)
RESTS = payloads.SuspensionNote.model_validate(
    {"because": "litigation", "reasons": WHY, "reviewOn": TODAY + timedelta(days=90)}
)
ready("suspend", Ready(waiting, (OFFICER,), RESTS))
STOPPED = payloads.Stop(because=payloads.StopReason.FUNDING_GONE, reasons=WHY)
ready("stop-case", Ready(waiting, (DECIDER, OFFICER), STOPPED))
ready("resume", Ready(suspended, (OFFICER,), Reasons(reasons=WHY)))
MEMBER = "applicant-member-1"
ready("declare-conflict", Ready(waiting, (OFFICER,), ConflictOfInterest(person=MEMBER, nature="Owns shares.")))
breaks("declare-conflict", "person-is-of-the-case")(ground.on_payload(person="p-1"))
ready(
    "publish-intention",
    Ready(waiting, (OFFICER,), payloads.PublishedIntention(publishedOn=TODAY, where="https://example.org/notice")),
)
breaks("withdraw", "majority-recorded")(ground.on_payload(members_in_favour=6))


@breaks("declare-conflict", "bar-lifted-by-an-officer")
def _(attempt: Ready) -> Ready:
    barred = ConflictOfInterest(person=OFFICER.person, nature="Owns shares.")
    return ground.giving(replace(attempt, snapshot=put(attempt.snapshot, barred)), person=OFFICER.person, ended=True)


breaks("lapse", "idle-limit-reached")(ground.come_too_early)
breaks("close-appeal-window", "appeal-window-over")(ground.come_too_early)
breaks("lapse", "two-reminders-sent")(ground.on_snapshot(reminded, times=1))
breaks("lapse", "group-owes-the-next-step")(
    ground.on_snapshot(put, Proposal(action="submit", given={}), role=Role.APPLICANT_LEAD)
)


@ground.towards("remit", Status.FEASIBILITY)
def _(attempt: Ready) -> Ready:
    return ground.with_facts(ground.giving(attempt, to=Status.FEASIBILITY), refused_from=Status.FEASIBILITY)


breaks("suspend", "review-in-time")(ground.on_payload(review_on=TODAY + timedelta(days=182)))
breaks("supersede", "employer-ended")(ground.on_snapshot(ground.with_employer, ended_on=TOMORROW))
breaks("supersede", "successor-case-given")(
    lambda attempt: ground.giving(attempt, successor_case_id=attempt.snapshot.case.id)
)
breaks(["escalate", "close-appeal-window"], "not-final")(ground.on_facts(final_at=NOW))
breaks("escalate", "not-escalated")(ground.on_facts(escalated_at=NOW))
breaks("escalate", "appeal-window-open")(lambda attempt: replace(attempt, now=window.due_at))
breaks("keep-refusal", "reopening-recommended")(ground.on_snapshot(ground.without, payloads.Recommendation))
breaks(["uphold-refusal", "remit", "recommend-reopening"], "escalated")(ground.on_facts(escalated_at=None))
breaks(["uphold-refusal", "remit", "recommend-reopening"], "reviewer-independent")(
    ground.on_snapshot(CaseSnapshot.with_party, ground.party(Role.ADVISER, person=REVIEWER.person))
)
AUTHORITY = ["reopen-refusal", "keep-refusal"]
breaks(
    ["uphold-refusal", "remit", "suspend", "resume", "stop-case", "recommend-reopening", *AUTHORITY], "reasons-given"
)(ground.on_payload(reasons=""))
breaks("remit", "stage-was-reached")(
    lambda attempt: ground.with_facts(ground.giving(attempt, to=Status.PANEL_READY), refused_from=Status.FEASIBILITY)
)
breaks("remit-by-court", "stage-was-reached")(
    lambda attempt: ground.with_facts(ground.giving(attempt, to=Status.PANEL_READY), status=Status.FEASIBILITY)
)
breaks(["quash", "remit-by-court"], "court-order-given")(ground.on_payload(made_on=TOMORROW))
breaks("stop-case", "stopped-for-its-time")(ground.on_payload(because=payloads.StopReason.NOT_BEGUN_BY_THE_EMPLOYER))
breaks(["stop-case", *AUTHORITY], "deciders-are-independent")(ground.bar_last_signer)
breaks(sorted(DECISIONS), "nothing-decided-while-suspended")(ground.on_facts(suspended=Suspension.REORGANISATION))
breaks("suspend", "not-suspended")(ground.on_facts(suspended=Suspension.REORGANISATION))
breaks("resume", "suspended")(ground.on_facts(suspended=None))
breaks("publish-intention", "published-already")(ground.on_payload(published_on=TOMORROW))


def test_the_reviewer_may_not_come_from_a_body_of_the_case() -> None:
    colleague = ground.party(Role.ESCALATION_REVIEWER, 9, holder=ground.OF_THE_EMPLOYER)
    caller = replace(REVIEWER, person=colleague.person, identities=(ground.OF_THE_EMPLOYER,))
    within = Ready(escalated.with_party(colleague), (caller,), payloads.Finding(reasons=WHY))
    assert refused_for("uphold-refusal", within) == ["reviewer-independent"]


def test_an_upheld_refusal_is_final_and_cannot_be_taken_further() -> None:
    upheld = take("uphold-refusal", attempt(RIGHT_TO_PROVIDE, "uphold-refusal")).after
    assert upheld.case.final_at == NOW
    assert upheld.case.escalated_at is None
    again = replace(attempt(RIGHT_TO_PROVIDE, "escalate"), snapshot=upheld)
    assert refused_for("escalate", again) == ["not-final"]


def test_after_a_remittal_a_new_refusal_opens_a_new_appeal_window() -> None:
    remitted = take("remit", attempt(RIGHT_TO_PROVIDE, "remit", Status.EOI_UNDER_REVIEW)).after
    assert find_open_deadline(remitted, "appeal-window") is None
    assert (remitted.case.escalated_at, remitted.case.refused_from, remitted.case.final_at) == (None, None, None)
    later = NOW + timedelta(days=60)
    refused_again = take("refuse-eoi", replace(attempt(RIGHT_TO_PROVIDE, "refuse-eoi"), snapshot=remitted, now=later))
    appealed = replace(attempt(RIGHT_TO_PROVIDE, "escalate"), snapshot=refused_again.after, now=later)
    assert take("escalate", appealed).after.case.escalated_at == later


def test_suspension_pauses_the_discretionary_clock_and_never_the_statutory_one() -> None:
    process = COMMUNITY_RIGHT_TO_CHALLENGE
    snapshot = build_snapshot(Status.EOI_SCREENING, process=process)
    suspending = replace(attempt(process, "suspend"), snapshot=snapshot, now=NOW + timedelta(days=1))
    resting = take("suspend", suspending).after
    states = {each.clock: each.state for each in resting.deadlines.values() if each.is_open}
    assert states["screening"] is DeadlineState.PAUSED
    assert states["decision-date-notice"] is DeadlineState.RUNNING

    back = replace(attempt(process, "resume"), snapshot=resting, now=NOW + timedelta(days=15))
    screening = ground.get_open_deadline(take("resume", back).after, "screening")
    before = ground.get_open_deadline(snapshot, "screening")
    assert screening.state is DeadlineState.RUNNING
    assert (screening.due_on - before.due_on).days == 14


@pytest.mark.parametrize("role", [Role.APPLICANT_MEMBER, Role.ADVISER, Role.CASE_OFFICER])
def test_only_the_lead_withdraws(role: Role) -> None:
    with pytest.raises(NotYourRole):
        take("withdraw", replace(attempt(RIGHT_TO_PROVIDE, "withdraw"), signers=(ground.person(role),)))


def test_a_former_role_in_the_case_gives_no_right_to_act() -> None:
    lead = next(each for each in waiting.parties.values() if each.role is Role.APPLICANT_LEAD)
    past = waiting.with_party(replace(lead, valid_to=date(2026, 8, 31)))
    with pytest.raises(NotYourRole):
        take("withdraw", replace(attempt(RIGHT_TO_PROVIDE, "withdraw"), snapshot=past))


def test_statuses_that_may_be_appealed_run_an_appeal_window() -> None:
    assert APPEALABLE
    for status in APPEALABLE:
        assert find_open_deadline(build_snapshot(status), "appeal-window")


@pytest.mark.parametrize(
    ("signer", "change", "lifted"),
    [
        (OFFICER, {"ended": True}, True),
        (LEAD, {"ended": True}, False),
        (LEAD, {"bars_from_deciding": False}, False),
        (LEAD, {"nature": "Owns more shares."}, True),
    ],
    ids=["an officer", "an applicant", "an applicant, quietly", "an applicant who adds to it"],
)
def test_who_is_barred_is_not_unbarred_by_whoever_likes(signer: Caller, change: dict[str, Any], lifted: bool) -> None:
    barred = ConflictOfInterest(person="p-1", nature="Owns shares.")
    again = Ready(put(waiting, barred), (signer,), barred.model_copy(update=change))
    assert (refused_for("declare-conflict", again) == []) is lifted


def test_a_draft_is_withdrawn_by_its_lead_alone_and_a_submitted_case_by_a_majority_on_record() -> None:
    alone = replace(attempt(RIGHT_TO_PROVIDE, "withdraw"), payload=Withdrawal())
    assert refused_for("withdraw", alone) == ["majority-recorded"]
    draft = replace(alone, snapshot=build_snapshot(Status.DRAFT))
    assert take("withdraw", draft).after.case.status is Status.WITHDRAWN
    boasting = replace(alone, payload=Withdrawal(membersInFavour=13))
    assert refused_for("withdraw", boasting) == ["majority-recorded"]


ACCUSED = ConflictOfInterest(person="panel-member-1", nature="Owns shares.")


@pytest.mark.parametrize(
    ("role", "barring"),
    [
        (Role.APPLICANT_LEAD, False),
        (Role.ADVISER, False),
        (Role.CASE_OFFICER, True),
        (Role.DECISION_MAKER, True),
        (Role.PANEL_MEMBER, True),  # the person's own
    ],
)
def test_nobody_chooses_the_panel_by_accusing_its_members(role: Role, *, barring: bool) -> None:
    snapshot = take("declare-conflict", Ready(waiting, (ground.person(role),), ACCUSED)).after
    assert bool(list_bars(snapshot)) is barring
    confirmed = take("declare-conflict", Ready(snapshot, (OFFICER,), ACCUSED)).after
    assert [each.person for each in list_bars(confirmed)] == [ACCUSED.person]
    again = Ready(confirmed, (LEAD,), ACCUSED)
    assert refused_for("declare-conflict", again) == ["bar-lifted-by-an-officer"]


def test_two_interests_of_one_person_stand_side_by_side() -> None:
    first = take("declare-conflict", Ready(waiting, (OFFICER,), ACCUSED)).after
    other = ACCUSED.model_copy(update={"nature": "A brother applied."})
    both = take("declare-conflict", Ready(first, (OFFICER,), other)).after
    assert len(list_bars(both)) == 2
    ended = other.model_copy(update={"interest": other.name, "nature": "It is over.", "ended": True})
    one = take("declare-conflict", Ready(both, (OFFICER,), ended)).after
    assert [each.nature for each in list_bars(one)] == ["Owns shares."]


OWED_BY_A_BODY = [
    (process, status)
    for process in NEWEST_PROCESSES
    if process.actions
    for status in sorted(process.statuses & OPEN - OWED_BY_THE_GROUP)
]


def test_a_challenge_lies_idle_only_as_a_draft() -> None:
    owed = {status for process, status in OWED_BY_A_BODY if process is COMMUNITY_RIGHT_TO_CHALLENGE}
    answers = {Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW, Status.EOI_ACCEPTED}
    assert answers | {Status.CONTRACT_ROUTE} <= owed
    assert build_snapshot(Status.DRAFT, process=COMMUNITY_RIGHT_TO_CHALLENGE).find_deadline("idle")


@pytest.mark.parametrize(("process", "status"), OWED_BY_A_BODY, ids=lambda each: getattr(each, "route", each))
def test_no_case_lapses_by_the_silence_of_a_body(process: Process, status: Status) -> None:
    assert build_snapshot(status, process=process).find_deadline("idle") is None
    if status not in process.by_name["lapse"].from_states:
        return
    by_hand = ground.with_facts(attempt(process, "lapse"), status=status)
    assert refused_for("lapse", by_hand) == ["group-owes-the-next-step"]


def lapse(snapshot: CaseSnapshot) -> list[str]:
    """Which guards keep the case from lapsing when its idle time has ended."""
    return refused_for("lapse", Ready(snapshot, (SYSTEM,), now=ground.get_deadline(snapshot, "idle").due_at))


def test_a_case_does_not_lapse_while_a_signature_of_the_group_waits_for_the_body() -> None:
    started = attempt(RIGHT_TO_PROVIDE, "start-business-case")
    waits = reminded(take("start-business-case", replace(started, signers=(LEAD,))).after)
    assert lapse(waits) == ["group-owes-the-next-step"]
    assert lapse(ground.without(waits, Proposal)) == []


def test_a_case_does_not_lapse_while_evidence_waits_for_an_officer() -> None:
    on_conditions = take("approve-with-conditions", attempt(RIGHT_TO_PROVIDE, "approve-with-conditions")).after
    snapshot = reminded(on_conditions)
    assert lapse(snapshot) == []
    for each in list_open_conditions(snapshot):
        snapshot = put(snapshot, ConditionEvidence(condition=each.id, evidence="Signed."))
    assert lapse(snapshot) == ["group-owes-the-next-step"]


@pytest.mark.parametrize("process", [RIGHT_TO_PROVIDE, EMPLOYER_LED], ids=lambda each: each.route)
def test_a_refusal_after_the_appraisal_is_remitted_to_the_appraisal(process: Process) -> None:
    sent_back = attempt(process, "remit", Status.FEASIBILITY)
    assert take("remit", sent_back).after.case.status is Status.FEASIBILITY
    later = ground.with_facts(sent_back, refused_from=Status.PANEL_READY)
    assert refused_for("remit", later) == ["stage-was-reached"]


@pytest.mark.parametrize(("days", "refused"), [(0, True), (1, False), (181, False), (182, True)])
def test_a_suspension_is_reviewed_within_six_months(days: int, *, refused: bool) -> None:
    suspending = ground.giving(attempt(RIGHT_TO_PROVIDE, "suspend"), review_on=TODAY + timedelta(days=days))
    assert refused_for("suspend", suspending) == (["review-on-within-bounds"] if refused else [])


def test_the_review_of_a_suspension_does_not_rest_and_its_miss_is_told() -> None:
    resting = take("suspend", attempt(RIGHT_TO_PROVIDE, "suspend")).after
    review = ground.get_open_deadline(resting, "suspension-review")
    assert (review.due_on, review.state) == (RESTS.review_on, DeadlineState.RUNNING)
    kept = process_due(RIGHT_TO_PROVIDE, resting, review.due_at)
    assert kept
    assert [each.clock for each in kept.events if isinstance(each, DeadlineMissed)] == ["suspension-review"]
    assert kept.after.case.suspended is Suspension.LITIGATION
    back = Ready(resting, (OFFICER,), Reasons(reasons=WHY), NOW + timedelta(days=1))
    assert ground.get_deadline(take("resume", back).after, "suspension-review").state is DeadlineState.MET


def test_a_case_that_ends_while_it_rests_is_not_reviewed() -> None:
    resting = take("suspend", attempt(RIGHT_TO_PROVIDE, "suspend")).after
    withdrawn = take("withdraw", replace(attempt(RIGHT_TO_PROVIDE, "withdraw"), snapshot=resting)).after
    assert ground.get_deadline(withdrawn, "suspension-review").state is DeadlineState.CANCELLED


MOVES_ON = {
    "submit", "begin-screening", "request-information", "return-information", "start-feasibility",
    "submit-business-case", "begin-assurance", "return-business-case", "publish-panel-papers", "return-to-panel",
}  # fmt: skip
"""Steps that prepare a decision, and bind nobody."""
BY_OTHERS = {"withdraw", "supersede", "quash", "remit-by-court", "call-in"}
"""The group withdraws, the central team follows the bodies, courts and scrutiny look at what was decided."""


def test_every_action_that_moves_a_case_is_a_decision_or_none() -> None:
    """And what time alone does is never done while the clocks rest."""
    moving = {a.name: a for process in NEWEST_PROCESSES for a in process.actions if a.leads_to}
    by_time = {name for name, action in moving.items() if action.signatories == ((frozenset({Role.SYSTEM})),)}
    assert moving.keys() - by_time - DECISIONS == (MOVES_ON | BY_OTHERS) - by_time
    assert not DECISIONS & (MOVES_ON | BY_OTHERS)


def test_while_a_case_is_suspended_it_is_resumed_before_it_is_decided() -> None:
    taking = attempt(RIGHT_TO_PROVIDE, "approve")
    resting = take("suspend", Ready(taking.snapshot, (OFFICER,), SECTION_114)).after
    with pytest.raises(GuardsNotMet, match=r"section-114-notice.*resume it first"):
        take("approve", replace(taking, snapshot=resting))
    back = take("resume", Ready(resting, (OFFICER,), Reasons(reasons=WHY))).after
    assert take("approve", replace(taking, snapshot=back)).after.status is Status.APPROVED
    second = PROCESSES[RIGHT_TO_PROVIDE.route, 2]
    before = ground.with_facts(attempt(second, "approve"), suspended=Suspension.LITIGATION)
    assert refused_for("approve", before) == []


SECTION_114 = payloads.SuspensionNote.model_validate(
    {"because": "section-114-notice", "reasons": WHY, "reviewOn": TODAY + timedelta(days=30)}
)


def test_a_section_114_notice_is_a_reason_of_the_newest_version_alone() -> None:
    with pytest.raises(ValueError, match="because"):
        payloads.FormerSuspensionNote.model_validate(SECTION_114.model_dump(mode="json", by_alias=True))


@pytest.mark.parametrize("status", sorted(RIGHT_TO_PROVIDE.statuses & OPEN - {Status.DRAFT}))
def test_a_body_stops_a_case_at_any_point_and_the_group_appeals(status: Status) -> None:
    """Twenty working days from 1 September 2026 end on the 29th: no bank holiday lies between."""
    stopping = replace(attempt(RIGHT_TO_PROVIDE, "stop-case"), snapshot=build_snapshot(status))
    first = take("stop-case", replace(stopping, signers=(DECIDER,))).after
    assert first.status is status, "one signature stops nothing"
    stopped = take("stop-case", stopping).after
    assert (stopped.status, stopped.case.refused_from) == (Status.STOPPED, status)
    assert ground.get_open_deadline(stopped, "appeal-window").due_on == date(2026, 9, 29)
    appealed = take("escalate", Ready(stopped, (LEAD,), payloads.Escalation(grounds="There is money."))).after
    assert refused_for("uphold-refusal", Ready(appealed, (REVIEWER,), payloads.Finding(reasons=WHY))) == []


@pytest.mark.parametrize("process", [RIGHT_TO_PROVIDE, EMPLOYER_LED], ids=lambda each: each.route)
def test_a_case_that_was_stopped_goes_back_to_where_it_had_come(process: Process) -> None:
    """And is no longer stopped there: the reasons are struck."""
    stopping = replace(attempt(process, "stop-case"), snapshot=build_snapshot(Status.BUSINESS_CASE, process=process))
    stopped = take("stop-case", stopping).after.with_case(escalated_at=NOW)
    back = replace(attempt(process, "remit", Status.FEASIBILITY), snapshot=stopped)
    after = take("remit", back).after
    assert (after.status, after.find(payloads.Stop)) == (Status.FEASIBILITY, None)
    to_panel = replace(attempt(process, "remit", Status.PANEL_READY), snapshot=stopped)
    assert refused_for("remit", to_panel) == ["stage-was-reached"]


def test_a_challenge_is_stopped_only_once_the_contract_is_awarded() -> None:
    """Before, it is refused on the grounds of SI 2012/1647 or procured (Localism Act 2011 ss.83, 84)."""
    stop = COMMUNITY_RIGHT_TO_CHALLENGE.by_name["stop-case"]
    assert stop.from_states == {Status.AWARDED, Status.TRANSITION, Status.READINESS_REVIEW}


def test_a_stop_is_published_with_its_reasons() -> None:
    stopped = take("stop-case", attempt(RIGHT_TO_PROVIDE, "stop-case")).after
    decided = find_decisions(stopped)[Decision.STOPPED]
    assert (decided.text, decided.at) == (WHY, NOW)


def test_nobody_but_the_authority_and_a_court_reopens_a_statutory_rejection() -> None:
    """Localism Act 2011 s.83, SI 2012/1647: a reviewer recommends, and the refusal stands meanwhile."""
    reopening = {a.name for a in CHALLENGE.actions if Status.REFUSED in a.from_states and a.leads_to}
    assert reopening == {"reopen-refusal", "remit-by-court", "quash"}
    advised = take("recommend-reopening", attempt(CHALLENGE, "recommend-reopening")).after
    assert (advised.status, advised.case.escalated_at) == (Status.REFUSED, NOW)
    with pytest.raises(NotYourRole):
        take("reopen-refusal", replace(attempt(CHALLENGE, "reopen-refusal"), signers=(REVIEWER,)))


def test_a_refusal_that_the_authority_takes_up_again_has_a_time_of_its_own() -> None:
    """The published maximum ran from the receipt, and was spent (s.84(3)). Forty working days from 1 September 2026."""
    after = take("reopen-refusal", attempt(CHALLENGE, "reopen-refusal", Status.EOI_UNDER_REVIEW)).after
    assert (after.case.escalated_at, after.case.refused_from, after.find(payloads.Recommendation)) == (None,) * 3
    assert ground.get_open_deadline(after, "remitted-decision").due_on == date(2026, 10, 27)


def test_a_refusal_to_which_the_authority_keeps_is_final() -> None:
    kept = take("keep-refusal", attempt(CHALLENGE, "keep-refusal")).after
    assert (kept.status, kept.case.final_at, kept.case.escalated_at) == (Status.REFUSED, NOW, None)


def test_in_version_2_a_reviewer_still_sends_a_challenge_back() -> None:
    second = PROCESSES[CHALLENGE.route, 2]
    assert take("remit", attempt(second, "remit")).after.status is Status.EOI_UNDER_REVIEW


@pytest.mark.parametrize("status", [Status.INFORMATION_REQUESTED, Status.MODIFICATION_OFFERED])
def test_a_challenge_that_was_submitted_never_lapses(status: Status) -> None:
    """Localism Act 2011 ss.83(1), (11), 84(10): it is accepted, rejected or withdrawn."""
    submitted = build_snapshot(status, process=COMMUNITY_RIGHT_TO_CHALLENGE)
    assert submitted.find_deadline("idle") is None
    assert COMMUNITY_RIGHT_TO_CHALLENGE.by_name["lapse"].from_states == {Status.DRAFT}
    draft = build_snapshot(Status.DRAFT, process=COMMUNITY_RIGHT_TO_CHALLENGE)
    assert ground.get_open_deadline(draft, "idle").clock == "idle"
    former = PROCESSES[COMMUNITY_RIGHT_TO_CHALLENGE.route, 2]
    assert build_snapshot(status, process=former).find_deadline("idle") is not None
