"""Request and response bodies about public bodies."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, SkipValidation, StringConstraints, model_validator

from rtp_applications.bodies.models import BodyKind
from rtp_applications.bodies.rules import Rule, RuleValue
from rtp_shared.contracts.vocabulary import Sector
from rtp_shared.schemas import Day, Input, Line, OneLine, Output, Prose, Storable

BodyReference = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="A body: its id, or one of its identifiers in any case: GB-LAE-CMD, GB-NHS-RRV; a GSS or ODS code "
        "also without its scheme: E09000007, RRV",
        examples=["GB-LAE-CMD"],
    ),
    OneLine,
]
ListCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,8}(-[A-Z0-9]{2,8})?$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{0,31}$")]


class IdentifierGiven(Input):
    scheme: ListCode = Field(description="org-id.guide list code, or GSS", examples=["GB-NHS"])
    value: Code


class BodyGiven(Input):
    """A body that reference data does not know yet, such as one that a merger makes."""

    name: Line
    kind: BodyKind
    nation: Literal["England", "Wales", "Scotland", "Northern Ireland"]
    region: Annotated[str, Field(max_length=9), Storable] | None = Field(default=None, description="ONS region code")
    opened_on: Day | None = Field(default=None, description="Its first day")
    identifiers: list[IdentifierGiven] = Field(
        min_length=1, max_length=10, description="The first makes its id, which is then the same on every instance"
    )


class BodyEnd(Input):
    ended_on: Day = Field(description="The first day on which the body no longer exists")
    successor: BodyReference | None = Field(default=None, description="The body that follows it and exists on that day")
    successors: list[BodyReference] = Field(
        default=[],
        max_length=20,
        description="The bodies that follow it, where they are several: in its open cases it is then decided case by "
        "case which of them takes it, by the action `choose-successor`",
    )

    @model_validator(mode="after")
    def _named_in_one_place(self) -> Self:
        if self.successor and self.successors:
            raise ValueError("name one successor, or several successors")
        return self

    @property
    def following(self) -> list[str]:
        return [self.successor] if self.successor else self.successors


class RuleGiven(Input):
    valid_from: Day = Field(description="The first day on which it holds")
    # Held against the form of the rule in the path, so that a wrong field is named as that form has it.
    value: SkipValidation[RuleValue | None] = Field(description="In the form of the rule; null gives the rule up")
    source: Prose = Field(description="The resolution, constitution page or notice that it rests on")
    published_on: Day | None = Field(
        default=None,
        description="When the body published it, such as on its website (Localism Act 2011 ss.82(3), 83(6), 84(5)); "
        "today if left out, and never later. A case is held to what was published on its day: what was published late "
        "binds from its publication on",
    )
    sector: Sector | None = Field(
        default=None,
        description="The kind of service that it is set for, of the rules of the Localism Act 2011 ss.82 to 84; left "
        "out, it holds for every kind that has none of its own",
    )


class IdentifierView(Output):
    scheme: str = Field(description="org-id.guide list code, or GSS", examples=["GB-NHS"])
    value: str
    valid_from: date | None = Field(description="The first day on which it is the body's; null where that is not known")
    valid_to: date | None = Field(description="The first day on which it no longer is")


class BodyView(Output):
    """A public body."""

    id: UUID
    name: str
    kind: BodyKind
    nation: str
    region: str | None = Field(description="ONS region code")
    opened_on: date | None
    ended_on: date | None = Field(description="The first day on which it no longer exists")
    successor_id: UUID | None = Field(serialization_alias="successor", description="Id of the body that follows it")
    successor_name: str | None
    identifiers: list[IdentifierView]


class SuccessorView(Output):
    """A body that follows one that ended."""

    id: UUID
    name: str


class PredecessorView(Output):
    """A body that ended, and that this one follows."""

    id: UUID
    name: str
    ended_on: date


class BodyDetail(BodyView):
    """A public body, with those that it followed."""

    successors: list[SuccessorView] = Field(description="All that follow it: of several there is no one `successor`")
    predecessors: list[PredecessorView]
    version: int = Field(description="Grows with every change of the body and its rules; the ETag")


class RuleView(Output):
    """What a body set for itself."""

    rule: Rule
    says: str = Field(description="What the rule is about")
    sector: Sector | None = Field(description="The kind of service that it holds for, before one for every kind")
    value: Any = Field(description="In the form of the rule")
    valid_from: date
    valid_to: date | None = Field(description="The last day on which it holds; null until further notice")
    source: str = Field(description="The resolution, constitution page or notice that it rests on")
    published_on: date = Field(description="When the body published it; before that day it binds no case")
    set_at: datetime


class RulesView(Output):
    """What a body set for itself and holds on one day. For every other rule, the process of a case decides.

    A rule for the case's own kind of service goes before one for every kind; what counts a deadline is in its `source`.
    """

    body_id: UUID = Field(serialization_alias="body")
    body_name: str
    on: date
    rules: list[RuleView]
