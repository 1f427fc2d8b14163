"""The input of the rules of eligibility: the facts of a case, and the terms of a product."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from rtp_finance_directory.vocabulary import Certainty, ProductStatus


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


class Fact(StrEnum):
    """A fact that a group can say of itself, named as it is sent."""

    SECTOR = "sector"
    REGION = "region"
    AREA = "area"
    LEGAL_FORM = "legalForm"
    PURPOSES = "financePurposes"
    AMOUNT = "financeSoughtPence"
    ANNUAL_VALUE = "annualValuePence"
    TRADING_MONTHS = "tradingMonths"
    MATCH_FUNDING = "matchFundingPercent"


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
