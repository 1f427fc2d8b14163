"""Request and response bodies of the directory."""

from datetime import date
from uuid import UUID

from pydantic import Field

from rtp_finance_directory.vocabulary import Certainty, ListFacet, ProductKind, ProductStatus, RateBasis
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.paging import Page
from rtp_shared.schemas import Output

NOTICE = (
    "Illustrative information for employees who think about running their service: not an offer, not a promotion and "
    "not advice on any product. Terms come from public sources of different ages. Ask the provider before you rely on "
    "them."
)


class Illustrative(Output):
    """Says with every answer what it is not."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the products")


class ProductLine(Output):
    """A finance product as public sources describe it. Null is not known, never no limit; an empty list means any."""

    id: UUID
    version: int = Field(description="Grows when what is said of the product changes")
    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    provider: str
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
    arrangement_fee_percent: float | None = Field(description="At the most")
    capital_holiday_months: int | None = Field(description="At the most")
    opened_on: date | None
    closed_on: date | None
    conditions: str | None
    source_note: str = Field(description="Where the row comes from, and what is doubtful about it")
    source_year: int | None = Field(description="The year the figures are of")
    certainty: Certainty = Field(description="believed: no source at hand for at least one of the figures")
    verified_on: date | None = Field(description="When somebody last checked the row with the provider")


class ProductView(ProductLine, Illustrative):
    """One finance product, with the notice."""


class ProductPage(Page[ProductLine]):
    """One page of finance products, with the notice."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the products")
