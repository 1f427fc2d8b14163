"""Payloads of what is published of a contract, and of its modifications."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_shared.schemas import Day, Line, Pence, Prose


class PublishedPart(StrEnum):
    """What of a contract is published besides notices."""

    COPY = "contract-copy"
    INDICATORS = "performance-indicators"


class ContractPublication(DatedByDocument):
    """A copy of the contract, or its performance indicators, were published (Procurement Act 2023 ss.52(3), 53(3))."""

    KIND: ClassVar[str] = "contract-publication"
    KEY: ClassVar[str | None] = "part"

    part: PublishedPart
    place: Line = Field(
        description="Where it can be read: the number of the notice that it is attached to, or a web address"
    )
    withheld: Prose | None = Field(
        default=None, description="What is withheld, and whether under s.94(1)(a) or (b); left out where nothing is"
    )
    published_on: Day


class ModificationGround(StrEnum):
    """Why a contract may be modified without a new process: SI 2023/1348 regs 13(1), (3), 14(2), (3)."""

    PROVIDED_FOR = "provided-for"
    SUCCESSION = "succession"
    EXTERNAL = "external-factors"
    DECISION = "authority-decision"
    AWARDED_DIRECTLY = "awarded-by-direct-award-a-or-b"
    URGENT = "urgent"
    CONTINUITY = "continuity-in-standstill"


class ContractModification(DatedByDocument):
    """The contract is modified during its term, without a new process (SI 2023/1348 regs 13, 14)."""

    KIND: ClassVar[str] = "contract-modification"
    KEY: ClassVar[str | None] = "reference"

    reference: Line = Field(description="The authority's reference of the modification", examples=["Variation 2"])
    ground: ModificationGround
    reasons: Prose = Field(description="What is modified, and why the ground applies")
    different_in_character: bool = Field(
        strict=True, description="Whether it makes the contract materially different in character"
    )
    attributable_to_authority: bool = Field(
        strict=True, description="Whether it is attributable to a decision of the authority (reg 13(1)(d), (4)(b))"
    )
    meets_basic_selection_criteria: bool | None = Field(
        default=None, strict=True, description="Of a succession: whether the new provider meets them (reg 13(1)(b))"
    )
    change_pence: Pence = Field(
        description="The change of the lifetime value since the contract was entered into, by all modifications, in "
        "pence"
    )
    original_pence: Pence = Field(description="The lifetime value of the contract when it was entered into, in pence")
    modified_on: Day
