"""Registering clients and granting tokens."""

import re
import uuid
from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.identity.models import SCOPES, Client, hash_secret
from rtp_shared.clock import utcnow


class TokenRefused(Exception):
    """An error of RFC 6749 section 5.2: `code` is one of its words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = re.sub(r"[^\x20\x21\x23-\x5b\x5d-\x7e]", "?", detail)


async def register_client(
    session: AsyncSession, client_id: str, *, name: str, organisation: uuid.UUID, secret: str, scopes: Sequence[str]
) -> None:
    """Make the client, or bring it up to date."""
    facts = {
        "name": name,
        "organisation": organisation,
        "secret_hash": hash_secret(secret),
        "scopes": sorted(set(scopes) & SCOPES.keys()),
        "active": True,
    }
    statement = insert(Client).values(client_id=client_id, created_at=utcnow(), **facts)
    await session.execute(statement.on_conflict_do_update(index_elements=["client_id"], set_=facts))


async def granted_scopes(
    session: AsyncSession, *, client_id: str, secret: str, wanted: str | None
) -> tuple[Client, list[str]]:
    """The client and the scopes it gets; raise TokenRefused for a wrong secret or a scope it may not have."""
    client = await session.get(Client, client_id)
    if not (client or _NOBODY).accepts(secret) or client is None:
        raise TokenRefused("invalid_client", "unknown client or wrong secret")
    scopes = client.scopes if wanted is None else wanted.split()
    if wanted is not None and not scopes:
        raise TokenRefused("invalid_scope", "scope names none")
    if refused := sorted(set(scopes) - set(client.scopes)):
        raise TokenRefused("invalid_scope", f"this client may not have: {' '.join(refused)[:200]}")
    return client, sorted(set(scopes))


_NOBODY = Client(client_id="", secret_hash=bytes(32), active=False)
