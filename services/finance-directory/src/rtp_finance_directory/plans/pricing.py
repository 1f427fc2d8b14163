"""From a row of the directory to what a plan can be made of, or to why its price cannot be said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from rtp_finance_directory.plans.bank_rate import BankRate
from rtp_finance_directory.plans.rules.cost import Price
from rtp_finance_directory.plans.rules.sources import Source
from rtp_finance_directory.vocabulary import ProductKind, RateBasis

LOANS = frozenset(
    {ProductKind.SECURED_LOAN, ProductKind.UNSECURED_LOAN, ProductKind.BLENDED, ProductKind.CHARITY_BOND,
     ProductKind.CONVENTIONAL}
)  # fmt: skip
WHOLE = 100


class Unpriced(StrEnum):
    """Why nobody can say what a product costs."""

    RATE_NOT_KNOWN = "rate-not-known"
    BANK_RATE_NOT_SAID = "bank-rate-not-said"
    NOT_A_RATE = "not-paid-by-a-rate"
    """Equity, shares and outcomes contracts: what they cost depends on how the enterprise fares."""
    KIND_NOT_KNOWN = "kind-not-known"
    NO_MONEY = "no-money"
    """Support in kind: whatever it is worth, it covers nothing of an amount."""


class Assumption(StrEnum):
    """What was taken for granted of a product, because the directory does not know it."""

    RATE_AS_SAID = "rate-as-you-said"
    ON_THE_BALANCE = "rate-on-what-is-owed"
    NO_LEAST_AMOUNT = "no-least-amount"
    NO_GREATEST_AMOUNT = "no-greatest-amount"
    NO_MATCH_FUNDING = "no-match-funding"
    NO_FEE = "no-fee"
    DECIDED_IN_TIME = "decided-in-time"
    """The money is needed on a day, and nobody has said how long a decision takes."""
    BANK_RATE_STAYS = "bank-rate-stays"
    """It is a margin above the Bank Rate, which moves."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A product as a source of money, with what was assumed of it."""

    source: Source
    assumed: tuple[Assumption, ...]
    bank_rate: BankRate | None = None
    """The rate that its margin stands above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTerms:
    """What the group asks for, as far as prices go by it."""

    term_months: int
    bank_rate: BankRate | None = None
    assumed_rates: Mapping[UUID, Decimal] = field(default_factory=dict)
    """The yearly rate, in percent, that the group expects of a product."""
    needed_on: date | None = None
    """The day on which the money is needed, if that is known."""


def price_product(row: Mapping[str, Any], asked: PriceTerms, *, at_most_pence: int) -> Priced | Unpriced:
    """Price a product at the highest that is known of it, for the term that is asked, as far as it allows that."""
    price = _find_price(row, asked)
    if isinstance(price, Unpriced):
        return price
    assumed = tuple(_list_assumptions(row, asked, price))
    kinds = frozenset(row["kinds"])
    only_secured = ProductKind.SECURED_LOAN in kinds and ProductKind.UNSECURED_LOAN not in kinds
    source = Source(
        id=row["id"],
        price=price,
        min_pence=max(1, row["min_amount_pence"] or 1),
        max_pence=at_most_pence if row["max_amount_pence"] is None else row["max_amount_pence"],
        match_percent=row["match_funding_percent"] or 0,
        secured=row["secured"] is not False and (only_secured or row["secured"] is True),
        personal_guarantee=row["personal_guarantee"] is True,
        subsidy=price.grant_percent > 0,
        weeks_to_decide=row["decision_weeks"],
        excludes=frozenset(row["excludes"]),
    )
    return Priced(source, assumed, asked.bank_rate if _goes_by_bank_rate(row, asked) else None)


def _find_price(row: Mapping[str, Any], asked: PriceTerms) -> Price | Unpriced:
    kinds = frozenset(row["kinds"]) - {ProductKind.SUPPORT_IN_KIND}
    if row["kinds"] and not kinds:
        return Unpriced.NO_MONEY
    if kinds == {ProductKind.GRANT} or row["grant_element_percent"] == WHOLE:
        return Price(grant_percent=Decimal(WHOLE))
    if not kinds:
        return Unpriced.KIND_NOT_KNOWN
    if not kinds & LOANS:
        return Unpriced.NOT_A_RATE
    rate = _find_rate(row, asked)
    if isinstance(rate, Unpriced):
        return rate
    longest = row["max_term_months"] or asked.term_months
    return Price(
        basis=row["rate_basis"] or RateBasis.FIXED,
        rate_percent=rate,
        fee_percent=Decimal(str(row["arrangement_fee_percent"] or 0)),
        term_months=max(1, row["min_term_months"] or 1, min(asked.term_months, longest)),
        # A part that may be a grant is no grant until somebody grants it, but it is what the product is offered as.
        grant_percent=Decimal(row["grant_element_percent"] or 0),
    )


def _find_rate(row: Mapping[str, Any], asked: PriceTerms) -> Decimal | Unpriced:
    if (said := asked.assumed_rates.get(row["id"])) is not None:
        return said
    if row["rate_percent"] is None:
        return Unpriced.RATE_NOT_KNOWN
    known = Decimal(str(row["rate_percent"]))
    if row["rate_basis"] != RateBasis.BASE_PLUS_MARGIN:
        return known
    return Unpriced.BANK_RATE_NOT_SAID if asked.bank_rate is None else known + asked.bank_rate.percent


def _goes_by_bank_rate(row: Mapping[str, Any], asked: PriceTerms) -> bool:
    return row["rate_basis"] == RateBasis.BASE_PLUS_MARGIN and row["id"] not in asked.assumed_rates


def _list_assumptions(row: Mapping[str, Any], asked: PriceTerms, price: Price) -> list[Assumption]:
    lent = price.lent > 0
    found = {
        Assumption.RATE_AS_SAID: lent and row["id"] in asked.assumed_rates,
        Assumption.ON_THE_BALANCE: lent and row["rate_basis"] is None,
        Assumption.NO_LEAST_AMOUNT: row["min_amount_pence"] is None,
        Assumption.NO_GREATEST_AMOUNT: row["max_amount_pence"] is None,
        Assumption.NO_MATCH_FUNDING: row["match_funding_percent"] is None,
        Assumption.DECIDED_IN_TIME: asked.needed_on is not None and row["decision_weeks"] is None,
        Assumption.BANK_RATE_STAYS: lent and _goes_by_bank_rate(row, asked),
        Assumption.NO_FEE: lent and row["arrangement_fee_percent"] is None,
    }
    return [assumption for assumption, holds in found.items() if holds]
