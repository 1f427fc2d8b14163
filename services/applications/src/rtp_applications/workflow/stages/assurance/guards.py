"""Guards of assuring a business case strand by strand before the panel meets: row 12 of the process."""

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.assurance.payloads import AssuranceRating, CommissionerConsent
from rtp_applications.workflow.stages.business_case.documents import is_commissioned_elsewhere


@guard("/strand", payload=True)
def strand_is_assured(step: Step) -> str | None:
    """The strand is one of those that this process assures."""
    return None if step.payload.strand in step.process.strands else "this process does not assure that strand"


@guard()
def every_strand_rated(step: Step) -> str | None:
    """Every strand of assurance is rated."""
    rated = {rating.strand for rating, _ in step.snapshot.list_payloads(AssuranceRating)}
    missing = [strand for strand in step.process.strands if strand not in rated]
    return f"not rated: {', '.join(missing)}" if missing else None


@guard()
def commissioned_elsewhere(step: Step) -> str | None:
    """Another body than the employer commissions the service."""
    return None if is_commissioned_elsewhere(step.snapshot) else "the employer commissions the service itself"


@guard()
def commissioner_consents(step: Step) -> str | None:
    """Where another body commissions the service, its consent is on file."""
    consent = step.snapshot.find(CommissionerConsent)
    if not is_commissioned_elsewhere(step.snapshot) or (consent and consent.consents):
        return None
    return "the commissioner refused its consent" if consent else "the commissioner's consent is wanting"
