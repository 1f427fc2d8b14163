"""Request and response bodies of eligibility."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from rtp_finance_directory.areas import REGION, REGION_OF, SMALLER_AREA
from rtp_finance_directory.eligibility.facts import CaseFacts
from rtp_finance_directory.eligibility.rules.findings import Answer, Ask, Outcome
from rtp_finance_directory.notice import Illustrative
from rtp_finance_directory.timing.schemas import TimingView
from rtp_finance_directory.vocabulary import Certainty, Fact, Rule
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.schemas import Day, Input, Output, Whole


class RuleView(Output):
    """What one rule found."""

    rule: Rule
    requirement: str | None = Field(default=None, description="The code of the requirement, for the rule of that name")
    outcome: Outcome = Field(description="not-applicable: it asks for nothing there, or not of you; no answer matters")
    reason: str = Field(description="In words for a staff group")
    ask: Ask | None = Field(description="Who can say what is not known")
    needs: list[Fact] = Field(default=[], description="What the staff group has not said, and the rule would answer by")
    source: str | None = Field(default=None, description="Where it is taken from, if not from the product's source")


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
        given = self.model_dump(include=set(EligibilityQuestion.model_fields)) | {
            "finance_purposes": tuple(self.finance_purposes)
        }
        return CaseFacts(**given | {"region": self.region or REGION_OF.get(self.area or "")})


class EligibilityAsked(EligibilityQuestion):
    """What is known of a group without a case, and when its mutual is to go live."""

    go_live_on: Day | None = Field(
        default=None, description="The day on which the mutual is to go live: no rule asks for it, `timing` goes by it"
    )


class JudgedProduct(VerdictView):
    """A product's verdict, with the source that its terms are taken from."""

    timing: TimingView = Field(description="Whether it is decided before the mutual goes live")
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
    fitting: int = Field(description="Products that no rule speaks against, whether or not everything is known; of all")
    not_fitting: int = Field(description="Products that a rule speaks against, of all, whatever this page shows")
    unsettled: int = Field(description="Products whose answer depends on what was left out")
    next: str | None = Field(
        default=None, description="Cursor for `after` to get the next page; absent on the last page"
    )
    questions: list[QuestionSetView] = Field(
        description="The best single fact to add, the best two and so on, until nothing depends on you any more. No "
        "other set of as many facts settles more products"
    )
    products: list[JudgedProduct] = Field(
        description="This page: first those that fit, then those with the fewest open points, then the others"
    )
