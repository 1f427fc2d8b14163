"""Payloads of the mutual as a legal person, and of the finance it starts with."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import Dated
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.contracts.vocabulary import LegalForm
from rtp_shared.schemas import Day, Line, Pence


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
"""Patterns of the registers' numbers: eight characters, zero-padded, at Companies House (an LLP begins with OC)."""


class PlainLegalEntity(Payload):
    """The mutual as a legal person, by its number alone."""

    KIND: ClassVar[str] = "legal-entity"

    scheme: IdentifierScheme
    identifier: Line = Field(description="Its number in that register", examples=["09506232"])
    legal_form: LegalForm
    verified: bool = Field(
        default=False, strict=True, description="A body compared it with the register; applicants cannot say so"
    )
    registered_on: Day | None = None


class LegalEntity(PlainLegalEntity):
    """The mutual as a legal person."""

    name: Line | None = Field(default=None, description="Its name in the register", examples=["Example Care CIC"])


class FinanceCommitment(Dated):
    """The finance that the mutual starts with: committed, or not needed."""

    KIND: ClassVar[str] = "finance-commitment"

    needed: bool = Field(strict=True)
    needed_pence: Pence = Field(default=0, description="How much is needed, in pence")
    committed_pence: Pence = Field(default=0, description="How much lenders and funders have committed, in pence")
    committed_on: Day | None = None
    reference: Line | None = Field(default=None, description="Reference of the commitment")
