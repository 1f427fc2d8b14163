"""What a product asks for besides its terms, as data, each with its reason and its source."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from rtp_finance_directory.requirements.expressions import DEEPEST, Expression, list_facts, measure_depth
from rtp_shared.schemas import Input, Line

MOST = 20
"""Most requirements of one product."""


class Requirement(Input):
    """Something that a product asks for besides its terms."""

    model_config = ConfigDict(frozen=True)

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")] = Field(
        description="Its short name within the product", examples=["half-of-staff"]
    )
    when: Expression | None = Field(default=None, description="It is asked only of those for whom this holds")
    requires: Expression
    reason: Line = Field(
        description="What it asks for, as a sentence", examples=["It is for services of at least £500,000 a year."]
    )
    source: Line = Field(description="Where that is taken from")

    @model_validator(mode="after")
    def _names_each_fact_once(self) -> Self:
        parts = [part for part in (self.when, self.requires) if part is not None]
        facts = [fact for part in parts for fact in list_facts(part)]
        if twice := {fact for fact in facts if facts.count(fact) > 1}:
            raise ValueError(f"names {', '.join(sorted(twice))} twice: use between, one-of or another requirement")
        if max(map(measure_depth, parts)) > DEEPEST:
            raise ValueError(f"is nested more than {DEEPEST} deep")
        return self
