"""The platform that a scenario runs on: its processes, PostgreSQL and RabbitMQ, its subscribers, and load."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from rtp_applications.app import service as applications
from rtp_applications.bodies.models import body_id
from rtp_examples.sandbox import COUNCIL, identify_organisation
from rtp_gateway.app import service as gateway
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import new_secret
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
            secret, readers = new_secret(), frozenset({f"client:{client_id}", organisation_identity(organisation)})
            subscriber = Subscriber(client_id, readers)
            self.loop_thread.do(subscriber.open())
            self.loop_thread.do(self._register(client_id, organisation, secret))
            self._subscribe(subscriber, secret)
            self.subscribers.append(subscriber)

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

    def _subscribe(self, subscriber: Subscriber, secret: str) -> None:
        with httpx.Client(base_url=self.fleet.host.public_url, timeout=20) as http:
            form = {"grant_type": "client_credentials"}
            signed_in = http.post("/oauth2/token", data=form, auth=(subscriber.client_id, secret))
            headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
            subscription = http.post("/v1/subscriptions", json={"sink": subscriber.sink}, headers=headers)
            assert subscription.status_code == 201, subscription.text

    def close(self) -> None:
        for subscriber in self.subscribers:
            self.loop_thread.do(subscriber.close())
        self.loop_thread.close()

    @contextmanager
    def load(self, per_second: float) -> Iterator[None]:
        """Publish events at a steady rate, and submit cases over HTTP, until the block ends."""
        database = Database(self.fleet.host.build_database_url(applications, "worker"), pool_size=1)
        publisher = Publisher(database, self.fleet.host.public_url, AUDIENCES)
        self.made_up = publisher.made_up
        with ExitStack() as undo:
            undo.callback(lambda: self.loop_thread.do(database.close()))
            undo.callback(self.loop_thread.end, self.loop_thread.begin(publisher.run(per_second)))
            self.case_system.begin()
            undo.callback(self.case_system.end)
            yield
