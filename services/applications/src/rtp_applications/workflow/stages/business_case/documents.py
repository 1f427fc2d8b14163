"""Documents that belong to a business case, and those required only where something holds."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import DocumentKind
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.business_case.payloads import Ballot, EngagementEvidence, HelpDeclared

SET = tuple(kind for kind in DocumentKind if kind is not DocumentKind.OTHER)
DOCUMENTS: Mapping[str, tuple[str, ...]] = {"submit-business-case": SET, "begin-assurance": SET}
"""The set is a platform default, proposed 2026-11, built from the published toolkits."""


def find_last_ballot(snapshot: CaseSnapshot) -> Ballot | None:
    """Return the ballot held last."""
    return held.ballot if (held := find_evidence_of_last_ballot(snapshot)) else None


def find_evidence_of_last_ballot(snapshot: CaseSnapshot) -> EngagementEvidence | None:
    held = [each for each, _ in snapshot.list_payloads(EngagementEvidence) if each.ballot]
    return max(held, key=lambda each: (each.held_on, each.id), default=None)


def is_commissioned_elsewhere(snapshot: CaseSnapshot) -> bool:
    """Return True if another body than the employer commissions the service."""
    return snapshot.case.commissioner != snapshot.case.employer_id


def _has_help_below_market(snapshot: CaseSnapshot) -> bool:
    declared = snapshot.find(HelpDeclared)
    return bool(declared and declared.below_market)


ONLY_WHERE: Mapping[str, Callable[[CaseSnapshot], Any]] = {
    DocumentKind.BALLOT_RESULT: find_last_ballot,
    DocumentKind.COMMISSIONER_SUPPORT_LETTER: is_commissioned_elsewhere,
    DocumentKind.SUBSIDY_CONTROL_NOTE: _has_help_below_market,
}
"""Kinds of documents that are only required where something holds: a ballot was held, another body commissions the
service, or help is below market terms."""


def list_required_documents(step: Step) -> list[str]:
    """Return the kinds that this action requires of this case."""
    return list_required(step.process.documents.get(step.action.name, ()), step.snapshot)


def list_required(kinds: Iterable[str], snapshot: CaseSnapshot) -> list[str]:
    """Return those of the kinds that this case needs."""
    return [kind for kind in kinds if kind not in ONLY_WHERE or ONLY_WHERE[kind](snapshot)]
