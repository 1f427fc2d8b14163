"""Payloads of the steps of the Provider Selection Regime before a notice of intention to award."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import Dated, DatedByDocument
from rtp_applications.workflow.enums import Audience
from rtp_shared.schemas import Day, Input, Line, Prose, not_before


class KeyCriterion(StrEnum):
    """The key criteria of the Provider Selection Regime: SI 2023/1348 reg 5(a) to (e)."""

    QUALITY = "quality-and-innovation"
    VALUE = "value"
    INTEGRATION = "integration-collaboration-and-sustainability"
    ACCESS = "access-inequalities-and-choice"
    SOCIAL_VALUE = "social-value"


class ProcessNotice(Dated):
    """The published notice of intention to follow the Most Suitable Provider Process (SI 2023/1348 reg 10(2))."""

    KIND: ClassVar[str] = "selection-process-notice"

    notice_id: Line = Field(description="The platform's number of the notice", examples=["2026/S 000-012345"])
    ocid: Line | None = Field(default=None, description="Open contracting id", examples=["ocds-h6vhtk-04a1b2"])
    submitted_on: Day = Field(description="When it was submitted for publication, from which the 14 days count")
    published_on: Annotated[Day | None, not_before("submitted_on")] = None


class WeighedCriterion(Input):
    """A key criterion, and how much it weighs beside the others."""

    criterion: KeyCriterion
    importance: Line = Field(
        description="Its relative importance: a weight, a rank, or that all count alike. The regulations set none",
        examples=["30 of 100"],
    )


class KeyCriteria(DatedByDocument):
    """What a decision under the Provider Selection Regime will go by (SI 2023/1348 regs 5, 19 and 11(2))."""

    KIND: ClassVar[str] = "key-criteria"

    criteria: list[WeighedCriterion] = Field(min_length=1, max_length=10, description="All five, each once")
    basic_selection_criteria: Prose = Field(
        description="What a provider must meet: suitability, standing, ability (SI 2023/1348 reg 19, Schedule 16)"
    )
    determined_on: Day


class CriterionAccount(Input):
    """How a key criterion was taken into account."""

    criterion: KeyCriterion
    account: Prose


class Exclusion(StrEnum):
    """Whether the provider is an excluded or an excludable supplier (SI 2023/1348 regs 2(1), 20)."""

    NEITHER = "neither"
    EXCLUDABLE = "excludable"
    EXCLUDED = "excluded"


class ExclusionJudgement(DatedByDocument):
    """Whether the provider is excluded, where it is awarded the contract by Direct Award Process A or B (SI 2023/1348
    reg 20, which applies to every process).
    """

    KIND: ClassVar[str] = "exclusion-judgement"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    exclusion: Exclusion
    overriding_reasons: Prose | None = Field(
        default=None,
        description="Of an excluded provider: the overriding reasons relating to the public interest for which it is "
        "awarded the contract on an exceptional basis (SI 2023/1348 reg 20(1A))",
    )
    judged_on: Day


class ProviderChoice(DatedByDocument):
    """Who is chosen under the Provider Selection Regime, and how: the record of SI 2023/1348 reg 24(e), (f)."""

    KIND: ClassVar[str] = "provider-choice"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    accounts: list[CriterionAccount] = Field(
        min_length=1, max_length=10, description="How each of the five key criteria was taken into account"
    )
    meets_basic_selection_criteria: bool = Field(strict=True)
    basic_selection_assessment: Prose = Field(description="How the basic selection criteria were assessed")
    exclusion: Exclusion
    overriding_reasons: Prose | None = Field(
        default=None,
        description="Of an excluded provider: the overriding reasons relating to the public interest for which it is "
        "chosen on an exceptional basis (SI 2023/1348 reg 20(1A))",
    )
    identified_on: Day | None = Field(
        default=None,
        description="Under the Most Suitable Provider Process: when the identification of potential providers was "
        "complete, its step 2",
    )
    decided_on: Day
