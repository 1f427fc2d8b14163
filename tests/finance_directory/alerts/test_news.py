"""What there is to tell of a product: pure, over drawn lives."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rtp_finance_directory.alerts.news import NewsKind, Offer, Told, WithdrawalReason, find_news
from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.vocabulary import ProductStatus, PublicationState

TODAY = date(2026, 11, 30)
OFFER = Offer(PublicationState.PUBLISHED, ProductStatus.OPEN, None, None)
DAYS = 14


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def live(offers: list[Offer], *, step: int = 1) -> list[NewsKind | None]:
    told, found = Told(), []
    for number, offer in enumerate(offers):
        told, kind = find_news(offer, told, today=day(number * step), closing_days=DAYS)
        found.append(kind)
    return found


def test_an_opening_and_a_closing_date_are_told_once() -> None:
    closing = replace(OFFER, closed_on=day(16))
    assert live([closing] * 20) == [NewsKind.OPENED, None, NewsKind.CLOSING, *[None] * 17]


def test_what_opens_shortly_before_it_closes_is_told_once() -> None:
    assert live([replace(OFFER, closed_on=day(3))] * 6) == [NewsKind.OPENED, *[None] * 5]


def test_a_date_that_is_put_off_is_told_anew() -> None:
    early, late = replace(OFFER, closed_on=day(20)), replace(OFFER, closed_on=day(22))
    lives = [early] * 8 + [late] * 8
    assert [number for number, kind in enumerate(live(lives)) if kind is NewsKind.CLOSING] == [6, 8]


def test_each_window_opens_anew() -> None:
    windows = [ApplicationWindow(opensOn=day(a), closesOn=day(a + 1)) for a in (1, 5)]
    found = live([replace(OFFER, windows=windows)] * 8)
    assert [number for number, kind in enumerate(found) if kind] == [1, 5]
    assert set(found) == {None, NewsKind.OPENED}


def test_it_is_said_why_a_product_is_gone() -> None:
    for gone, reason in (
        (replace(OFFER, publication=PublicationState.WITHDRAWN), WithdrawalReason.WITHDRAWN),
        (replace(OFFER, publication=PublicationState.SUSPENDED), WithdrawalReason.SUSPENDED),
        (replace(OFFER, status=ProductStatus.CLOSED), WithdrawalReason.CLOSED),
    ):
        assert live([OFFER, gone, gone, OFFER]) == [NewsKind.OPENED, NewsKind.WITHDRAWN, None, NewsKind.OPENED]
        assert gone.find_withdrawal(TODAY) is reason
        assert live([gone, gone]) == [None, None]


OFFERS = st.builds(
    Offer,
    publication=st.sampled_from(PublicationState),
    status=st.sampled_from(ProductStatus),
    opened_on=st.none() | st.integers(-5, 30).map(day),
    closed_on=st.none() | st.integers(-5, 30).map(day),
)


@given(st.lists(OFFERS, max_size=12))
def test_told_and_truth_agree_after_every_look(offers: list[Offer]) -> None:
    told = Told()
    for number, offer in enumerate(offers):
        before = told
        told, kind = find_news(offer, told, today=day(number), closing_days=DAYS)
        assert told.open == offer.takes_applications(day(number))
        assert told.opening - before.opening == (kind is NewsKind.OPENED)
        assert kind is not NewsKind.WITHDRAWN or before.open
        assert kind is not NewsKind.CLOSING or (before.open and told.closing_told != before.closing_told)
        again = find_news(offer, told, today=day(number), closing_days=DAYS)
        assert again == (told, None)  # looking twice tells nothing more
