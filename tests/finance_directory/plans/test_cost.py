"""The cost of money: worked by hand, and laws that hold for every price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_finance_directory.plans.rules.cost import Price, compute_apr, schedule
from rtp_finance_directory.vocabulary import RateBasis

POUNDS_1000 = 100_000


def make_price(rate: str, months: int, basis: RateBasis = RateBasis.FIXED, **more: object) -> Price:
    terms = {name: Decimal(str(value)) if name.endswith("percent") else value for name, value in more.items()}
    return Price(basis=basis, rate_percent=Decimal(rate), term_months=months, **terms)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("price", "cost_pence", "apr"),
    [
        # £1,000 over 12 months at 12% a year on what is owed: 1% a month, 1000 x 0.01 / (1 - 1.01^-12) = 88.85 a month;
        # 12 of them are 1066.19, and 1.01^12 - 1 is 12.68%.
        (make_price("12", 12), 6_619, "12.7"),
        # The same rate flat: 120.00 of interest, 93.33 a month; at 1.788% a month they are worth 1000, and
        # 1.01788^12 - 1 is 23.7%.
        (make_price("12", 12, RateBasis.FLAT), 12_000, "23.7"),
        # No interest, 2% fee: 980 received, 1000 paid in 12 parts.
        (make_price("0", 12, fee_percent=2), 2_000, "3.8"),
        # Half of it given, 500 lent: 44.42 a month, the last one 44.50.
        (make_price("12", 12, grant_percent=50), 3_312, "12.7"),
        # 6 months of interest alone (10.00 each), then 6 of 172.55: 60 + 35.29.
        (make_price("12", 12, holiday_months=6), 9_529, "12.7"),
    ],
)
def test_it_is_what_a_hand_works_out(price: Price, cost_pence: int, apr: str) -> None:
    worked = schedule(POUNDS_1000, price)
    assert abs(worked.cost_pence - cost_pence) <= 1
    assert worked.apr_percent == Decimal(apr)


def test_a_grant_has_no_cost_and_no_rate() -> None:
    given_ = schedule(POUNDS_1000, Price(grant_percent=Decimal(100)))
    assert (given_.cost_pence, given_.apr_percent, given_.payments_pence) == (0, None, ())


def test_payments_rounded_up_never_pay_back_more_than_is_owed() -> None:
    """£80 over 172 months is 46.51 pence a month: at 47 it is paid back two months early."""
    few_pence = schedule(POUNDS_1000, make_price("0", 172, RateBasis.FLAT, grant_percent=92)).payments_pence
    assert few_pence[:170] == (47,) * 170
    assert few_pence[170:] == (10, 0)


@pytest.mark.parametrize(
    ("received", "payments"), [(0, [100]), (100, [50, 49]), (1, [10**9])], ids=["nothing", "less", "beyond"]
)
def test_no_rate_is_said_where_there_is_none(received: int, payments: list[int]) -> None:
    assert compute_apr(received, payments) is None


@pytest.mark.parametrize(
    "wrong",
    [{"holiday_months": 12}, {"grant_percent": 101}, {"fee_percent": -1}, {"grant_percent": -1}],
    ids=["holiday", "over", "fee", "under"],
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        make_price("5", 12, **wrong)  # type: ignore[arg-type]


PERCENTS = st.integers(0, 1500).map(lambda each: Decimal(each) / 100)
AMOUNTS = st.integers(100_000, 500_000_000)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    months = draw(st.integers(1, 240))
    return Price(
        basis=draw(st.sampled_from([RateBasis.FIXED, RateBasis.FLAT, RateBasis.BASE_PLUS_MARGIN])),
        rate_percent=draw(PERCENTS),
        fee_percent=draw(st.integers(0, 500)) / Decimal(100),
        term_months=months,
        holiday_months=draw(st.integers(0, months - 1)),
        grant_percent=draw(st.integers(0, 100)) / Decimal(1),
    )


@given(prices(), AMOUNTS)
def test_a_schedule_pays_back_all_that_was_lent_and_costs_what_a_pound_does(price: Price, amount: int) -> None:
    worked = schedule(amount, price)
    pennies_of_rounding = 2 + price.term_months * (1 + price.month_rate) ** price.term_months
    assert abs(worked.cost_pence - amount * price.cost) <= pennies_of_rounding
    assert all(paid >= 0 for paid in worked.payments_pence)
    if worked.payments_pence:
        assert max(worked.payments_pence) <= amount * price.highest_payment + pennies_of_rounding


@given(st.integers(1, 3000), st.integers(2, 240), AMOUNTS)
def test_flat_is_never_cheaper_than_the_same_rate_on_what_is_owed(rate: int, months: int, amount: int) -> None:
    percent = str(Decimal(rate) / 100)
    flat = schedule(amount, make_price(percent, months, RateBasis.FLAT))
    on_balance = schedule(amount, make_price(percent, months))
    assert flat.cost_pence >= on_balance.cost_pence - months


@given(st.integers(1, 3000), st.integers(12, 120))
def test_without_a_fee_the_rate_is_the_monthly_one_compounded(rate: int, months: int) -> None:
    """The equation of SI 2010/1011 has this solution in closed form: (1 + r/12)^12 - 1."""
    worked = schedule(10**10, make_price(str(Decimal(rate) / 100), months))
    exact = ((1 + Decimal(rate) / 120_000) ** 12 - 1) * 100
    assert worked.apr_percent is not None
    assert abs(worked.apr_percent - exact) <= Decimal("0.051")


@given(prices(), AMOUNTS)
def test_a_fee_makes_the_rate_no_lower(price: Price, amount: int) -> None:
    free = Price(
        basis=price.basis, rate_percent=price.rate_percent, term_months=price.term_months,
        holiday_months=price.holiday_months, grant_percent=price.grant_percent,
    )  # fmt: skip
    with_fee, without = schedule(amount, price).apr_percent, schedule(amount, free).apr_percent
    if with_fee is not None and without is not None:
        assert with_fee >= without
