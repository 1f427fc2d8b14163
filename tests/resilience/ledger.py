"""What the databases say: how far everything is, whether anything is still on its way, and what came of a rung."""

import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rtp_applications.app import service as applications
from rtp_gateway.app import service as gateway
from rtp_operations.services import ALL
from rtp_shared.contracts.applications import CaseSubmitted
from rtp_shared.service import Service
from tests.resilience import evidence
from tests.resilience.evidence import Committed, Row
from tests.resilience.platform_under_test import Stage
from tests.resilience.scenarios import CONSUMERS
from tests.system.evidence import check_all

_COMMITTED = "SELECT body, readers, extract(epoch FROM created_at)::float8 FROM outbox WHERE position > %s"
_EVENTS_OF_NO_CASE = """
    SELECT count(*) FROM outbox
    WHERE position > %s AND case_id <> ALL (%s) AND case_id NOT IN (SELECT id FROM cases)
"""
_CASES_WITHOUT_EVENTS = """
    SELECT count(*) FROM cases c LEFT JOIN (SELECT case_id, count(*) FROM outbox GROUP BY case_id) o ON o.case_id = c.id
    WHERE c.sequence IS DISTINCT FROM o.count
"""
_UNPUBLISHED = "SELECT FROM outbox WHERE published_at IS NULL LIMIT 1"
_WAITING = "SELECT FROM deliveries WHERE state IN ('pending', 'dead') LIMIT 1"


@dataclass(frozen=True)
class Marks:
    """How far everything was before a rung."""

    outboxes: Mapping[str, int]
    receipts: Mapping[str, int]
    submitted: int
    opened: int
    seen_before: Mapping[str, int]


class Books:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._query = stage.fleet.query

    def marks(self) -> Marks:
        outboxes = {each.name: self._number(each, "SELECT coalesce(max(position), 0) FROM outbox") for each in ALL}
        receipts = {each.client_id: len(each.receipts) for each in self._stage.subscribers}
        return Marks(outboxes, receipts, len(self._stage.intake.cases), self._opened(), self._seen_before())

    def wait_until_quiet(self, seconds: float) -> bool:
        """Until nothing is on its way anywhere; False where that took longer."""
        deadline = time.monotonic() + seconds
        while not self._quiet():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.2)
        return True

    def row(self, rung: str, marks: Marks) -> Row:
        """What came of it."""
        intake = self._stage.intake
        row = evidence.row(rung, self._committed(marks), self._stage.subscribers, marks.receipts)
        # A process that was started anew counts from nothing.
        pairs = [(count, marks.seen_before[name]) for name, count in self._seen_before().items()]
        row.handled_again = sum(now - before if now >= before else now for now, before in pairs)
        row.wrong_effects = self._wrong_effects(intake.cases[marks.submitted :])
        row.half_done = self._half_done(marks)
        row.slowest_request_s = round(max(intake.took[marks.submitted :], default=0.0), 3)
        return row

    def _quiet(self) -> bool:
        waiting = any(self._query(service, _UNPUBLISHED) for service in ALL)
        return not waiting and self._all_recorded() and not self._query(gateway, _WAITING)

    def _all_recorded(self) -> bool:
        """Whether the gateway has every event, and the services have made of each submission what they make."""
        published = sum(self._number(service, "SELECT count(*) FROM outbox") for service in ALL)
        submitted = self._number(applications, "SELECT count(*) FROM outbox WHERE type = %s", CaseSubmitted.TYPE)
        others = [service for service in ALL if service.handlers and service is not gateway]
        return published == self._number(gateway, "SELECT count(*) FROM events") and all(
            self._number(service, "SELECT count(*) FROM outbox") == submitted for service in others
        )

    def _committed(self, marks: Marks) -> list[Committed]:
        return [
            evidence.committed(body, readers, at)  # type: ignore[arg-type]
            for service in ALL
            for body, readers, at in self._query(service, _COMMITTED, marks.outboxes[service.name])
        ]

    def _wrong_effects(self, cases: Sequence[UUID]) -> str:
        try:
            check_all(self._stage.fleet, self._stage.broker, cases)
        except AssertionError as error:
            return f"{traceback.extract_tb(error.__traceback__)[-1].name.strip('_')} {error}".strip()
        return ""

    def _half_done(self, marks: Marks) -> int:
        newest, made_up = marks.outboxes[applications.name], list(self._stage.made_up)
        strays = self._number(applications, _EVENTS_OF_NO_CASE, newest, made_up)
        twice = self._opened() - marks.opened - (len(self._stage.intake.cases) - marks.submitted)
        return strays + abs(twice) + self._number(applications, _CASES_WITHOUT_EVENTS)

    def _opened(self) -> int:
        return self._number(applications, "SELECT count(*) FROM cases")

    def _seen_before(self) -> dict[str, int]:
        return {name: self._stage.fleet.seen_before(name) for name in CONSUMERS}

    def _number(self, service: Service, sql: str, *arguments: object) -> int:
        [[number]] = self._query(service, sql, *arguments)
        assert isinstance(number, int)
        return number
