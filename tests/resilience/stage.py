"""Everything a rung needs: the processes, what they stand on, their subscribers, and load."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from rtp_applications.app import service as applications
from rtp_applications.bodies.models import body_id
from rtp_embedded.platform import ALL
from rtp_embedded.sandbox import COUNCIL, example_organisation
from rtp_gateway.app import service as gateway
from rtp_gateway.identity.commands import register_client
from rtp_gateway.identity.models import new_secret
from rtp_shared.auth import organisation_reader
from rtp_shared.contracts.applications import CaseSubmitted
from rtp_shared.db import Database
from tests.resilience import evidence
from tests.resilience.aside import Aside
from tests.resilience.database import Server
from tests.resilience.evidence import Committed, Row
from tests.resilience.intake import Intake
from tests.resilience.publisher import Publisher
from tests.resilience.rungs import CONSUMERS
from tests.resilience.subscribers import Subscriber
from tests.support.rabbitmq import Broker
from tests.system.evidence import check_all, unpublished
from tests.system.fleet import Fleet

CAMDEN = body_id(COUNCIL)
SUBSCRIBERS = {
    "council-one": CAMDEN,
    "council-two": CAMDEN,
    "council-three": CAMDEN,
    "panel": example_organisation("review-panel"),
    "team": example_organisation("mutuals-team"),
}
"""Client and organisation. Three see the submitted cases of one council, two only what names them."""
AUDIENCES = (
    ["system", organisation_reader(CAMDEN)],
    ["system", organisation_reader(CAMDEN), "client:panel"],
    ["system", organisation_reader(CAMDEN), "client:panel", "client:team"],
)
"""Who sees the cases that the publisher makes up, in turns."""

_COMMITTED = "SELECT body, readers, extract(epoch FROM created_at)::float8 FROM outbox WHERE position > %s"
_EVENTS_OF_NO_CASE = """
    SELECT count(*) FROM outbox
    WHERE position > %s AND case_id <> ALL (%s) AND case_id NOT IN (SELECT id FROM cases)
"""
_CASES_WITHOUT_EVENTS = """
    SELECT count(*) FROM cases c WHERE sequence <> (SELECT count(*) FROM outbox o WHERE o.case_id = c.id)
"""
_WAITING = "SELECT FROM deliveries WHERE state IN ('pending', 'dead')"


@dataclass
class Stage:
    fleet: Fleet
    server: Server
    broker: Broker
    intake: Intake
    aside: Aside = field(default_factory=Aside)
    subscribers: list[Subscriber] = field(default_factory=list)
    made_up: Sequence[UUID] = ()
    """Cases of the newest load that are known by their events alone."""

    def set_up(self) -> None:
        """Register the subscribers and let them subscribe, as each would over the API."""
        for client_id, organisation in SUBSCRIBERS.items():
            secret, readers = new_secret(), frozenset({f"client:{client_id}", organisation_reader(organisation)})
            subscriber = Subscriber(client_id, readers)
            self.aside.do(subscriber.open())
            self.aside.do(self._register(client_id, organisation, secret))
            self._subscribe(subscriber, secret)
            self.subscribers.append(subscriber)

    async def _register(self, client_id: str, organisation: UUID, secret: str) -> None:
        database = Database(self.fleet.host.database_url(gateway), pool_size=1)
        scopes = ["events:read", "subscriptions:read", "subscriptions:write"]
        async with database.transaction() as session:
            await register_client(
                session,
                client_id,
                name=client_id,
                organisation=organisation,
                secret=secret,
                scopes=scopes,
            )
        await database.close()

    def _subscribe(self, subscriber: Subscriber, secret: str) -> None:
        with httpx.Client(base_url=self.fleet.host.public_url, timeout=20) as http:
            form = {"grant_type": "client_credentials"}
            signed_in = http.post("/oauth2/token", data=form, auth=(subscriber.client_id, secret))
            headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
            made = http.post("/v1/subscriptions", json={"sink": subscriber.sink}, headers=headers)
            assert made.status_code == 201, made.text

    def close(self) -> None:
        for subscriber in self.subscribers:
            self.aside.do(subscriber.close())
        self.aside.close()

    @contextmanager
    def load(self, per_second: float) -> Iterator[None]:
        """Events at a steady rate, and cases submitted over HTTP, until the block ends."""
        database = Database(self.fleet.host.database_url(applications), pool_size=1)
        publisher = Publisher(database, self.fleet.host.public_url, AUDIENCES)
        self.made_up = publisher.made_up
        task = self.aside.begin(publisher.run(per_second))
        self.intake.begin()
        try:
            yield
        finally:
            self.intake.end()
            self.aside.end(task)
            self.aside.do(database.close())

    def marks(self) -> "Marks":
        outboxes = {}
        for service in ALL:
            [[newest]] = self.fleet.query(service, "SELECT coalesce(max(position), 0) FROM outbox")
            outboxes[service.name] = newest
        receipts = {each.client_id: len(each.receipts) for each in self.subscribers}
        return Marks(outboxes, receipts, len(self.intake.cases), self._seen_before())

    def _half_done(self, marks: "Marks") -> int:
        newest, made_up = marks.outboxes[applications.name], list(self.made_up)
        return _number(self.fleet, applications, _EVENTS_OF_NO_CASE, newest, made_up) + _number(
            self.fleet, applications, _CASES_WITHOUT_EVENTS
        )

    def _seen_before(self) -> dict[str, int]:
        return {name: self.fleet.seen_before(name) for name in CONSUMERS}

    def committed(self, marks: "Marks") -> list[Committed]:
        return [
            evidence.committed(body, readers, at)  # type: ignore[arg-type]
            for service in ALL
            for body, readers, at in self.fleet.query(service, _COMMITTED, marks.outboxes[service.name])
        ]

    def wait_until_quiet(self, seconds: float) -> bool:
        """Until nothing is on its way anywhere; False where that took longer."""
        deadline = time.monotonic() + seconds
        while not self._quiet():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.2)
        return True

    def _quiet(self) -> bool:
        return not unpublished(self.fleet) and self._all_recorded() and not self.fleet.query(gateway, _WAITING)

    def _all_recorded(self) -> bool:
        """Whether the gateway has every event, and the services have made of each submission what they make."""
        published = sum(_number(self.fleet, service, "SELECT count(*) FROM outbox") for service in ALL)
        submitted = _number(self.fleet, applications, "SELECT count(*) FROM outbox WHERE type = %s", CaseSubmitted.TYPE)
        others = [service for service in ALL if service.handlers and service is not gateway]
        return published == _number(self.fleet, gateway, "SELECT count(*) FROM events") and all(
            _number(self.fleet, service, "SELECT count(*) FROM outbox") == submitted for service in others
        )

    def row(self, rung: str, marks: "Marks") -> Row:
        """What came of it. Raises AssertionError where an answered submission is not, or not once, in the services."""
        check_all(self.fleet, self.broker, self.intake.cases[marks.cases :])
        row = evidence.row(rung, self.committed(marks), self.subscribers, marks.receipts)
        # A process that was started anew counts from nothing.
        pairs = [(count, marks.seen_before[name]) for name, count in self._seen_before().items()]
        row.handled_again = sum(now - before if now >= before else now for now, before in pairs)
        row.half_done = self._half_done(marks)
        row.slowest_request_s = round(max(self.intake.took[marks.cases :], default=0.0), 3)
        return row


@dataclass(frozen=True)
class Marks:
    """How far everything was before a rung."""

    outboxes: Mapping[str, object]
    receipts: Mapping[str, int]
    cases: int
    seen_before: Mapping[str, int]


def _number(fleet: Fleet, service: object, sql: str, *arguments: object) -> int:
    [[number]] = fleet.query(service, sql, *arguments)  # type: ignore[arg-type]
    assert isinstance(number, int)
    return number
