"""Event factories that more than one stage uses: events that say more than that the case moved."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.contracts.applications import CaseWithdrawn, DocumentFrozen


def make_case_withdrawn(step: Step, after: CaseSnapshot) -> CaseWithdrawn:
    return CaseWithdrawn(
        case_id=after.case.id,
        number=after.case.number,
        withdrawn_from=step.snapshot.case.status,
        withdrawn_at=step.now,
    )


def make_documents_frozen(before: CaseSnapshot, after: CaseSnapshot) -> tuple[DocumentFrozen, ...]:
    """Make one event for each document that stays from here on as it is."""
    newly = [each for id_, each in after.counted_documents.items() if each.frozen and not before.documents[id_].frozen]
    return tuple(
        DocumentFrozen(
            case_id=after.case.id,
            number=after.case.number,
            document_id=each.id,
            kind=each.kind,
            document_version=each.version,
            sha256=each.sha256,
            at=after.case.changed_at,
        )
        for each in newly
    )
