"""Bounds the connections of a process, in all and of one address, with a reserve in which health is answered."""

import enum
import logging
import resource
import time
from collections import Counter
from collections.abc import Collection

log = logging.getLogger(__name__)

RESERVE = 16
LOOPBACK = ("127.0.0.1", "::1")
OTHER_FILES = 512
"""Of the process's file descriptors: databases, services, sinks, documents and logs."""
SECONDS_BETWEEN_WARNINGS = 10.0


class Admission(enum.Enum):
    ADMITTED = "admitted"
    HEALTH_ONLY = "health only"
    """In the reserve: only a question for the process's health is answered."""
    REFUSED = "refused"


class ConnectionLimits:
    """Admits connections to a process. Those of a trusted proxy, which are many clients', are bounded only in all."""

    def __init__(self, most: int = 1000, *, per_address: int = 250, trusted: Collection[str] = LOOPBACK) -> None:
        self._most, self._per_address = most, per_address
        self._trusted = frozenset(trusted)
        self._open: Counter[str] = Counter()
        self._warned = -SECONDS_BETWEEN_WARNINGS

    @property
    def count(self) -> int:
        return self._open.total()

    def admit(self, client: tuple[str, int] | None) -> Admission:
        """Count a connection, unless it is refused. Whoever is admitted is released once it has ended."""
        address = client[0] if client else ""
        count = self.count
        if count >= self._most + RESERVE or (address not in self._trusted and self._open[address] >= self._per_address):
            admission = Admission.REFUSED
        else:
            admission = Admission.HEALTH_ONLY if count >= self._most else Admission.ADMITTED
        if admission is not Admission.ADMITTED:
            self._warn(count, self._open[address])
        if admission is not Admission.REFUSED:
            self._open[address] += 1
        return admission

    def release(self, client: tuple[str, int] | None, admission: Admission) -> None:
        if admission is Admission.REFUSED:
            return
        address = client[0] if client else ""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]

    def _warn(self, count: int, of_the_address: int) -> None:
        if (now := time.monotonic()) - self._warned >= SECONDS_BETWEEN_WARNINGS:
            self._warned = now
            facts = {"connections": count, "of_one_address": of_the_address}
            log.warning("connections are refused: as many are open as this process takes", extra=facts)


def fit_to_file_limit(wanted: int) -> int:
    """Raise the process's limit of open files, and return how many connections it leaves room for, of those wanted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVE + OTHER_FILES
    limit = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        soft = limit
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    most = max(RESERVE, soft - RESERVE - OTHER_FILES)
    log.warning("fewer connections than set: too few files may be open", extra={"files": soft, "connections": most})
    return most
