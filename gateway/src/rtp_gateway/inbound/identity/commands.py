"""Granting tokens."""

import re

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.models import Client
from rtp_gateway.clients.queries import read_credentials


class TokenRefused(Exception):
    """An error of RFC 6749 section 5.2: `code` is one of its words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = re.sub(r"[^\x20\x21\x23-\x5b\x5d-\x7e]", "?", detail)


async def grant_scopes(
    session: AsyncSession, *, client_id: str, secret: str, requested: str | None
) -> tuple[Client, list[str]]:
    """Return the client and the scopes it gets; raise TokenRefused for a wrong secret or a scope it may not have."""
    client, former = await read_credentials(session, client_id)
    if not (client or _NOBODY).accepts(secret, former) or client is None:
        raise TokenRefused("invalid_client", "unknown client or wrong secret")
    scopes = client.scopes if requested is None else requested.split()
    if requested is not None and not scopes:
        raise TokenRefused("invalid_scope", "scope names none")
    if refused := sorted(set(scopes) - set(client.scopes)):
        raise TokenRefused("invalid_scope", f"this client may not have: {' '.join(refused)[:200]}")
    return client, sorted(set(scopes))


_NOBODY = Client(client_id="", secret_hash=bytes(32), active=False)
