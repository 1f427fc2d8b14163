"""The mutual as a legal person, and the finance it starts with: row 17 of the process."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.words import APPLICANTS
from rtp_shared.contracts.vocabulary import LegalForm
from rtp_shared.schemas import Line, Pence


class IdentifierScheme(StrEnum):
    """Registers that give an organisation its number, by their org-id.guide codes."""

    COMPANIES_HOUSE = "GB-COH"
    CHARITY_COMMISSION = "GB-CHC"
    MUTUALS_REGISTER = "GB-MPR"


SHAPES: Mapping[IdentifierScheme, str] = {
    IdentifierScheme.COMPANIES_HOUSE: r"(?:[0-9]{8}|[A-Z]{2}[0-9]{6})",
    IdentifierScheme.CHARITY_COMMISSION: r"[0-9]{6,7}",
    IdentifierScheme.MUTUALS_REGISTER: r"(?:IP[0-9]{6}|[0-9]{1,6}[A-Z]?)",
}
"""How a number of the register looks: eight characters, zero-padded, at Companies House (an LLP begins with OC)."""


class LegalEntity(Record):
    """The mutual as a legal person."""

    KIND: ClassVar[str] = "legal-entity"

    scheme: IdentifierScheme
    identifier: Line = Field(description="Its number in that register", examples=["09506232"])
    legal_form: LegalForm
    verified: bool = Field(
        default=False, strict=True, description="A body compared it with the register; applicants cannot say so"
    )
    registered_on: date | None = None


class FinanceCommitment(Record):
    """The finance that the mutual starts with: committed, or not needed."""

    KIND: ClassVar[str] = "finance-commitment"

    needed: bool = Field(strict=True)
    needed_pence: Pence = Field(default=0, description="How much is needed, in pence")
    committed_pence: Pence = Field(default=0, description="How much lenders and funders have committed, in pence")
    committed_on: date | None = None
    reference: Line | None = Field(default=None, description="Reference of the commitment")


@guard("/identifier", given=True)
def identifier_has_its_shape(step: Step) -> str | None:
    """The number looks like one of that register."""
    shape = SHAPES[step.given.scheme]
    if re.fullmatch(shape, step.given.identifier):
        return None
    return f"this is no number of {step.given.scheme}"


@guard("/verified", given=True)
def verified_by_a_body(step: Step) -> str | None:
    """That the number was verified is for the bodies to say, not for the applicants."""
    if step.given.verified and step.signed[-1].role in APPLICANTS:
        return "a body verifies it, not the applicants"
    return None


@guard("/committedPence", given=True)
def commitment_is_dated(step: Step) -> str | None:
    """What is committed was committed on a day that is not in the future."""
    given = step.given
    if not given.committed_pence or (given.committed_on and given.committed_on <= step.today):
        return None
    return "say when it was committed"


@guard()
def legal_entity_exists(step: Step) -> str | None:
    """The mutual exists as a legal person, with its number on file."""
    return None if step.file.last(LegalEntity) else "the mutual has no legal entity on file"


@guard()
def legal_entity_verified(step: Step) -> str | None:
    """A body compared the mutual's number with the register."""
    entity = step.file.last(LegalEntity)
    return None if entity is None or entity.verified else "a body has not verified the legal entity yet"


@guard()
def finance_committed_or_not_needed(step: Step) -> str | None:
    """The finance that is needed is committed, or none is needed."""
    finance = step.file.last(FinanceCommitment)
    if finance is None:
        return "say whether finance is needed, and what is committed"
    if finance.needed and finance.committed_pence < finance.needed_pence:
        return "not all of the finance that is needed is committed"
    return None
