"""From the accepted expression of interest to the submitted business case: what actions need and what breaks guards."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.documents.scanning import ScanState
from rtp_applications.workflow.common.payloads import ConflictOfInterest, Refusal, Withdrawal
from rtp_applications.workflow.engine import apply_action, list_possibilities
from rtp_applications.workflow.enums import DocumentKind, Ground, Role, Status
from rtp_applications.workflow.errors import NotYourRole
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.appraisal.payloads import AdviserChoice, InformationPack, OptionsAppraisal
from rtp_applications.workflow.stages.business_case.documents import ONLY_WHERE, SET
from rtp_applications.workflow.stages.business_case.payloads import (
    Consultation,
    EngagementEvidence,
    Extension,
    HelpDeclared,
)
from tests.applications.workflow.ground import (
    COMMISSIONER,
    NOW,
    Ready,
    breaks,
    case_file,
    giving,
    on_snapshot,
    person,
    put,
    ready,
    refused_for,
    take,
    with_document,
    with_rule,
    without,
)

TODAY = NOW.date()
LEAD, MEMBER, OFFICER = (person(role) for role in (Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.CASE_OFFICER))
DECIDER, STAFF_REP = person(Role.DECISION_MAKER), person(Role.STAFF_REP)
ALWAYS = [kind for kind in SET if kind not in ONLY_WHERE]

PACK = InformationPack(cost=TODAY, staffing=TODAY, assets=TODAY, contracts=TODAY, pensions=TODAY)
accepted = case_file(Status.EOI_ACCEPTED)
ADVISER_PARTY = next(party for party in accepted.parties.values() if party.role is Role.ADVISER)
ADVISED = AdviserChoice(adviser=ADVISER_PARTY.id)


def option(kind: str, **changes: Any) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "desirability": 60, "viability": 0, "feasibility": 100, **changes}


ALL = ("status-quo", "in-house-improvement", "mutual", "outsource")


def appraised(kinds: Sequence[str] = ALL, preferred: str = "mutual", **changes: Any) -> OptionsAppraisal:
    options = [option(kind, **(changes if kind == "outsource" else {})) for kind in kinds]
    return OptionsAppraisal.model_validate({"options": options, "preferred": preferred})


def ballot(in_favour: int, votes: int, eligible: int, *, held_on: date = TODAY, against: int = 0, name: str = "ballot",
           ) -> EngagementEvidence:  # fmt: skip
    numbers = {"eligible": eligible, "votes": votes, "inFavour": in_favour, "against": against}
    how = {"method": "electronic, secret", "scrutineer": "Electoral services"}
    return EngagementEvidence.model_validate(
        {"id": name, "method": "ballot", "heldOn": held_on, "ballot": {**numbers, **how}}
    )


MET = EngagementEvidence.model_validate({"id": "meeting-1", "method": "meeting", "heldOn": TODAY})
CONSULTED = Consultation.model_validate({"id": "1", "heldOn": TODAY, "representatives": "The union"})
NO_HELP = HelpDeclared.model_validate({"belowMarket": []})

feasibility = put(case_file(Status.FEASIBILITY), appraised())
elsewhere = put(case_file(Status.FEASIBILITY), appraised(preferred="in-house-improvement"))
writing = case_file(Status.BUSINESS_CASE)
written = put(put(put(writing, MET), CONSULTED), NO_HELP)
for kind in ALWAYS:
    written = with_document(written, kind)

ready("disclose-information-pack", Ready(accepted, (OFFICER,), PACK))
ready("choose-adviser", Ready(case_file(Status.FEASIBILITY), (LEAD,), ADVISED))
ready("start-feasibility", Ready(put(put(accepted, PACK), ADVISED), (OFFICER,)))
ready("record-options-appraisal", Ready(case_file(Status.FEASIBILITY), (LEAD,), appraised()))
ready("start-business-case", Ready(feasibility, (LEAD, OFFICER)))
ready(
    "withdraw-after-appraisal",
    Ready(elsewhere, (LEAD, OFFICER), Withdrawal.model_validate({"reason": "Better in house.", "membersInFavour": 7})),
)
ready("refuse-after-appraisal", Ready(elsewhere, (DECIDER, OFFICER), Refusal(reasons="Better in house.")))
ready("record-engagement", Ready(writing, (MEMBER,), ballot(50, 80, 100, against=30)))
ready("record-consultation", Ready(writing, (STAFF_REP,), CONSULTED))
ready("declare-help", Ready(writing, (LEAD,), NO_HELP))
ready("extend-business-case", Ready(writing, (OFFICER,), Extension(days=30, reasons="Illness.")))
ready("submit-business-case", Ready(written, (LEAD,)))


def without_document(snapshot: CaseSnapshot, kind: str) -> CaseSnapshot:
    return replace(snapshot, documents={at: each for at, each in snapshot.documents.items() if each.kind != kind})


breaks("disclose-information-pack", "disclosed-by-today")(
    lambda attempt: giving(attempt, pensions=TODAY + timedelta(days=1))
)
breaks("choose-adviser", "adviser-or-opt-out")(lambda attempt: giving(attempt, opt_out="We know it all."))
breaks("choose-adviser", "adviser-is-in-the-case")(lambda attempt: giving(attempt, adviser=uuid.uuid4()))
breaks("start-feasibility", "information-pack-disclosed")(on_snapshot(put, PACK.model_copy(update={"assets": None})))
breaks("start-feasibility", "adviser-chosen")(on_snapshot(without, AdviserChoice))
breaks("record-options-appraisal", "options-told-apart")(
    lambda attempt: replace(attempt, payload=appraised((*ALL, "mutual")))
)
breaks("record-options-appraisal", "preferred-is-appraised")(lambda attempt: giving(attempt, preferred="nothing"))
breaks(["start-business-case", "withdraw-after-appraisal", "refuse-after-appraisal"], "options-appraised")(
    on_snapshot(without, OptionsAppraisal)
)


def with_appraisal(attempt: Ready, found: OptionsAppraisal) -> Ready:
    return replace(attempt, snapshot=put(attempt.snapshot, found))


breaks("start-business-case", "status-quo-appraised")(lambda attempt: with_appraisal(attempt, appraised(ALL[1:])))
breaks("start-business-case", "enough-options-appraised")(lambda attempt: with_appraisal(attempt, appraised(ALL[:3])))
breaks("start-business-case", "every-option-scored")(lambda attempt: with_appraisal(attempt, appraised(viability=None)))
breaks("start-business-case", "spin-out-preferred")(
    lambda attempt: with_appraisal(attempt, appraised(preferred="status-quo"))
)
breaks(["withdraw-after-appraisal", "refuse-after-appraisal"], "another-option-preferred")(
    lambda attempt: with_appraisal(attempt, appraised())
)
breaks("withdraw-after-appraisal", "reason-given")(lambda attempt: giving(attempt, reason=None))
breaks("withdraw-after-appraisal", "majority-recorded")(lambda attempt: giving(attempt, members_in_favour=6))
breaks(["refuse-after-appraisal", "extend-business-case"], "reasons-given")(lambda attempt: giving(attempt, reasons=""))


@breaks("refuse-after-appraisal", "deciders-are-independent")
def _(attempt: Ready) -> Ready:
    interested = ConflictOfInterest(person=attempt.signers[-1].person, nature="Married to an applicant")
    return replace(attempt, snapshot=put(attempt.snapshot, interested))


breaks("refuse-after-appraisal", "ground-on-the-list")(
    lambda attempt: giving(replace(attempt, process=replace(attempt.process, grounds=frozenset(Ground))), ground=None)
)
breaks("refuse-after-appraisal", "ground-is-supported")(
    lambda attempt: giving(attempt, ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED)
)


@breaks("record-engagement", "entry-is-own")
@breaks("record-consultation", "entry-is-own")
def _(attempt: Ready) -> Ready:
    assert attempt.payload is not None
    return replace(attempt, snapshot=put(attempt.snapshot, attempt.payload, role=Role.CASE_OFFICER, number=2))


breaks(["record-engagement", "record-consultation"], "held-by-today")(
    lambda attempt: giving(attempt, held_on=TODAY + timedelta(days=1))
)
breaks("record-engagement", "ballot-has-its-result")(lambda attempt: giving(attempt, ballot=None))
breaks("record-engagement", "ballot-adds-up")(lambda attempt: replace(attempt, payload=ballot(50, 101, 100)))
breaks("extend-business-case", "time-left")(lambda attempt: replace(attempt, now=attempt.now + timedelta(days=365)))
breaks("submit-business-case", "documents-complete")(on_snapshot(without_document, DocumentKind.RISK_REGISTER))
breaks("submit-business-case", "documents-clean")(on_snapshot(with_document, DocumentKind.OTHER, scan="awaiting"))
breaks("submit-business-case", "help-declared")(on_snapshot(without, HelpDeclared))
breaks("submit-business-case", "staff-engaged")(on_snapshot(without, EngagementEvidence))
breaks("submit-business-case", "representatives-consulted")(on_snapshot(without, Consultation))
breaks("submit-business-case", "ballot-threshold-reached")(
    on_snapshot(with_rule, "ballot-threshold", {"percentInFavour": 50.0})
)


def refusals(snapshot: CaseSnapshot) -> list[str]:
    return refused_for("submit-business-case", Ready(snapshot, (LEAD,)))


def test_the_information_pack_names_what_is_missing() -> None:
    half = PACK.model_copy(update={"contracts": None, "pensions": None})
    allowed = list_possibilities(RIGHT_TO_PROVIDE, put(put(accepted, half), ADVISED), OFFICER, NOW)
    start = next(each for each in allowed if each.action.name == "start-feasibility")
    assert start.refusals == (("information-pack-disclosed", "not disclosed yet: contracts, pensions"),)


def test_an_adviser_who_left_is_none_but_reasons_for_doing_without_are_enough() -> None:
    left = replace(ADVISER_PARTY, valid_to=TODAY - timedelta(days=1))
    gone = put(put(accepted, PACK), ADVISED).with_party(left)
    assert refused_for("start-feasibility", Ready(gone, (OFFICER,))) == ["adviser-chosen"]
    without_any = put(gone, AdviserChoice.model_validate({"optOut": "We have our own."}))
    assert refused_for("start-feasibility", Ready(without_any, (OFFICER,))) == []


def test_a_new_appraisal_voids_what_was_signed_on_the_old_one() -> None:
    signed = apply_action(RIGHT_TO_PROVIDE, feasibility, "start-business-case", None, LEAD, NOW).after
    changed = apply_action(RIGHT_TO_PROVIDE, signed, "record-options-appraisal", appraised(), OFFICER, NOW).after
    outcome = apply_action(RIGHT_TO_PROVIDE, changed, "start-business-case", None, OFFICER, NOW)
    assert outcome.after.case.status is Status.FEASIBILITY
    assert outcome.awaiting == (frozenset({Role.APPLICANT_LEAD}),)


def test_feasibility_begun_again_needs_an_appraisal_of_its_own() -> None:
    again = put(put(put(accepted, PACK), ADVISED), appraised())
    begun = take("start-feasibility", Ready(again, (OFFICER,))).after
    assert refused_for("start-business-case", Ready(begun, (LEAD, OFFICER))) == ["options-appraised"]


def test_a_body_may_ask_for_more_options() -> None:
    asking = with_rule(feasibility, "options-besides-status-quo", 4)
    assert refused_for("start-business-case", Ready(asking, (LEAD, OFFICER))) == ["enough-options-appraised"]


def test_an_adviser_does_not_submit_for_the_applicant() -> None:
    with pytest.raises(NotYourRole):
        take("submit-business-case", Ready(written, (person(Role.ADVISER),)))


def test_submission_freezes_every_document() -> None:
    more = with_document(written, DocumentKind.OTHER)
    frozen = take("submit-business-case", Ready(more, (LEAD,))).after.documents
    assert len(frozen) == len(ALWAYS) + 1
    assert all(each.frozen for each in frozen.values())


@pytest.mark.parametrize("scan", ScanState)
def test_only_what_was_found_clean_or_is_not_scanned_here_is_submitted(scan: ScanState) -> None:
    only = with_document(without_document(written, DocumentKind.TAX_NOTE), DocumentKind.TAX_NOTE, scan=scan)
    safe = scan in (ScanState.CLEAN, ScanState.NOT_SCANNED)
    assert refusals(only) == ([] if safe else ["documents-clean"])


@pytest.mark.parametrize("kind", ALWAYS)
def test_every_kind_of_the_set_is_required(kind: DocumentKind) -> None:
    assert refusals(without_document(written, kind)) == ["documents-complete"]


BALLOT_HELD = put(written, ballot(60, 80, 100))
COMMISSIONED = written.with_case(commissioner_id=COMMISSIONER)
HELPED = put(written, HelpDeclared.model_validate({"belowMarket": ["premises"]}))


@pytest.mark.parametrize(
    ("snapshot", "kind"),
    [
        (BALLOT_HELD, DocumentKind.BALLOT_RESULT),
        (COMMISSIONED, DocumentKind.COMMISSIONER_SUPPORT_LETTER),
        (HELPED, DocumentKind.SUBSIDY_CONTROL_NOTE),
    ],
)
def test_some_documents_are_required_only_where_they_apply(snapshot: CaseSnapshot, kind: DocumentKind) -> None:
    assert refusals(written) == []
    assert refusals(snapshot) == ["documents-complete"]
    assert refusals(with_document(snapshot, kind)) == []


def test_an_employer_that_commissions_by_its_own_name_is_no_other_body() -> None:
    assert refusals(written.with_case(commissioner_id=written.case.employer_id)) == []


HALF = {"percentInFavour": 50.0}
TWO_THIRDS_OF_MOST = {"percentInFavour": 66.7, "percentTurnout": 60.0}


@pytest.mark.parametrize(
    ("threshold", "in_favour", "votes", "eligible", "reached"),
    [
        (HALF, 40, 80, 100, True),
        (HALF, 39, 80, 100, False),
        (HALF, 1, 1, 100, True),
        (HALF, 0, 0, 100, False),
        (HALF, 0, 0, 0, False),
        (TWO_THIRDS_OF_MOST, 667, 1000, 1000, True),
        (TWO_THIRDS_OF_MOST, 666, 1000, 1000, False),
        (TWO_THIRDS_OF_MOST, 2, 3, 3, False),
        (TWO_THIRDS_OF_MOST, 60, 60, 100, True),
        (TWO_THIRDS_OF_MOST, 59, 59, 100, False),
        ({"percentInFavour": 100.0}, 80, 80, 100, True),
        ({"percentInFavour": 100.0}, 79, 80, 100, False),
    ],
)
def test_a_ballot_reaches_the_threshold_exactly(
    threshold: dict[str, float], in_favour: int, votes: int, eligible: int, reached: bool
) -> None:
    held = with_document(put(written, ballot(in_favour, votes, eligible)), DocumentKind.BALLOT_RESULT)
    snapshot = with_rule(held, "ballot-threshold", threshold)
    assert refusals(snapshot) == ([] if reached else ["ballot-threshold-reached"])


def test_without_a_threshold_a_lost_ballot_is_evidence_and_no_bar() -> None:
    assert refusals(with_document(put(written, ballot(1, 80, 100)), DocumentKind.BALLOT_RESULT)) == []


@pytest.mark.parametrize(("first", "second", "reached"), [(10, 70, True), (70, 10, False)])
def test_of_two_ballots_the_later_counts(first: int, second: int, reached: bool) -> None:
    earlier = ballot(first, 80, 100, held_on=TODAY - timedelta(days=40), name="second-to-be-recorded")
    snapshot = put(put(written, ballot(second, 80, 100, name="first-to-be-recorded")), earlier)
    snapshot = with_document(with_rule(snapshot, "ballot-threshold", HALF), DocumentKind.BALLOT_RESULT)
    assert refusals(snapshot) == ([] if reached else ["ballot-threshold-reached"])


@pytest.mark.parametrize(
    ("in_favour", "against", "votes", "eligible", "adds_up"),
    [(50, 30, 80, 80, True), (50, 20, 80, 100, True), (50, 31, 80, 100, False), (0, 0, 1, 0, False)],
)
def test_the_numbers_of_a_ballot_add_up(in_favour: int, against: int, votes: int, eligible: int, adds_up: bool) -> None:
    payload = ballot(in_favour, votes, eligible, against=against)
    assert refused_for("record-engagement", Ready(writing, (LEAD,), payload)) == ([] if adds_up else ["ballot-adds-up"])


def test_whoever_made_an_entry_corrects_it() -> None:
    once = take("record-consultation", Ready(writing, (STAFF_REP,), CONSULTED)).after
    corrected = CONSULTED.model_copy(update={"note": "They object."})
    assert refused_for("record-consultation", Ready(once, (LEAD,), corrected)) == ["entry-is-own"]
    assert refused_for("record-consultation", Ready(once, (STAFF_REP,), corrected)) == []


def test_an_extension_moves_the_time_for_the_business_case() -> None:
    outcome = take("extend-business-case", Ready(writing, (OFFICER,), Extension(days=30, reasons="Ill.")))
    before, after = writing.find_deadline("business-case"), outcome.after.find_deadline("business-case")
    assert before
    assert after
    assert before.due_on == TODAY + timedelta(days=180)
    assert after.due_on == TODAY + timedelta(days=210)


@pytest.mark.parametrize(
    ("status", "clock", "due"),
    [
        (Status.EOI_ACCEPTED, "feasibility-start", date(2026, 9, 29)),
        (Status.FEASIBILITY, "feasibility", date(2026, 11, 30)),
        (Status.BUSINESS_CASE, "business-case", date(2027, 2, 28)),
        (Status.CASE_SUBMITTED, "completeness", date(2026, 9, 15)),
        (Status.ASSURANCE, "assurance", date(2026, 10, 13)),
        (Status.DEFERRED, "deferral", date(2026, 10, 31)),
        (Status.APPROVED, "mandate", date(2027, 9, 1)),
    ],
)
def test_each_stage_has_its_clock(status: Status, clock: str, due: date) -> None:
    running = case_file(status).find_deadline(clock)
    assert running
    assert running.due_on == due
