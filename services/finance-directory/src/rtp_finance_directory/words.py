"""Amounts, spans, days and words of closed lists, as people say them."""

from collections.abc import Sequence
from datetime import date


def pounds(pence: int) -> str:
    return f"£{pence // 100:,}" if pence % 100 == 0 else f"£{pence // 100:,}.{pence % 100:02d}"


def pounds_range(least: int | None, most: int | None) -> str:
    if least is None or most is None:
        return f"at most {pounds(most)}" if most is not None else f"at least {pounds(least or 0)}"
    return f"{pounds(least)} to {pounds(most)}"


def span(months: int) -> str:
    number, unit = (months // 12, "year") if months and months % 12 == 0 else (months, "month")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def day(date_: date) -> str:
    return f"{date_.day} {date_:%B %Y}"


def plain(codes: Sequence[str]) -> str:
    return ", ".join(code.replace("-", " ").replace("cic ", "CIC ").replace("buy out", "buy-out") for code in codes)
