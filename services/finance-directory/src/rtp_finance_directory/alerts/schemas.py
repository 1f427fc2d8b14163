"""Request and response bodies of saved searches."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictBool, StringConstraints

from rtp_finance_directory.areas import REGION
from rtp_finance_directory.directory.schemas import Months, Percent
from rtp_finance_directory.search.criteria import ProductCriteria
from rtp_finance_directory.vocabulary import ProductKind, ProductStatus, RateBasis
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.paging import Page
from rtp_shared.schemas import Day, Input, Line, Output, Pence, Whole, not_before


class CriteriaGiven(Input):
    """What is looked for, by the names and meanings of the parameters of GET /v1/products/search."""

    q: Line | None = Field(default=None, description='Words in any form; "a phrase", or, and -without are understood')
    kind: list[ProductKind] = Field(default=[], max_length=14)
    status: list[ProductStatus] = Field(default=[], max_length=4, description="What is not over if it is left out")
    purpose: FinancePurpose | None = None
    sector: Sector | None = None
    region: Annotated[str, StringConstraints(pattern=REGION)] | None = None
    legal_form: LegalForm | None = None
    direct: StrictBool | None = None
    amount_pence: Pence | None = None
    least_pence: Pence | None = None
    most_pence: Pence | None = None
    closes_from: Day | None = None
    closes_until: Annotated[Day | None, not_before("closes_from")] = None
    dated: StrictBool = False
    open_on: Day | None = None
    secured: StrictBool | None = None
    personal_guarantee: StrictBool | None = None
    rate_basis: RateBasis | None = None
    term_months: Months | None = None
    trading_months: Months | None = None
    turnover_pence: Pence | None = None
    match_funding_percent: Percent | None = None
    most_fee_percent: Percent | None = None
    least_grant_percent: Percent | None = None
    least_holiday_months: Months | None = None
    most_decision_weeks: Annotated[Whole, Field(ge=0, le=520)] | None = None
    unverified_since: Day | None = None
    funder_id: UUID | None = None
    programme_id: UUID | None = None

    def read(self) -> ProductCriteria:
        """Return what is looked for."""
        said = self.model_dump(exclude={"q", "kind", "status"})
        return ProductCriteria(text=self.q, kinds=tuple(self.kind), statuses=tuple(self.status), **said)


class SavedSearchGiven(Input):
    """A search to save."""

    name: Line = Field(description="What you call it")
    criteria: CriteriaGiven = Field(description="What is looked for; `{}` for everything that is not over")

    def read_criteria(self) -> dict[str, Any]:
        """Return the criteria as they are kept."""
        return self.criteria.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class SavedSearchView(Output):
    """A search that your client saved."""

    id: UUID
    version: int
    name: str
    criteria: dict[str, Any] = Field(description="As they were sent")
    saved_at: datetime
    looked_at: datetime = Field(description="When it was last looked what it finds")
    told_on: date | None = Field(description="The day on which search-matched last told of it")


class SavedSearchPage(Page[SavedSearchView]):
    """One page of the searches that your client saved."""
