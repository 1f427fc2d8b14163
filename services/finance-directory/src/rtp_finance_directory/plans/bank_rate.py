"""The Bank Rate of a day: of the file `reference/bank-rates.json`, and of what the operator says besides."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files

from rtp_finance_directory.vocabulary import Certainty

CONFIGURED = "As the operator of this platform says"
_PER_PERCENT = 100


@dataclass(frozen=True, slots=True)
class BankRate:
    """A base rate by which loans with a margin are priced, since when it holds, and where it is taken from."""

    basis_points: int
    since: date | None
    """None where whoever asks said it."""
    source: str
    certainty: Certainty | None = None

    @property
    def percent(self) -> Decimal:
        return Decimal(self.basis_points) / _PER_PERCENT


class BankRates:
    """The rates that are known, with their days."""

    def __init__(self, rates: Iterable[BankRate]) -> None:
        self._rates = sorted(rates, key=lambda rate: rate.since or date.min)

    def find(self, on: date) -> BankRate | None:
        """Return the rate that holds on a day, as far as is known: the newest that had begun by then."""
        return next((each for each in reversed(self._rates) if each.since and each.since <= on), None)


def load_bank_rates(configured: Mapping[date, int]) -> BankRates:
    """Return the rates of the file and those of the operator, which stand before the file's of the same day."""
    kept = json.loads((files("rtp_finance_directory") / "reference" / "bank-rates.json").read_text("utf-8"))
    source, certainty = kept["source"], Certainty(kept["certainty"])
    of_file = {date.fromisoformat(day): points for day, points in kept["rates"].items()}
    rates = {day: BankRate(points, day, source, certainty) for day, points in of_file.items()}
    said = {day: BankRate(points, day, CONFIGURED, Certainty.FOUND) for day, points in configured.items()}
    return BankRates((rates | said).values())
