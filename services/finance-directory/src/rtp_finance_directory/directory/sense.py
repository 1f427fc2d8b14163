"""Contradictions in what is said of a product, each at the field that shows it."""

from collections.abc import Iterator, Sequence

from rtp_finance_directory.directory.schemas import ProductGiven
from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.vocabulary import ProductKind
from rtp_shared.problems import FieldError

LOANS = frozenset({ProductKind.SECURED_LOAN, ProductKind.UNSECURED_LOAN, ProductKind.BLENDED})


def find_contradictions(said: ProductGiven) -> Iterator[FieldError]:
    """Yield what cannot be true together, and the terms that a kind of product must have."""
    for least, most in (("min_amount_pence", "max_amount_pence"), ("min_term_months", "max_term_months")):
        low, high = getattr(said, least), getattr(said, most)
        if low is not None and high is not None and low > high:
            field = "/maxAmountPence" if "amount" in most else "/maxTermMonths"
            yield FieldError(field, f"is less than {'minAmountPence' if 'amount' in least else 'minTermMonths'}")
    yield from _find_in_windows(said.windows)
    yield from _find_in_kinds(said, frozenset(said.kinds))


def _find_in_windows(windows: Sequence[ApplicationWindow]) -> Iterator[FieldError]:
    for number, window in enumerate(windows):
        if window.closes_on is not None and window.closes_on < window.opens_on:
            yield FieldError(f"/windows/{number}/closesOn", "is before opensOn")
        earlier = windows[number - 1] if number else None
        if earlier is not None and (earlier.closes_on is None or window.opens_on <= earlier.closes_on):
            yield FieldError(f"/windows/{number}/opensOn", "is not after the end of the window before it")


def _find_in_kinds(said: ProductGiven, kinds: frozenset[ProductKind]) -> Iterator[FieldError]:
    if kinds <= {ProductKind.GRANT, ProductKind.SUPPORT_IN_KIND} and said.rate_basis is not None:
        yield FieldError("/rateBasis", "a grant, or support in kind, has no rate")
    if kinds & LOANS and said.max_term_months is None:
        yield FieldError("/maxTermMonths", "a loan says how long it may be owed")
    if kinds & LOANS and said.rate_basis is None:
        yield FieldError("/rateBasis", "a loan says how its rate is reckoned")
    if ProductKind.BLENDED in kinds and said.grant_element_percent is None:
        yield FieldError("/grantElementPercent", "blended finance says which part is a grant")
    if ProductKind.SECURED_LOAN in kinds and ProductKind.UNSECURED_LOAN not in kinds and said.secured is False:
        yield FieldError("/secured", "a secured loan is secured")
