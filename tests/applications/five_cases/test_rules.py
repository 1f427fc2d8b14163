"""The five cases: every paper of a business case belongs to one, and what is missing is what this case needs."""

from rtp_applications.five_cases.rules import GROUNDS, CaseSummary, FiveCase, summarise
from rtp_applications.workflow.enums import DocumentKind, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.business_case.documents import SET
from rtp_applications.workflow.stages.business_case.payloads import HelpDeclared
from rtp_applications.workflow.stages.contract.payloads import ContractTerms
from tests.applications.workflow.ground import build_snapshot, put

OF_ALL_FIVE = DocumentKind.FIVE_CASE_SUMMARY


def summary(snapshot: CaseSnapshot, *documents: DocumentKind) -> dict[FiveCase, CaseSummary]:
    return {each.name: each for each in summarise(snapshot, list(snapshot.records.values()), documents)}


def test_each_document_of_a_business_case_belongs_to_one_of_the_five() -> None:
    placed = [kind for grounds in GROUNDS.values() for kind in grounds.documents]
    assert sorted([*placed, OF_ALL_FIVE]) == sorted(SET)


def test_a_case_with_nothing_on_file_lacks_everything_that_it_needs() -> None:
    found = summary(build_snapshot(Status.BUSINESS_CASE))
    assert list(found) == list(FiveCase)
    assert found[FiveCase.COMMERCIAL].missing_records == (
        "regime-determination", "contract-terms", "benefit-clause", "help-declared",
    )  # fmt: skip
    assert DocumentKind.CASH_FLOW in found[FiveCase.FINANCIAL].missing_documents
    assert DocumentKind.BALLOT_RESULT not in found[FiveCase.STRATEGIC].missing_documents


def test_a_note_on_subsidy_control_is_missed_only_where_help_is_below_market_terms() -> None:
    snapshot = build_snapshot(Status.BUSINESS_CASE)
    for help_, missed in (([], False), (["loan"], True)):
        helped = put(snapshot, HelpDeclared.model_validate({"belowMarket": help_}))
        commercial = summary(helped)[FiveCase.COMMERCIAL]
        assert (DocumentKind.SUBSIDY_CONTROL_NOTE in commercial.missing_documents) is missed
        assert "help-declared" not in commercial.missing_records


def test_what_is_on_file_is_shown_and_not_missed() -> None:
    terms = ContractTerms.model_validate({"netPence": 100, "grossPence": 120, "termMonths": 36})
    commercial = summary(put(build_snapshot(Status.APPROVED), terms), DocumentKind.TUPE_LIST)[FiveCase.COMMERCIAL]
    assert [(each.kind, each.content["termMonths"]) for each in commercial.records] == [("contract-terms", 36)]
    assert "contract-terms" not in commercial.missing_records
    assert DocumentKind.TUPE_LIST not in commercial.missing_documents
    assert DocumentKind.EXIT_PLAN in commercial.missing_documents
