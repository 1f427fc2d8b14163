"""Event factory of a submission."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.contracts.applications import CaseSubmitted


def make_case_submitted(step: Step, after: CaseSnapshot) -> CaseSubmitted:
    """Make the event with all that the other services need in order to help: advisers, mentors and finance."""
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
        employer_kind=after.employer.kind if after.employer else None,
    )
