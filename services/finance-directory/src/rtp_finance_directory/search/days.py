"""The days of a product, as SQL: when it closes next, and whether it takes applications on a day.

Said of one row in Python too, by `eligibility/rules/availability.py`; a test holds the two together.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, case, column, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from rtp_finance_directory.directory.models import Product

Condition = ColumnElement[bool]
NO_WINDOWS: Condition = Product.windows == func.jsonb_build_array()


def _open_windows() -> Any:
    return func.jsonb_array_elements(Product.windows).table_valued(column("value", JSONB), name="window")


def get_next_closing(today: date) -> ColumnElement[date | None]:
    """Return the expression of the day on which the window that is open, or the next one, closes; NULL if not known.

    A product without windows closes on its closing date; one with windows no later than that.
    """
    parts = _open_windows()
    closes = parts.c.value["closesOn"].astext.cast(Date)
    opens = parts.c.value["opensOn"].astext.cast(Text)
    ends = (
        select(closes)
        .select_from(parts)
        .where(or_(closes.is_(None), closes >= today))
        .order_by(opens)
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )
    return case((NO_WINDOWS, Product.closed_on), else_=func.least(ends, Product.closed_on))


def takes_applications_on(day: date) -> Condition:
    """Match what, as far as is known, takes applications on the day."""
    parts = _open_windows()
    opens = parts.c.value["opensOn"].astext.cast(Date)
    closes = parts.c.value["closesOn"].astext.cast(Date)
    inside = select(1).select_from(parts).where(opens <= day, or_(closes.is_(None), closes >= day))
    return (
        or_(Product.opened_on.is_(None), Product.opened_on <= day)
        & or_(Product.closed_on.is_(None), Product.closed_on >= day)
        & or_(NO_WINDOWS, inside.correlate(Product).exists())
    )
