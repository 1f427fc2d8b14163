"""What is taken in of a service in a feed of Open Referral UK 3.0.

Contacts, phones, e-mail and postal addresses are left behind, and so is what tells where exactly a place is.
"""

from datetime import time
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo

from rtp_advice_matching.directory.network_schemas import Website
from rtp_shared.schemas import Day, Line, OneLine, Prose

_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"


class ServiceState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily closed"


class Frequency(StrEnum):
    """How often what is scheduled comes again."""

    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class LocationType(StrEnum):
    PHYSICAL = "physical"
    POSTAL = "postal"
    VIRTUAL = "virtual"


class FeedRecord(BaseModel):
    """A part of a feed: what is not known here is left aside, because publishers add to the standard."""

    model_config = ConfigDict(extra="ignore")


class FeedOrganization(FeedRecord):
    """The organisation of a service."""

    id: UUID
    name: Line
    description: Prose
    website: Website | None = None


class FeedTerm(FeedRecord):
    """A term of a taxonomy."""

    id: UUID
    name: Line
    description: Prose | None = None
    parent_id: UUID | None = None
    taxonomy: Line | None = None
    taxonomy_id: UUID | None = None
    term_uri: Website | None = None


class FeedAttribute(FeedRecord):
    """That a service has a term."""

    id: UUID
    taxonomy_term: FeedTerm | None = None


class FeedSchedule(FeedRecord):
    """When a service is offered."""

    id: UUID
    valid_from: Day | None = None
    valid_to: Day | None = None
    dtstart: Day | None = None
    freq: Frequency | None = None
    interval: float | None = Field(default=None, ge=0, le=1000)
    byday: Line | None = None
    bymonthday: Line | None = None
    description: Prose | None = None
    opens_at: time | None = None
    closes_at: time | None = None
    schedule_link: Website | None = None
    attending_type: Line | None = None
    notes: Prose | None = None


class FeedArea(FeedRecord):
    """Where those live who may use a service."""

    id: UUID
    name: Prose | None = None
    extent: Prose | None = None
    extent_type: Line | None = None
    uri: Website | None = None


class FeedAccessibility(FeedRecord):
    """How a place can be reached and used."""

    id: UUID
    description: Prose | None = None
    details: Prose | None = None
    url: Website | None = None


class FeedLocation(FeedRecord):
    """A place, by its name: where exactly it is, its publisher says."""

    id: UUID
    location_type: LocationType
    name: Line | None = None
    description: Prose | None = None
    accessibility: list[FeedAccessibility] = Field(default=[], max_length=50)


class FeedPlace(FeedRecord):
    """That a service is offered at a place."""

    id: UUID
    location: FeedLocation | None = None


class FeedLanguage(FeedRecord):
    """A language that a service is offered in."""

    id: UUID
    name: Line | None = None
    code: Line | None = None


class FeedFunding(FeedRecord):
    """Who pays for a service."""

    id: UUID
    source: Prose | None = None


class FeedCost(FeedRecord):
    """What a service costs whom."""

    id: UUID
    valid_from: Day | None = None
    valid_to: Day | None = None
    option: Prose | None = None
    amount: float | None = Field(default=None, ge=0, le=10**9)
    amount_description: Prose | None = None


def _follow_minimum(age: float | None, info: ValidationInfo) -> float | None:
    least = info.data.get("minimum_age")
    if age is not None and least is not None and age < least:
        raise ValueError("is below minimum_age")
    return age


class FeedService(FeedRecord):
    """What is taken in of a service."""

    id: UUID
    name: Line
    status: ServiceState
    organization: FeedOrganization
    description: Prose | None = None
    url: Website | None = None
    email: Annotated[str, StringConstraints(pattern=_EMAIL, max_length=254), OneLine] | None = None
    fees: Prose | None = None
    accreditations: Prose | None = None
    alert: Prose | None = None
    minimum_age: float | None = Field(default=None, ge=0, le=150)
    maximum_age: Annotated[float | None, Field(ge=0, le=150), AfterValidator(_follow_minimum)] = None
    assured_date: Day | None = None
    schedules: list[FeedSchedule] = Field(default=[], max_length=200)
    service_areas: list[FeedArea] = Field(default=[], max_length=200)
    service_at_locations: list[FeedPlace] = Field(default=[], max_length=200)
    languages: list[FeedLanguage] = Field(default=[], max_length=200)
    funding: list[FeedFunding] = Field(default=[], max_length=200)
    cost_options: list[FeedCost] = Field(default=[], max_length=200)
    attributes: list[FeedAttribute] = Field(default=[], max_length=200)
