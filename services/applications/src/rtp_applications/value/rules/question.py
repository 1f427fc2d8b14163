"""The question of an options appraisal: the options, their effects, the criteria and the assumptions."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from rtp_applications.value.rules.effects import Effect, Money
from rtp_applications.workflow.enums import OptionKind
from rtp_shared.schemas import Input, Line, Prose, Whole

WHOLE_WEIGHT = 100


class AppraisalCriterion(Input):
    """A criterion that money does not measure, and its weight."""

    id: Line = Field(examples=["staff-support"])
    weight: Whole = Field(ge=1, le=100, description="Those of all criteria are 100")


class AppraisedOption(Input):
    """An option with its effects and scores."""

    id: Line = Field(examples=["mutual-a"])
    kind: OptionKind
    text: Prose | None = None
    effects: list[Effect] = Field(default=[], max_length=60)
    scores: dict[str, Whole] = Field(default={}, description="By criterion, from 0 to 100", max_length=15)


class AppraisalQuestion(Input):
    """The options for a service, with what each costs, brings and scores."""

    base_year: Whole = Field(ge=2000, le=2100, description="Year 0, whose prices are the real ones", examples=[2027])
    inflation_basis_points: Whole = Field(
        default=0,
        ge=0,
        le=2000,
        description="By how much prices are taken to rise each year, in hundredths of a percent: 200 is 2%",
    )
    criteria: list[AppraisalCriterion] = Field(default=[], max_length=15)
    options: list[AppraisedOption] = Field(min_length=2, max_length=10)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        _require_unique("options", [option.id for option in self.options])
        _require_unique("criteria", [criterion.id for criterion in self.criteria])
        if sum(option.kind is OptionKind.STATUS_QUO for option in self.options) != 1:
            raise ValueError("exactly one option is the status-quo: all others are measured against it")
        if self.criteria and sum(criterion.weight for criterion in self.criteria) != WHOLE_WEIGHT:
            raise ValueError(f"the weights of the criteria are {WHOLE_WEIGHT} together")
        known = {criterion.id for criterion in self.criteria}
        for option in self.options:
            if wrong := option.scores.keys() ^ known:
                raise ValueError(f"option {option.id} and the criteria differ about {', '.join(sorted(wrong))}")
            if not all(0 <= score <= WHOLE_WEIGHT for score in option.scores.values()):
                raise ValueError(f"option {option.id} has a score outside 0 to {WHOLE_WEIGHT}")
        return self

    @property
    def baseline(self) -> AppraisedOption:
        return next(option for option in self.options if option.kind is OptionKind.STATUS_QUO)

    @property
    def money(self) -> Money:
        return Money(self.inflation_basis_points)


def _require_unique(what: str, ids: Sequence[str]) -> None:
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise ValueError(f"two of the {what} have the id {', '.join(sorted(twice))}")
