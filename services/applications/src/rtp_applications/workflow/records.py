"""Records that more than one stage uses. What belongs to one stage stands beside its guards, in `stages/`."""

from datetime import date
from hashlib import sha256
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.words import Ground
from rtp_shared.schemas import Input, Prose

OF_CLIENTS = "client."
"""Begins the references of clients that act for themselves, which nobody else may claim or be given."""


def person_of(client_id: str) -> str:
    """Whom a client acts as where it names nobody."""
    return f"{OF_CLIENTS}{client_id}"


def _is_no_client(person: str) -> str:
    if person.startswith(OF_CLIENTS):
        raise ValueError(f"begins with {OF_CLIENTS!r}, as only clients that act for themselves do")
    return person


PersonRef = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,100}$"),
    AfterValidator(_is_no_client),
    Field(
        description="Opaque reference of a person, the same for one human in every case and role; no name, no e-mail; "
        "none that begins with `client.`",
        examples=["p-4f1d9a"],
    ),
]


InterestName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9-]{1,64}$"),
    Field(
        description="Short name of the interest, by which its line is confirmed, changed or ended; where none is "
        "given, the platform names it after its nature",
        examples=["shares"],
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
    intention_published_on: date | None = Field(
        default=None,
        description="Of a refusal for a staff mutual's sake: when the intention that supports it was published. "
        "The platform fills it in",
    )


class ConflictOfInterest(Record):
    """One line of the register of interests: declared by the person or by whoever knows of it."""

    KIND: ClassVar[str] = "conflict-of-interest"
    KEY: ClassVar[str | None] = "line"

    person: PersonRef
    interest: InterestName | None = None
    nature: Prose = Field(description="What the interest is; no names of others")
    bars_from_deciding: bool = Field(default=True, strict=True)
    ended: bool = Field(default=False, strict=True, description="The interest is no more")

    @property
    def name(self) -> str:
        """What tells the interests of one person apart: its given name, else one made of its nature."""
        return self.interest or sha256(self.nature.encode()).hexdigest()[:16]

    @property
    def line(self) -> str:
        return f"{self.person}:{self.name}"
