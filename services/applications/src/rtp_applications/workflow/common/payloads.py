"""Payloads that more than one stage uses. A stage's own stand in its folder."""

from hashlib import sha256
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from rtp_applications.workflow.common.days import DecidedByDocument, Notified
from rtp_applications.workflow.enums import Decision, Ground
from rtp_applications.workflow.identities import PersonRef
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Input, Prose, Whole

InterestName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9-]{1,64}$"),
    Field(
        description="Short name of the interest, by which its line is confirmed, changed or ended; where none is "
        "given, the platform names it after its nature",
        examples=["shares"],
    ),
]


class Nothing(Payload):
    """An action that takes nothing but the deed."""

    KIND: ClassVar[str] = "nothing"


class Proposal(Payload):
    """An action that some have signed and others must sign yet."""

    KIND: ClassVar[str] = "proposal"
    KEY: ClassVar[str | None] = "action"

    action: str
    given: dict[str, Any]


class Reasons(Payload):
    """An action that must be reasoned."""

    KIND: ClassVar[str] = "reasons"

    reasons: Prose = Field(description="Why, in words that those concerned can follow")


class Findings(Input):
    """What was found of a business case, criterion by criterion, and whether it is value for money."""

    desirability: Prose | None = Field(default=None, description="Whether it is wanted, and why")
    viability: Prose | None = Field(default=None, description="Whether it would survive on its own, and why")
    feasibility: Prose | None = Field(default=None, description="Whether it can be done, and why")
    value_for_money: Prose | None = Field(default=None, description="The conclusion on value for money")


class Refusal(DecidedByDocument):
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
    intention_published_on: Day | None = Field(
        default=None,
        description="Of a refusal for a staff mutual's sake: when the intention that supports it was published. "
        "The platform fills it in",
    )


class NotifiedRefusal(Refusal, Notified):
    """The refusal of a challenge, of which the group is notified in writing (Localism Act 2011 s.84(8))."""


class PlainConflict(Payload):
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
        """Return the name that tells the interests of one person apart: the given one, else one made of its nature."""
        return self.interest or sha256(self.nature.encode()).hexdigest()[:16]

    @property
    def line(self) -> str:
        return f"{self.person}:{self.name}"


class ConflictOfInterest(PlainConflict):
    """One line of the register of interests: declared by the person or by whoever knows of it."""

    in_advance: bool = Field(
        default=False,
        strict=True,
        description="The person has no part in the case yet: else a reference that nobody in the case has is refused",
    )


class Withdrawal(Payload):
    """The staff group withdraws."""

    KIND: ClassVar[str] = "withdrawal"

    reason: Prose | None = Field(default=None, description="Optional, and shown to whoever may see the case")
    members_in_favour: Whole | None = Field(
        default=None,
        ge=0,
        le=100_000,
        strict=True,
        description="Members of the group who want to withdraw; of a draft the lead alone may dispose",
    )


class AgreedWithdrawal(Withdrawal, DecidedByDocument):
    """Staff group and body end the case together."""


class Publication(Payload):
    """A decision is published in the public register."""

    KIND: ClassVar[str] = "publication"
    KEY: ClassVar[str | None] = "decision"

    decision: Decision = Field(description="Which of the decisions that stand in the case")
    text: Prose | None = Field(
        default=None,
        description="The reasons as they may be published: no names, nothing by which a person can be known",
    )
    reasons_on_file: bool = Field(
        default=False,
        strict=True,
        description="Instead of a text: publish the reasons on file as they are; for a refusal its published reasons, "
        "or else its reasons",
    )
    show_number: bool = Field(
        default=False, strict=True, description="The staff group agreed that its case number is shown"
    )
