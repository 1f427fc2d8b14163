"""Authentication: access tokens are verified in every service, and access is a type in a route's signature.

Source: RFC 9068 (JWT access tokens), RFC 6750 (bearer errors).
"""

import asyncio
import base64
import json
import math
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

import httpx
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from rtp_shared.identities import Principal
from rtp_shared.problems import Forbidden, Unauthenticated, Unavailable

AUDIENCE = "right-to-provide"
ALGORITHMS = ["RS256"]

Claims = Mapping[str, Any]
CLOCK_SKEW = 30.0
"""Seconds by which the clocks of two of our hosts may differ."""


class KeySource(Protocol):
    """A source of the keys that tokens are verified with."""

    async def get(self, *, refresh: bool = False) -> KeySet: ...


class FixedKeys:
    """Keys that are known at the start, as in one-process mode and inside the gateway."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    async def get(self, *, refresh: bool = False) -> KeySet:
        return self._keys


class RemoteKeys:
    """Keys fetched from the gateway, kept, and fetched again when a token names one that is not among them."""

    PAUSE_SECONDS = 10.0

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: KeySet | None = None
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, *, refresh: bool = False) -> KeySet:
        recent = time.monotonic() - self._tried_at < self.PAUSE_SECONDS
        # Nobody waits for newer keys that another caller is fetching.
        if self._keys is not None and (not refresh or recent or self._lock.locked()):
            return self._keys
        async with self._lock:
            if self._keys is None or refresh:
                self._tried_at = time.monotonic()
                try:
                    self._keys = await self._fetch()
                except Unavailable:
                    if self._keys is None:
                        raise
            return self._keys

    async def _fetch(self) -> KeySet:
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                response = await client.get(self._url)
                response.raise_for_status()
                return KeySet.import_key_set(response.json())
        except (httpx.HTTPError, ValueError, JoseError) as error:
            raise Unavailable("the keys to check tokens with cannot be fetched") from error


class TokenVerifier:
    """Verifies access tokens. A token that was verified is remembered until it expires: its signature cannot change."""

    CACHE_SIZE = 4096
    LONGEST = 8192
    """Characters of a token; ours have some 900."""

    def __init__(self, *, issuer: str, keys: KeySource) -> None:
        self._issuer = issuer
        self._keys = keys
        self._known: OrderedDict[str, Principal] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """Return the principal of a valid token; raise Unauthenticated for any other."""
        if len(token) > self.LONGEST:
            raise _reject("the access token is not valid")
        known = self._known.get(token)
        if known is not None and known.expires > time.time():
            return known
        principal = self._read_principal(await self._read_claims(token))
        self._known[token] = principal
        if len(self._known) > self.CACHE_SIZE:
            self._known.popitem(last=False)
        return principal

    async def require_current(self, principal: Principal) -> None:
        """Raise Unauthenticated if the client may no longer do what its token says.

        Signatures do not tell. The gateway knows, and whoever stands behind it relies on that (docs/adr/0022).
        """

    async def close(self) -> None:
        """Let go of what it holds."""

    async def _read_claims(self, token: str) -> Claims:
        try:
            keys = await self._keys.get()
            if _read_key_id(token) not in {key.kid for key in keys.keys}:
                keys = await self._keys.get(refresh=True)
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise _reject("the access token is not valid") from error
        if str(decoded.header.get("typ", "")).lower() not in ("at+jwt", "application/at+jwt"):
            raise _reject("the access token is not valid")
        return decoded.claims

    def _read_principal(self, claims: Claims) -> Principal:
        try:
            audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
            if claims["iss"] != self._issuer or AUDIENCE not in audience:
                raise _reject("the access token is for somebody else")
            expires, now = float(claims["exp"]), time.time()
            if not now < expires < math.inf:
                raise _reject("the access token has expired")
            if float(claims.get("nbf", 0)) > now + CLOCK_SKEW:
                raise _reject("the access token does not hold yet")
            client_id, scope = _read_text(claims["client_id"]), _read_text(claims.get("scope", ""))
            organisation, generation = UUID(claims["organisation"]), _read_count(claims.get("generation", 0))
            return Principal(client_id, organisation, frozenset(scope.split()), expires, generation)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise _reject("the access token lacks a claim") from error


def _read_text(claim: object) -> str:
    if not isinstance(claim, str):
        raise TypeError("a claim is not text")
    return claim


def _read_count(claim: object) -> int:
    if type(claim) is not int:
        raise TypeError("a claim is not a whole number")
    return claim


def _read_key_id(token: str) -> str:
    """Return the id of the key that the token says it is signed with; raise ValueError or TypeError for no token."""
    head = token.partition(".")[0].encode()
    header = json.loads(base64.urlsafe_b64decode(head + b"=" * (-len(head) % 4)))
    return _read_text(header.get("kid") if isinstance(header, dict) else None)


def _reject(detail: str) -> Unauthenticated:
    return Unauthenticated(
        detail, headers={"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{detail}"'}
    )


async def authenticate(verifier: TokenVerifier, authorization: str | None) -> Principal | None:
    """Return the caller, or None where the request bears no token. A token that is there must hold, everywhere."""
    scheme, _, token = (authorization or "").strip(" \t").partition(" ")
    return await verifier.verify(token.strip()) if scheme.lower() == "bearer" else None


class Access:
    """Lets in a client that has the scope. Name the type: `Reader = Annotated[Principal, Depends(Access(...))]`."""

    def __init__(self, scope: str) -> None:
        self.scope = scope

    async def __call__(self, request: Request) -> Principal:
        principal: Principal | None = request.state.principal
        if principal is None:
            raise Unauthenticated
        if self.scope not in principal.scopes:
            raise Forbidden(
                f"the access token lacks the scope {self.scope}",
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'},
            )
        return principal


class Public:
    """Lets in everybody."""

    async def __call__(self, request: Request) -> Principal | None:
        principal: Principal | None = request.state.principal
        return principal
