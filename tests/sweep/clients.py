"""The clients of the sweep: one of every kind that the platform knows, and nobody at all."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpx

from rtp_advice_matching.load import make_network_id
from rtp_applications.bodies.models import body_id
from rtp_embedded.platform import Platform
from tests.conftest import ORDINARY, PUBLIC_URL, Api, NewClient
from tests.support.cases import TRUST, employer_id

RIVAL = "GB-LAE-HCK"
"""A council that most cases do not name."""
ORGANISATIONS: Mapping[str, uuid.UUID] = MappingProxyType(
    {
        "employer": employer_id(),
        "trust": body_id(TRUST),
        "rival": body_id(RIVAL),
        "further": body_id("GB-LAE-WAR"),
        "reviewing": uuid.uuid4(),
        "adviser network": make_network_id("example-adviser-network"),
        "mentor network": make_network_id("example-mentor-network"),
    }
)

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "group": ("employer", ""),
        "another group": ("", ""),
        "officers": ("employer", ""),
        "officers of another body": ("rival", ""),
        "trust": ("trust", ""),
        "adviser": ("", ""),
        "former adviser": ("", ""),
        "adviser network": ("adviser network", ""),
        "mentor network": ("mentor network", ""),
        "reviewer": ("reviewing", ""),
        "another reviewer": ("", ""),
        "central team": ("", "cases:oversee"),
        "courts": ("", "cases:system"),
        "importer": ("", "cases:import"),
        "eraser": ("", "events:erase"),
        "matcher": ("", "support:match"),
        "administrator": ("", "clients:manage"),
        "another administrator": ("", "clients:manage"),
        "without a scope": ("", "none"),
        "nobody": ("", "no token"),
    }
)
"""By name: its organisation, none for one of its own, and what it may more than others.

The group's client belongs to the employing body, as a council's intake portal does.
"""


@dataclass(frozen=True)
class Client:
    """A client of a kind, with the facts about it that the oracle goes by."""

    name: str
    api: httpx.AsyncClient
    client_id: str
    organisation: str
    scopes: frozenset[str]

    @property
    def identities(self) -> frozenset[str]:
        return frozenset({f"client:{self.client_id}", f"org:{self.organisation}"})


Clients = Mapping[str, Client]


async def make_clients(platform: Platform, new_client: NewClient) -> Clients:
    return {name: await _make_client(platform, new_client, name) for name in KINDS}


async def _make_client(platform: Platform, new_client: NewClient, name: str) -> Client:
    of, more = KINDS[name]
    if more == "no token":
        nobody = httpx.AsyncClient(transport=httpx.ASGITransport(platform.app), base_url=PUBLIC_URL)
        return Client(name, nobody, "-", "-", frozenset())
    scopes = [] if more == "none" else [*ORDINARY, *more.split()]
    api: Api = await new_client(scopes=" ".join(scopes), organisation=ORGANISATIONS.get(of))
    return Client(name, api, api.client_id, str(api.organisation), frozenset(scopes))
