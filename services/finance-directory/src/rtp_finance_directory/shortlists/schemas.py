"""Response bodies of shortlists."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field, field_validator
from pydantic.alias_generators import to_camel

from rtp_finance_directory.eligibility.schemas import VerdictView
from rtp_finance_directory.notice import NOTICE, Illustrative
from rtp_finance_directory.shortlists.models import ShortlistStatus
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

    products: list[VerdictView]


class ShortlistView(ShortlistSummary, Illustrative):
    """Which products fit a case, and why: first those that fit, then the others, each with every rule."""

    facts: ShortlistFacts
    changes: ShortlistChanges = Field(description="What this edition changed")
    rule_set: int = Field(description="Grows whenever a rule answers differently")
    products: list[VerdictView]


class ShortlistPage(Page[ShortlistSummary]):
    """One page of shortlists, with the notice."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the products")
