"""Guessing of secrets: whoever fails again and again is answered without a look at the database.

Secrets have 256 random bits, so guessing finds none; it must only cost nothing. Failures are counted by client and
address together, so that nobody locks a client out who is elsewhere. Credentials that were right before are looked at
whatever others at the same address fail with. Assertions are not counted: nobody guesses a signature, and whoever sends
wrong ones in a client's name would slow its owner. In memory, each process for itself.
"""

import hashlib
import time
from collections import OrderedDict

from rtp_shared.problems import Refusal

FAILURES = 10
"""Failures in a row that are looked at; further ones once a second."""
MOST = 10_000
"""Pairs of client and address that are kept."""


class TooManyFailures(Refusal):
    status, title = 429, "Too many wrong credentials of this client from this address"
    headers = {"Retry-After": "1"}  # noqa: RUF012 - as its parent has it


class GuessingLimiter:
    """Counts failures by client and address: a bucket that refills by one a second."""

    def __init__(self) -> None:
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._proven: OrderedDict[bytes, None] = OrderedDict()

    def require_turn(self, client_id: str, address: str, secret: str) -> None:
        """Raise TooManyFailures for one failure too many, unless these credentials were right before."""
        left, at = self._left.get((client_id, address), (float(FAILURES), time.monotonic()))
        if left + time.monotonic() - at < 1 and _digest(client_id, secret) not in self._proven:
            raise TooManyFailures

    def count_failure(self, client_id: str, address: str, secret: str) -> None:
        self._proven.pop(_digest(client_id, secret), None)
        now = time.monotonic()
        left, at = self._left.pop((client_id, address), (float(FAILURES), now))
        self._left[client_id, address] = (max(min(left + now - at, FAILURES) - 1, 0.0), now)
        _forget_oldest(self._left)

    def count_success(self, client_id: str, address: str, secret: str) -> None:
        self._left.pop((client_id, address), None)
        self._proven[_digest(client_id, secret)] = None
        _forget_oldest(self._proven)


def _digest(client_id: str, secret: str) -> bytes:
    return hashlib.sha256(f"{client_id}\0{secret}".encode("utf-8", "surrogatepass")).digest()


def _forget_oldest(kept: "OrderedDict[tuple[str, str], tuple[float, float]] | OrderedDict[bytes, None]") -> None:
    while len(kept) > MOST:
        kept.popitem(last=False)
