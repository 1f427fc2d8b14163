"""Request and response bodies. Nothing is written through this API."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from rtp_finance_directory.areas import REGION, REGION_OF, SMALLER_AREA
from rtp_finance_directory.eligibility import Answer, Ask, Outcome, Rule
from rtp_finance_directory.facts import CaseFacts, Fact
from rtp_finance_directory.models import ShortlistStatus
from rtp_finance_directory.vocabulary import Certainty, ListFacet, ProductKind, ProductStatus, RateBasis
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.paging import Page
from rtp_shared.schemas import Input, Output, Whole

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
    area: str | None = Field(default=None, description="ONS code of the county or district")
    match_funding_percent: int | None = Field(default=None, description="The part that can come from elsewhere")


class RuleView(Output):
    """What one rule found."""

    rule: Rule
    outcome: Outcome
    reason: str = Field(description="In words for a staff group")
    ask: Ask | None = Field(description="Who can say what is not known")
    needs: list[Fact] = Field(default=[], description="What the staff group has not said, and the rule would answer by")


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


class EligibilityQuestion(Input):
    """What is known of a group and of what it seeks. What is left out is not known, and never counts against it."""

    sector: Sector | None = None
    region: Annotated[str, StringConstraints(pattern=REGION)] | None = Field(
        default=None, description="ONS code of an English region", examples=["E12000008"]
    )
    area: Annotated[str, StringConstraints(pattern=SMALLER_AREA)] | None = Field(
        default=None, description="ONS code of the county or district", examples=["E10000016"]
    )
    legal_form: LegalForm | None = None
    finance_purposes: list[FinancePurpose] = Field(default=[], max_length=20)
    finance_sought_pence: Whole | None = Field(default=None, ge=1, le=10**13)
    annual_value_pence: Whole | None = Field(
        default=None, ge=0, le=10**13, description="What the service costs a year today: taken as the first turnover"
    )
    trading_months: Whole | None = Field(
        default=None, ge=0, le=12_000, description="Months of own accounts; 0 for a new spin-out"
    )
    match_funding_percent: Whole | None = Field(
        default=None, ge=0, le=100, description="The part of all that is needed that can come from elsewhere"
    )

    @model_validator(mode="after")
    def _lies_in_the_region(self) -> Self:
        within = REGION_OF.get(self.area) if self.area else None
        if within and self.region and within != self.region:
            raise ValueError(f"{self.area} lies in {within}, not in {self.region}")
        return self

    def read_facts(self) -> CaseFacts:
        """Return the facts for the rules. Of a known county the region is known too."""
        given = self.model_dump() | {"finance_purposes": tuple(self.finance_purposes)}
        return CaseFacts(**given | {"region": self.region or REGION_OF.get(self.area or "")})


class JudgedProduct(VerdictView):
    """A product's verdict, with the source that its terms are taken from."""

    source_note: str
    source_year: int | None = Field(description="The year the figures are of")
    certainty: Certainty


class QuestionSetView(Output):
    """Facts that are worth asking for together."""

    facts: list[Fact] = Field(description="Named as they are sent")
    settles: int = Field(description="Products that they settle for certain, whatever is answered")


class EligibilityView(Illustrative):
    """Which products a group could have, and why; and what to ask next."""

    rule_set: int = Field(description="Grows whenever a rule answers differently")
    judged_on: date = Field(description="The day whose rules and products were used")
    fitting: int = Field(description="Products that no rule speaks against, whether or not everything is known")
    not_fitting: int
    unsettled: int = Field(description="Products whose answer depends on what was left out")
    questions: list[QuestionSetView] = Field(
        description="The best single fact to add, the best two and so on, until nothing depends on you any more. No "
        "other set of as many facts settles more products"
    )
    products: list[JudgedProduct] = Field(description="First those that fit, then those with the fewest open points")
