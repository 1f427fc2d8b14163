"""Could this group have this finance, and why: a pure rule over what a case says and what the directory knows.

Each rule answers fits, fails or not known. What nobody has said never counts against anybody: a rule that lacks a fact
of the case or a term of the product is not known, and says who can tell. In a product's terms None means "not known"
and never "no limit"; an empty list means "no limit", and a list is complete only if `complete_lists` names it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rtp_finance_directory import areas
from rtp_finance_directory.facts import Facts, Terms
from rtp_finance_directory.vocabulary import ListFacet, ProductStatus
from rtp_finance_directory.words import day, plain, pounds, pounds_range, span

RULE_SET = 1
"""Grows whenever a rule below answers differently, so that an old verdict can be told from a new one."""


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
    """What one rule found, in words for a staff group."""

    outcome: Outcome
    reason: str
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all rules found, in their order."""

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


def judge(facts: Facts, terms: Terms, on: date) -> Verdict:
    """Every rule on one product, on a day."""
    return Verdict(tuple((rule, find(facts, terms, on)) for rule, find in RULES))


def shortlist(facts: Facts, products: Iterable[Terms], on: date) -> list[tuple[Terms, Verdict]]:
    """All products with their verdicts: first what fits, then what fits with the fewest open points, then the rest."""
    judged = [(terms, judge(facts, terms, on)) for terms in products]
    return sorted(judged, key=_rank)


def _rank(judged: tuple[Terms, Verdict]) -> tuple[object, ...]:
    terms, verdict = judged
    failing = verdict.answer is Answer.DOES_NOT_FIT
    return failing, 0 if failing else verdict.not_known, terms.provider.casefold(), terms.name.casefold(), terms.id


def open_now(_: Facts, terms: Terms, on: date) -> Finding:
    if terms.status in (ProductStatus.CLOSED, ProductStatus.HISTORIC):
        return _fails("It takes no applications any more; it is listed because people still ask about it.")
    if terms.closed_on is not None and terms.closed_on < on:
        return _fails(f"It closed on {day(terms.closed_on)}.")
    if terms.opened_on is not None and terms.opened_on > on:
        return _fails(f"It opens only on {day(terms.opened_on)}.")
    if terms.status is ProductStatus.CHECK:
        return _ask_provider("Our sources do not tell whether it is open today.")
    if terms.verified_on is None:
        return _fits("It is listed as open, though nobody has checked that with the provider yet.")
    return _fits(f"It was open when last checked, on {day(terms.verified_on)}.")


def direct(_: Facts, terms: Terms, __: date) -> Finding:
    if terms.direct:
        return _fits("It goes directly to the organisations that use it.")
    return _fails("It is wholesale: it goes to other funds, which lend or give it on, never directly to a mutual.")


def area(facts: Facts, terms: Terms, _: date) -> Finding:
    if terms.areas is None:
        return _ask_provider("It is not known which areas it serves.")
    served = areas.said(terms.areas or [areas.UK])
    if not terms.areas or areas.UK in terms.areas:
        return _fits(f"It serves {served}.")
    if facts.region is None:
        return _ask_group(f"It serves {served}; the case does not name a region.")
    region, reach = areas.said([facts.region]), areas.reach(terms.areas, facts.region)
    if reach.whole:
        return _fits(f"It serves {served}; you are in {region}.")
    if reach.part:
        return _ask_group(f"It serves {served} only, a part of {region}; the case does not say which part is yours.")
    return _fails(f"It serves {served} only; you are in {region}.")


def sector(facts: Facts, terms: Terms, _: date) -> Finding:
    complete = ListFacet.SECTORS in terms.complete_lists
    said = (facts.sector,) if facts.sector is not None else ()
    return _on_list("sector", said, terms.sectors, complete=complete)


def legal_form(facts: Facts, terms: Terms, _: date) -> Finding:
    complete = ListFacet.LEGAL_FORMS in terms.complete_lists
    said = (facts.legal_form,) if facts.legal_form is not None else ()
    return _on_list("legal form", said, terms.legal_forms, complete=complete)


def purpose(facts: Facts, terms: Terms, _: date) -> Finding:
    complete = ListFacet.PURPOSES in terms.complete_lists
    return _on_list("purpose", facts.finance_purposes, terms.purposes, complete=complete)


def amount(facts: Facts, terms: Terms, _: date) -> Finding:
    sought, least, most = facts.finance_sought_pence, terms.min_amount_pence, terms.max_amount_pence
    if least is None and most is None:
        return _ask_provider("It is not known for which amounts it is.")
    if sought is None:
        return _ask_group(f"It is for {pounds_range(least, most)}; the case does not say how much it seeks.")
    if least is not None and sought < least:
        return _fails(f"It starts at {pounds(least)}; the case seeks {pounds(sought)}.")
    if most is not None and sought > most:
        return _fails(f"It goes up to {pounds(most)}; the case seeks {pounds(sought)}, so it could only be a part.")
    if least is None or most is None:
        return _ask_provider(f"It is for {pounds_range(least, most)}; the other end of the range is not known.")
    return _fits(f"It is for {pounds_range(least, most)}; the case seeks {pounds(sought)}.")


def trading_history(facts: Facts, terms: Terms, _: date) -> Finding:
    asked, has = terms.min_trading_months, facts.trading_months
    there_are = _own_accounts(has)
    if asked is None:
        return _ask_provider(f"It is not known whether it asks for own accounts. {there_are}.")
    if asked == 0:
        return _fits("It does not ask for own accounts.")
    found = f"It asks for {span(asked)} of own accounts. {there_are}."
    if has is None:
        return _ask_group(found)
    return _fails(found) if has < asked else _fits(found)


def _own_accounts(months: int | None) -> str:
    if months is None:
        return "The case does not say how long it has had any"
    return f"There are {span(months)} of them" if months else "A new spin-out has none yet"


def turnover(facts: Facts, terms: Terms, _: date) -> Finding:
    asked, expected = terms.min_turnover_pence, facts.annual_value_pence
    if asked is None:
        return _ask_provider("It is not known whether it asks for a least turnover.")
    if asked == 0:
        return _fits("It does not ask for a least turnover.")
    asks = f"It asks for a turnover of {pounds(asked)}"
    if expected is None:
        return _ask_group(f"{asks}; the case does not say what the service costs a year.")
    found = f"{asks}; the service costs {pounds(expected)} a year today."
    return _fails(found) if expected < asked else _fits(found)


def match_funding(_: Facts, terms: Terms, __: date) -> Finding:
    asked = terms.match_funding_percent
    if asked is None:
        return _ask_provider("It is not known whether a part must come from elsewhere.")
    if asked == 0:
        return _fits("No part has to come from elsewhere.")
    return _ask_group(f"At least {asked}% has to come from elsewhere; the case does not say whether you have that.")


RULES: tuple[tuple[Rule, Callable[[Facts, Terms, date], Finding]], ...] = (
    (Rule.OPEN, open_now),
    (Rule.DIRECT, direct),
    (Rule.AREA, area),
    (Rule.SECTOR, sector),
    (Rule.LEGAL_FORM, legal_form),
    (Rule.PURPOSE, purpose),
    (Rule.AMOUNT, amount),
    (Rule.TRADING_HISTORY, trading_history),
    (Rule.TURNOVER, turnover),
    (Rule.MATCH_FUNDING, match_funding),
)
"""In the order in which people ask: is it there, is it for us, for this, for that much, can we show what it wants."""


def _on_list(what: str, said: Sequence[str], accepted: Sequence[str] | None, *, complete: bool) -> Finding:
    """One of the words that the case says must be on the product's list; off an incomplete list is not known."""
    if accepted is None:
        return _ask_provider(f"It is not known which {what}s it accepts.")
    if not accepted:
        return _fits(f"It accepts any {what}.")
    if not said:
        return _ask_group(f"Not every {what} is accepted; the case does not say its {what}.")
    if common := [word for word in said if word in accepted]:
        return _fits(f"It accepts the {what} {plain(common)}.")
    if complete:
        return _fails(
            f"It accepts only the {what}{'s' * (len(accepted) > 1)} {plain(accepted)}; yours is {plain(said)}."
        )
    return _ask_provider(f"It accepts, as far as is known, {plain(accepted)}; perhaps {plain(said)} too.")


def _fits(reason: str) -> Finding:
    return Finding(Outcome.FITS, reason)


def _fails(reason: str) -> Finding:
    return Finding(Outcome.FAILS, reason)


def _ask_group(reason: str) -> Finding:
    return Finding(Outcome.NOT_KNOWN, reason, Ask.STAFF_GROUP)


def _ask_provider(reason: str) -> Finding:
    return Finding(Outcome.NOT_KNOWN, reason, Ask.PROVIDER)
