"""Everything a rung needs: the processes, what they stand on, their subscribers, and load."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from rtp_applications.app import service as applications
from rtp_applications.bodies.models import body_id
from rtp_embedded.sandbox import COUNCIL, example_organisation
from rtp_gateway.app import service as gateway
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import new_secret
from rtp_shared.auth import organisation_reader
from rtp_shared.db import Database
from tests.resilience.aside import Aside
from tests.resilience.database import Server
from tests.resilience.intake import Intake
from tests.resilience.publisher import Publisher
from tests.resilience.subscribers import Subscriber
from tests.support.rabbitmq import Broker
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
        with ExitStack() as undo:
            undo.callback(lambda: self.aside.do(database.close()))
            undo.callback(self.aside.end, self.aside.begin(publisher.run(per_second)))
            self.intake.begin()
            undo.callback(self.intake.end)
            yield
