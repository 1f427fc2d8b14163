"""Discounting as HM Treasury's Green Book has it: social time preference, real prices, year 0 undiscounted.

The rates are dated configuration. Standard: 3.5% a year up to year 30, 3.0% from year 31 to 75. Health (the value of
life and of health effects): 1.5% up to year 30 and 1.29% after. They were found as the Department for Transport quotes
them in April 2026, all but the health rate after year 30, which is believed.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache

SOURCE = "HM Treasury, The Green Book (February 2026), discounting"
LONGEST = 50
"""Years that an appraisal may look ahead: beyond them the Green Book asks for a test of its own, which this is not."""
_DIGITS = 60


class RateName(StrEnum):
    """Which of the two rates of discount an effect takes."""

    STANDARD = "standard"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Band:
    """A rate and the last year that it holds for."""

    through: int
    percent: Decimal
    believed: bool = False


RATES: dict[RateName, tuple[Band, ...]] = {
    RateName.STANDARD: (Band(30, Decimal("3.5")), Band(75, Decimal("3.0"))),
    RateName.HEALTH: (Band(30, Decimal("1.5")), Band(75, Decimal("1.29"), believed=True)),
}


@cache
def compute_factor(year: int, name: RateName) -> Decimal:
    """Return what a pound of year `year` is worth in year 0: each year is discounted at its own band's rate."""
    with localcontext(prec=_DIGITS):
        factor, begun = Decimal(1), 0
        for band in RATES[name]:
            years = min(year, band.through) - begun
            if years <= 0:
                break
            factor /= (1 + band.percent / 100) ** years
            begun = band.through
        return factor


@lru_cache(10_000)
def compute_price_index(year: int, inflation_basis_points: int) -> Decimal:
    """Return the level of prices of year `year`, where those of the base year, year 0, are 1."""
    with localcontext(prec=_DIGITS):
        return (1 + Decimal(inflation_basis_points) / 10_000) ** year


def round_pence(amount: Decimal) -> int:
    """Round to whole pence, halves away from nought."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def round_to(value: Fraction, places: str = "0.01") -> Decimal:
    """Round exactly to so many places, halves away from nought."""
    step = Decimal(places)
    scaled = abs(value) / Fraction(step)
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return step * (whole if value >= 0 else -whole)
