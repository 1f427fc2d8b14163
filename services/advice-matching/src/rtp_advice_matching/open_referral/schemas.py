"""Bodies of Open Referral UK 3.0: its pages, and the report on a feed that is taken in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from rtp_advice_matching.directory.network_schemas import Website
from rtp_advice_matching.directory.schemas import Truth
from rtp_shared.schemas import Input, Output


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


class Feed(Input):
    """Services of a feed, as its `/services/{id}` gives each."""

    source: Website = Field(description="Address of the feed, by which its records are known again")
    services: list[Any] = Field(
        min_length=1,
        max_length=500,
        description="At most 500, and as many as fit into 2,000 values: send the others in a further body, or have "
        "`load_open_referral` take in the feed from files",
    )
    whole: Truth = Field(
        default=False,
        description="Whether these are all services of the feed: what it gave before and gives no more is taken down",
    )


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


class DepartedService(Output):
    """A service that a feed gave before, and gives no more."""

    id: UUID
    name: str


class ImportReport(Output):
    """What became of the records of a feed: good ones are kept, whatever is wrong with others."""

    counts: dict[ImportOutcome, int]
    records: list[RecordReport]
    departed: list[DepartedService] = Field(
        description="Services that left the feed and are taken down; of a feed that is not sent whole, none"
    )


class FeedView(Output):
    """A feed that services were taken in from."""

    source: str = Field(description="Its address")
    services: int = Field(description="Services of it that stand here")
    stale: int = Field(description="Those of them that were last seen in it more than 90 days ago")
    last_seen_at: datetime = Field(description="When a service was seen in it last")
    longest_unseen_at: datetime = Field(description="When the service was seen in it that has not been for longest")
