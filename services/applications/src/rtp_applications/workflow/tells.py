"""Events that say more than that the case moved."""

from rtp_applications.workflow.casefile import CaseFile
from rtp_applications.workflow.definition import Step
from rtp_shared.contracts.applications import CaseSubmitted, CaseWithdrawn, DocumentFrozen


def submitted(step: Step, after: CaseFile) -> CaseSubmitted:
    """What the other services need in order to help: advisers, mentors and finance."""
    case = after.case
    assert case.employer_id is not None  # noqa: S101 - guards of the action
    assert case.sector is not None  # noqa: S101
    return CaseSubmitted(
        case_id=case.id,
        number=case.number,
        route=case.route,
        status=case.status,
        sector=case.sector,
        region=case.region,
        employer=case.employer_id,
        commissioner=case.commissioner_id,
        decision_body=case.decision_body_id,
        headcount=case.headcount,
        legal_form=case.legal_form,
        annual_value_pence=case.annual_value_pence,
        finance_sought_pence=case.finance_sought_pence,
        finance_purposes=list(case.finance_purposes),
        support_needs=list(case.support_needs),
        submitted_at=step.now,
    )


def withdrawn(step: Step, after: CaseFile) -> CaseWithdrawn:
    return CaseWithdrawn(
        case_id=after.case.id,
        number=after.case.number,
        withdrawn_from=step.file.case.status,
        withdrawn_at=step.now,
    )


def frozen(before: CaseFile, after: CaseFile) -> tuple[DocumentFrozen, ...]:
    """One for each document that stays from here on as it is."""
    newly = [each for id_, each in after.papers.items() if each.frozen and not before.documents[id_].frozen]
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
