"""What is new about a product since it was last told: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.vocabulary import ProductStatus, PublicationState

OFFERED = (ProductStatus.OPEN, ProductStatus.CHECK)


class NewsKind(StrEnum):
    """What there is to tell of a product."""

    OPENED = "opened"
    CLOSING = "closing"
    WITHDRAWN = "withdrawn"


class WithdrawalReason(StrEnum):
    """Why a product is not to be had any more before the day that was said."""

    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    """Its keeper says that it takes no more applications."""


@dataclass(frozen=True)
class Offer:
    """What of a product bears on its news."""

    publication: PublicationState
    status: ProductStatus
    opened_on: date | None
    closed_on: date | None
    windows: Sequence[ApplicationWindow] = ()

    def takes_applications(self, day: date) -> bool:
        return self._is_offered() and self._has_time(day)

    def get_closing(self, day: date) -> date | None:
        """Return the day on which the window that holds the day closes, or the product if that is earlier."""
        ends = [window.closes_on for window in self.windows if window.holds(day)]
        return min((end for end in (*ends, self.closed_on) if end is not None), default=None)

    def find_withdrawal(self, day: date) -> WithdrawalReason | None:
        """Return why it takes no applications, unless its time is simply over, which was said before."""
        if self.publication is not PublicationState.PUBLISHED:
            withdrawn = self.publication is PublicationState.WITHDRAWN
            return WithdrawalReason.WITHDRAWN if withdrawn else WithdrawalReason.SUSPENDED
        return WithdrawalReason.CLOSED if not self._is_offered() and self._has_time(day) else None

    def _is_offered(self) -> bool:
        return self.publication is PublicationState.PUBLISHED and self.status in OFFERED

    def _has_time(self, day: date) -> bool:
        begun = self.opened_on is None or self.opened_on <= day
        over = self.closed_on is not None and self.closed_on < day
        return begun and not over and (not self.windows or any(window.holds(day) for window in self.windows))


@dataclass(frozen=True)
class Told:
    """What was told of a product so far."""

    open: bool = False
    opening: int = 0
    """How often it has opened."""
    closing_told: date | None = None
    """The closing date of which it was told last that it comes near."""


def find_news(offer: Offer, told: Told, *, today: date, closing_days: int) -> tuple[Told, NewsKind | None]:
    """Return what has been told from now on, and what there is to tell.

    Each opening is told once, and each closing date once. Who is told that a product opened is told its closing date
    too, and not that it is near.
    """
    if not offer.takes_applications(today):
        gone = told.open and offer.find_withdrawal(today) is not None
        return replace(told, open=False), NewsKind.WITHDRAWN if gone else None
    closes = offer.get_closing(today)
    near = closes if closes is not None and closes <= today + timedelta(days=closing_days) else None
    if not told.open:
        return Told(open=True, opening=told.opening + 1, closing_told=near), NewsKind.OPENED
    if near is None or near == told.closing_told:
        return told, None
    return replace(told, closing_told=near), NewsKind.CLOSING
