"""Amounts, spans, days and codes of closed lists, formatted as people say them."""

from collections.abc import Sequence
from datetime import date

from rtp_finance_directory.vocabulary import Fact


def format_pounds(pence: int) -> str:
    return f"£{pence // 100:,}" if pence % 100 == 0 else f"£{pence // 100:,}.{pence % 100:02d}"


def format_range(least: int | None, most: int | None) -> str:
    if least is None or most is None:
        return f"at most {format_pounds(most)}" if most is not None else f"at least {format_pounds(least or 0)}"
    return f"{format_pounds(least)} to {format_pounds(most)}"


def format_months(months: int) -> str:
    number, unit = (months // 12, "year") if months and months % 12 == 0 else (months, "month")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def format_day(date_: date) -> str:
    return f"{date_.day} {date_:%B %Y}"


def format_codes(codes: Sequence[str]) -> str:
    return ", ".join(code.replace("-", " ").replace("cic ", "CIC ").replace("buy out", "buy-out") for code in codes)


_FACTS = {
    Fact.SECTOR: "your sector",
    Fact.REGION: "your region",
    Fact.AREA: "your county or district",
    Fact.LEGAL_FORM: "your legal form",
    Fact.PURPOSES: "what the money is for",
    Fact.AMOUNT: "how much is sought",
    Fact.ANNUAL_VALUE: "what the service costs a year",
    Fact.TRADING_MONTHS: "how long there have been own accounts",
    Fact.MATCH_FUNDING: "how much can come from elsewhere",
}


def format_facts(facts: Sequence[Fact]) -> str:
    return ", ".join(_FACTS[fact] for fact in facts)
