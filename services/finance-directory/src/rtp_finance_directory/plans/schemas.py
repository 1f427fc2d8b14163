"""Request and response bodies of finance plans and of comparisons."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field, StrictBool

from rtp_finance_directory.eligibility.rules.findings import Answer
from rtp_finance_directory.eligibility.schemas import EligibilityQuestion
from rtp_finance_directory.notice import Illustrative
from rtp_finance_directory.plans.bank_rate import BankRate
from rtp_finance_directory.plans.pricing import Assumption, PriceTerms, Unpriced
from rtp_finance_directory.plans.rules.planning import Extent
from rtp_finance_directory.plans.rules.sources import Change, Obstacle
from rtp_finance_directory.timing.schemas import TimingView
from rtp_finance_directory.vocabulary import Certainty
from rtp_shared.schemas import Day, Input, Output, Pence, Whole

_PER_PERCENT = 100


class AssumedRate(Input):
    """The rate that you expect of a product whose own is not known, or is known to be another by now."""

    product_id: UUID
    basis_points: Whole = Field(ge=0, le=10_000, description="A year: 750 is 7.5%")


class PricingQuestion(Input):
    """What prices go by."""

    term_months: Whole = Field(default=60, ge=1, le=600, description="Over which loans are to be paid back")
    bank_rate_basis_points: Whole | None = Field(
        default=None, ge=0, le=10_000, description="The Bank of England's Bank Rate: 375 is 3.75%. Left out, it is the "
        "newest that the directory knows for today, and the answer says since when that holds"
    )  # fmt: skip
    assumed_rates: list[AssumedRate] = Field(default=[], max_length=50)

    def read_asked(self, known: BankRate | None) -> PriceTerms:
        """Return what prices go by; the Bank Rate that is known stands where the question names none."""
        said = self.bank_rate_basis_points
        return PriceTerms(
            term_months=self.term_months,
            bank_rate=known if said is None else BankRate(said, None, "As you said"),
            assumed_rates={each.product_id: Decimal(each.basis_points) / _PER_PERCENT for each in self.assumed_rates},
        )


class PlanQuestion(PricingQuestion):
    """What a group needs, and what it can carry. What is left out is no limit."""

    group: EligibilityQuestion = Field(
        default=EligibilityQuestion(), description="The group; what it seeks and can match follows from the rest"
    )
    needed_pence: Pence = Field(ge=1)
    own_money_pence: Pence = Field(default=0, description="What it has itself: the plan covers the rest")
    case_id: UUID | None = Field(
        default=None,
        description="A case that you see: where `neededOn` is left out it is the day of going live, and where "
        "`subsidyRoomPence` is, what its subsidies leave of the ceiling",
    )
    needed_on: Day | None = None
    max_payment_pence: Pence | None = Field(default=None, description="A month, for all loans together")
    max_sources: Whole | None = Field(default=None, ge=1, le=20)
    gives_security: StrictBool = True
    gives_personal_guarantee: StrictBool = Field(default=False, description="Whether somebody would answer personally")
    subsidy_room_pence: Pence | None = Field(
        default=None,
        description="What may still be given as minimal financial assistance (Subsidy Control Act 2022 s.36). Every "
        "grant, and every part that is given, counts as if it were public money: ask each giver",
    )


class BankRateView(Output):
    """The Bank of England's Bank Rate that a price goes by, since when it holds, and where that is taken from."""

    basis_points: int = Field(description="A year: 375 is 3.75%")
    since: date | None = Field(description="The day from which it holds; null if you said it")
    source: str
    certainty: Certainty | None = Field(description="Null if you said it")


class PlanSubsidyView(Output):
    """What of the plan is given, beside what was given before: all of it as if it were minimal financial assistance."""

    ceiling_pence: int
    counted_pence: int | None = Field(
        description="What the case says was given before, and counts in this financial year and the two before it, at "
        "the least; null where no case is named, or it says nothing"
    )
    given_pence: int = Field(description="What the products of the plan give together")
    room_pence: int | None = Field(description="What the plan might give at the most; null is no limit")
    within_ceiling: bool | None = Field(
        description="Whether both together stay within the ceiling: null unless the case's enterprise has confirmed "
        "that nothing else counts"
    )
    source: str


class PlanPartView(Output):
    """A product of the plan."""

    product_id: UUID
    product_version: int
    provider: str
    product_name: str
    verdict: Answer = Field(description="Whether the group may have it, as far as is known, for some amount")
    amount_pence: int
    given_pence: int = Field(description="The part that is not paid back")
    extent: Extent
    cost_pence: int = Field(description="Fee and interest over the whole term")
    apr_percent: float | None = Field(
        description="Annual percentage rate as SI 2010/1011 computes it; null of what is given"
    )
    term_months: int
    highest_payment_pence: int = Field(description="The highest of the monthly payments")
    saves_pence: int | None = Field(description="What the cheapest plan without it costs more; null if there is none")
    timing: TimingView = Field(description="Whether it is decided by the day on which the money is needed")
    bank_rate: BankRateView | None = Field(description="What its margin stands above, where its price is one")
    assumed: list[Assumption] = Field(description="What is not known of it, and was taken so")


class PlanAbsenceView(Output):
    """A product that has a price and is no part of the plan."""

    product_id: UUID
    provider: str
    product_name: str
    obstacle: Obstacle | None = Field(description="Why it can be part of none; null if only its cost is against it")
    compared: bool = Field(description="Whether a plan that uses it was looked for: of the cheapest twelve")
    costs_more_pence: int | None = Field(description="What the cheapest such plan costs more; null if there is none")


class UnpricedView(Output):
    """A product that the group may have, and whose price cannot be said."""

    product_id: UUID
    provider: str
    product_name: str
    reason: Unpriced


class GainView(Output):
    """What changing one limit would bring."""

    change: Change
    saves_pence: int
    covers_more_pence: int


class PlanView(Illustrative):
    """The cheapest set of products that covers what is needed, and why; or the one that covers most."""

    judged_on: date
    needed_on: date | None = Field(description="The day that the plan goes by; null where nobody has said one")
    to_cover_pence: int
    covered_pence: int
    shortfall_pence: int = Field(description="What no plan within the limits covers")
    cost_pence: int = Field(description="Fees and interest of all parts over their terms")
    highest_payment_pence: int = Field(description="Of all parts together in a month")
    subsidy: PlanSubsidyView
    parts: list[PlanPartView]
    left_out: list[PlanAbsenceView]
    not_priced: list[UnpricedView] = Field(description="Say what to assume of them, and they are considered")
    gains: list[GainView] = Field(description="Single changes that would make it cheaper, or cover more, best first")


class ComparisonQuestion(PricingQuestion):
    """The products to compare, for one amount."""

    product_ids: list[UUID] = Field(min_length=2, max_length=10)
    amount_pence: Pence = Field(ge=1)


class ComparedProductView(Output):
    """What one product would cost for the amount."""

    product_id: UUID
    product_version: int
    provider: str
    product_name: str
    in_range: bool | None = Field(description="Whether it is for that amount; null if an end of its range is not known")
    secured: bool | None
    personal_guarantee: bool | None
    match_funding_percent: int | None
    decision_weeks: int | None
    not_priced: Unpriced | None = Field(description="Why its price cannot be said; the rest is then null")
    term_months: int | None
    given_pence: int | None
    fee_pence: int | None
    cost_pence: int | None = Field(description="Fee and interest over the whole term")
    apr_percent: float | None
    highest_payment_pence: int | None
    bank_rate: BankRateView | None = Field(description="What its margin stands above, where its price is one")
    assumed: list[Assumption]


class ComparisonView(Illustrative):
    """Products side by side, in the order in which they were named."""

    amount_pence: int
    products: list[ComparedProductView]
