"""The five cases of a business case (HM Treasury, Green Book), and what each of them rests on in a case. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rtp_applications.workflow.enums import DocumentKind
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload, SignedRecord
from rtp_applications.workflow.stages.appraisal.payloads import OptionsAppraisal
from rtp_applications.workflow.stages.benefits.payloads import BenefitClause, BenefitPromise
from rtp_applications.workflow.stages.business_case.documents import list_required
from rtp_applications.workflow.stages.business_case.payloads import Consultation, EngagementEvidence, HelpDeclared
from rtp_applications.workflow.stages.contract.payloads import ContractTerms, RegimeDetermination
from rtp_applications.workflow.stages.incorporation.payloads import FinanceCommitment, PlainLegalEntity
from rtp_applications.workflow.stages.interest.payloads import InterestContent
from rtp_applications.workflow.stages.transition.payloads import GoLiveDate

SOURCE = "HM Treasury, The Green Book (2026): the five case model"


class FiveCase(StrEnum):
    """One of the five cases in which a proposal is made."""

    STRATEGIC = "strategic"
    ECONOMIC = "economic"
    COMMERCIAL = "commercial"
    FINANCIAL = "financial"
    MANAGEMENT = "management"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What one of the five cases asks, and the records and documents that answer it."""

    question: str
    records: tuple[type[Payload], ...]
    documents: tuple[DocumentKind, ...]


GROUNDS: Mapping[FiveCase, Grounds] = MappingProxyType(
    {
        FiveCase.STRATEGIC: Grounds(
            "Is there a case for change, and does it fit what the bodies and the users of the service need?",
            (InterestContent, EngagementEvidence, Consultation),
            (
                DocumentKind.BUSINESS_PLAN,
                DocumentKind.STAFF_ENGAGEMENT_REPORT,
                DocumentKind.CONSULTATION_LOG,
                DocumentKind.BALLOT_RESULT,
                DocumentKind.EQUALITY_IMPACT_ASSESSMENT,
                DocumentKind.SOCIAL_VALUE_STATEMENT,
                DocumentKind.COMMISSIONER_SUPPORT_LETTER,
            ),
        ),
        FiveCase.ECONOMIC: Grounds(
            "Which option is worth most to the public, and what was promised of it?",
            (OptionsAppraisal, BenefitPromise),
            (DocumentKind.OPTIONS_APPRAISAL, DocumentKind.VALUE_FOR_MONEY_APPRAISAL),
        ),
        FiveCase.COMMERCIAL: Grounds(
            "Can it be contracted, by which law, and who takes on which staff, assets and risks?",
            (RegimeDetermination, ContractTerms, BenefitClause, HelpDeclared),
            (
                DocumentKind.TUPE_LIST,
                DocumentKind.MEASURES_LETTER,
                DocumentKind.ASSETS_AND_LIABILITIES,
                DocumentKind.SUBSIDY_CONTROL_NOTE,
                DocumentKind.EXIT_PLAN,
            ),
        ),
        FiveCase.FINANCIAL: Grounds(
            "Can the bodies and the mutual afford it, and where does the money come from?",
            (FinanceCommitment,),
            (DocumentKind.CASH_FLOW, DocumentKind.PENSION_PLAN, DocumentKind.TAX_NOTE),
        ),
        FiveCase.MANAGEMENT: Grounds(
            "Can it be delivered, by whom and by when, and what is done about what may go wrong?",
            (PlainLegalEntity, GoLiveDate),
            (
                DocumentKind.GOVERNANCE_MODEL,
                DocumentKind.TRANSITION_PLAN,
                DocumentKind.RISK_REGISTER,
                DocumentKind.DATA_PROTECTION_IMPACT_ASSESSMENT,
                DocumentKind.CONFLICT_REGISTER,
            ),
        ),
    }
)
"""Each document of a business case belongs to one of the five, except the summary of them all. A platform default,
proposed 2026-12."""


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One of the five cases, with what is on file for it and what it lacks."""

    name: FiveCase
    question: str
    records: tuple[SignedRecord, ...]
    missing_records: tuple[str, ...]
    missing_documents: tuple[str, ...]
    """Those that this case needs: no result of a ballot where none was held."""


def summarise(
    snapshot: CaseSnapshot, records: Sequence[SignedRecord], documents: Collection[str]
) -> Iterator[CaseSummary]:
    """Yield the five cases, of the records and the kinds of documents that somebody may see."""
    for name, grounds in GROUNDS.items():
        kinds = [each.KIND for each in grounds.records]
        found = tuple(each for kind in kinds for each in records if each.kind == kind)
        held = {each.kind for each in found}
        yield CaseSummary(
            name=name,
            question=grounds.question,
            records=found,
            missing_records=tuple(kind for kind in kinds if kind not in held),
            missing_documents=tuple(
                kind for kind in list_required(grounds.documents, snapshot) if kind not in documents
            ),
        )
