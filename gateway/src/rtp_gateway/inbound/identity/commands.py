"""Granting, revoking and introspecting tokens."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.current import TokenBearer
from rtp_gateway.clients.models import Client, RevokedToken
from rtp_gateway.clients.queries import read_credentials
from rtp_shared.identities import Principal


class TokenRefused(Exception):
    """An error of RFC 6749 section 5.2: `code` is one of its words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = re.sub(r"[^\x20\x21\x23-\x5b\x5d-\x7e]", "?", detail)


@dataclass(frozen=True)
class SecretProof:
    """A client's id with the secret that shall prove it."""

    client_id: str
    secret: str


async def require_secret(session: AsyncSession, proof: SecretProof, now: datetime) -> Client:
    """Return the client that the secret proves. Raises TokenRefused."""
    client, former = await read_credentials(session, proof.client_id)
    if not (client or _NOBODY).accepts(proof.secret, former) or client is None or not client.is_let_in(now):
        raise TokenRefused("invalid_client", "unknown client or wrong secret")
    return client


def choose_scopes(client: Client, requested: str | None) -> list[str]:
    """Return the scopes that the client gets. Raises TokenRefused for one that it may not have."""
    scopes = client.scopes if requested is None else requested.split()
    if requested is not None and not scopes:
        raise TokenRefused("invalid_scope", "scope names none")
    if refused := sorted(set(scopes) - set(client.scopes)):
        raise TokenRefused("invalid_scope", f"this client may not have: {' '.join(refused)[:200]}")
    return sorted(set(scopes))


def bound_lifetime(client: Client, *, seconds: int, now: datetime) -> int:
    """Return the seconds that a token holds: it expires no later than its client."""
    left = (client.expires_at - now).total_seconds() if client.expires_at else seconds
    return max(int(min(left, seconds)), 1)


async def revoke_token(session: AsyncSession, principal: Principal) -> None:
    """Let a token hold no more; one that was revoked stays so. Within two seconds every gateway process knows."""
    if not isinstance(principal, TokenBearer) or not principal.token_id:
        raise TokenRefused("unsupported_token_type", "this token has no id by which it could be revoked")
    statement = insert(RevokedToken).values(
        token_id=principal.token_id,
        client_id=principal.client_id,
        expires_at=datetime.fromtimestamp(principal.expires, UTC),
    )
    await session.execute(statement.on_conflict_do_nothing())


def describe_token(principal: Principal, asking: Client) -> Mapping[str, Any]:
    """Return what a client of the same organisation may know of a token that holds; nothing else to any other."""
    if principal.organisation != asking.organisation or principal.expires <= time.time():
        return {"active": False}
    return {
        "active": True,
        "client_id": principal.client_id,
        "sub": principal.client_id,
        "scope": " ".join(sorted(principal.scopes)),
        "exp": int(principal.expires),
        "token_type": "Bearer",
    }


_NOBODY = Client(client_id="", secret_hash=bytes(32), active=False)
