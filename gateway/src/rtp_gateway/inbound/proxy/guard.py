"""A circuit breaker and a bulkhead for each service, so that one that hangs takes nothing from the others."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rtp_shared.problems import Unavailable

FAILURES = 5
"""Failures one after the other, with no answer between them, after which a service is left alone."""
REST_SECONDS = 1.0
"""For so long; then one request tries whether it is there again."""
AT_ONCE = 300
"""Exchanges with one service that are under way or wait for one of its connections; further ones are refused."""
BUSY_TYPE = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"


class ServiceGuard:
    """Refuses what a service cannot take now, before anything is held for it."""

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._now = now
        self._failures = 0
        self._rests_until = float("-inf")
        self._probing = False
        self._under_way = 0

    @contextmanager
    def exchange(self) -> Iterator["ServiceOutcome"]:
        """Hold an exchange's place within the block; raise Unavailable where there is none, or the service rests."""
        if self._failures >= FAILURES and (self._probing or self._now() < self._rests_until):
            raise Unavailable(f"{self._name} does not answer at the moment")
        if self._under_way >= AT_ONCE:
            raise Unavailable(f"{self._name} has as much to do as it can", extra={"type": BUSY_TYPE})
        outcome = ServiceOutcome(self, probes=self._failures >= FAILURES)
        self._probing = self._probing or outcome.probes
        self._under_way += 1
        try:
            yield outcome
        finally:
            self._under_way -= 1
            if outcome.probes:
                self._probing = False

    def note_answer(self) -> None:
        self._failures = 0

    def note_failure(self) -> None:
        self._failures += 1
        self._rests_until = self._now() + REST_SECONDS


class ServiceOutcome:
    """What became of one exchange: what the service did, never what the caller did."""

    def __init__(self, guard: ServiceGuard, *, probes: bool) -> None:
        self._guard = guard
        self.probes = probes

    def note_answer(self) -> None:
        """The service has begun to answer."""
        self._guard.note_answer()

    def note_failure(self) -> None:
        """The service could not be reached, or did not begin to answer in time."""
        self._guard.note_failure()
