"""Eligibility of a group for finance, with reasons: a pure rule over what a case says and what the directory knows.

Each rule answers fits, fails or not known. What nobody has said never counts against anybody: a rule that lacks a fact
of the case or a term of the product is not known, and says who can tell. In a product's terms None means "not known"
and never "no limit"; an empty list means "no limit", and a list is complete only if `complete_lists` names it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rtp_finance_directory import areas
from rtp_finance_directory.eligibility.facts import CaseFacts, Fact, Terms
from rtp_finance_directory.eligibility.wording import (
    format_codes,
    format_day,
    format_months,
    format_pounds,
    format_range,
)
from rtp_finance_directory.vocabulary import ListFacet, ProductStatus

RULE_SET = 2
"""Number of the rule set. It grows whenever a rule answers differently, to tell old verdicts from new ones."""


class Rule(StrEnum):
    OPEN = "open"
    DIRECT = "direct"
    AREA = "area"
    SECTOR = "sector"
    LEGAL_FORM = "legal-form"
    PURPOSE = "purpose"
    AMOUNT = "amount"
    TRADING_HISTORY = "trading-history"
    TURNOVER = "turnover"
    MATCH_FUNDING = "match-funding"


class Outcome(StrEnum):
    FITS = "fits"
    FAILS = "fails"
    NOT_KNOWN = "not-known"


class Ask(StrEnum):
    """Who can say what is not known."""

    STAFF_GROUP = "staff-group"
    PROVIDER = "provider"


class Answer(StrEnum):
    FITS = "fits"
    FITS_IF = "fits-if"
    DOES_NOT_FIT = "does-not-fit"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one rule, in words for a staff group."""

    outcome: Outcome
    reason: str
    ask: Ask | None = None
    needs: tuple[Fact, ...] = ()
    """What the staff group has not said, and the rule would answer by for certain."""


@dataclass(frozen=True, slots=True)
class ProductVerdict:
    """The results of all rules for one product, in their order."""

    findings: tuple[tuple[Rule, Finding], ...]

    @property
    def answer(self) -> Answer:
        outcomes = {finding.outcome for _, finding in self.findings}
        if Outcome.FAILS in outcomes:
            return Answer.DOES_NOT_FIT
        return Answer.FITS_IF if Outcome.NOT_KNOWN in outcomes else Answer.FITS

    @property
    def first_failing(self) -> Rule | None:
        return next((rule for rule, finding in self.findings if finding.outcome is Outcome.FAILS), None)

    @property
    def needs(self) -> frozenset[Fact]:
        """What the staff group has still to say; nothing where a rule fails, whatever else is not known."""
        if self.answer is Answer.DOES_NOT_FIT:
            return frozenset()
        return frozenset(fact for _, finding in self.findings for fact in finding.needs)

    @property
    def not_known(self) -> int:
        return sum(finding.outcome is Outcome.NOT_KNOWN for _, finding in self.findings)

    @property
    def why(self) -> str:
        """The verdict in one sentence or two."""
        failing = next((finding.reason for _, finding in self.findings if finding.outcome is Outcome.FAILS), None)
        if failing is not None:
            return failing
        if self.not_known == 0:
            return "Every rule fits."
        points = "one point that is" if self.not_known == 1 else f"{self.not_known} points that are"
        return f"No rule speaks against it; it depends on {points} not known yet."


def judge(facts: CaseFacts, terms: Terms, on: date) -> ProductVerdict:
    """Judge one product by every rule, as of a day."""
    return ProductVerdict(tuple((rule, find(facts, terms, on)) for rule, find in RULES))


def judge_all(facts: CaseFacts, products: Iterable[Terms], on: date) -> list[tuple[Terms, ProductVerdict]]:
    """Judge all products: first come those that fit, then those with the fewest open points, then the rest."""
    verdicts = [(terms, judge(facts, terms, on)) for terms in products]
    return sorted(verdicts, key=_make_sort_key)


def describe_verdict(terms: Terms, verdict: ProductVerdict) -> dict[str, Any]:
    """Return a verdict with what is said of its product, by the names of a shortlist's line."""
    return {
        "product_id": terms.id,
        "product_version": terms.version,
        "provider": terms.provider,
        "product_name": terms.name,
        "verified_on": terms.verified_on,
        "verdict": verdict.answer,
        "first_failing": verdict.first_failing,
        "why": verdict.why,
        "rules": [{"rule": rule, **asdict(finding)} for rule, finding in verdict.findings],
    }


def _make_sort_key(judged: tuple[Terms, ProductVerdict]) -> tuple[object, ...]:
    terms, verdict = judged
    failing = verdict.answer is Answer.DOES_NOT_FIT
    return failing, 0 if failing else verdict.not_known, terms.provider.casefold(), terms.name.casefold(), terms.id


def judge_open(_: CaseFacts, terms: Terms, on: date) -> Finding:
    if terms.status in (ProductStatus.CLOSED, ProductStatus.HISTORIC):
        return _fail("It takes no applications any more; it is listed because people still ask about it.")
    if terms.closed_on is not None and terms.closed_on < on:
        return _fail(f"It closed on {format_day(terms.closed_on)}.")
    if terms.opened_on is not None and terms.opened_on > on:
        return _fail(f"It opens only on {format_day(terms.opened_on)}.")
    if terms.status is ProductStatus.CHECK:
        return _ask_provider("Our sources do not tell whether it is open today.")
    if terms.verified_on is None:
        return _pass("It is listed as open, though nobody has checked that with the provider yet.")
    return _pass(f"It was open when last checked, on {format_day(terms.verified_on)}.")


def judge_direct(_: CaseFacts, terms: Terms, __: date) -> Finding:
    if terms.direct:
        return _pass("It goes directly to the organisations that use it.")
    return _fail("It is wholesale: it goes to other funds, which lend or give it on, never directly to a mutual.")


def judge_area(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    if terms.areas is None:
        return _ask_provider("It is not known which areas it serves.")
    served = areas.name_areas(terms.areas or [areas.UK])
    if not terms.areas or areas.UK in terms.areas:
        return _pass(f"It serves {served}.")
    parts = [Fact.AREA] if facts.area is None and areas.serve_a_part(terms.areas) else []
    if facts.region is None:
        return _ask_group(f"It serves {served}; no region is given.", Fact.REGION, *parts)
    region, reach = areas.name_areas([facts.region]), areas.find_reach(terms.areas, facts.region)
    if reach.whole:
        return _pass(f"It serves {served}; you are in {region}.")
    if reach.part and facts.area is None:
        part = f"It serves {served} only, a part of {region}; which part is yours is not said."
        return _ask_group(part, Fact.AREA)
    if facts.area in terms.areas:
        return _pass(f"It serves {served}, where you are.")
    return _fail(f"It serves {served} only; you are in {region}.")


def judge_sector(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    complete = ListFacet.SECTORS in terms.complete_lists
    said = (facts.sector,) if facts.sector is not None else ()
    return _judge_list(Fact.SECTOR, "sector", said, terms.sectors, complete=complete)


def judge_legal_form(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    complete = ListFacet.LEGAL_FORMS in terms.complete_lists
    said = (facts.legal_form,) if facts.legal_form is not None else ()
    return _judge_list(Fact.LEGAL_FORM, "legal form", said, terms.legal_forms, complete=complete)


def judge_purpose(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    complete = ListFacet.PURPOSES in terms.complete_lists
    return _judge_list(Fact.PURPOSES, "purpose", facts.finance_purposes, terms.purposes, complete=complete)


def judge_amount(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    sought, least, most = facts.finance_sought_pence, terms.min_amount_pence, terms.max_amount_pence
    if least is None and most is None:
        return _ask_provider("It is not known for which amounts it is.")
    if sought is None:
        return _ask_group(f"It is for {format_range(least, most)}; how much is sought is not said.", Fact.AMOUNT)
    if least is not None and sought < least:
        return _fail(f"It starts at {format_pounds(least)}; {format_pounds(sought)} is sought.")
    if most is not None and sought > most:
        return _fail(
            f"It goes up to {format_pounds(most)}; {format_pounds(sought)} is sought, so it could only be a part."
        )
    if least is None or most is None:
        return _ask_provider(f"It is for {format_range(least, most)}; the other end of the range is not known.")
    return _pass(f"It is for {format_range(least, most)}; {format_pounds(sought)} is sought.")


def judge_trading_history(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    asked, has = terms.min_trading_months, facts.trading_months
    there_are = _describe_accounts(has)
    if asked is None:
        return _ask_provider(f"It is not known whether it asks for own accounts. {there_are}.")
    if asked == 0:
        return _pass("It does not ask for own accounts.")
    found = f"It asks for {format_months(asked)} of own accounts. {there_are}."
    if has is None:
        return _ask_group(found, Fact.TRADING_MONTHS)
    return _fail(found) if has < asked else _pass(found)


def _describe_accounts(months: int | None) -> str:
    if months is None:
        return "How long there have been any is not said"
    return f"There are {format_months(months)} of them" if months else "A new spin-out has none yet"


def judge_turnover(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    asked, expected = terms.min_turnover_pence, facts.annual_value_pence
    if asked is None:
        return _ask_provider("It is not known whether it asks for a least turnover.")
    if asked == 0:
        return _pass("It does not ask for a least turnover.")
    asks = f"It asks for a turnover of {format_pounds(asked)}"
    if expected is None:
        return _ask_group(f"{asks}; what the service costs a year is not said.", Fact.ANNUAL_VALUE)
    found = f"{asks}; the service costs {format_pounds(expected)} a year today."
    return _fail(found) if expected < asked else _pass(found)


def judge_match_funding(facts: CaseFacts, terms: Terms, _: date) -> Finding:
    asked, has = terms.match_funding_percent, facts.match_funding_percent
    if asked is None:
        return _ask_provider("It is not known whether a part must come from elsewhere.")
    if asked == 0:
        return _pass("No part has to come from elsewhere.")
    wanted = f"At least {asked}% has to come from elsewhere"
    if has is None:
        return _ask_group(f"{wanted}; whether you have that is not said.", Fact.MATCH_FUNDING)
    found = f"{wanted}; {has}% can."
    return _fail(found) if has < asked else _pass(found)


RULES: tuple[tuple[Rule, Callable[[CaseFacts, Terms, date], Finding]], ...] = (
    (Rule.OPEN, judge_open),
    (Rule.DIRECT, judge_direct),
    (Rule.AREA, judge_area),
    (Rule.SECTOR, judge_sector),
    (Rule.LEGAL_FORM, judge_legal_form),
    (Rule.PURPOSE, judge_purpose),
    (Rule.AMOUNT, judge_amount),
    (Rule.TRADING_HISTORY, judge_trading_history),
    (Rule.TURNOVER, judge_turnover),
    (Rule.MATCH_FUNDING, judge_match_funding),
)
"""The rules, in the order in which people ask: is it there, is it for us, for this, for that much."""


def _judge_list(
    fact: Fact, what: str, said: Sequence[str], accepted: Sequence[str] | None, *, complete: bool
) -> Finding:
    """Judge whether the product's list has one of the case's words; off an incomplete list it is not known."""
    if accepted is None:
        return _ask_provider(f"It is not known which {what}s it accepts.")
    if not accepted:
        return _pass(f"It accepts any {what}.")
    if not said:
        return _ask_group(f"Not every {what} is accepted; your {what} is not said.", fact)
    if common := [word for word in said if word in accepted]:
        return _pass(f"It accepts the {what} {format_codes(common)}.")
    if complete:
        only = f"It accepts only the {what}{'s' * (len(accepted) > 1)} {format_codes(accepted)}"
        return _fail(f"{only}; yours is {format_codes(said)}.")
    return _ask_provider(f"It accepts, as far as is known, {format_codes(accepted)}; perhaps {format_codes(said)} too.")


def _pass(reason: str) -> Finding:
    return Finding(Outcome.FITS, reason)


def _fail(reason: str) -> Finding:
    return Finding(Outcome.FAILS, reason)


def _ask_group(reason: str, *needs: Fact) -> Finding:
    return Finding(Outcome.NOT_KNOWN, reason, Ask.STAFF_GROUP, needs)


def _ask_provider(reason: str) -> Finding:
    return Finding(Outcome.NOT_KNOWN, reason, Ask.PROVIDER)
