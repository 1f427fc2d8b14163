"""Request and response bodies of the people in the directory."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from rtp_advice_matching.directory.facets import AccessNeed, AdviserKind, ChargeBasis, EnglishRegion, ProfileStatus
from rtp_advice_matching.directory.rules import tidy_language
from rtp_shared.contracts.vocabulary import LegalForm, Sector, Stage, SupportTopic
from rtp_shared.schemas import Day, Input, Line, OneLine, Output, Pence, Prose, Whole

Language = Annotated[str, StringConstraints(min_length=2, max_length=35), AfterValidator(tidy_language), OneLine]
"""A language tag, written in its usual form."""
Hours = Annotated[Whole, Field(ge=0, le=400)]
Headcount = Annotated[Whole, Field(ge=1, le=100_000)]
Truth = Annotated[bool, Field(strict=True)]
Places = Annotated[Whole, Field(ge=1, le=100)]


class HoursSpan(Input):
    """Days on which somebody has other hours than their usual ones."""

    starts_on: Day
    ends_on: Day = Field(description="The last day of it")
    hours_per_month: Hours = Field(description="0 for a time away")


Named = Annotated[Line, Field(description="Display name: the one thing about a person that the platform keeps")]
About = Annotated[Prose | None, Field(description="What they bring, in their own words, without contact details")]
Sectors = Annotated[list[Sector], Field(max_length=30, description="Sectors they know; none named means any")]
Regions = Annotated[list[EnglishRegion], Field(max_length=9, description="Where they meet groups in person")]
Topics = Annotated[list[SupportTopic], Field(min_length=1, max_length=20, description="What they advise on")]
Stages = Annotated[list[Stage], Field(max_length=10, description="Stages they advise at; none named means any")]
Forms = Annotated[list[LegalForm], Field(max_length=20, description="Legal forms they know; none named means any")]
Languages = Annotated[list[Language], Field(min_length=1, max_length=20, description="Language tags (BCP 47)")]
Needs = Annotated[list[AccessNeed], Field(max_length=20, description="Access needs that they can meet")]
Calendar = Annotated[list[HoursSpan], Field(max_length=60, description="Days with other hours; they do not overlap")]
Rate = Annotated[Pence | None, Field(le=10_000_00, description="Pence a day, without VAT")]
Conflicts = Annotated[
    list[UUID],
    Field(max_length=200, description="Ids of bodies that they are not independent of; shown to no other"),
]


class AdviserGiven(Input):
    """An adviser, mentor or ambassador, as their network describes them."""

    name: Named
    kind: AdviserKind
    about: About = None
    active: Truth = Field(default=True, description="Whether they take part now; false lets them pause")
    in_person: Truth = Field(description="Whether they meet groups in person, in `regions`")
    regions: Regions = Field(default=[])
    remote: Truth = Field(description="Whether they meet groups online")
    sectors: Sectors = Field(default=[])
    topics: Topics
    stages: Stages = Field(default=[])
    legal_forms: Forms = Field(default=[])
    headcount_from: Headcount | None = Field(default=None, description="Smallest spin-out they help, in people")
    headcount_to: Headcount | None = Field(default=None, description="Largest spin-out they help, in people")
    languages: Languages = Field(default=["en"])
    access_needs: Needs = Field(default=[])
    capacity: Places = Field(description="How many staff groups they can help at a time")
    hours_per_month: Hours | None = Field(default=None, description="Usual hours a month; null where nothing is said")
    calendar: Calendar = Field(default=[])
    charge_basis: ChargeBasis
    day_rate: Rate = None
    conflicts: Conflicts = Field(default=[])


class AdviserChanges(Input):
    """What changes of a profile; the rest stays. What may be null is taken out by it."""

    # Factories, because a default value would be published as one that is filled in.
    name: Named = Field(default_factory=str)
    kind: AdviserKind = Field(default_factory=lambda: AdviserKind.ADVISER)
    about: About = Field(default_factory=lambda: None)
    active: Truth = Field(default_factory=bool)
    in_person: Truth = Field(default_factory=bool)
    regions: Regions = Field(default_factory=list)
    remote: Truth = Field(default_factory=bool)
    sectors: Sectors = Field(default_factory=list)
    topics: Topics = Field(default_factory=list)
    stages: Stages = Field(default_factory=list)
    legal_forms: Forms = Field(default_factory=list)
    headcount_from: Headcount | None = Field(default_factory=lambda: None)
    headcount_to: Headcount | None = Field(default_factory=lambda: None)
    languages: Languages = Field(default_factory=list)
    access_needs: Needs = Field(default_factory=list)
    capacity: Places = Field(default_factory=int)
    hours_per_month: Hours | None = Field(default_factory=lambda: None)
    calendar: Calendar = Field(default_factory=list)
    charge_basis: ChargeBasis = Field(default_factory=lambda: ChargeBasis.FREE)
    day_rate: Rate = Field(default_factory=lambda: None)
    conflicts: Conflicts = Field(default_factory=list)


class Suspension(Input):
    """Why a profile is hidden."""

    reason: Prose = Field(description="Told to the network alone")


class HoursSpanView(Output):
    """Days on which somebody has other hours than their usual ones."""

    starts_on: date
    ends_on: date
    hours_per_month: int


class AdviserView(Output):
    """An adviser, mentor or ambassador."""

    id: UUID
    name: str = Field(description="Display name")
    kind: AdviserKind
    about: str | None
    status: ProfileStatus = Field(description="Others than its network and the operator see what is published only")
    version: int = Field(description="Grows by one with every change; the ETag")
    network_id: UUID = Field(description="Organisation id of the network they belong to")
    network_name: str
    is_example: bool = Field(description="Made up, for trying the platform out")
    active: bool = Field(description="Whether they take part now; only those are proposed")
    sectors: list[Sector] = Field(description="Sectors they know; none named means any")
    in_person: bool = Field(description="Whether they meet groups in person")
    regions: list[str] = Field(description="ONS codes of the regions where they meet groups in person")
    remote: bool = Field(description="Whether they also meet online")
    topics: list[SupportTopic]
    stages: list[Stage] = Field(description="Stages they advise at; none named means any")
    legal_forms: list[LegalForm] = Field(description="Legal forms they know; none named means any")
    headcount_from: int | None = Field(description="Smallest spin-out they help, in people; null for any")
    headcount_to: int | None = Field(description="Largest spin-out they help, in people; null for any")
    languages: list[str] = Field(description="Language tags (BCP 47)")
    access_needs: list[AccessNeed] = Field(description="Access needs that they can meet")
    capacity: int = Field(description="How many staff groups they can help at a time")
    free_places: int = Field(description="How many more they can help now")
    hours_per_month: int | None = Field(description="Usual hours a month; null where nothing is said")
    calendar: list[HoursSpanView] = Field(description="Days with other hours than the usual ones")
    charge_basis: ChargeBasis
    day_rate: int | None = Field(description="Pence a day, without VAT")
    verified_on: date | None = Field(description="When their network last said that all of it is right")
    conflicts: list[UUID] | None = Field(description="Shown to their network and the operator; null for all others")
    suspended_for: str | None = Field(description="Why the operator hid it; for its network and the operator")
