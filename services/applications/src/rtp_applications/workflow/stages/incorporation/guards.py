"""Guards of the legal person and its finance: row 17 of the process."""

import re

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import APPLICANTS
from rtp_applications.workflow.stages.incorporation.payloads import SHAPES, FinanceCommitment, LegalEntity


@guard("/identifier", payload=True)
def identifier_has_its_shape(step: Step) -> str | None:
    """The number looks like one of that register."""
    shape = SHAPES[step.payload.scheme]
    if re.fullmatch(shape, step.payload.identifier):
        return None
    return f"this is no number of {step.payload.scheme}"


@guard("/verified", payload=True)
def verified_by_a_body(step: Step) -> str | None:
    """That the number was verified is for the bodies to say, not for the applicants."""
    if step.payload.verified and step.signed[-1].role in APPLICANTS:
        return "a body verifies it, not the applicants"
    return None


@guard()
def legal_entity_exists(step: Step) -> str | None:
    """The mutual exists as a legal person, with its number on file."""
    return None if step.snapshot.find(LegalEntity) else "the mutual has no legal entity on file"


@guard()
def legal_entity_verified(step: Step) -> str | None:
    """A body compared the mutual's number with the register."""
    entity = step.snapshot.find(LegalEntity)
    return None if entity is None or entity.verified else "a body has not verified the legal entity yet"


@guard()
def finance_committed_or_not_needed(step: Step) -> str | None:
    """The finance that is needed is committed, or none is needed."""
    finance = step.snapshot.find(FinanceCommitment)
    if finance is None:
        return "say whether finance is needed, and what is committed"
    if finance.needed and finance.committed_pence < finance.needed_pence:
        return "not all of the finance that is needed is committed"
    return None


@guard("/committedOn", payload=True)
def commitment_is_dated(step: Step) -> str | None:
    """What is committed has the day on which it was."""
    dated = step.payload.committed_on or not step.payload.committed_pence
    return None if dated else "say when it was committed"
