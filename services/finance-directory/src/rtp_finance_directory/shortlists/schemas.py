"""Response bodies of shortlists."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field, field_validator
from pydantic.alias_generators import to_camel

from rtp_finance_directory.eligibility.schemas import VerdictView
from rtp_finance_directory.notice import NOTICE, Illustrative
from rtp_finance_directory.plans.pricing import Assumption, Unpriced
from rtp_finance_directory.plans.schemas import BankRateView
from rtp_finance_directory.shortlists.models import ShortlistStatus
from rtp_finance_directory.timing.schemas import TimingView
from rtp_shared.paging import Page
from rtp_shared.schemas import Output


class ShortlistSummary(Output):
    """A shortlist in a list."""

    id: UUID
    case_id: UUID
    case_number: str
    status: ShortlistStatus = Field(description="closed: the case was withdrawn")
    version: int = Field(description="Grows by one with every change; the ETag")
    edition: int = Field(description="Grows when it is made again because the facts of the case changed")
    fitting: int = Field(description="Products that no rule speaks against, whether or not everything is known")
    not_fitting: int
    judged_on: date = Field(description="The day whose rules and products were used")
    made_at: datetime
    closed_at: datetime | None


class OutlookView(Output):
    """What a product would mean for the case, on the day of the shortlist. Null is not known."""

    amount_pence: int | None = Field(description="What it gives at the most of the amount that is sought")
    amount_gap_pence: int | None = Field(description="What is missing then")
    timing: TimingView
    secured: bool | None = Field(description="Whether it asks for security")
    personal_guarantee: bool | None
    match_funding_pence: int | None = Field(description="What must come from elsewhere")
    term_months: int | None = Field(description="Over which it is paid back: five years, as far as it allows that")
    given_pence: int | None = Field(
        description="What is not paid back; counts as if it were minimal financial assistance (Subsidy Control Act "
        "2022 s.36), with all that is given besides in three years"
    )
    within_subsidy_room: bool | None = Field(
        default=None,
        description="Whether that stays within the ceiling beside what the case says was given before: null unless the "
        "enterprise has confirmed that nothing else counts",
    )
    fee_pence: int | None
    cost_pence: int | None = Field(description="Fee and interest over the whole term, at the highest known price")
    apr_percent: float | None = Field(description="Annual percentage rate; null of what is given")
    bank_rate: BankRateView | None = Field(
        default=None, description="What its margin stands above, where its price is one; as known on the day"
    )
    not_priced: Unpriced | None = Field(description="Why its price cannot be said")
    assumed: list[Assumption] = Field(description="What is not known of it, and was taken so")
    conflicts: list[UUID] = Field(description="Products that may fit too, and cannot be had beside it")


class ShortlistedProduct(VerdictView):
    """A product of a shortlist: whether it fits and why, and what it would mean for the case."""

    outlook: OutlookView | None = Field(
        default=None, description="Null where it does not fit, and in editions from before this was worked out"
    )

    @field_validator("outlook", mode="before")
    @classmethod
    def _read_kept(cls, kept: object) -> object:
        return OutlookView.model_validate(kept) if isinstance(kept, dict) else kept


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
    go_live_on: date | None = Field(default=None, description="When the mutual is to go live, once that is on file")
    assistance_pence: int | None = Field(
        default=None,
        description="What counted of the subsidies on file against the ceiling of minimal financial assistance, at the "
        "least (Subsidy Control Act 2022 s.36)",
    )
    assistance_certain: bool | None = Field(
        default=None, description="Whether the enterprise has confirmed that nothing else counts"
    )


class ShortlistChanges(Output):
    """What an edition changed, beside the one before it; nothing for the first."""

    facts: list[str] = Field(default=[], description="The facts that changed, by their names in `facts`")
    now_fitting: list[UUID] = Field(default=[], description="Products that fit now, and did not before")
    no_longer_fitting: list[UUID] = Field(default=[], description="Products that fitted before, and do not now")

    @field_validator("facts")
    @classmethod
    def _name_as_sent(cls, names: list[str]) -> list[str]:
        return [to_camel(name) for name in names]


class ShortlistEditionLine(Output):
    """One edition of a shortlist, in the list of them."""

    edition: int
    fitting: int
    not_fitting: int
    judged_on: date = Field(description="The day whose rules and products were used")
    made_at: datetime
    rule_set: int
    facts: ShortlistFacts
    changes: ShortlistChanges


class ShortlistEditions(Output):
    """Every edition of a shortlist, newest first."""

    items: list[ShortlistEditionLine]


class ShortlistEditionView(ShortlistEditionLine, Illustrative):
    """One edition of a shortlist: which products fitted by the facts that it rests on, and why."""

    products: list[ShortlistedProduct]


class ShortlistView(ShortlistSummary, Illustrative):
    """Which products fit a case, and why: first those that fit, then the others, each with every rule."""

    facts: ShortlistFacts
    changes: ShortlistChanges = Field(description="What this edition changed")
    rule_set: int = Field(description="Grows whenever a rule answers differently")
    products: list[ShortlistedProduct]


class ShortlistPage(Page[ShortlistSummary]):
    """One page of shortlists, with the notice."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the products")
