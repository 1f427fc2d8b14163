"""Payloads of the information pack, the choice of an adviser and the options appraisal."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AliasChoices, Field

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_applications.workflow.enums import Criterion, OptionKind
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Input, Line, Prose, Whole

Disclosed = Annotated[Day | None, Field(description="Civil date in London on which it was disclosed; none: not yet")]


PARTS = ("cost", "staffing", "assets", "contracts", "pensions")


class InformationPack(DatedByDocument):
    """What the body disclosed to the staff group about the service, and when. It holds no figures itself."""

    KIND: ClassVar[str] = "information-pack"

    cost: Disclosed = None
    staffing: Disclosed = None
    assets: Disclosed = None
    contracts: Disclosed = None
    pensions: Disclosed = None

    @property
    def days(self) -> dict[str, date | None]:
        return {part: getattr(self, part) for part in PARTS}


class AdviserChoice(Payload):
    """The adviser the staff group works with, or that it does without one."""

    KIND: ClassVar[str] = "adviser-choice"

    party_id: UUID | None = Field(
        default=None,
        validation_alias=AliasChoices("partyId", "adviser"),
        serialization_alias="partyId",
        description="The adviser's party in the case: its id",
    )
    opt_out: Prose | None = Field(default=None, description="Why the group does without an adviser")


Score = Annotated[Whole | None, Field(ge=0, le=100)]


class Option(Input):
    id: Line = Field(description="Short name of the option", examples=["mutual-a"])
    kind: OptionKind
    text: Prose | None = Field(default=None, description="What the option is")
    desirability: Score = None
    viability: Score = None
    feasibility: Score = None

    @property
    def unscored(self) -> list[str]:
        return [criterion for criterion in Criterion if getattr(self, criterion) is None]


class OptionsAppraisal(Payload):
    """The options for the service, each scored from 0 to 100 by every criterion, and the one preferred."""

    KIND: ClassVar[str] = "options-appraisal"

    options: list[Option] = Field(min_length=1, max_length=30)
    preferred: Line = Field(description="Id of the option preferred")

    @property
    def choice(self) -> Option | None:
        return next((option for option in self.options if option.id == self.preferred), None)
