"""The sandbox: example clients of every kind. Their secrets are made once, and only their owner can read the file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from rtp_advice_matching.load import make_network_id
from rtp_applications.bodies.models import body_id
from rtp_gateway.clients.commands import deactivate_by_secret, register_client
from rtp_gateway.clients.models import new_secret
from rtp_operations.clients import RegisteredClient
from rtp_operations.private_files import write_private_file
from rtp_shared.db import Database

COUNCIL = "GB-LAE-CMD"
TRUST = "GB-NHS-RRV"
COUNTY = "GB-LAE-WAR"
COMBINED_AUTHORITY = "GB-LAE-CPCA"
FIRE_AUTHORITY = "GB-LAE-EXFRA"
"""An example, which the central team records before its officers act: reference data has none."""
NETWORK = "example-adviser-network"
MENTORS = "example-mentor-network"
NO_PUBLIC_BODY = UUID("c1f7a3b4-4b52-4f3c-9a6e-2f0a6f3f7d10")
"""Under it, the ids of example organisations that are no public bodies."""


def identify_organisation(name: str) -> UUID:
    """Return the id of an example organisation that is no public body."""
    return uuid5(NO_PUBLIC_BODY, name)


@dataclass(frozen=True)
class SandboxClient:
    """An example client: a system of some organisation."""

    client_id: str
    purpose: str
    organisation: UUID
    scopes: Sequence[str]


CLIENTS = (
    SandboxClient(
        "council-intake",
        "the case system through which Camden's staff groups apply",
        body_id(COUNCIL),
        (
            "cases:read",
            "cases:write",
            "support:read",
            "support:write",
            "advisers:read",
            "finance:read",
            "events:read",
            "subscriptions:read",
            "subscriptions:write",
        ),
    ),
    SandboxClient(
        "council-officers",
        "the case system of Camden's own officers: it sees a case only once it is submitted",
        body_id(COUNCIL),
        (
            "cases:read",
            "cases:write",
            "cases:load",
            "bodies:write",
            "support:read",
            "finance:read",
            "events:read",
            "subscriptions:read",
            "subscriptions:write",
        ),
    ),
    SandboxClient(
        "county-officers",
        "the case system of Warwickshire's officers, a county that publishes when challenges are taken",
        body_id(COUNTY),
        ("cases:read", "cases:write", "bodies:write", "events:read"),
    ),
    SandboxClient(
        "authority-officers",
        "the case system of the officers of the Cambridgeshire and Peterborough Combined Authority",
        body_id(COMBINED_AUTHORITY),
        ("cases:read", "cases:write", "events:read"),
    ),
    SandboxClient(
        "fire-officers",
        "the case system of the officers of an example fire authority, once the central team has recorded that",
        body_id(FIRE_AUTHORITY),
        ("cases:read", "cases:write", "events:read"),
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
        make_network_id(NETWORK),
        (
            "advisers:read",
            "advisers:write",
            "support:read",
            "support:write",
            "events:read",
            "subscriptions:read",
            "subscriptions:write",
        ),
    ),
    SandboxClient(
        "mentor-network",
        "a network of mentors, the rival of the other one",
        make_network_id(MENTORS),
        ("advisers:read", "advisers:write", "support:read", "support:write", "events:read"),
    ),
    SandboxClient(
        "support-operator",
        "whoever works out matching rounds, and answers for the data of advice",
        identify_organisation("support-operator"),
        ("advisers:read", "support:read", "support:write", "support:match", "support:erase", "events:read"),
    ),
    SandboxClient(
        "staff-portal",
        "a portal for staff groups that belongs to none of their employers",
        identify_organisation("staff-portal"),
        ("cases:read", "cases:write", "support:read", "support:write", "finance:read", "events:read"),
    ),
    SandboxClient(
        "mutuals-team",
        "the central mutuals team: it sees every submitted case, appoints reviewers, and records historic ones",
        identify_organisation("mutuals-team"),
        ("cases:read", "cases:write", "cases:oversee", "cases:import", "bodies:write", "events:read"),
    ),
    SandboxClient(
        "review-panel",
        "independent reviewers: they see a case once they are appointed to it",
        identify_organisation("review-panel"),
        ("cases:read", "cases:write", "events:read"),
    ),
    SandboxClient(
        "courts-register",
        "the register of court orders, which acts as the platform",
        identify_organisation("courts-register"),
        ("cases:read", "cases:write", "cases:system"),
    ),
)


async def register_sandbox(database: Database, data_dir: Path) -> Sequence[RegisteredClient]:
    """Register the sandbox's clients with the gateway, with the secrets that the data directory holds or gets."""
    secrets = read_secrets(data_dir / "sandbox.json")
    await register_clients(database, secrets)
    return [RegisteredClient(each.client_id, secrets[each.client_id], each.purpose) for each in CLIENTS]


async def close_sandbox(database: Database, data_dir: Path) -> Sequence[RegisteredClient]:
    """Deactivate those clients of the sandbox that are let in by the secrets of an earlier start. Returns none."""
    file = data_dir / "sandbox.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    async with database.transaction() as session:
        closed = [name for name, secret in known.items() if await deactivate_by_secret(session, name, secret)]
    if closed:
        print(f"the sandbox is closed: {', '.join(closed)} are let in no more", flush=True)
    return ()


def read_secrets(file: Path) -> dict[str, str]:
    """Read the clients' secrets from the file; make those that it does not hold, and write them there."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    secrets = {client.client_id: known.get(client.client_id) or new_secret() for client in CLIENTS}
    if secrets != known:
        write_private_file(file, json.dumps(secrets, indent=1))
    return secrets


def make_secrets() -> dict[str, str]:
    return {client.client_id: new_secret() for client in CLIENTS}


async def register_clients(database: Database, secrets: Mapping[str, str]) -> None:
    async with database.transaction() as session:
        for client in CLIENTS:
            await register_client(
                session,
                client.client_id,
                name=client.purpose,
                organisation=client.organisation,
                secret=secrets[client.client_id],
                scopes=client.scopes,
            )
