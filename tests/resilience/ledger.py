"""Reads from the databases how far everything is, and the result of a scenario."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rtp_applications.app import service as applications
from rtp_gateway.app import service as gateway
from rtp_operations.services import ALL
from rtp_shared.contracts.advice_matching import AdviserProposed, AdvisersProposed, NeedOpened
from rtp_shared.contracts.applications import CaseSubmitted
from rtp_shared.service import Service
from tests.resilience import evidence
from tests.resilience.evidence import Committed, Row
from tests.resilience.platform_under_test import PlatformUnderTest
from tests.resilience.scenarios import CONSUMERS
from tests.support.waiting import happens_within
from tests.system.evidence import check_all

_COMMITTED = "SELECT body, readers, extract(epoch FROM created_at)::float8 FROM outbox WHERE position > %s"
_EVENTS_OF_NO_CASE = """
    SELECT count(*) FROM outbox
    WHERE position > %s AND case_id <> ALL (%s) AND case_id NOT IN (SELECT id FROM cases)
"""
_CASES_WITHOUT_EVENTS = """
    SELECT count(*) FROM cases c LEFT JOIN (
        SELECT case_id, right(convert_from(body, 'UTF8')::json ->> 'source', 7) = '/drafts' AS of_draft, count(*)
        FROM outbox GROUP BY 1, 2
    ) o ON o.case_id = c.id AND o.of_draft = (c.submitted_at IS NULL)
    WHERE c.sequence IS DISTINCT FROM o.count
"""
_UNPUBLISHED = "SELECT FROM outbox WHERE published_at IS NULL LIMIT 1"
_APART = [AdviserProposed.TYPE, AdvisersProposed.TYPE, NeedOpened.TYPE]
"""What a service tells besides, of one submission any number of times."""
_WAITING = "SELECT FROM deliveries WHERE state IN ('pending', 'dead') LIMIT 1"


@dataclass(frozen=True)
class Marks:
    """How far everything had come before a scenario."""

    outboxes: Mapping[str, int]
    receipts: Mapping[str, int]
    submitted: int
    opened: int
    deadlocks: int
    seen_before: Mapping[str, int]


class Ledger:
    """The books of a platform: what was committed, published, recorded and delivered."""

    def __init__(self, platform: PlatformUnderTest) -> None:
        self._platform = platform
        self._query = platform.fleet.query

    def take_marks(self) -> Marks:
        outboxes = {each.name: self._count(each, "SELECT coalesce(max(position), 0) FROM outbox") for each in ALL}
        receipts = {each.client_id: len(each.receipts) for each in self._platform.subscribers}
        submitted, deadlocks = len(self._platform.case_system.cases), self._platform.server.count_deadlocks()
        return Marks(outboxes, receipts, submitted, self._count_opened(), deadlocks, self._count_repeats())

    def wait_until_quiet(self, seconds: float) -> bool:
        """Wait until nothing is on its way anywhere; return False where that took longer."""
        return happens_within(self._is_quiet, seconds, pause=0.2)

    def build_row(self, scenario: str, marks: Marks) -> Row:
        """Return the result of the scenario that ran since the marks were taken."""
        case_system = self._platform.case_system
        row = evidence.build_row(scenario, self._list_committed(marks), self._platform.subscribers, marks.receipts)
        # A process that was started anew counts from nothing.
        pairs = [(count, marks.seen_before[name]) for name, count in self._count_repeats().items()]
        row.handled_again = sum(now - before if now >= before else now for now, before in pairs)
        row.wrong_effects = self._find_wrong_effects(case_system.cases[marks.submitted :])
        row.half_done = self._count_half_done(marks)
        row.deadlocks = self._platform.server.count_deadlocks() - marks.deadlocks
        row.slowest_request_s = round(max(case_system.took[marks.submitted :], default=0.0), 3)
        return row

    def _is_quiet(self) -> bool:
        waiting = any(self._query(service, _UNPUBLISHED) for service in ALL)
        return not waiting and self._has_recorded_all() and not self._query(gateway, _WAITING)

    def _has_recorded_all(self) -> bool:
        """Check that the gateway has every event, and that each submission has had its effect in the services."""
        published = sum(self._count(service, "SELECT count(*) FROM outbox") for service in ALL)
        submitted = self._count(applications, "SELECT count(*) FROM outbox WHERE type = %s", CaseSubmitted.TYPE)
        others = [service for service in ALL if CaseSubmitted.TYPE in service.handlers]
        return published == self._count(gateway, "SELECT count(*) FROM events") and all(
            self._count(service, "SELECT count(*) FROM outbox WHERE type <> ALL (%s)", _APART) == submitted
            for service in others
        )

    def _list_committed(self, marks: Marks) -> list[Committed]:
        return [
            evidence.read_committed(body, readers, at)  # type: ignore[arg-type]
            for service in ALL
            for body, readers, at in self._query(service, _COMMITTED, marks.outboxes[service.name])
        ]

    def _find_wrong_effects(self, cases: Sequence[UUID]) -> str:
        try:
            check_all(self._platform.fleet, self._platform.broker, cases)
        except AssertionError as error:
            return f"{traceback.extract_tb(error.__traceback__)[-1].name.strip('_')} {error}".strip()
        return ""

    def _count_half_done(self, marks: Marks) -> int:
        newest, made_up = marks.outboxes[applications.name], list(self._platform.made_up)
        strays = self._count(applications, _EVENTS_OF_NO_CASE, newest, made_up)
        twice = self._count_opened() - marks.opened - (len(self._platform.case_system.cases) - marks.submitted)
        return strays + abs(twice) + self._count(applications, _CASES_WITHOUT_EVENTS)

    def _count_opened(self) -> int:
        return self._count(applications, "SELECT count(*) FROM cases")

    def _count_repeats(self) -> dict[str, int]:
        return {name: self._platform.fleet.count_repeats(name) for name in CONSUMERS}

    def _count(self, service: Service, sql: str, *arguments: object) -> int:
        [[number]] = self._query(service, sql, *arguments)
        assert isinstance(number, int)
        return number
