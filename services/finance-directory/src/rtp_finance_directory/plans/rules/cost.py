"""The cost of money: what is paid, when, and the annual percentage rate of it. Money is whole pence.

The rate is that of the Consumer Credit (Total Charge for Credit) Regulations 2010 (SI 2010/1011), Schedule: the yearly
rate at which all that is paid is worth, on the day of the loan, what was received; a year has twelve equal months. A
loan to a mutual is no consumer credit: this rate is used because people can compare it with any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rtp_finance_directory.vocabulary import RateBasis

MONTHS = 12
CENT = Decimal(100)
HIGHEST_RATE = 10_000.0
"""In percent: above it no rate is computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a pound of a product costs, for one term. A grant is a product of which all is given."""

    basis: RateBasis | None = None
    """None for what costs no interest."""
    rate_percent: Decimal = Decimal(0)
    """A year; for base plus margin, as both stand today."""
    fee_percent: Decimal = Decimal(0)
    """Of what is lent, paid at the start."""
    term_months: int = 1
    holiday_months: int = 0
    """Months at the start in which no capital is paid back."""
    grant_percent: Decimal = Decimal(0)
    """The part that need not be paid back."""

    def __post_init__(self) -> None:
        if not 0 <= self.holiday_months < self.term_months:
            raise ValueError("the months without repayment must be fewer than those of the term")
        if not 0 <= self.grant_percent <= CENT:
            raise ValueError("the part that is given must be 0 to 100 percent")
        if self.rate_percent < 0 or self.fee_percent < 0:
            raise ValueError("a rate or fee must not be below 0")

    @property
    def lent(self) -> Decimal:
        """Return the part of a pound that is paid back."""
        return 1 - self.grant_percent / CENT

    @property
    def fee(self) -> Decimal:
        """Return the fee on a pound."""
        return self.lent * self.fee_percent / CENT

    @property
    def highest_payment(self) -> Decimal:
        """Return the highest monthly payment on a pound."""
        return self.lent * max(self.early_payment, self.level_payment)

    @property
    def cost(self) -> Decimal:
        """Return what a pound costs over the whole term: fee and interest."""
        later = self.term_months - self.holiday_months
        return self.fee + self.lent * (self.holiday_months * self.early_payment + later * self.level_payment - 1)

    @property
    def month_rate(self) -> Decimal:
        return self.rate_percent / CENT / MONTHS

    @property
    def early_payment(self) -> Decimal:
        """A month's payment on a pound that is lent, while no capital is paid back."""
        return self.month_rate if self.holiday_months else Decimal(0)

    @property
    def level_payment(self) -> Decimal:
        """A month's payment on a pound that is lent, once capital is paid back: level, as an annuity is."""
        months, rate = self.term_months - self.holiday_months, self.month_rate
        if self.basis is RateBasis.FLAT or rate == 0:
            return rate + 1 / Decimal(months)
        return rate / (1 - (1 + rate) ** -months)


@dataclass(frozen=True, slots=True)
class Schedule:
    """All that is received and paid for one amount."""

    received_pence: int
    given_pence: int
    """The part that is not paid back."""
    fee_pence: int
    payments_pence: tuple[int, ...]
    """Month by month; the last one settles what rounding left."""

    @property
    def cost_pence(self) -> int:
        """Return fee and interest: all that is paid above what was lent."""
        return self.fee_pence + sum(self.payments_pence) - (self.received_pence - self.given_pence)

    @property
    def apr_percent(self) -> Decimal | None:
        """Return the annual percentage rate to one decimal place; None where all is given, or none can be said."""
        lent = self.received_pence - self.given_pence
        if lent == 0:
            return None
        return compute_apr(lent - self.fee_pence, self.payments_pence)


def schedule(amount_pence: int, price: Price) -> Schedule:
    """Compute what is received and paid, month by month, rounded to the nearest penny."""
    given = round_pence(amount_pence * price.grant_percent / CENT)
    lent = amount_pence - given
    if lent == 0:
        return Schedule(amount_pence, given, 0, ())
    fee = round_pence(lent * price.fee_percent / CENT)
    payments = _pay_flat(lent, price) if price.basis is RateBasis.FLAT else _pay_on_balance(lent, price)
    return Schedule(amount_pence, given, fee, payments)


def _pay_flat(lent: int, price: Price) -> tuple[int, ...]:
    remaining = lent + round_pence(lent * price.month_rate * price.term_months)
    early, level = round_pence(lent * price.early_payment), round_pence(lent * price.level_payment)
    payments = []
    for month in range(1, price.term_months):
        paid = min(level if month > price.holiday_months else early, remaining)
        remaining -= paid
        payments.append(paid)
    return (*payments, remaining)


def _pay_on_balance(lent: int, price: Price) -> tuple[int, ...]:
    owed, payments = lent, []
    for month in range(1, price.term_months + 1):
        interest = round_pence(owed * price.month_rate)
        level = round_pence(lent * (price.level_payment if month > price.holiday_months else price.early_payment))
        paid = owed + interest if month == price.term_months else min(level, owed + interest)
        owed += interest - paid
        payments.append(paid)
    return tuple(payments)


def round_pence(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def compute_apr(received_pence: int, payments_pence: Sequence[int]) -> Decimal | None:
    """Return the yearly rate, in percent, at which the monthly payments are worth what was received.

    One decimal place; a following figure of 5 or more rounds it up (SI 2010/1011, Schedule, para 3(f)).

    None where there is no such rate: nothing is received, less is paid than that, or the rate is above HIGHEST_RATE.
    """
    if received_pence <= 0 or sum(payments_pence) < received_pence:
        return None
    low, high = 0.0, HIGHEST_RATE
    if _value(payments_pence, high) > received_pence:
        return None
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _value(payments_pence, middle) > received_pence else (low, middle)
    return Decimal(repr(high)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _value(payments: Sequence[int], rate_percent: float) -> float:
    """Return what the payments are worth on the first day, at a yearly rate."""
    month = (1 + rate_percent / 100) ** (-1 / MONTHS)
    value = 0.0
    for paid in reversed(payments):
        value = (value + paid) * month
    return value
