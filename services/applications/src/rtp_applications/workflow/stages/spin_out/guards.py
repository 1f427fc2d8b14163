"""Guards of a spin-out that the employer starts by its general powers: row 1, without an expression of interest."""

from rtp_applications.workflow.definition import Step, guard
from rtp_shared.identities import organisation_identity


@guard("/sponsor", payload=True)
def sponsor_named(step: Step) -> str | None:
    """A sponsor in the body is named."""
    return None if step.payload.sponsor else "name a sponsor in the body"


@guard("/authority", payload=True)
def authority_named(step: Step) -> str | None:
    """The decision or delegation is named by which the body or the head of the service begins it."""
    return None if step.payload.authority else "name the decision or delegation by which it is begun"


@guard()
def confirmed_by_the_employer(step: Step) -> str | None:
    """The employer itself vouches for whoever confirms: no portal, and no other body, begins a spin-out for it."""
    employer = step.snapshot.case.employer_id
    own = employer is not None and step.signed[-1].holder == organisation_identity(employer)
    return None if own else "only somebody for whom the employer itself vouches confirms it"
