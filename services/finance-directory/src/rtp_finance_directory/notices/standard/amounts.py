"""Amounts of money, in hundredths of their currency."""

from collections.abc import Iterator, Mapping
from typing import Any

from rtp_finance_directory.loading.problems import ItemFault, Path
from rtp_finance_directory.notices.standard.problems import ReleaseRule

MOST = 10**12
"""The largest amount that is kept, in the currency's units."""


def find_wrong_amounts(release: Mapping[str, Any]) -> Iterator[ItemFault]:
    """Find amounts of values that no table holds: negative ones too, which no contract has."""
    for path, value in _list_values(release):
        for name in ("amount", "amountGross"):
            amount = value.get(name)
            if amount is not None and not 0 <= amount < MOST:
                yield ItemFault((*path, name), ReleaseRule.OUT_OF_RANGE, amount)


def _list_values(release: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    tender = release.get("tender") or {}
    yield ("tender", "value"), tender.get("value") or {}
    holders: list[tuple[Path, Any]] = [(("tender", "lots"), tender.get("lots"))]
    holders += [((name,), release.get(name)) for name in ("awards", "contracts")]
    for path, holder in holders:
        for place, each in enumerate(holder or ()):
            yield (*path, place, "value"), each.get("value") or {}


def compute_pence(value: Mapping[str, Any] | None, name: str = "amount") -> int | None:
    """Return the amount in hundredths of its currency; None if it is not said."""
    amount = (value or {}).get(name)
    return None if amount is None else round(amount * 100)
