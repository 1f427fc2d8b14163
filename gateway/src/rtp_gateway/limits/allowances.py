"""What one process may still let through of one client or organisation, out of what it was leased. Pure."""

import math
from dataclasses import dataclass

from rtp_gateway.limits.quotas import Quota, Quotas

LEASE_SECONDS = 2.0
"""A lease that was not used by then is given up: others may have it, and a burst cannot be saved up."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The common account's answer: the requests that were given, and the seconds until all of each quota is free."""

    quotas: Quotas
    given: int
    busy: tuple[float, float]
    """Of the burst and the sustained quota, with what was given counted."""

    @property
    def wait(self) -> float:
        """The seconds until another request is free."""
        return max(quota.compute_wait(busy) for quota, busy in zip(self.quotas, self.busy, strict=True))


class RequestAllowance:
    """The requests of one client or organisation that a process may let through."""

    def __init__(self, quotas: Quotas) -> None:
        self.quotas = quotas
        self.left = 0
        """Below nothing where requests were let through on credit: the next lease pays for them."""
        self._busy = (0.0, 0.0)
        self._leased_at = -math.inf
        self._refused_until = -math.inf

    def has_room(self, now: float) -> bool:
        """Return whether one more request may pass without asking the common account."""
        if self.left > 0 and now - self._leased_at > LEASE_SECONDS:
            self.left = 0
        return self.left > 0 or (now >= self._refused_until and self.left > -self.quotas.credit)

    def spend(self) -> None:
        self.left -= 1

    def is_low(self, now: float) -> bool:
        """Return whether it is time to ask for more."""
        return self.left * 2 <= self.quotas.batch and now >= self._refused_until

    def compute_wait(self, now: float) -> float:
        """Return the seconds until the common account is asked again."""
        return max(0.0, self._refused_until - now)

    @property
    def debt(self) -> int:
        """The requests let through on credit, to be charged whatever is left."""
        return max(0, -self.left)

    def take(self, lease: Lease, charged: int, now: float) -> None:
        """Take over what the common account answered, after it was charged so much."""
        self.quotas, self._busy, self._leased_at = lease.quotas, lease.busy, now
        self.left += charged + lease.given
        if not lease.given:
            self._refused_until = now + max(lease.wait, 0.01)

    def describe(self, now: float) -> list[tuple[Quota, int, int]]:
        """Return for each quota the requests left in it, and the seconds until there are more of them.

        While some are left, that is until all are; otherwise until there is one.
        """
        passed = max(0.0, now - self._leased_at) if self._leased_at > -math.inf else 0.0
        found = []
        for quota, busy in zip(self.quotas, self._busy, strict=True):
            busy_now = max(0.0, busy - passed) - quota.compute_cost(self.left)
            free = max(0, min(quota.requests, quota.count_free(busy_now)))
            found.append((quota, free, math.ceil(busy_now if free else quota.compute_wait(busy_now))))
        return [(quota, free, max(0, seconds)) for quota, free, seconds in found]


class OwnAccount:
    """The account that a process keeps of a quota's owner while the common one cannot be reached."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas
        self._free_at = [-math.inf, -math.inf]

    def lease(self, charged: int, wanted: int, now: float) -> Lease:
        """Lease as the common account would, for this process alone."""
        busy = [
            max(0.0, free_at - now) + quota.compute_cost(charged)
            for quota, free_at in zip(self._quotas, self._free_at, strict=True)
        ]
        given = max(0, min(wanted, *(q.count_free(b) for q, b in zip(self._quotas, busy, strict=True))))
        busy = [b + q.compute_cost(given) for q, b in zip(self._quotas, busy, strict=True)]
        self._free_at = [now + each for each in busy]
        return Lease(self._quotas, given, (busy[0], busy[1]))
