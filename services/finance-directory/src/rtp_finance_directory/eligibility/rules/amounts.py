"""Is the product for that much, and can the group show the accounts, turnover and match funding it asks for."""

from dataclasses import dataclass
from datetime import date

from rtp_finance_directory.eligibility.facts import CaseFacts, Terms
from rtp_finance_directory.eligibility.rules.findings import (
    Finding,
    ask_group,
    ask_provider,
    fails,
    fits,
    passes_over,
)
from rtp_finance_directory.eligibility.wording import format_months, format_pounds, format_range
from rtp_finance_directory.vocabulary import Fact

NOT_TOLD, HALF_TOLD = ask_provider("not-told"), ask_provider("half-told")
UNSAID = ask_group("unsaid", Fact.AMOUNT)
BELOW, ABOVE, INSIDE = fails("below"), fails("above"), fits("inside")


def judge_amount(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    sought, least, most = facts.finance_sought_pence, terms.min_amount_pence, terms.max_amount_pence
    if least is None and most is None:
        return NOT_TOLD
    if sought is None:
        return UNSAID
    if least is not None and sought < least:
        return BELOW
    if most is not None and sought > most:
        return ABOVE
    return HALF_TOLD if least is None or most is None else INSIDE


def word_amount(facts: CaseFacts, terms: Terms, _: date, found: Finding) -> str:
    if found == NOT_TOLD:
        return "It is not known for which amounts it is."
    least, most = terms.min_amount_pence, terms.max_amount_pence
    sought, range_ = format_pounds(facts.finance_sought_pence or 0), format_range(least, most)
    if found == UNSAID:
        return f"It is for {range_}; how much is sought is not said."
    if found == BELOW:
        return f"It starts at {format_pounds(least or 0)}; {sought} is sought."
    if found == ABOVE:
        return f"It goes up to {format_pounds(most or 0)}; {sought} is sought, so it could only be a part."
    if found == HALF_TOLD:
        return f"It is for {range_}; the other end of the range is not known."
    return f"It is for {range_}; {sought} is sought."


NOT_ASKED, SHORT, ENOUGH = passes_over("not-asked"), fails("short"), fits("enough")


@dataclass(frozen=True, slots=True)
class MinimumRule:
    """The rule of a number that the group must reach."""

    fact: Fact
    said_in: str
    """The name of the fact among the case's."""
    asked_in: str
    """The name of the minimum among the terms."""

    def judge(self, facts: CaseFacts, terms: Terms, _: date) -> Finding:
        asked: int | None = getattr(terms, self.asked_in)
        has: int | None = getattr(facts, self.said_in)
        if asked is None:
            return NOT_TOLD
        if asked == 0:
            return NOT_ASKED
        if has is None:
            return ask_group("unsaid", self.fact)
        return SHORT if has < asked else ENOUGH


TRADING_HISTORY = MinimumRule(Fact.TRADING_MONTHS, "trading_months", "min_trading_months")
TURNOVER = MinimumRule(Fact.ANNUAL_VALUE, "annual_value_pence", "min_turnover_pence")
MATCH_FUNDING = MinimumRule(Fact.MATCH_FUNDING, "match_funding_percent", "match_funding_percent")


def word_trading_history(facts: CaseFacts, terms: Terms, _: date, found: Finding) -> str:
    there_are = _describe_accounts(facts.trading_months)
    if found == NOT_TOLD:
        return f"It is not known whether it asks for own accounts. {there_are}."
    if found == NOT_ASKED:
        return "It does not ask for own accounts."
    return f"It asks for {format_months(terms.min_trading_months or 0)} of own accounts. {there_are}."


def _describe_accounts(months: int | None) -> str:
    if months is None:
        return "How long there have been any is not said"
    return f"There are {format_months(months)} of them" if months else "A new spin-out has none yet"


def word_turnover(facts: CaseFacts, terms: Terms, _: date, found: Finding) -> str:
    if found == NOT_TOLD:
        return "It is not known whether it asks for a least turnover."
    if found == NOT_ASKED:
        return "It does not ask for a least turnover."
    asks = f"It asks for a turnover of {format_pounds(terms.min_turnover_pence or 0)}"
    if facts.annual_value_pence is None:
        return f"{asks}; what the service costs a year is not said."
    return f"{asks}; the service costs {format_pounds(facts.annual_value_pence)} a year today."


def word_match_funding(facts: CaseFacts, terms: Terms, _: date, found: Finding) -> str:
    if found == NOT_TOLD:
        return "It is not known whether a part must come from elsewhere."
    if found == NOT_ASKED:
        return "No part has to come from elsewhere."
    wanted = f"At least {terms.match_funding_percent}% has to come from elsewhere"
    if facts.match_funding_percent is None:
        return f"{wanted}; whether you have that is not said."
    return f"{wanted}; {facts.match_funding_percent}% can."
