"""Bodies of a search in CommonGrants 0.4.0, by its names."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from rtp_finance_directory.common_grants.schemas import CommonGrantsPart, OpportunityPage, OpportunityState
from rtp_shared.clock import LONDON
from rtp_shared.schemas import Day, Input, Instant, Line, Whole

PENCE = 100
DecimalString = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,10})?$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class ArrayOperator(StrEnum):
    """Whether a value is to be among several."""

    IN = "in"
    NOT_IN = "notIn"


class RangeOperator(StrEnum):
    """Whether a value is to lie between two."""

    BETWEEN = "between"
    OUTSIDE = "outside"


class StateFilter(Input):
    """The states that opportunities are to have, or not to have."""

    operator: ArrayOperator
    value: list[OpportunityState] = Field(max_length=10)


class DayRange(Input):
    """Two days; both are inside."""

    min: Day | Instant
    max: Day | Instant


class DayRangeFilter(Input):
    """Between which days, or outside them. What says no day is not found."""

    operator: RangeOperator
    value: DayRange

    def read(self) -> tuple[date, date]:
        first, last = (
            each.astimezone(LONDON).date() if isinstance(each, datetime) else each
            for each in (self.value.min, self.value.max)
        )
        return first, last


class MoneyGiven(Input):
    """An amount of money as the protocol writes it."""

    amount: DecimalString
    currency: Currency


class MoneyRange(Input):
    """Two amounts; both are inside."""

    min: MoneyGiven
    max: MoneyGiven


class MoneyRangeFilter(Input):
    """Between which amounts, or outside them. What says none, or another currency, is not found."""

    operator: RangeOperator
    value: MoneyRange

    def read_pence(self) -> tuple[Decimal, Decimal] | None:
        """Return both ends in pence; None if they are of another currency than ours."""
        ends = (self.value.min, self.value.max)
        if any(end.currency != "GBP" for end in ends):
            return None
        low, high = (Decimal(end.amount) * PENCE for end in ends)
        return low, high


class CustomFilter(Input):
    """A filter of a name of one's own."""

    operator: Literal["eq", "neq", "gt", "gte", "lt", "lte", "in", "notIn", "like", "notLike", "between", "outside"]
    value: Any


class OpportunityFilters(Input):
    """What opportunities are to meet, all together."""

    status: StateFilter | None = None
    close_date_range: DayRangeFilter | None = None
    total_funding_available_range: MoneyRangeFilter | None = Field(
        default=None, description="Not applied, as no opportunity here says its total: `filterInfo` says so"
    )
    min_award_amount_range: MoneyRangeFilter | None = None
    max_award_amount_range: MoneyRangeFilter | None = None
    custom_filters: dict[str, CustomFilter] | None = Field(
        default=None, description="Not applied: there are none here, and `filterInfo` says so"
    )


class OpportunitySortBy(StrEnum):
    """What the protocol may sort by."""

    LAST_MODIFIED_AT = "lastModifiedAt"
    CREATED_AT = "createdAt"
    TITLE = "title"
    STATUS = "status.value"
    CLOSE_DATE = "keyDates.closeDate"
    MAX_AWARD = "funding.maxAwardAmount"
    MIN_AWARD = "funding.minAwardAmount"
    TOTAL = "funding.totalAmountAvailable"
    AWARD_COUNT = "funding.estimatedAwardCount"
    CUSTOM = "custom"


class OpportunitySorting(Input):
    """The order of the opportunities. What lacks the value comes last."""

    sort_by: OpportunitySortBy
    custom_sort_by: Line | None = None
    sort_order: Literal["asc", "desc"] = "asc"


class OpportunityPagination(Input):
    """Which page of how many."""

    page: Whole = Field(default=1, ge=1, le=1_000_000)
    page_size: Whole = Field(default=100, ge=1, le=200)


class OpportunitySearch(Input):
    """A search of opportunities."""

    search: Line | None = Field(default=None, description='Words in any form; "a phrase", or, and -without')
    filters: OpportunityFilters = OpportunityFilters()
    sorting: OpportunitySorting | None = Field(default=None, description="The last modified first, if it is left out")
    pagination: OpportunityPagination = OpportunityPagination()


class OpportunitySortInfo(CommonGrantsPart):
    """The order that was taken, and why it is another than was asked for."""

    sort_by: str
    sort_order: Literal["asc", "desc"]
    errors: list[str] | None = None


class OpportunityFilterInfo(CommonGrantsPart):
    """The filters that were applied, and which were not."""

    filters: dict[str, Any]
    errors: list[str] | None = None


class OpportunitySearchPage(OpportunityPage):
    """One page of the opportunities that a search found."""

    sort_info: OpportunitySortInfo
    filter_info: OpportunityFilterInfo
