"""The panel: votes, notices, decisions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rtp_applications.bodies.models import BodyKind
from rtp_applications.workflow.common.constitutions import BY_KIND, ConstitutionForm, DecidedBy
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Audience, DocumentKind, Ground, Role, Status, Strand
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.assurance.payloads import AssuranceRating, CommissionerConsent
from rtp_applications.workflow.stages.business_case.payloads import CompletenessCheck
from rtp_applications.workflow.stages.cross_stage.payloads import CourtRemittal, Remittal
from rtp_applications.workflow.stages.decision.payloads import QuestionAnswer
from rtp_applications.workflow.stages.panel import payloads
from rtp_applications.workflow.stages.panel.payloads import AgendaPublication, KeyDecisionAnnouncement, Vote, VoteCount
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    COMMISSIONER,
    Ready,
    attempt,
    breaks,
    on_payload,
    on_snapshot,
    put,
    ready,
    take,
)
from tests.applications.workflow.stages import decided_cases as decided
from tests.applications.workflow.stages.decided_cases import DAY, DECIDER, OFFICER, TODAY, approval, at, before_panel

ready("publish-panel-papers", Ready(decided.assured, (OFFICER,)))
ready("publish-key-decision-notice", Ready(ground.build_snapshot(Status.ASSURANCE), (OFFICER,), decided.notice(TODAY)))
ready("publish-agenda", Ready(ground.build_snapshot(Status.PANEL_READY), (OFFICER,), decided.agenda(TODAY)))
ready("cast-vote", Ready(before_panel, (decided.VOTER,), decided.vote("approve")))
ready("approve", decided.to_approve)
ready("approve-with-conditions", decided.to_approve_on_conditions)
ready("defer", Ready(decided.voted("defer", before_panel), (DECIDER,), decided.DEFERRAL))
ready("refuse-business-case", Ready(decided.voted("refuse", before_panel), (DECIDER, OFFICER), decided.REFUSAL))
DECIDING = ("approve", "approve-with-conditions", "defer", "refuse-business-case")
NOTICES = ("publish-key-decision-notice", "publish-agenda")
breaks("publish-panel-papers", "every-strand-rated")(on_snapshot(ground.without, AssuranceRating))
breaks("publish-panel-papers", "commissioner-consents")(ground.on_facts(commissioner_id=COMMISSIONER))
breaks("publish-panel-papers", "panel-appointed")(on_snapshot(decided.without_panel))
breaks("publish-panel-papers", "no-member-conflicted")(on_snapshot(put, decided.conflict(f"{Role.PANEL_MEMBER}-1")))
breaks(NOTICES, "notice-is-owed")(on_snapshot(ground.with_employer, kind="nhs-trust"))
breaks(NOTICES[0], "key-decision-notice-is-owed")(on_snapshot(ground.with_employer, kind="nhs-trust"))
breaks(NOTICES[1], "meeting-notice-is-owed")(on_snapshot(ground.with_employer, kind="nhs-trust"))
breaks(NOTICES, "published-by-today")(on_payload(published_on=TODAY + DAY))
breaks("cast-vote", "vote-is-own")(on_payload(member="somebody-else"))
breaks(["cast-vote", *DECIDING], "deciders-are-independent")(ground.bar_last_signer)
breaks(DECIDING, "quorum-reached")(on_snapshot(decided.with_members, 3))
breaks(DECIDING, "vote-supports-it")(on_snapshot(put, decided.vote("abstain")))
breaks(DECIDING, "reasoned-by-criterion")(lambda attempt: decided.finding(attempt, viability=None))
breaks(DECIDING, "value-for-money-concluded")(lambda attempt: decided.finding(attempt, value_for_money=None))
breaks(DECIDING, "key-decision-announced")(decided.unannounced_key_decision)
breaks(DECIDING[:2], "not-key-is-reasoned")(on_payload(is_key_decision=False))
breaks(DECIDING, "agenda-published")(on_snapshot(put, decided.agenda(TODAY - 5 * DAY)))
breaks("approve-with-conditions", "conditions-told-apart")(
    on_payload(conditions=[*decided.ON_CONDITIONS.conditions, *decided.ON_CONDITIONS.conditions])
)
breaks("approve-with-conditions", "conditions-fall-due-later")(
    on_payload(conditions=[decided.ON_CONDITIONS.conditions[0].model_copy(update={"due_on": TODAY})])
)
breaks(["defer", "return-after-call-in"], "questions-told-apart")(
    on_payload(questions=[*decided.DEFERRAL.questions, *decided.DEFERRAL.questions])
)
breaks("refuse-business-case", "ground-on-the-list")(ground.leave_ground_out)
breaks("refuse-business-case", "reasons-given")(on_payload(reasons=""))
breaks("refuse-business-case", "ground-is-supported")(on_payload(ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED))
breaks("approve", "decision-published-by-today")(on_payload(decision_published_on=TODAY + DAY))


@pytest.mark.parametrize(
    ("members", "said", "refused"),
    [
        (4, {1: "approve", 2: "approve"}, []),
        (5, {1: "approve", 2: "approve"}, ["quorum-reached"]),
        (5, {1: "approve", 2: "approve", 3: "abstain"}, []),
        (5, {1: "abstain", 2: "abstain", 3: "abstain"}, ["vote-supports-it"]),
        (4, {1: "approve", 2: "refuse"}, ["vote-supports-it"]),
        (5, {1: "approve", 2: "approve", 3: "refuse"}, []),
        (5, {1: "approve", 2: "approve", 3: "refuse", 4: "defer"}, ["vote-supports-it"]),
        (2, {}, ["quorum-reached", "vote-supports-it"]),
        (2, {1: "approve", 2: "approve", 9: "refuse"}, []),
    ],
)
def test_a_decision_needs_a_quorum_and_more_than_half_of_the_votes(
    members: int, said: Mapping[int, str], refused: list[str]
) -> None:
    assert approval(decided.votes(decided.with_members(before_panel, members), said)) == refused


def test_a_body_sets_its_own_quorum() -> None:
    two_of_four = decided.votes(decided.with_members(before_panel, 4), {1: "approve", 2: "approve"})
    assert approval(ground.with_rule(two_of_four, "quorum-percent", 51)) == ["quorum-reached"]
    assert approval(ground.with_rule(two_of_four, "quorum-percent", 50)) == []


def test_who_may_not_decide_counts_as_a_member_but_their_vote_does_not() -> None:
    of_three = decided.votes(decided.with_members(before_panel, 3), {1: "approve", 2: "approve"})
    assert approval(of_three) == []
    assert approval(put(of_three, decided.conflict("panel-member-2"))) == ["quorum-reached"]
    adviser_too = of_three.with_party(ground.party(Role.ADVISER, person="panel-member-2", valid_to=date(2026, 2, 1)))
    assert approval(adviser_too) == ["quorum-reached"]


def test_a_member_whose_time_is_over_neither_counts_nor_votes() -> None:
    seated = {each.person: each for each in (ground.party(Role.PANEL_MEMBER, number) for number in (2, 3, 4))}
    snapshot = decided.votes(before_panel.with_party(*seated.values()), {1: "approve", 2: "refuse", 3: "refuse"})
    assert approval(snapshot) == ["vote-supports-it"]
    left = [replace(each, valid_to=TODAY - DAY) for each in seated.values()]
    assert approval(snapshot.with_party(*left)) == []


def test_the_chair_votes_too_but_makes_no_quorum() -> None:
    chair = put(before_panel, decided.vote("approve", role=Role.DECISION_MAKER), role=Role.DECISION_MAKER)
    assert approval(chair) == ["quorum-reached"]
    assert approval(decided.votes(chair, {1: "refuse"})) == ["vote-supports-it"]


def test_one_human_with_two_roles_has_one_vote() -> None:
    two_hats = before_panel.with_party(ground.party(Role.PANEL_MEMBER, person=DECIDER.person))
    snapshot = take("cast-vote", Ready(two_hats, (DECIDER,), decided.vote("approve", role=Role.DECISION_MAKER))).after
    counted = ground.get_payload(take("approve", Ready(snapshot, (DECIDER,), decided.APPROVAL)).after, VoteCount)
    assert (counted.votes, counted.members, counted.members_voting) == ({"approve": 1}, 2, 1)


def test_the_count_stays_on_file_when_the_votes_are_struck() -> None:
    snapshot = decided.votes(decided.with_members(before_panel, 3), {1: "approve", 2: "refuse", 3: "approve"})
    after = take("approve", Ready(snapshot, (DECIDER,), decided.APPROVAL)).after
    counted = ground.get_payload(after, VoteCount)
    assert counted.votes == {"approve": 2, "refuse": 1}
    assert (counted.members, counted.members_voting) == (3, 3)
    assert not list(after.list_payloads(Vote))


def test_votes_and_agenda_of_the_first_round_do_not_count_in_the_second() -> None:
    after = take("defer", Ready(decided.voted("defer", before_panel), (DECIDER,), decided.DEFERRAL)).after
    for question in ("cash", "vat"):
        payload = QuestionAnswer(question=question, answer="As enclosed.")
        after = take("answer-question", Ready(after, (decided.LEAD,), payload)).after
    again = take("return-to-panel", Ready(after, (decided.LEAD, OFFICER))).after
    assert again.case.status is Status.PANEL_READY
    assert ground.refused_for("defer", Ready(again, (DECIDER,), decided.DEFERRAL)) == [
        "quorum-reached", "vote-supports-it", "agenda-published",
    ]  # fmt: skip
    assert approval(decided.voted("approve", put(again, decided.agenda(TODAY - 6 * DAY)))) == []


def test_questions_put_again_want_new_answers() -> None:
    second_round = decided.voted("defer", put(before_panel, decided.ANSWER))
    after = take("defer", Ready(second_round, (DECIDER,), decided.DEFERRAL)).after
    assert ground.refused_for("return-to-panel", Ready(after, (decided.LEAD, OFFICER))) == ["every-question-answered"]


def test_a_refusal_that_is_remitted_is_voted_on_anew() -> None:
    refused = take(
        "refuse-business-case", Ready(decided.voted("refuse", before_panel), (DECIDER, OFFICER), decided.REFUSAL)
    ).after
    assert refused.case.refused_from is Status.PANEL_READY
    before = refused.with_case(escalated_at=ground.NOW)
    remittal = Remittal.model_validate({"to": "panel-ready", "reasons": "Not duly considered."})
    again = take("remit", Ready(before, (ground.person(Role.ESCALATION_REVIEWER),), remittal)).after
    assert approval(again) == ["quorum-reached", "vote-supports-it", "agenda-published"]


@pytest.mark.parametrize(("to", "ratings"), [("assurance", 0), ("panel-ready", len(Strand))])
def test_a_court_voids_votes_and_where_it_is_assured_anew_the_ratings(to: str, ratings: int) -> None:
    order = CourtRemittal.model_validate({"reference": "[2026] EWHC 1", "madeOn": TODAY, "to": to})
    after = take("remit-by-court", Ready(decided.voted("approve", before_panel), (decided.SYSTEM,), order)).after
    assert not list(after.list_payloads(Vote))
    assert len(list(after.list_payloads(AssuranceRating))) == ratings


def test_assurance_begun_again_needs_ratings_and_consent_of_its_own() -> None:
    earlier = put(decided.rated(decided.submitted), CommissionerConsent(consents=True))
    earlier = ground.with_document(earlier, DocumentKind.COMMISSIONER_SUPPORT_LETTER)
    earlier = earlier.with_case(commissioner_id=COMMISSIONER)
    begun = take("begin-assurance", Ready(earlier, (OFFICER,), CompletenessCheck())).after
    refused = ground.refused_for("publish-panel-papers", Ready(begun, (OFFICER,)))
    assert refused == ["every-strand-rated", "commissioner-consents"]


@pytest.mark.parametrize(("consents", "refused"), [(True, []), (False, ["commissioner-consents"])])
def test_a_consent_that_was_refused_is_none(consents: bool, refused: list[str]) -> None:
    snapshot = put(decided.assured, CommissionerConsent(consents=consents)).with_case(commissioner_id=COMMISSIONER)
    assert ground.refused_for("publish-panel-papers", Ready(snapshot, (OFFICER,))) == refused


def test_the_staff_group_sees_no_rating_before_the_decision() -> None:
    payload = AssuranceRating.model_validate({"strand": "legal", "rating": "red"})
    after = take("rate-strand", Ready(ground.build_snapshot(Status.ASSURANCE), (OFFICER,), payload)).after
    assert [rating.audience for _, rating in after.list_payloads(AssuranceRating)] == [Audience.BODIES]
    after = take("defer", Ready(decided.voted("defer", before_panel), (DECIDER,), decided.DEFERRAL)).after
    assert {rating.audience for _, rating in after.list_payloads(AssuranceRating)} == {Audience.BODIES}
    assert {rating.audience for _, rating in decided.approved.list_payloads(AssuranceRating)} == {Audience.EVERYBODY}


def test_a_refusal_waits_for_a_second_person_and_is_kept_from_the_staff_group() -> None:
    first = take("refuse-business-case", Ready(decided.voted("refuse", before_panel), (DECIDER,), decided.REFUSAL))
    assert first.after.case.status is Status.PANEL_READY
    pending = first.after.records["proposal", "refuse-business-case"]
    assert pending.audience is Audience.BODIES


CHRISTMAS = {"number": 5, "unit": "clear-working-days"}


@pytest.mark.parametrize(
    ("own", "published_on", "first_day"),
    [
        (None, date(2026, 12, 21), date(2026, 12, 27)),
        (CHRISTMAS, date(2026, 12, 21), date(2026, 12, 31)),
        (CHRISTMAS, date(2026, 12, 24), date(2027, 1, 6)),
        (None, date(2026, 10, 22), date(2026, 10, 28)),
    ],
)
def test_clear_days_leave_out_the_notice_and_the_meeting(
    own: dict[str, Any] | None, published_on: date, first_day: date
) -> None:
    """Worked by hand: 25 and 28 December 2026 and 1 January 2027 are bank holidays; clocks go back on 25 October."""
    snapshot = put(decided.to_approve.snapshot, decided.agenda(published_on))
    if own:
        snapshot = ground.with_rule(snapshot, "agenda-notice", own)
    assert approval(snapshot, at(first_day - DAY)) == ["agenda-published"]
    assert approval(snapshot, at(first_day)) == []


def test_a_key_decision_is_announced_twenty_eight_clear_days_before() -> None:
    published_on = date(2026, 8, 3)
    snapshot = put(decided.to_approve.snapshot, decided.notice(published_on))
    assert approval(snapshot, at(date(2026, 8, 31))) == ["key-decision-announced"]
    assert approval(snapshot, at(date(2026, 9, 1))) == []


def test_a_notice_does_not_reach_beyond_the_day_that_it_names() -> None:
    snapshot = put(decided.to_approve.snapshot, decided.notice(TODAY - 60 * DAY, by=TODAY))
    assert approval(snapshot) == []
    assert approval(snapshot, ground.NOW + DAY) == ["key-decision-announced"]


SECOND = PROCESSES[RIGHT_TO_PROVIDE.route, 2]


@pytest.mark.parametrize("kind", BodyKind)
def test_in_version_2_councils_owe_notice_and_the_nhs_does_not(kind: BodyKind) -> None:
    unannounced = ground.without(decided.to_approve.snapshot, KeyDecisionAnnouncement, AgendaPublication)
    owing = kind in SECOND.settings["key-decision-bodies"].value
    expected = ["key-decision-announced", "agenda-published"] if owing else []
    own = with_constitution(ground.with_employer(unannounced, kind=kind), "committee-system", "committee")
    assert approval(own, process=SECOND) == expected


def test_kinds_with_a_constitution_are_kinds_of_bodies() -> None:
    assert set(SECOND.settings["key-decision-bodies"].value) <= BY_KIND.keys() <= set(BodyKind)


def with_constitution(snapshot: CaseSnapshot, form: str, decided_by: str, **more: Any) -> CaseSnapshot:
    return ground.with_rule(snapshot, "constitution", {"form": form, "decidedBy": decided_by, **more})


KEY, MEETING = ["key-decision-announced"], ["agenda-published"]


@pytest.mark.parametrize(
    ("form", "decided_by", "owed"),
    [
        ("leader-and-cabinet", "executive", KEY + MEETING),  # SI 2012/2089 regs 6, 7, 9
        ("mayor-and-cabinet", "executive", KEY + MEETING),
        ("leader-and-cabinet", "committee", KEY + MEETING),  # of the executive
        ("leader-and-cabinet", "whole-body", MEETING),  # full council: no executive decision, LGA 1972 s.100B
        ("leader-and-cabinet", "member", KEY),  # reg 9(1)(c): an individual; no meeting
        ("leader-and-cabinet", "officer", KEY),
        ("committee-system", "committee", MEETING),  # LGA 1972 s.100E
        ("committee-system", "whole-body", MEETING),
        ("committee-system", "officer", []),
        ("combined-authority", "whole-body", KEY + MEETING),  # SI 2017/68 art 11
        ("combined-authority", "member", KEY),  # art 11(1)(b): the mayor
        ("fire-authority", "whole-body", MEETING),
        ("nhs-trust-board", "whole-body", []),
        ("integrated-care-board", "whole-body", []),
    ],
)
def test_notices_follow_from_the_constitution(form: str, decided_by: str, owed: list[str]) -> None:
    unannounced = ground.without(decided.to_approve.snapshot, KeyDecisionAnnouncement, AgendaPublication)
    assert approval(with_constitution(unannounced, form, decided_by)) == owed


@pytest.mark.parametrize("kind", BodyKind)
def test_a_body_that_set_none_has_the_constitution_of_its_kind(kind: BodyKind) -> None:
    unannounced = ground.without(decided.to_approve.snapshot, KeyDecisionAnnouncement, AgendaPublication)
    usual = RIGHT_TO_PROVIDE.settings["constitutions-by-kind"].value.get(kind)
    executive = usual and usual["form"] in (ConstitutionForm.LEADER_AND_CABINET, ConstitutionForm.COMBINED_AUTHORITY)
    board = usual is None or usual["form"] in (ConstitutionForm.NHS_TRUST_BOARD, ConstitutionForm.INTEGRATED_CARE_BOARD)
    expected = [*(KEY if executive else []), *([] if board else MEETING)]
    assert approval(ground.with_employer(unannounced, kind=kind)) == expected


def test_what_is_owed_is_refused_by_the_name_of_its_law() -> None:
    bare = ground.without(decided.to_approve.snapshot, KeyDecisionAnnouncement, AgendaPublication)
    combined = with_constitution(bare, "combined-authority", "whole-body")
    with pytest.raises(GuardsNotMet, match=r"SI 2017/68 art 11.*Local Government Act 1972 ss.100A\(6\) and 100B"):
        take("approve", replace(decided.to_approve, snapshot=combined))
    with pytest.raises(GuardsNotMet, match=r"SI 2012/2089 reg 9.*SI 2012/2089 regs 6 and 7"):
        take("approve", replace(decided.to_approve, snapshot=bare))


def test_a_committee_council_has_no_key_decision_to_announce_but_an_agenda() -> None:
    committee = with_constitution(ground.build_snapshot(Status.PANEL_READY), "committee-system", "committee")
    announcing = Ready(committee, (OFFICER,), decided.notice(TODAY))
    assert ground.refused_for("publish-key-decision-notice", announcing) == ["key-decision-notice-is-owed"]
    assert ground.refused_for("publish-agenda", Ready(committee, (OFFICER,), decided.agenda(TODAY))) == []
    alone = with_constitution(committee, "committee-system", "officer")
    publishing = Ready(alone, (OFFICER,), decided.agenda(TODAY))
    assert ground.refused_for("publish-agenda", publishing) == ["meeting-notice-is-owed"]


@pytest.mark.parametrize("decided_by", [DecidedBy.MEMBER, DecidedBy.OFFICER])
def test_where_one_person_decides_nobody_sits_and_nobody_votes(decided_by: DecidedBy) -> None:
    papers = with_constitution(decided.without_panel(decided.assured), "leader-and-cabinet", decided_by)
    assert ground.refused_for("publish-panel-papers", Ready(papers, (OFFICER,))) == []
    snapshot = with_constitution(decided.without_panel(before_panel), "leader-and-cabinet", decided_by)
    assert approval(snapshot) == []


THREE = {"number": 3, "unit": "clear-days"}


@pytest.mark.parametrize("kind", ["nhs-trust", "integrated-care-board"])
def test_a_board_owes_the_notice_of_its_meeting_that_it_set_itself(kind: str) -> None:
    """Agenda of Friday 28 August 2026: three clear days are 29, 30 and 31 August, so the board meets on 1 September."""
    board = ground.with_employer(decided.to_approve.snapshot, kind=kind)
    board = ground.with_rule(ground.without(board, AgendaPublication), "board-meeting-notice", THREE)
    assert approval(board) == ["agenda-published"]
    published = Ready(board, (OFFICER,), decided.agenda(date(2026, 8, 28)))
    after = take("publish-agenda", published).after
    assert ground.get_deadline(after, "board-meeting-notice").due_on == date(2026, 8, 31)
    assert after.find_deadline("agenda-notice") is None
    assert approval(after, at(date(2026, 8, 31))) == ["agenda-published"]
    assert approval(after, at(date(2026, 9, 1))) == []


@pytest.mark.parametrize(
    ("working", "own", "last", "first"),
    [
        (False, None, date(2026, 9, 1), date(2026, 9, 2)),  # 28 to 31 August and 1 September lie between
        (True, None, date(2026, 9, 4), date(2026, 9, 5)),  # 28 August, then 1 to 4 September: Monday 31st is a holiday
        (True, {"number": 5, "unit": "clear-days"}, date(2026, 9, 1), date(2026, 9, 2)),  # its own rule stands
    ],
)
def test_clear_days_of_an_agenda_are_working_days_where_the_constitution_says_so(
    *, working: bool, own: dict[str, Any] | None, last: date, first: date
) -> None:
    """Agenda of Thursday 27 August 2026; 31 August is the summer bank holiday in England."""
    snapshot = with_constitution(decided.to_approve.snapshot, "committee-system", "committee", clearWorkingDays=working)
    if own:
        snapshot = ground.with_rule(snapshot, "agenda-notice", own)
    after = take("publish-agenda", Ready(snapshot, (OFFICER,), decided.agenda(date(2026, 8, 27)))).after
    assert ground.get_deadline(after, "agenda-notice").due_on == last
    assert approval(after, at(last)) == ["agenda-published"]
    assert approval(after, at(first)) == []


EXCEPTED = {"informed": "chair", "publishedOn": TODAY, "where": "Notices, item 9", "reasons": "A grant ends."}
URGENT = {
    "what": "key-decision",
    "agreedBy": "scrutiny-chair",
    "agreedOn": TODAY,
    "reasons": "The grant ends tomorrow.",
}
BEHIND_DOORS = {"stage": "intention", "publishedOn": TODAY, "where": "Notices, item 8", "reasons": "Paragraph 3."}
AT_ONCE = {"convenedOn": TODAY, "where": "Notice board and website", "reasons": "A grant ends."}
SCRUTINY = decided.SCRUTINY
in_assurance, meets = ground.build_snapshot(Status.ASSURANCE), ground.build_snapshot(Status.PANEL_READY)
ready("notify-general-exception", Ready(in_assurance, (OFFICER,), payloads.GeneralException.model_validate(EXCEPTED)))
ready("agree-special-urgency", Ready(in_assurance, (SCRUTINY,), payloads.SpecialUrgency.model_validate(URGENT)))
ready(
    "give-private-meeting-notice",
    Ready(in_assurance, (OFFICER,), payloads.PrivateMeetingNotice.model_validate(BEHIND_DOORS)),
)
ready("convene-at-shorter-notice", Ready(meets, (OFFICER,), payloads.ShorterNotice.model_validate(AT_ONCE)))
ready("record-decision", Ready(decided.approved, (OFFICER,), decided.RECORD))
EXCEPTIONS = (
    "notify-general-exception", "agree-special-urgency", "give-private-meeting-notice", "convene-at-shorter-notice",
)  # fmt: skip
by_committee = on_snapshot(ground.with_rule, "constitution", {"form": "committee-system", "decidedBy": "committee"})
breaks("publish-key-decision-notice", "decision-makers-named")(on_payload(members=[]))
breaks([*EXCEPTIONS, "record-decision"], "reasons-given")(on_payload(reasons=""))
breaks("notify-general-exception", "general-exception-is-open")(by_committee)
breaks("agree-special-urgency", "urgency-is-open")(by_committee)
scrutinised = decided.notice(TODAY).model_copy(update={"members": [SCRUTINY.person]})
breaks(["agree-special-urgency", "call-in", "record-scrutiny-response"], "executive-does-not-scrutinise")(
    on_snapshot(put, scrutinised)
)
breaks("agree-special-urgency", "urgency-is-agreed")(on_payload(agreed_by=payloads.AgreedBy.CHAIR_OF_THE_AUTHORITY))
breaks("give-private-meeting-notice", "private-meeting-notice-is-owed")(by_committee)
breaks("give-private-meeting-notice", "representations-answered")(on_payload(stage="further"))
breaks("convene-at-shorter-notice", "shorter-notice-is-open")(on_snapshot(ground.with_employer, kind="nhs-trust"))
breaks("record-decision", "record-is-owed")(by_committee)


@breaks("record-decision", "record-is-of-a-decision")
def _(attempt: Ready) -> Ready:
    return ground.giving(replace(attempt, now=attempt.now + DAY), decided_on=TODAY + DAY)


privately = decided.agenda(TODAY - 10 * DAY).model_copy(update={"in_private": True})
breaks("choose-contract-route", "decision-recorded")(on_snapshot(decided.unrecorded))
breaks(DECIDING, "private-meeting-announced")(on_snapshot(put, privately))


def excepted(on: date) -> payloads.GeneralException:
    return payloads.GeneralException.model_validate({**EXCEPTED, "publishedOn": on})


unannounced = ground.without(decided.to_approve.snapshot, KeyDecisionAnnouncement)


@pytest.mark.parametrize(
    ("form", "decided_by", "law"),
    [("leader-and-cabinet", "executive", "SI 2012/2089 reg 10"), ("combined-authority", "member", "SI 2017/68 art 12")],
)
def test_a_general_exception_opens_the_decision_after_five_clear_days(form: str, decided_by: str, law: str) -> None:
    """Public on Monday 26 October 2026; clear days are 27 to 31 October, so it is made on Sunday 1 November at the
    earliest: weekends count, and the clocks have gone back on the 25th.
    """
    snapshot = put(with_constitution(unannounced, form, decided_by), excepted(date(2026, 10, 26)))
    assert approval(snapshot, at(date(2026, 10, 31))) == KEY
    assert approval(snapshot, at(date(2026, 11, 1))) == []
    with pytest.raises(GuardsNotMet, match=law):
        take("approve", replace(decided.to_approve, snapshot=snapshot, now=at(date(2026, 10, 31))))


def agreed(**changes: Any) -> payloads.SpecialUrgency:
    return payloads.SpecialUrgency.model_validate({**URGENT, **changes})


OTHERWISE = {"insteadBecause": "The chair is in hospital.", "reference": "Letter of 1 September"}


@pytest.mark.parametrize(
    ("signer", "given", "refused"),
    [
        (SCRUTINY, {}, []),
        (OFFICER, {}, ["urgency-is-agreed"]),  # reg 11(1)(a): the chair of scrutiny in person
        (OFFICER, {"agreedBy": "chair-of-the-authority"}, ["urgency-is-agreed"]),  # without reason and reference
        (OFFICER, {"agreedBy": "chair-of-the-authority", **OTHERWISE}, []),  # reg 11(1)(b)
        (OFFICER, {"agreedBy": "vice-chair-of-the-authority", **OTHERWISE}, []),  # reg 11(1)(c)
        (SCRUTINY, {"agreedBy": "chair-of-the-authority", **OTHERWISE}, ["urgency-is-agreed"]),
    ],
)
def test_special_urgency_is_agreed_by_scrutiny_or_those_after_it(
    signer: Caller, given: dict[str, str], refused: list[str]
) -> None:
    agreeing = Ready(unannounced, (signer,), agreed(**given))
    assert approval(unannounced) == KEY
    assert ground.refused_for("agree-special-urgency", agreeing) == refused
    if not refused:
        assert approval(take("agree-special-urgency", agreeing).after) == []


def test_an_exception_serves_one_decision() -> None:
    snapshot = put(decided.voted("defer", unannounced), agreed(), role=Role.SCRUTINY_CHAIR)
    after = take("defer", Ready(snapshot, (DECIDER,), decided.DEFERRAL)).after
    assert after.find_record(payloads.SpecialUrgency, "key-decision") is None


def doors(stage: str, on: date) -> payloads.PrivateMeetingNotice:
    more = {"representations": "One, for a public meeting.", "response": "Prices would be known."}
    return payloads.PrivateMeetingNotice.model_validate({**BEHIND_DOORS, **more, "stage": stage, "publishedOn": on})


@pytest.mark.parametrize(
    ("intention", "further", "refused"),
    [
        (date(2026, 8, 3), date(2026, 8, 26), []),  # 4 to 31 August: 28 clear days; 27 to 31 August: five
        (date(2026, 8, 4), date(2026, 8, 26), ["private-meeting-announced"]),
        (date(2026, 8, 3), date(2026, 8, 27), ["private-meeting-announced"]),
        (date(2026, 8, 3), None, ["private-meeting-announced"]),
    ],
)
def test_a_private_meeting_is_announced_twice(intention: date, further: date | None, refused: list[str]) -> None:
    """SI 2012/2089 reg 5(2), (4), for a meeting on 1 September 2026."""
    snapshot = put(put(decided.to_approve.snapshot, privately), doors("intention", intention))
    snapshot = put(snapshot, doors("further", further)) if further else snapshot
    assert approval(snapshot) == refused
    urgent = put(snapshot, agreed(what="private-meeting"), role=Role.SCRUTINY_CHAIR)
    assert approval(urgent) == []
    assert approval(with_constitution(snapshot, "committee-system", "committee")) == []  # LGA 1972 s.100A(4) alone


@pytest.mark.parametrize(("agenda_on", "refused"), [(TODAY, []), (TODAY + DAY, MEETING)])
def test_at_shorter_notice_the_agenda_is_public_since_the_meeting_was_convened(
    agenda_on: date, refused: list[str]
) -> None:
    """SI 2012/2089 regs 6(1)(b), 6(2)(b), 7(3)(a); Local Government Act 1972 ss.100A(6)(a), 100B(3)(a)."""
    for form, decided_by in (("leader-and-cabinet", "executive"), ("committee-system", "committee")):
        snapshot = with_constitution(decided.to_approve.snapshot, form, decided_by)
        snapshot = put(snapshot, decided.agenda(agenda_on))
        assert approval(snapshot, at(TODAY + DAY)) == MEETING
        convened = put(snapshot, payloads.ShorterNotice.model_validate(AT_ONCE))
        assert approval(convened, at(TODAY + DAY)) == refused


@pytest.mark.parametrize(
    ("form", "decided_by", "law"),
    [
        ("leader-and-cabinet", "executive", r"SI 2012/2089 reg 12"),
        ("leader-and-cabinet", "member", r"SI 2012/2089 reg 13\(1\)"),
        ("mayor-and-cabinet", "officer", r"SI 2012/2089 reg 13\(4\)"),
        ("committee-system", "officer", r"SI 2014/2095 reg 7"),
        ("combined-authority", "officer", r"SI 2014/2095 reg 7"),
        ("fire-authority", "whole-body", None),
        ("committee-system", "committee", None),
        ("nhs-trust-board", "officer", None),
    ],
)
def test_the_contract_waits_for_the_statement_of_the_decision_that_the_law_asks_for(
    form: str, decided_by: str, law: str | None
) -> None:
    made = with_constitution(decided.approved, form, decided_by)
    route = attempt(RIGHT_TO_PROVIDE, "choose-contract-route")
    snapshot = replace(made, records={**route.snapshot.records, **made.records}, deadlines={})
    waiting = replace(route, snapshot=decided.with_window_over(ground.without(snapshot, payloads.DecisionRecord)))
    assert ground.refused_for("choose-contract-route", waiting) == (["decision-recorded"] if law else [])
    recording = Ready(waiting.snapshot, (DECIDER,), decided.RECORD)
    assert ground.refused_for("record-decision", recording) == ([] if law else ["record-is-owed"])
    if law:
        with pytest.raises(GuardsNotMet, match=law):
            take("choose-contract-route", waiting)
        recorded = replace(waiting, snapshot=take("record-decision", recording).after)
        assert ground.refused_for("choose-contract-route", recorded) == []


def test_it_is_the_body_that_decides_that_owes_notice() -> None:
    unannounced = ground.without(decided.to_approve.snapshot, KeyDecisionAnnouncement, AgendaPublication)
    assert approval(unannounced.with_case(decision_body_id=COMMISSIONER)) == []


def test_a_notice_given_again_is_counted_again() -> None:
    snapshot = ground.build_snapshot(Status.ASSURANCE)
    for given_on, now in ((TODAY, ground.NOW), (TODAY + DAY, ground.NOW + 2 * DAY)):
        publishing = Ready(snapshot, (OFFICER,), decided.notice(given_on), now)
        snapshot = take("publish-key-decision-notice", publishing).after
        assert ground.get_deadline(snapshot, "key-decision-notice").due_on == given_on + 28 * DAY
