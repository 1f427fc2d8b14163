"""The platform that a scenario runs on: its processes, PostgreSQL and RabbitMQ, its subscribers, and load."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID, uuid4

import httpx

from rtp_applications.app import service as applications
from rtp_applications.bodies.models import body_id
from rtp_examples.sandbox import COUNCIL, identify_organisation
from rtp_gateway.app import service as gateway
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import new_secret
from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.db import Database
from rtp_shared.identities import organisation_identity
from tests.resilience.case_system import CaseSystem
from tests.resilience.database import Server
from tests.resilience.loop_thread import LoopThread
from tests.resilience.publisher import Publisher
from tests.resilience.subscribers import Subscriber
from tests.support.rabbitmq import Broker
from tests.system.fleet import Fleet

CAMDEN = body_id(COUNCIL)
SUBSCRIBERS = {
    "council-one": CAMDEN,
    "council-two": CAMDEN,
    "council-three": CAMDEN,
    "panel": identify_organisation("review-panel"),
    "team": identify_organisation("mutuals-team"),
}
"""Client and organisation. Three see the submitted cases of one council, two only what names them."""
AUDIENCES = (
    ["system", organisation_identity(CAMDEN)],
    ["system", organisation_identity(CAMDEN), "client:panel"],
    ["system", organisation_identity(CAMDEN), "client:panel", "client:team"],
)
"""Readers of the cases that the publisher makes up, in turns."""


@dataclass
class PlatformUnderTest:
    """The running platform, with handles on everything that a scenario breaks."""

    fleet: Fleet
    server: Server
    broker: Broker
    case_system: CaseSystem
    loop_thread: LoopThread = field(default_factory=LoopThread)
    subscribers: list[Subscriber] = field(default_factory=list)
    made_up: Sequence[UUID] = ()
    """Cases of the newest load that are known by their events alone."""

    def set_up(self) -> None:
        """Register the subscribers and let them subscribe, as each would over the API."""
        for client_id, organisation in SUBSCRIBERS.items():
            self._add_subscriber(client_id, organisation)

    @contextmanager
    def more_subscribers(self, count: int) -> Iterator[None]:
        """So many more subscribers of the council's cases, until the block ends; every second one takes one type."""
        before = len(self.subscribers)
        ends = [
            self._add_subscriber(f"council-{uuid4()}", CAMDEN, types=[CaseOpened.TYPE] if number % 2 else [])
            for number in range(count)
        ]
        try:
            yield
        finally:
            for end in ends:
                end()
            added, self.subscribers = self.subscribers[before:], self.subscribers[:before]
            for subscriber in added:
                self.loop_thread.do(subscriber.close())

    def _add_subscriber(self, client_id: str, organisation: UUID, *, types: Sequence[str] = ()) -> Callable[[], object]:
        """Add a subscriber with its subscription; return what ends the subscription."""
        secret, readers = new_secret(), frozenset({f"client:{client_id}", organisation_identity(organisation)})
        subscriber = Subscriber(client_id, readers, frozenset(types))
        self.loop_thread.do(subscriber.open())
        self.loop_thread.do(self._register(client_id, organisation, secret))
        self.subscribers.append(subscriber)
        return self._subscribe(subscriber, secret)

    async def _register(self, client_id: str, organisation: UUID, secret: str) -> None:
        database = Database(self.fleet.host.build_database_url(gateway, "operator"), pool_size=1)
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

    def _subscribe(self, subscriber: Subscriber, secret: str) -> Callable[[], object]:
        url = f"{self.fleet.host.public_url}/v1/subscriptions"
        form = {"grant_type": "client_credentials"}
        sign_in = f"{self.fleet.host.public_url}/oauth2/token"
        signed_in = httpx.post(sign_in, data=form, auth=(subscriber.client_id, secret), timeout=20)
        headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}", "If-Match": "*"}
        subscription = httpx.post(
            url, json={"sink": subscriber.sink, "types": sorted(subscriber.types)}, headers=headers, timeout=20
        )
        assert subscription.status_code == 201, subscription.text
        return partial(httpx.delete, f"{url}/{subscription.json()['id']}", headers=headers, timeout=20)

    def close(self) -> None:
        for subscriber in self.subscribers:
            self.loop_thread.do(subscriber.close())
        self.loop_thread.close()

    @contextmanager
    def load(self, per_second: float, **how: int) -> Iterator[None]:
        """Publish events at a steady rate, and submit cases over HTTP, until the block ends. `how`: the Publisher's."""
        database = Database(self.fleet.host.build_database_url(applications, "worker"), pool_size=1)
        publisher = Publisher(database, self.fleet.host.public_url, AUDIENCES, **how)
        self.made_up = publisher.made_up
        with ExitStack() as undo:
            undo.callback(lambda: self.loop_thread.do(database.close()))
            undo.callback(self.loop_thread.end, self.loop_thread.begin(publisher.run(per_second)))
            self.case_system.begin()
            undo.callback(self.case_system.end)
            yield
