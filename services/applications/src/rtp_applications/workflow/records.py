"""Records that more than one stage uses. What belongs to one stage stands beside its guards, in `stages/`."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.words import Ground
from rtp_shared.schemas import Input, Prose

PersonRef = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,100}$"),
    Field(
        description="Opaque reference of a person, the same for one human in every case and role; no name, no e-mail",
        examples=["p-4f1d9a"],
    ),
]


class Nothing(Record):
    """An action that takes nothing but the deed."""

    KIND: ClassVar[str] = "nothing"


class Proposal(Record):
    """An action that some have signed and others must sign yet."""

    KIND: ClassVar[str] = "proposal"
    KEY: ClassVar[str | None] = "action"

    action: str
    given: dict[str, Any]


class Reasons(Record):
    """An action that must be reasoned."""

    KIND: ClassVar[str] = "reasons"

    reasons: Prose = Field(description="Why, in words that those concerned can follow")


class Findings(Input):
    """What was found of a business case, criterion by criterion, and whether it is value for money."""

    desirability: Prose | None = Field(default=None, description="Whether it is wanted, and why")
    viability: Prose | None = Field(default=None, description="Whether it would survive on its own, and why")
    feasibility: Prose | None = Field(default=None, description="Whether it can be done, and why")
    value_for_money: Prose | None = Field(default=None, description="The conclusion on value for money")


class Refusal(Record):
    """A refusal: its ground where the law closes the list, and its reasons."""

    KIND: ClassVar[str] = "refusal"

    ground: Ground | None = Field(default=None, description="From the closed list, where the route has one")
    reasons: Prose = Field(description="Why; it is published in the public register unless a redacted text is given")
    published_reasons: Prose | None = Field(
        default=None, description="The reasons as they may be published, where the full ones may not"
    )
    equality_note: Prose | None = Field(
        default=None, description="How the public sector equality duty was met (Equality Act 2010 s.149)"
    )
    findings: Findings | None = Field(default=None, description="Of a business case: what was found of it")


class ConflictOfInterest(Record):
    """One line of the register of interests: declared by the person or by whoever knows of it."""

    KIND: ClassVar[str] = "conflict-of-interest"
    KEY: ClassVar[str | None] = "person"

    person: PersonRef
    nature: Prose = Field(description="What the interest is; no names of others")
    bars_from_deciding: bool = Field(default=True, strict=True)
    ended: bool = Field(default=False, strict=True, description="The interest is no more")
