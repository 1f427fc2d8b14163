"""The costs and benefits of an option, year by year, and what they are worth today."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Self

from pydantic import Field, StrictBool, model_validator

from rtp_applications.value.rules.discounting import (
    LONGEST,
    RateName,
    compute_factor,
    compute_price_index,
    round_pence,
)
from rtp_shared.schemas import Input, Line, Pence, Prose, Whole

_DIGITS = 60


class EffectKind(StrEnum):
    COST = "cost"
    BENEFIT = "benefit"


class Prices(StrEnum):
    """Whose prices an amount is in."""

    BASE_YEAR = "base-year"
    """Those of year 0: real."""
    OWN_YEAR = "own-year"
    """Those of the year in which it falls: nominal, as a budget has them."""


class Span(Input):
    """The same amount in each of some years."""

    from_year: Whole = Field(ge=0, le=LONGEST, description="0 is the base year")
    to_year: Whole = Field(ge=0, le=LONGEST, description="The last year that has it")
    pence: Pence = Field(description="In each of these years, without VAT")

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.to_year < self.from_year:
            raise ValueError(f"toYear {self.to_year} lies before fromYear {self.from_year}")
        return self


class Effect(Input):
    """One cost or benefit of an option, with what it rests on."""

    name: Line = Field(examples=["Staff"])
    kind: EffectKind
    amounts: list[Span] = Field(min_length=1, max_length=60, description="Where spans overlap, their amounts add up")
    prices: Prices = Field(default=Prices.BASE_YEAR)
    rate: RateName = Field(default=RateName.STANDARD, description="health: for the value of health effects alone")
    transfer: StrictBool = Field(
        default=False,
        description="Whether it only moves money within society, as taxes and redundancy pay do: no social value, "
        "but part of the body's budget",
    )
    falls_on_body: StrictBool = Field(default=True, description="Whether the body's own budget pays or receives it")
    vat_percent: Whole = Field(
        default=0, ge=0, le=100, description="VAT on top that the body does not recover: it counts in its budget alone"
    )
    optimism_bias_percent: Whole = Field(
        default=0, ge=0, le=200, description="Added to a cost, or taken off a benefit, because plans are too hopeful"
    )
    low_percent: Whole = Field(default=0, ge=-100, le=0, description="How much lower it may turn out", examples=[-10])
    high_percent: Whole = Field(default=0, ge=0, le=1000, description="How much higher it may turn out", examples=[25])
    source: Prose | None = Field(default=None, description="Where the figure comes from")

    @model_validator(mode="after")
    def _leaves_something(self) -> Self:
        if self.kind is EffectKind.BENEFIT and self.optimism_bias_percent > 100:
            raise ValueError("more than all of a benefit cannot be taken off it")
        return self

    @property
    def sign(self) -> int:
        return 1 if self.kind is EffectKind.BENEFIT else -1

    @property
    def years(self) -> range:
        """Return the years that it reaches over."""
        return range(max(span.to_year for span in self.amounts) + 1)

    def sum_year(self, year: int) -> int:
        """Return its amount in a year, as it was given."""
        return sum(span.pence for span in self.amounts if span.from_year <= year <= span.to_year)

    @property
    def _bias(self) -> Decimal:
        return 1 - self.sign * Decimal(self.optimism_bias_percent) / 100


@dataclass(frozen=True, slots=True)
class Money:
    """The general assumptions about money."""

    inflation_basis_points: int


def compute_present_value(effect: Effect, money: Money) -> int:
    """Return what an effect is worth today to society, in pence: real, discounted, with optimism bias, without VAT.

    A cost is negative. A transfer is worth nothing to society.
    """
    if effect.transfer:
        return 0
    with localcontext(prec=_DIGITS):
        total = Decimal(0)
        for year in effect.years:
            real = effect.sum_year(year) / _index(effect, year, money, Prices.OWN_YEAR)
            total += real * compute_factor(year, effect.rate)
        return round_pence(effect.sign * total * effect._bias)  # noqa: SLF001 - the same noun


def compute_budget_year(effect: Effect, year: int, money: Money) -> int:
    """Return what the body's budget pays (negative) or receives in a year, in pence of that year.

    With VAT and optimism bias, with transfers, not discounted: the financial case.
    """
    if not effect.falls_on_body:
        return 0
    with localcontext(prec=_DIGITS):
        nominal = effect.sum_year(year) * _index(effect, year, money, Prices.BASE_YEAR)
        gross = nominal * (1 + Decimal(effect.vat_percent) / 100)
        return round_pence(effect.sign * gross * effect._bias)  # noqa: SLF001 - the same noun


def _index(effect: Effect, year: int, money: Money, prices: Prices) -> Decimal:
    """Return the level of prices if the effect's amounts are in these prices, else 1."""
    return compute_price_index(year, money.inflation_basis_points) if effect.prices is prices else Decimal(1)
