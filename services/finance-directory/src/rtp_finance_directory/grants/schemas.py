"""Request and response bodies of grants."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from rtp_shared.paging import Page
from rtp_shared.schemas import Output

CREDIT = (
    "Grants as their funders publish them by the 360Giving Data Standard. Each is its publisher's, under the licence "
    "that the publisher gives. They say what was given, and are no offer."
)


class GrantLine(Output):
    """A grant that was awarded, as its funder publishes it."""

    id: UUID
    grant_id: str = Field(description="The publisher's identifier")
    title: str
    description: str
    currency: str = Field(description="ISO 4217")
    amount_pence: int = Field(description="Amount awarded, in hundredths of the currency")
    awarded_on: date
    funder_id: str = Field(description="As org-id.guide has it, for example GB-CHC-1015648")
    funder_name: str
    recipient_id: str | None = Field(description="Null if a person received it: who it was is not kept")
    recipient_name: str | None
    programme: str | None
    regions: list[str] = Field(
        description="ONS codes of regions and nations, as far as the grant says where it was given"
    )


class GrantView(GrantLine):
    """One grant, with all that its publisher says of it."""

    modified_at: datetime | None = Field(description="When its publisher changed it last")
    document: dict[str, Any] = Field(
        description="The grant in the form of the 360Giving standard 1.4, without persons' names and contacts"
    )
    credit: str = Field(default=CREDIT, description="Show it with the grant")


class FacetCount(Output):
    """A value of a facet, and how many of the grants counted have it."""

    code: str
    name: str = Field(description="Of a funder; empty otherwise")
    count: int


class FacetsView(Output):
    """How the grants that match are spread. They are counted over the newest thousand that match."""

    counted: int
    complete: bool = Field(description="False if more match than were counted")
    funders: list[FacetCount]
    regions: list[FacetCount] = Field(description="A grant counts in each of its regions")
    years: list[FacetCount]
    recipient_schemes: list[FacetCount] = Field(description="For example GB-CHC for charities, GB-COH for companies")


class GrantPage(Page[GrantLine]):
    """One page of grants."""

    facets: FacetsView | None = Field(default=None, description="If they were asked for")
    credit: str = Field(default=CREDIT, description="Show it with the grants")


class Measures(Output):
    """How many grants, and how much was given: amounts in hundredths of the currency."""

    count: int
    total_pence: int
    least_pence: int
    lower_quartile_pence: int
    median_pence: int
    upper_quartile_pence: int
    most_pence: int
    first_on: date
    latest_on: date


class YearMeasures(Measures):
    year: int


class RegionMeasures(Measures):
    region: str = Field(description="ONS code")


class GiverLine(Measures):
    """A funder, and what it gave."""

    funder_id: str
    funder_name: str
    recipients: int = Field(description="How many organisations it gave to")
    regions: list[str] = Field(description="Where, as far as its grants say it")


class Counted(Output):
    """What the figures are of."""

    currency: str
    counted: int
    complete: bool = Field(description="False if more grants match than were counted: the newest 20,000 were")
    credit: str = Field(default=CREDIT, description="Show it with the figures")


class GrantStatistics(Counted):
    """What was given in the grants that match: all together, by year and by region."""

    overall: Measures | None = Field(description="Null if no grant matches")
    years: list[YearMeasures] = Field(description="From the latest on")
    regions: list[RegionMeasures] = Field(description="A grant counts in each of its regions")


class GiverList(Counted):
    """Who gave the grants that match: at most fifty, from the one who gave most often on."""

    items: list[GiverLine]
