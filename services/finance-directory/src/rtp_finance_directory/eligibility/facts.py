"""The input of the rules of eligibility: the facts of a case, and the terms of a product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.requirements.expressions import Known
from rtp_finance_directory.requirements.models import Requirement
from rtp_finance_directory.vocabulary import Certainty, Fact, ProductStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """The facts that a case states; None and empty where it does not."""

    sector: str | None = None
    region: str | None = None
    legal_form: str | None = None
    finance_purposes: tuple[str, ...] = ()
    finance_sought_pence: int | None = None
    annual_value_pence: int | None = None
    """Yearly cost of the service today: the best guess at the mutual's first turnover."""
    trading_months: int | None = None
    """Months for which the mutual has had accounts of its own: 0 for a new spin-out."""
    area: str | None = None
    """ONS code of the county or district in the region."""
    match_funding_percent: int | None = None
    """The part that can come from elsewhere, as a percentage of all that is needed."""

    def list_known(self) -> dict[Fact, Known]:
        """Return what is stated, by the fact's name; what is not stated is not there."""
        stated = {
            Fact.SECTOR: self.sector,
            Fact.REGION: self.region,
            Fact.AREA: self.area,
            Fact.LEGAL_FORM: self.legal_form,
            Fact.PURPOSES: self.finance_purposes or None,
            Fact.AMOUNT: self.finance_sought_pence,
            Fact.ANNUAL_VALUE: self.annual_value_pence,
            Fact.TRADING_MONTHS: self.trading_months,
            Fact.MATCH_FUNDING: self.match_funding_percent,
        }
        return {fact: value for fact, value in stated.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a product that the rules need, and its name."""

    id: UUID
    version: int
    provider: str
    name: str
    verified_on: date | None
    status: ProductStatus
    direct: bool
    opened_on: date | None
    closed_on: date | None
    areas: Sequence[str] | None
    sectors: Sequence[str] | None
    legal_forms: Sequence[str] | None
    purposes: Sequence[str] | None
    complete_lists: Sequence[str]
    min_amount_pence: int | None
    max_amount_pence: int | None
    min_trading_months: int | None
    min_turnover_pence: int | None
    match_funding_percent: int | None
    source_note: str
    source_year: int | None
    certainty: Certainty
    rule_sources: Mapping[str, str] = field(default_factory=dict)
    """By the name of a rule, where its terms are taken from if not from `source_note`."""
    windows: Sequence[ApplicationWindow] = ()
    """The times in which it takes applications, in their order; empty if it names none."""
    requirements: Sequence[Requirement] = ()
    """What it asks for besides the terms above."""
