"""Bodies of Open Referral UK 3.0: its pages, and what is taken in of a feed."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo

from rtp_advice_matching.directory.network_schemas import Website
from rtp_shared.schemas import Day, Input, Line, OneLine, Output, Prose

_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"


class OpenReferralPage(BaseModel):
    """A page of a list, as the standard has it."""

    total_items: int
    total_pages: int
    page_number: int
    size: int = Field(description="Items on this page")
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict[str, Any]]


class OpenReferralHome(BaseModel):
    """Which standard is spoken here."""

    version: str
    profile: str
    openapi_url: str


def cut_page(items: Sequence[Mapping[str, Any]], *, total: int, page: int, per_page: int) -> OpenReferralPage:
    """Make a page of the items that stand on it; without any item there is one page, and it is empty."""
    pages = max(1, -(-total // per_page))
    return OpenReferralPage(
        total_items=total,
        total_pages=pages,
        page_number=page,
        size=len(items),
        first_page=page == 1,
        last_page=page >= pages,
        empty=not items,
        contents=[dict(each) for each in items],
    )


class ServiceState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily closed"


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


class FeedAttribute(FeedRecord):
    """That a service has a term."""

    id: UUID
    taxonomy_term: FeedTerm | None = None


def _follow_minimum(age: float | None, info: ValidationInfo) -> float | None:
    least = info.data.get("minimum_age")
    if age is not None and least is not None and age < least:
        raise ValueError("is below minimum_age")
    return age


class FeedService(FeedRecord):
    """What is taken in of a service; contacts, phones, addresses and e-mail of people are left behind."""

    id: UUID
    name: Line
    status: ServiceState
    organization: FeedOrganization
    description: Prose | None = None
    url: Website | None = None
    email: Annotated[str, StringConstraints(pattern=_EMAIL, max_length=254), OneLine] | None = None
    fees: Prose | None = None
    minimum_age: float | None = Field(default=None, ge=0, le=150)
    maximum_age: Annotated[float | None, Field(ge=0, le=150), AfterValidator(_follow_minimum)] = None
    assured_date: Day | None = None
    attributes: list[FeedAttribute] = Field(default=[], max_length=200)


class Feed(Input):
    """Services of a feed, as its `/services/{id}` gives each."""

    source: Website = Field(description="Address of the feed, by which its records are known again")
    services: list[dict[str, Any]] = Field(min_length=1, max_length=500)


class ImportOutcome(StrEnum):
    """What becomes of one record of a feed."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class RecordError(Output):
    """What is wrong with one field of a record."""

    field: str = Field(description="JSON pointer within the body that was sent")
    reason: str


class RecordReport(Output):
    """What became of one record of a feed."""

    number: int = Field(description="Its place among the services that were sent, from 0")
    id: str | None = Field(description="Its id, as far as it could be read")
    outcome: ImportOutcome
    errors: list[RecordError]


class ImportReport(Output):
    """What became of the records of a feed: good ones are kept, whatever is wrong with others."""

    counts: dict[ImportOutcome, int]
    records: list[RecordReport]
