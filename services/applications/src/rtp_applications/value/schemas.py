"""Response bodies of an options appraisal."""

from pydantic import Field

from rtp_applications.value.rules.discounting import RateName
from rtp_shared.schemas import Output


class DiscountBandView(Output):
    """A rate of discount, and the years that it is used for."""

    rate: RateName
    through_year: int
    percent: float
    believed: bool = Field(description="Whether no text is at hand that says so")


class AppraisedEffectView(Output):
    """What one cost or benefit is worth, and how far the option depends on it."""

    name: str
    present_value_pence: int = Field(description="A cost is negative; a transfer is worth nothing to society")
    low_npv_pence: int | None = Field(description="The option's net present value where it turns out as low as it may")
    high_npv_pence: int | None = Field(description="The same where it turns out as high as it may")
    switching_percent: float | None = Field(
        description="By how much it must change for the option to be worth no more than carrying on as now"
    )


class AppraisedOptionView(Output):
    """What an option is worth to society, and what it does to the body's budget."""

    id: str
    benefits_pence: int = Field(description="Present value, real")
    costs_pence: int = Field(description="Present value, real, with optimism bias and without VAT")
    npv_pence: int = Field(description="Net present social value: benefits less costs")
    gain_pence: int = Field(description="Net present value above that of carrying on as now")
    benefit_cost_ratio: float | None = Field(
        description="More benefit for each pound of more cost, beside carrying on as now; null where it costs no more"
    )
    budget_pence: list[int] = Field(
        description="Year by year what the body's budget receives, or pays (negative): prices of the year, not "
        "discounted, with transfers and with VAT that is not recovered"
    )
    budget_total_pence: int
    score: float | None = Field(description="Weighted, from 0 to 100; null where there are no criteria")
    effects: list[AppraisedEffectView]


class TippingView(Output):
    """A weight at which another option draws level with the one that scores best; the others keep their proportions."""

    criterion: str
    weight: float = Field(description="Of 100")
    option: str


class AppraisalView(Output):
    """An options appraisal."""

    options: list[AppraisedOptionView]
    by_value: list[str] = Field(description="Ids, the highest net present value first")
    by_score: list[str] = Field(description="Ids, the highest score first; empty where there are no criteria")
    tipping: list[TippingView] = Field(description="For each criterion the nearest weight that changes who scores best")
    unsourced: list[str] = Field(description="Figures for which no source is given")
    remarks: list[str] = Field(description="What a decider will miss")
    rates: list[DiscountBandView] = Field(description="The rates of discount that were used")
    source: str = Field(description="Where the method comes from")
