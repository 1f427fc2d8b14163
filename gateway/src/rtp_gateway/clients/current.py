"""The registered clients as they are now, so that a token holds no longer than what it says of its client.

A token is good by its signature for minutes; a client may be deactivated, lose a scope or move to another organisation
meanwhile. This keeps the table of clients in memory, no older than a second, by asking for what has changed: one
query a second for all requests of a process, and none where there are no requests. Where the table cannot be read,
nobody is let in (docs/adr/0022).
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field, fields
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from rtp_gateway.clients.models import Client, RevokedToken
from rtp_shared.auth import CLOCK_SKEW, Claims, KeySource, TokenVerifier
from rtp_shared.db import CONNECTION_ERRORS, AnyRow, Database, describe_error
from rtp_shared.identities import Principal
from rtp_shared.problems import Unauthenticated, Unavailable

log = logging.getLogger(__name__)

LONGEST_AGE = 1.0
"""Seconds for which what was read counts as what is. An answer holds from when its query began, so a slow one makes
a request wait and lets nobody in for longer."""
READ_SECONDS = 5.0
"""Seconds after which the table counts as one that cannot be read: long enough for a machine that is busy."""


@dataclass(frozen=True, slots=True)
class TokenBearer(Principal):
    """A principal whose token can be told from others of the same client."""

    token_id: str = field(default="", compare=False)
    """`jti` of the token."""


@dataclass(frozen=True, slots=True)
class _ActiveClient:
    organisation: UUID
    scopes: frozenset[str]
    generation: int
    expires_at: float

    def covers(self, principal: Principal) -> bool:
        same = (principal.organisation, principal.generation) == (self.organisation, self.generation)
        return same and principal.scopes <= self.scopes and self.expires_at > time.time()


_CLIENTS = select(
    Client.client_id,
    Client.organisation,
    Client.scopes,
    Client.active,
    Client.revision,
    Client.generation,
    Client.expires_at,
)
_REVOKED = select(RevokedToken.token_id, RevokedToken.expires_at, RevokedToken.revision)


class CurrentClients:
    """The active clients of the table, read again when what is known is too old."""

    def __init__(self, database_url: str) -> None:
        # A connection of its own: whatever takes the pool of the requests must not keep everybody out.
        self._database = Database(database_url, pool_size=1)
        self._active: dict[str, _ActiveClient] = {}
        self._revision = -1
        self._revoked: dict[str, float] = {}
        """Ids of tokens that were revoked, with the times at which they expire."""
        self._tokens_revision = -1
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def covers(self, principal: Principal) -> bool:
        """Return whether the client is active, in this organisation, has all these scopes, and neither was deactivated
        since its token was made nor revoked it.

        Raise Unavailable if that cannot be found out.
        """
        now = time.monotonic()
        if self._read_at >= now - LONGEST_AGE and self._is_covered(principal):
            return True
        # Too old, or a refusal: it may have been registered just now.
        while self._read_at < now:
            await self._share_reading()
        return self._is_covered(principal)

    async def close(self) -> None:
        await self._database.close()

    def _is_covered(self, principal: Principal) -> bool:
        client = self._active.get(principal.client_id)
        revoked = isinstance(principal, TokenBearer) and principal.token_id in self._revoked
        return client is not None and client.covers(principal) and not revoked

    def _share_reading(self) -> Awaitable[None]:
        """Read once for all that wait; a caller that goes away stops it for none of them."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._read())
            self._reading.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be left
        return asyncio.shield(self._reading)

    async def _read(self) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(READ_SECONDS), self._database.transaction(read_only=True) as session:
                changed = (await session.execute(_CLIENTS.where(Client.revision > self._revision))).all()
                later = RevokedToken.revision > self._tokens_revision
                revoked = (await session.execute(_REVOKED.where(later))).all()
        except (SQLAlchemyError, *CONNECTION_ERRORS) as error:
            log.warning("the clients cannot be read by RTP_DATABASE_URL", extra={"error": describe_error(error)})
            raise Unavailable("whether this client may still do that cannot be found out") from error
        for row in changed:
            self._take_client(row)
        for token in revoked:
            self._revoked[token.token_id] = token.expires_at.timestamp()
            self._tokens_revision = max(self._tokens_revision, token.revision)
        if revoked:
            now = time.time() - CLOCK_SKEW
            self._revoked = {token_id: until for token_id, until in self._revoked.items() if until > now}
        self._read_at = began

    def _take_client(self, row: AnyRow) -> None:
        self._active.pop(row.client_id, None)
        if row.active:
            expires_at = row.expires_at.timestamp() if row.expires_at else math.inf
            scopes = frozenset(row.scopes)
            self._active[row.client_id] = _ActiveClient(row.organisation, scopes, row.generation, expires_at)
        self._revision = max(self._revision, row.revision)


class ClientVerifier(TokenVerifier):
    """Verifies a token by its signature, and then that its client is still registered for what it says."""

    def __init__(self, *, issuer: str, keys: KeySource, clients: CurrentClients) -> None:
        super().__init__(issuer=issuer, keys=keys)
        self._clients = clients

    async def verify(self, token: str) -> Principal:
        principal = await super().verify(token)
        await self.require_current(principal)
        return principal

    def _read_principal(self, claims: Claims) -> TokenBearer:
        principal = super()._read_principal(claims)
        said = {each.name: getattr(principal, each.name) for each in fields(principal)}
        return TokenBearer(**said, token_id=str(claims.get("jti", "")))

    async def require_current(self, principal: Principal) -> None:
        if not await self._clients.covers(principal):
            detail = "the access token says what holds no more of its client; get another one"
            raise Unauthenticated(
                detail, headers={"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{detail}"'}
            )

    async def close(self) -> None:
        await self._clients.close()
