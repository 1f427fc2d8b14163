"""Is the product there at all: is it open, and does a mutual get it itself."""

from datetime import date

from rtp_finance_directory.eligibility.facts import CaseFacts, Terms
from rtp_finance_directory.eligibility.rules.findings import Finding, ask_provider, fails, fits
from rtp_finance_directory.eligibility.wording import format_day
from rtp_finance_directory.vocabulary import ProductStatus

OVER, HAS_CLOSED, NOT_YET_OPEN = fails("over"), fails("has-closed"), fails("not-yet-open")
BETWEEN_WINDOWS, WINDOWS_OVER = fails("between-windows"), fails("windows-over")
DOUBTFUL, UNCHECKED, CHECKED = ask_provider("doubtful"), fits("unchecked"), fits("checked")


def judge_open(_: CaseFacts, terms: Terms, on: date) -> Finding:
    if terms.status in (ProductStatus.CLOSED, ProductStatus.HISTORIC):
        return OVER
    if terms.closed_on is not None and terms.closed_on < on:
        return HAS_CLOSED
    if terms.opened_on is not None and terms.opened_on > on:
        return NOT_YET_OPEN
    if terms.windows and not any(window.holds(on) for window in terms.windows):
        return BETWEEN_WINDOWS if terms.windows[-1].opens_on > on else WINDOWS_OVER
    if terms.status is ProductStatus.CHECK:
        return DOUBTFUL
    return UNCHECKED if terms.verified_on is None else CHECKED


def word_open(_: CaseFacts, terms: Terms, on: date, found: Finding) -> str:
    if found == OVER:
        return "It takes no applications any more; it is listed because people still ask about it."
    if found == HAS_CLOSED and terms.closed_on:
        return f"It closed on {format_day(terms.closed_on)}."
    if found == NOT_YET_OPEN and terms.opened_on:
        return f"It opens only on {format_day(terms.opened_on)}."
    if found == BETWEEN_WINDOWS:
        opens_on = next(window.opens_on for window in terms.windows if window.opens_on > on)
        return f"It takes no applications now; it opens next on {format_day(opens_on)}."
    if found == WINDOWS_OVER and (last := terms.windows[-1].closes_on):
        return f"The last time in which it took applications ended on {format_day(last)}."
    if found == DOUBTFUL:
        return "Our sources do not tell whether it is open today."
    if terms.verified_on is None:
        return "It is listed as open, though nobody has checked that with the provider yet."
    return f"It was open when last checked, on {format_day(terms.verified_on)}."


DIRECT, WHOLESALE = fits("direct"), fails("wholesale")


def judge_direct(_: CaseFacts, terms: Terms, __: date) -> Finding:
    return DIRECT if terms.direct else WHOLESALE


def word_direct(_: CaseFacts, __: Terms, ___: date, found: Finding) -> str:
    if found == DIRECT:
        return "It goes directly to the organisations that use it."
    return "It is wholesale: it goes to other funds, which lend or give it on, never directly to a mutual."
