"""Quotas of requests: how many in a burst and how many for long, and what is left of them. Pure.

A quota is a leaky bucket, kept as one number: the time at which all of it is free again (the generic cell rate
algorithm). `limits/leases.py` says the same in SQL, for all processes together.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

BURST_SECONDS, SUSTAINED_SECONDS = 10, 600
"""The windows of the two quotas that each client and each organisation has."""


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests at once, which become free again evenly over the window."""

    name: str
    requests: int
    seconds: int

    def count_free(self, busy_seconds: float) -> int:
        """Return the requests that are left, given the seconds until all are free; fewer than none after credit."""
        return math.floor(self.requests - max(0.0, busy_seconds) * self.requests / self.seconds + 1e-9)

    def compute_wait(self, busy_seconds: float) -> float:
        """Return the seconds until one request is free."""
        return max(0.0, busy_seconds - self.seconds + self.seconds / self.requests)

    def compute_cost(self, requests: int) -> float:
        """Return the seconds by which so many requests put off the time at which all are free."""
        return requests * self.seconds / self.requests


@dataclass(frozen=True, slots=True)
class Quotas:
    """The two quotas of a client or an organisation."""

    burst: Quota
    sustained: Quota

    @classmethod
    def build(cls, kind: str, burst: int, sustained: int) -> "Quotas":
        return cls(
            Quota(f"{kind}-burst", burst, BURST_SECONDS), Quota(f"{kind}-sustained", sustained, SUSTAINED_SECONDS)
        )

    def __iter__(self) -> Iterator[Quota]:
        yield self.burst
        yield self.sustained

    @property
    def batch(self) -> int:
        """The requests that a process takes from the common account at a time."""
        return max(1, min(self.burst.requests, self.sustained.requests) // 20)

    @property
    def credit(self) -> int:
        """The requests that a process lets through before the common account has answered it."""
        return min(8, self.batch)
