"""Writing and submitting the business case."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rtp_applications.documents.scanning import ScanState
from rtp_applications.workflow.body_facts import OwnRule
from rtp_applications.workflow.enums import DocumentKind, Role, Status
from rtp_applications.workflow.errors import NotYourRole
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.business_case import payloads
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, breaks, on_snapshot, put, ready, refused_for, with_document
from tests.applications.workflow.stages import business_case_cases as business
from tests.applications.workflow.stages.business_case_cases import CONSULTED, LEAD, STAFF_REP, TODAY, writing, written


def ballot(in_favour: int, votes: int, eligible: int, *, held_on: date = TODAY, against: int = 0, name: str = "ballot",
           ) -> payloads.EngagementEvidence:  # fmt: skip
    numbers = {"eligible": eligible, "votes": votes, "inFavour": in_favour, "against": against}
    how = {"method": "electronic, secret", "scrutineer": "Electoral services"}
    return payloads.EngagementEvidence.model_validate(
        {"id": name, "method": "ballot", "heldOn": held_on, "ballot": {**numbers, **how}}
    )


ready("record-engagement", Ready(writing, (business.MEMBER,), ballot(50, 80, 100, against=30)))
ready("record-consultation", Ready(writing, (STAFF_REP,), CONSULTED))
ready("declare-help", Ready(writing, (LEAD,), business.NO_HELP))
ready("extend-business-case", Ready(writing, (business.OFFICER,), payloads.Extension(days=30, reasons="Illness.")))
ready("submit-business-case", Ready(written, (LEAD,)))


ENTRIES = ["record-engagement", "record-consultation"]


def without_document(snapshot: CaseSnapshot, kind: str) -> CaseSnapshot:
    return replace(snapshot, documents={at: each for at, each in snapshot.documents.items() if each.kind != kind})


@breaks(ENTRIES, "entry-is-own")
def _(attempt: Ready) -> Ready:
    assert attempt.payload is not None
    return replace(attempt, snapshot=put(attempt.snapshot, attempt.payload, role=Role.CASE_OFFICER, number=2))


breaks(ENTRIES, "held-by-today")(ground.on_payload(held_on=TODAY + timedelta(days=1)))
breaks("record-engagement", "ballot-has-its-result")(ground.on_payload(ballot=None))
breaks("record-engagement", "ballot-adds-up")(lambda attempt: replace(attempt, payload=ballot(50, 101, 100)))
breaks("extend-business-case", "time-left")(lambda attempt: replace(attempt, now=attempt.now + timedelta(days=365)))
breaks("submit-business-case", "documents-complete")(on_snapshot(without_document, DocumentKind.RISK_REGISTER))
breaks("submit-business-case", "documents-clean")(on_snapshot(with_document, DocumentKind.OTHER, scan="awaiting"))
breaks("submit-business-case", "help-declared")(on_snapshot(ground.without, payloads.HelpDeclared))
breaks("submit-business-case", "staff-engaged")(on_snapshot(ground.without, payloads.EngagementEvidence))
breaks("submit-business-case", "representatives-consulted")(on_snapshot(ground.without, payloads.Consultation))
breaks("submit-business-case", "ballot-threshold-reached")(
    on_snapshot(ground.with_rule, "ballot-threshold", {"percentInFavour": 50.0})
)


def refusals(snapshot: CaseSnapshot) -> list[str]:
    return refused_for("submit-business-case", Ready(snapshot, (LEAD,)))


def test_an_adviser_does_not_submit_for_the_applicant() -> None:
    with pytest.raises(NotYourRole):
        ground.take("submit-business-case", Ready(written, (ground.person(Role.ADVISER),)))


def test_submission_freezes_every_document() -> None:
    more = with_document(written, DocumentKind.OTHER)
    frozen = ground.take("submit-business-case", Ready(more, (LEAD,))).after.documents
    assert len(frozen) == len(business.ALWAYS) + 1
    assert all(each.frozen for each in frozen.values())


@pytest.mark.parametrize("scan", ScanState)
def test_only_what_was_found_clean_or_is_not_scanned_here_is_submitted(scan: ScanState) -> None:
    only = with_document(without_document(written, DocumentKind.TAX_NOTE), DocumentKind.TAX_NOTE, scan=scan)
    safe = scan in (ScanState.CLEAN, ScanState.NOT_SCANNED)
    assert refusals(only) == ([] if safe else ["documents-clean"])


@pytest.mark.parametrize("kind", business.ALWAYS)
def test_every_kind_of_the_set_is_required(kind: DocumentKind) -> None:
    assert refusals(without_document(written, kind)) == ["documents-complete"]


BALLOT_HELD = put(written, ballot(60, 80, 100))
COMMISSIONED = written.with_case(commissioner_id=ground.COMMISSIONER)
HELPED = put(written, payloads.HelpDeclared.model_validate({"belowMarket": ["premises"]}))


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
    snapshot = ground.with_rule(held, "ballot-threshold", threshold)
    assert refusals(snapshot) == ([] if reached else ["ballot-threshold-reached"])


def test_without_a_threshold_a_lost_ballot_is_evidence_and_no_bar() -> None:
    assert refusals(with_document(put(written, ballot(1, 80, 100)), DocumentKind.BALLOT_RESULT)) == []


@pytest.mark.parametrize(("first", "second", "reached"), [(10, 70, True), (70, 10, False)])
def test_of_two_ballots_the_later_counts(first: int, second: int, reached: bool) -> None:
    earlier = ballot(first, 80, 100, held_on=TODAY - timedelta(days=40), name="second-to-be-recorded")
    snapshot = put(put(written, ballot(second, 80, 100, name="first-to-be-recorded")), earlier)
    snapshot = with_document(ground.with_rule(snapshot, "ballot-threshold", HALF), DocumentKind.BALLOT_RESULT)
    assert refusals(snapshot) == ([] if reached else ["ballot-threshold-reached"])


@pytest.mark.parametrize(
    ("in_favour", "against", "votes", "eligible", "adds_up"),
    [(50, 30, 80, 80, True), (50, 20, 80, 100, True), (50, 31, 80, 100, False), (0, 0, 1, 0, False)],
)
def test_the_numbers_of_a_ballot_add_up(in_favour: int, against: int, votes: int, eligible: int, adds_up: bool) -> None:
    payload = ballot(in_favour, votes, eligible, against=against)
    assert refused_for("record-engagement", Ready(writing, (LEAD,), payload)) == ([] if adds_up else ["ballot-adds-up"])


def test_whoever_made_an_entry_corrects_it() -> None:
    once = ground.take("record-consultation", Ready(writing, (STAFF_REP,), CONSULTED)).after
    corrected = CONSULTED.model_copy(update={"note": "They object."})
    assert refused_for("record-consultation", Ready(once, (LEAD,), corrected)) == ["entry-is-own"]
    assert refused_for("record-consultation", Ready(once, (STAFF_REP,), corrected)) == []


def test_an_extension_moves_the_time_for_the_business_case() -> None:
    change = ground.take(
        "extend-business-case", Ready(writing, (business.OFFICER,), payloads.Extension(days=30, reasons="Ill."))
    )
    assert ground.get_deadline(writing, "business-case").due_on == TODAY + timedelta(days=180)
    assert ground.get_deadline(change.after, "business-case").due_on == TODAY + timedelta(days=210)


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
    assert ground.get_deadline(ground.build_snapshot(status), clock).due_on == due


@pytest.mark.parametrize(("asked_for_half_until", "reached"), [(0, True), (-1, False)])
def test_a_ballot_is_held_to_the_threshold_of_its_day(asked_for_half_until: int, reached: bool) -> None:
    """Of 80 votes 60 were in favour; the body asked for half of them, and asks for nine in ten from the next day on."""
    last = TODAY + timedelta(days=asked_for_half_until)
    since, next_day = date(2020, 1, 1), last + timedelta(days=1)
    rules = (
        OwnRule("ballot-threshold", HALF, "Cabinet, minute 7", since, valid_to=last),
        OwnRule("ballot-threshold", {"percentInFavour": 90.0}, "Cabinet, minute 8", next_day),
    )
    held = with_document(put(written, ballot(60, 80, 100)), DocumentKind.BALLOT_RESULT)
    snapshot = replace(ground.with_employer(held, rules=rules), read_on=TODAY + timedelta(days=5))
    assert refusals(snapshot) == ([] if reached else ["ballot-threshold-reached"])
