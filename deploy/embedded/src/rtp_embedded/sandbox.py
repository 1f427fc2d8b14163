"""The sandbox: example clients of every kind, whose secrets are made once and kept readable only by the owner."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rtp_advice_matching.load import network_id
from rtp_applications.load import body_id
from rtp_gateway.identity.commands import register_client
from rtp_gateway.identity.models import new_secret
from rtp_shared.db import Database

COUNCIL = "GB-LAE-CMD"
TRUST = "GB-NHS-RRV"
NETWORK = "example-adviser-network"


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
        ("cases:read", "support:read", "finance:read", "events:read"),
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
