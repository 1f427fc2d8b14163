"""Request and response bodies of the directory."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, StringConstraints

from rtp_finance_directory.areas import ENGLAND, REGION, SMALLER_AREA, UK
from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.notice import NOTICE, Illustrative
from rtp_finance_directory.requirements.expressions import Comparator
from rtp_finance_directory.requirements.models import MOST, Requirement
from rtp_finance_directory.vocabulary import (
    Certainty,
    Fact,
    ListFacet,
    ProductChange,
    ProductKind,
    ProductStatus,
    PublicationState,
    RateBasis,
    Rule,
)
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.paging import Page
from rtp_shared.schemas import Input, Line, Output, Pence, Prose, Whole


class ExpressionView(Output):
    """One of four: a comparison of a fact, or `not`, `all` or `any` of other expressions."""

    model_config = ConfigDict(validate_by_alias=True)

    fact: Fact | None = None
    comparator: Comparator | None = None
    value: int | str | list[int] | list[str] | None = Field(
        default=None, description="A word or number; several for one-of; the two ends for between"
    )
    not_: "ExpressionView | None" = Field(default=None, alias="not")
    all: "list[ExpressionView] | None" = None
    any: "list[ExpressionView] | None" = None


class RequirementView(Output):
    """What a product asks for besides its terms."""

    code: str = Field(description="Its short name within the product")
    when: ExpressionView | None = Field(default=None, description="It is asked only of those for whom this holds")
    requires: ExpressionView
    reason: str = Field(description="What it asks for, as a sentence")
    source: str = Field(description="Where that is taken from")


class ProductLine(Output):
    """A finance product as public sources describe it. Null is not known, never no limit; an empty list means any."""

    id: UUID
    version: int = Field(description="Grows when what is said of the product changes")
    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    provider: str
    funder_id: UUID | None = Field(default=None, description="Who stands behind it, if it is in the directory")
    programme_id: UUID | None = Field(default=None, description="The programme of that funder, if it belongs to one")
    name: str
    kinds: list[ProductKind] = Field(description="Several where it has several forms or its form is not known")
    status: ProductStatus = Field(description="check: our sources do not tell whether it is open today")
    direct: bool = Field(description="False for wholesale money, which never goes to a mutual itself")
    areas: list[str] | None = Field(
        description="ONS codes: K02000001 UK, E92000001 England, E12... regions, E10... counties; always complete",
        examples=[["E12000009"]],
    )
    sectors: list[Sector] | None
    legal_forms: list[LegalForm] | None
    purposes: list[FinancePurpose] | None
    complete_lists: list[ListFacet] = Field(
        description="Lists that name everything that is accepted; the others name what is known to be accepted"
    )
    min_amount_pence: int | None
    max_amount_pence: int | None
    min_trading_months: int | None = Field(description="Own accounts it asks for; 0 where it asks for none")
    min_turnover_pence: int | None = Field(description="0 where it asks for none")
    match_funding_percent: int | None = Field(description="Part that must come from elsewhere; 0 where none")
    grant_element_percent: int | None = Field(description="Part that is not paid back, at the most")
    secured: bool | None
    personal_guarantee: bool | None
    min_term_months: int | None
    max_term_months: int | None
    rate_basis: RateBasis | None = Field(description="flat: on the whole loan for the whole term")
    rate_note: str | None
    rate_percent: float | None = Field(
        default=None, description="A year, at the most; of base-plus-margin the margin alone"
    )
    arrangement_fee_percent: float | None = Field(description="At the most")
    capital_holiday_months: int | None = Field(description="At the most")
    opened_on: date | None
    closed_on: date | None
    windows: list[ApplicationWindow] = Field(
        description="When it takes applications, in order; empty where it names no windows"
    )
    decision_weeks: int | None = Field(description="Weeks until it decides, at the most")
    excludes: list[UUID] = Field(default=[], description="Products that cannot be had beside it")
    conditions: str | None
    requirements: list[RequirementView] = Field(description="What it asks for besides, as data; eligibility reads it")
    rule_sources: dict[Rule, str] = Field(description="By rule: where its terms are from, if not from sourceNote")
    source_note: str = Field(description="Where the row comes from, and what is doubtful about it")
    source_year: int | None = Field(description="The year the figures are of")
    certainty: Certainty = Field(description="believed: no source at hand for at least one of the figures")
    verified_on: date | None = Field(description="When somebody last checked the row with the provider")
    publication: PublicationState
    publish_on: date | None = Field(description="The day on which it will be published")
    unpublish_on: date | None = Field(description="The day on which it will be taken off")
    suspended_for: str | None = Field(
        default=None, description="Why it was taken off; its keeper and the operator see it"
    )


class NamedEntry(Output):
    """The funder or programme of a product, by name."""

    id: UUID
    name: str
    website: str | None


class ProductView(ProductLine, Illustrative):
    """One finance product, with the notice."""

    funder: NamedEntry | None = Field(default=None, description="The funder as it is now, if it is published")
    programme: NamedEntry | None = Field(default=None, description="The programme as it is now, if it is published")


class ProductPage(Page[ProductLine]):
    """One page of finance products, with the notice."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the products")


class ProductVersionLine(Output):
    """One version of a product, in the list of them."""

    version: int
    change: ProductChange
    recorded_at: datetime = Field(description="It held from then until the next was recorded")


class ProductVersionPage(Page[ProductVersionLine]):
    """One page of a product's versions, newest first."""


class ProductVersionView(Illustrative):
    """What was said of a product from one change to the next."""

    version: int
    change: ProductChange
    recorded_at: datetime
    product: ProductLine = Field(description="The product as it was then")


class ChangeView(Output):
    """A change of the published directory. suspended and withdrawn take a product off: forget what you hold of it."""

    product_id: UUID
    version: int = Field(description="Read it at /v1/products/{productId}/versions/{version}, unless it takes it off")
    change: ProductChange
    recorded_at: datetime


class ChangePage(Output):
    """Changes in their order, with where to go on."""

    items: list[ChangeView]
    next: str | None = Field(description="Cursor of the next page for `after`, or null where no more changes stand yet")
    cursor: str = Field(description="Cursor for `after` to go on from later, also when there is nothing new")


AreaCode = Annotated[str, StringConstraints(pattern=f"^{UK}$|^{ENGLAND}$|{REGION}|{SMALLER_AREA}")]
Percent = Annotated[Whole, Field(ge=0, le=100)]
Months = Annotated[Whole, Field(ge=0, le=1200)]


class ProductGiven(Input):
    """A product as its keeper describes it. Leave out what you do not know; an empty list means that there is no limit.

    The keeper's own word counts as verified on the day it is written.
    """

    provider: Line
    funder_id: UUID | None = Field(default=None, description="A funder that your organisation keeps")
    programme_id: UUID | None = Field(default=None, description="A programme of that funder; names the funder too")
    name: Line
    kinds: list[ProductKind] = Field(min_length=1, max_length=14)
    status: ProductStatus = ProductStatus.OPEN
    direct: StrictBool = Field(description="False for wholesale money, which is shown and never proposed")
    areas: list[AreaCode] | None = Field(default=None, max_length=50)
    sectors: list[Sector] | None = Field(default=None, max_length=30)
    legal_forms: list[LegalForm] | None = Field(default=None, max_length=20)
    purposes: list[FinancePurpose] | None = Field(default=None, max_length=20)
    complete_lists: list[ListFacet] = Field(default=[], max_length=3)
    min_amount_pence: Pence | None = None
    max_amount_pence: Pence | None = None
    min_trading_months: Months | None = None
    min_turnover_pence: Pence | None = None
    match_funding_percent: Percent | None = None
    grant_element_percent: Percent | None = None
    secured: StrictBool | None = None
    personal_guarantee: StrictBool | None = None
    min_term_months: Months | None = None
    max_term_months: Months | None = None
    rate_basis: RateBasis | None = None
    rate_note: Line | None = None
    rate_percent: float | None = Field(default=None, ge=0, le=100)
    arrangement_fee_percent: float | None = Field(default=None, ge=0, le=100)
    capital_holiday_months: Months | None = None
    windows: list[ApplicationWindow] = Field(default=[], max_length=50)
    decision_weeks: Annotated[Whole, Field(ge=0, le=520)] | None = None
    excludes: list[UUID] = Field(default=[], max_length=50, description="Products that cannot be had beside it")
    conditions: Prose | None = None
    requirements: list[Requirement] = Field(default=[], max_length=MOST)
    rule_sources: dict[Rule, Line] = Field(default={}, max_length=11)
    source_note: Line = Field(default="Kept by its provider.", description="Where the terms are taken from")
    source_year: Annotated[Whole, Field(ge=1900, le=2200)] | None = None

    def read_values(self) -> dict[str, Any]:
        """Return the values of the row's columns."""
        values = self.model_dump(exclude={"windows", "requirements"})
        sent = self.model_dump(mode="json", by_alias=True, exclude_none=True, include={"windows", "requirements"})
        return values | {"rule_sources": {str(rule): source for rule, source in self.rule_sources.items()}, **sent}
