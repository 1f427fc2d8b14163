"""The scenarios: the faults, and for how long each lasts."""

from collections.abc import Mapping
from dataclasses import dataclass

from rtp_operations.processes import PROCESSES

WEB, RELAY, COURIER = "applications", "applications-worker", "gateway-delivery"
CONSUMERS = ("advice-matching-worker", "finance-directory-worker", COURIER)


@dataclass(frozen=True, slots=True)
class Kill:
    """Processes are killed (SIGKILL), each at an exact point of its work (tests/system/crashing.py), and come again."""

    points: Mapping[str, str]

    @property
    def name(self) -> str:
        return "kill " + ", ".join(dict.fromkeys(self.points.values()))


@dataclass(frozen=True, slots=True)
class Outage:
    """Something is not available for this many seconds."""

    what: str
    seconds: float

    @property
    def name(self) -> str:
        return f"{self.what} {self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class SameCases:
    """Nothing breaks: events of few cases go to many subscriptions of the same readers, by several delivery workers.

    Events come in bursts, so that the next is recorded while batches mark those before as delivered: to one subscriber
    the last that there is for it, to another, which takes more types, one that has others after it. No more come than
    can be delivered meanwhile.
    """

    cases: int = 2
    subscriptions: int = 8
    workers: int = 3
    per_second: float = 10.0
    burst: int = 8
    seconds: float = 30.0

    @property
    def name(self) -> str:
        return f"{self.cases} cases, {self.subscriptions} subscriptions, {self.workers} workers"


FaultScenario = Kill | Outage | SameCases

WEB_POINTS = ("before-commit", "after-commit")
RELAY_POINTS = ("after-publish", "after-confirm", "before-mark", "after-mark")
CONSUMER_POINTS = ("before-handler-commit", "after-handler-commit")
COURIER_POINTS = (
    "before-claim-commit",
    "after-claim-commit",
    "mid-delivery",
    "before-report-commit",
    "after-report-commit",
)
ANY_MOMENT = "at any moment"
OUTAGES = ("broker", "database", "one subscriber", "all subscribers")

FULL: tuple[FaultScenario, ...] = (
    *(Kill({WEB: point}) for point in WEB_POINTS),
    *(Kill({RELAY: point}) for point in RELAY_POINTS),
    *(Kill(dict.fromkeys(CONSUMERS, point)) for point in CONSUMER_POINTS),
    *(Kill({COURIER: point}) for point in COURIER_POINTS),
    Kill(dict.fromkeys([process.name for process in PROCESSES], ANY_MOMENT)),
    SameCases(),
    *(Outage(what, seconds) for seconds in (10, 60, 300) for what in OUTAGES),
    Outage("one database", 60),
    Outage("broker frozen", 60),
    Outage("database frozen", 60),
)
SHORT: tuple[FaultScenario, ...] = (
    Kill({WEB: "before-commit", RELAY: "after-publish", **dict.fromkeys(CONSUMERS, "before-handler-commit")}),
    Kill({WEB: "after-commit", RELAY: "after-confirm", **dict.fromkeys(CONSUMERS, "after-handler-commit")}),
    Kill({RELAY: "before-mark", COURIER: "before-claim-commit"}),
    Kill({RELAY: "after-mark", COURIER: "after-claim-commit"}),
    *(Kill({COURIER: point}) for point in COURIER_POINTS[2:]),
    Outage("broker", 6),
    Outage("database", 3),
    Outage("database frozen", 2),
    Outage("one database", 4),
    Outage("one subscriber", 4),
    Outage("all subscribers", 4),
)
"""The same points and faults, several at once where they are of different processes, and not for long."""
