"""The sandbox: example clients of every kind, whose secrets are made once and kept readable only by the owner."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from rtp_advice_matching.load import network_id
from rtp_applications.bodies.models import body_id
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import new_secret
from rtp_shared.db import Database

COUNCIL = "GB-LAE-CMD"
TRUST = "GB-NHS-RRV"
COUNTY = "GB-LAE-WAR"
NETWORK = "example-adviser-network"
NO_PUBLIC_BODY = UUID("c1f7a3b4-4b52-4f3c-9a6e-2f0a6f3f7d10")
"""Under it, the ids of example organisations that are no public bodies."""


def example_organisation(name: str) -> UUID:
    return uuid5(NO_PUBLIC_BODY, name)


@dataclass(frozen=True)
class SandboxClient:
    client_id: str
    what: str
    organisation: UUID
    scopes: Sequence[str]


CLIENTS = (
    SandboxClient(
        "council-intake",
        "the case system through which Camden's staff groups apply",
        body_id(COUNCIL),
        ("cases:read", "cases:write", "support:read", "support:write", "advisers:read", "finance:read", "events:read"),
    ),
    SandboxClient(
        "council-officers",
        "the case system of Camden's own officers: it sees a case only once it is submitted",
        body_id(COUNCIL),
        ("cases:read", "cases:write", "support:read", "finance:read", "events:read"),
    ),
    SandboxClient(
        "county-officers",
        "the case system of Warwickshire's officers, a county that publishes when challenges are taken",
        body_id(COUNTY),
        ("cases:read", "cases:write", "bodies:write", "events:read"),
    ),
    SandboxClient(
        "trust-officers",
        "the case system of the trust's own people: as employer, or as commissioner of a council's service",
        body_id(TRUST),
        ("cases:read", "cases:write", "events:read"),
    ),
    SandboxClient(
        "trust-subscriber",
        "the event subscriber of University College London Hospitals NHS Foundation Trust",
        body_id(TRUST),
        ("cases:read", "events:read", "subscriptions:read", "subscriptions:write"),
    ),
    SandboxClient(
        "adviser-network",
        "an adviser network, which sees the requests its advisers are proposed for",
        network_id(NETWORK),
        ("advisers:read", "support:read", "events:read", "subscriptions:read", "subscriptions:write"),
    ),
    SandboxClient(
        "staff-portal",
        "a portal for staff groups that belongs to none of their employers",
        example_organisation("staff-portal"),
        ("cases:read", "cases:write", "support:read", "support:write", "finance:read", "events:read"),
    ),
    SandboxClient(
        "mutuals-team",
        "the central mutuals team: it sees every submitted case, appoints reviewers, and records historic ones",
        example_organisation("mutuals-team"),
        ("cases:read", "cases:write", "cases:oversee", "cases:import", "bodies:write", "events:read"),
    ),
    SandboxClient(
        "review-panel",
        "independent reviewers: they see a case once they are appointed to it",
        example_organisation("review-panel"),
        ("cases:read", "cases:write", "events:read"),
    ),
    SandboxClient(
        "courts-register",
        "the register of court orders, which acts as the platform",
        example_organisation("courts-register"),
        ("cases:read", "cases:write", "cases:system"),
    ),
)


def secrets_of(file: Path) -> dict[str, str]:
    """The clients' secrets: read from the file, or made and written there."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    secrets = {client.client_id: known.get(client.client_id) or new_secret() for client in CLIENTS}
    if secrets != known:
        write_private(file, json.dumps(secrets, indent=1))
    return secrets


def write_private(file: Path, text: str) -> None:
    """Write a file that nobody but its owner can read, whole or not at all."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)


async def register(database: Database, secrets: dict[str, str]) -> None:
    """Make the sandbox clients known to the gateway."""
    async with database.transaction() as session:
        for client in CLIENTS:
            await register_client(
                session,
                client.client_id,
                name=client.what,
                organisation=client.organisation,
                secret=secrets[client.client_id],
                scopes=client.scopes,
            )
