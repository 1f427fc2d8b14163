"""Response bodies. Nothing is written through this API."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from rtp_finance_directory.eligibility import Answer, Ask, Outcome, Rule
from rtp_finance_directory.models import ShortlistStatus
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


class ShortlistSummary(Output):
    """A shortlist in a list."""

    id: UUID
    case_id: UUID
    case_number: str
    status: ShortlistStatus = Field(description="closed: the case was withdrawn")
    version: int = Field(description="Grows by one with every change; the ETag")
    fitting: int = Field(description="Products that no rule speaks against, whether or not everything is known")
    not_fitting: int
    judged_on: date = Field(description="The day whose rules and products were used")
    made_at: datetime
    closed_at: datetime | None


class ShortlistFacts(Output):
    """What the case said when it was judged; null and empty where it did not."""

    sector: str | None
    region: str | None
    legal_form: str | None
    finance_purposes: list[str]
    finance_sought_pence: int | None
    annual_value_pence: int | None = Field(description="Taken as the mutual's first turnover")
    trading_months: int | None = Field(description="Own accounts of the mutual: 0 for a new spin-out")


class RuleView(Output):
    """What one rule found."""

    rule: Rule
    outcome: Outcome
    reason: str = Field(description="In words for a staff group")
    ask: Ask | None = Field(description="Who can say what is not known")


class VerdictView(Output):
    """A product's verdict on the day of the shortlist. The product may have changed since: compare its version."""

    product_id: UUID
    product_version: int
    provider: str
    product_name: str
    verified_on: date | None
    verdict: Answer = Field(description="fits-if: no rule fails, and some depend on what is not known")
    first_failing: Rule | None = Field(description="The first rule that fails")
    why: str = Field(description="The verdict in words: the reason of the first rule that fails, if one does")
    rules: list[RuleView] = Field(description="Every rule in its order")


class ShortlistView(ShortlistSummary, Illustrative):
    """Which products fit a case, and why: first those that fit, then the others, each with every rule."""

    facts: ShortlistFacts
    rule_set: int = Field(description="Grows whenever a rule answers differently")
    products: list[VerdictView]


class ShortlistPage(Page[ShortlistSummary]):
    """One page of shortlists, with the notice."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the products")
