"""Checks in the databases and queues that submitted cases had their events and effects, once and in order."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

from rtp_advice_matching.app import service as advice_matching
from rtp_applications.app import service as applications
from rtp_finance_directory.app import service as finance_directory
from rtp_gateway.app import service as gateway
from rtp_operations.services import ALL
from rtp_shared.contracts.advice_matching import SupportProposed
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted
from rtp_shared.contracts.finance_directory import ShortlistMade
from tests.support.rabbitmq import Broker
from tests.support.waiting import wait_until
from tests.system.fleet import Fleet

EVENTS = {CaseOpened.TYPE, CaseSubmitted.TYPE, SupportProposed.TYPE, ShortlistMade.TYPE}
"""The events that each submitted case leads to, once."""


def list_recorded(fleet: Fleet, cases: Sequence[UUID]) -> list[tuple[object, ...]]:
    """Return the events of these cases, in the order in which the gateway recorded them."""
    sql = "SELECT event_id, type, case_id, source, sequence FROM events WHERE case_id = ANY(%s) ORDER BY position"
    return fleet.query(gateway, sql, list(cases))


def check_all(fleet: Fleet, broker: Broker, cases: Sequence[UUID]) -> None:
    """Check that nothing is lost, handled twice, out of order in its case, or given up."""
    _check_recorded_once(fleet, cases)
    _check_order(fleet, cases)
    _check_effects_once(fleet, cases)
    _check_inboxes(fleet, cases)
    for service in (service for service in ALL if service.handlers):
        assert broker.depth(f"{service.name}.dead") == 0
        wait_until(lambda queue=service.name: broker.depth(queue) == 0, f"emptying {service.name}")  # type: ignore[misc]


def _check_recorded_once(fleet: Fleet, cases: Sequence[UUID]) -> None:
    events = list_recorded(fleet, cases)
    kinds = Counter((case_id, type_) for _, type_, case_id, *_ in events)
    assert kinds == Counter((case_id, type_) for case_id in cases for type_ in EVENTS)
    assert {event_id for event_id, *_ in events} == list_published(fleet, cases)


def list_published(fleet: Fleet, cases: Sequence[UUID]) -> set[object]:
    sql = "SELECT event_id FROM outbox WHERE case_id = ANY(%s) AND published_at IS NOT NULL"
    return {row[0] for service in ALL for row in fleet.query(service, sql, list(cases))}


def _check_order(fleet: Fleet, cases: Sequence[UUID]) -> None:
    chains: dict[tuple[object, object], list[object]] = defaultdict(list)
    for _, _, case_id, source, sequence in list_recorded(fleet, cases):
        chains[case_id, source].append(sequence)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in chains.values())


def _check_effects_once(fleet: Fleet, cases: Sequence[UUID]) -> None:
    for service, table in ((advice_matching, "support_requests"), (finance_directory, "shortlists")):
        rows = fleet.query(service, f"SELECT case_id FROM {table} WHERE case_id = ANY(%s)", list(cases))  # noqa: S608
        assert Counter(row[0] for row in rows) == Counter(cases)
        events = fleet.query(service, "SELECT case_id FROM outbox WHERE case_id = ANY(%s)", list(cases))
        assert Counter(row[0] for row in events) == Counter(cases)


def _check_inboxes(fleet: Fleet, cases: Sequence[UUID]) -> None:
    sql = "SELECT event_id FROM outbox WHERE case_id = ANY(%s) AND type = %s"
    submitted = {row[0] for row in fleet.query(applications, sql, list(cases), CaseSubmitted.TYPE)}
    everything = list_published(fleet, cases)
    for service, heard in ((advice_matching, submitted), (finance_directory, submitted), (gateway, everything)):
        rows = fleet.query(service, "SELECT event_id FROM inbox WHERE event_id = ANY(%s)", list(heard))
        assert {row[0] for row in rows} == heard
