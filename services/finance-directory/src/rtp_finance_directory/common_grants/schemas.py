"""Response bodies of CommonGrants 0.4.0, by its names (`reference/common-grants`)."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class CommonGrantsPart(BaseModel):
    """A part of an answer: what is not known is left out, as the protocol has no null."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class OpportunityState(StrEnum):
    """The states of an opportunity in CommonGrants."""

    FORECASTED = "forecasted"
    OPEN = "open"
    CLOSED = "closed"
    CUSTOM = "custom"


class OpportunityStatus(CommonGrantsPart):
    """The state of an opportunity, with words for one of our own."""

    value: OpportunityState
    custom_value: str | None = None
    description: str | None = None


class MoneyAmount(CommonGrantsPart):
    """An amount of money: a decimal number as text."""

    amount: str
    currency: Literal["GBP"] = "GBP"


class OpportunityFunding(CommonGrantsPart):
    """How much an opportunity gives."""

    details: str | None = None
    min_award_amount: MoneyAmount | None = None
    max_award_amount: MoneyAmount | None = None


class OpportunityEvent(CommonGrantsPart):
    """A day, or a time between two days, of an opportunity."""

    name: str
    event_type: Literal["singleDate", "dateRange"] = "singleDate"
    day: date | None = Field(default=None, alias="date")
    start_date: date | None = None
    end_date: date | None = None


class OpportunityTimeline(CommonGrantsPart):
    """When an opportunity opens and closes."""

    post_date: OpportunityEvent | None = None
    close_date: OpportunityEvent | None = None
    other_dates: Mapping[str, OpportunityEvent] | None = None


class AcceptedApplicant(CommonGrantsPart):
    """Who may apply. The protocol's own types are those of the United States, so ours are custom."""

    value: Literal["custom", "unrestricted"] = "custom"
    custom_value: str | None = None
    description: str | None = None


class CustomField(CommonGrantsPart):
    """What the protocol has no name for."""

    name: str
    field_type: Literal["string", "number", "integer", "boolean", "array"]
    value: Any
    description: str | None = None


class Opportunity(CommonGrantsPart):
    """A grant, or finance that is partly a grant, as an opportunity of CommonGrants. Information, never an offer."""

    id: UUID
    title: str
    status: OpportunityStatus
    description: str
    funding: OpportunityFunding | None = None
    key_dates: OpportunityTimeline | None = None
    accepted_applicant_types: list[AcceptedApplicant] | None = None
    source: str = Field(description="The product in this directory")
    custom_fields: dict[str, CustomField]
    created_at: datetime
    last_modified_at: datetime


class OpportunityPageInfo(CommonGrantsPart):
    """Which page of how many."""

    page: int
    page_size: int
    total_items: int
    total_pages: int


class CommonGrantsSuccess(CommonGrantsPart):
    """What every answer of the protocol begins with."""

    status: Literal[200] = 200
    message: str = "Success"


class OpportunityAnswer(CommonGrantsSuccess):
    """One opportunity."""

    data: Opportunity


class OpportunityPage(CommonGrantsSuccess):
    """One page of opportunities."""

    items: list[Opportunity]
    pagination_info: OpportunityPageInfo
