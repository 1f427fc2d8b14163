"""Client assertions: a client proves itself by a JWT that it signs with its own key. Source: RFC 7523, RFC 7521 4.2.

The form is that of NHS England: RS512 with `kid`, `iss` and `sub` the client's id, `aud` the token endpoint, a `jti`
that is used once, and `exp` at most five minutes ahead. The issuer is taken for `aud` too, as newer profiles have it.
"""

import base64
import hashlib
import json
import math
import re
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.keys import ALGORITHMS, LONGEST_KID
from rtp_gateway.clients.models import CLIENT_ID, UsedAssertion
from rtp_gateway.inbound.identity.commands import TokenRefused
from rtp_shared.auth import CLOCK_SKEW

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 4096
LONGEST_JTI = 255
LONGEST_LIFE = 300.0
"""Seconds ahead of which an assertion may expire at most; clocks may differ besides."""


@dataclass(frozen=True)
class Assertion:
    """An assertion as it came, with whose it says that it is. Nothing of it is verified."""

    token: str
    client_id: str
    kid: str


def read_assertion(token: str, *, client_id: str | None) -> Assertion:
    """Return the assertion. `client_id` is that of the form, where there is one. Raises TokenRefused."""
    parts = token.split(".") if len(token) <= LONGEST else []
    try:
        header, claims = (_read_object(part) for part in parts[:2])
    except (ValueError, TypeError, RecursionError) as error:
        raise _refuse("is no JWT") from error
    kid, subject, issuer = header.get("kid"), claims.get("sub"), claims.get("iss")
    if len(parts) != 3 or not isinstance(kid, str) or not 1 <= len(kid) <= LONGEST_KID:
        raise _refuse("has no kid in its header")
    if header.get("alg") not in ALGORITHMS:
        raise _refuse(f"is not signed by one of {', '.join(ALGORITHMS)}")
    if not isinstance(subject, str) or subject != issuer or not re.fullmatch(CLIENT_ID, subject):
        raise _refuse("has not the client's id as iss and sub")
    if client_id not in (None, subject):
        raise _refuse("is of another client than client_id")
    return Assertion(token, subject, kid)


def verify_assertion(assertion: Assertion, keys: Mapping[str, Any], audiences: Sequence[str]) -> Mapping[str, Any]:
    """Return the claims of an assertion that the client signed, for us and for now. Raises TokenRefused."""
    own = [key for key in keys["keys"] if key["kid"] == assertion.kid]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA has a newer name, which clients do not send yet
            key_set = KeySet.import_key_set({"keys": own})
            claims = jwt.decode(assertion.token, key_set, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise _refuse("is not signed by a key of this client") from error
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        [audience] = audience
    if audience not in audiences:
        raise _refuse(f"is for somebody else: aud must be {' or '.join(audiences)}")
    _require_time(claims)
    return claims


async def use_once(session: AsyncSession, client_id: str, claims: Mapping[str, Any]) -> None:
    """Mark the assertion as used, with the token that is given for it. Raises TokenRefused if it was used before."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= LONGEST_JTI:
        raise _refuse(f"has no jti of 1 to {LONGEST_JTI} characters")
    expires_at = datetime.fromtimestamp(math.ceil(claims["exp"] + CLOCK_SKEW), UTC)
    used = insert(UsedAssertion).values(
        client_id=client_id,
        jti_hash=hashlib.sha256(jti.encode("utf-8", "surrogatepass")).digest(),
        expires_at=expires_at,
    )
    statement = used.on_conflict_do_nothing().returning(UsedAssertion.client_id)
    if (await session.execute(statement)).scalar_one_or_none() is None:
        raise _refuse("was used before: make one with a new jti for each token")


def _require_time(claims: Mapping[str, Any]) -> None:
    now = time.time()
    expires, begins, issued = (claims.get(name, 0) for name in ("exp", "nbf", "iat"))
    if not all(type(each) in (int, float) and math.isfinite(each) for each in (expires, begins, issued)):
        raise _refuse("has a time that is no number")
    if expires <= now:
        raise _refuse("has expired, or has no exp")
    if expires > now + LONGEST_LIFE + CLOCK_SKEW:
        raise _refuse("expires more than five minutes ahead")
    if max(begins, issued) > now + CLOCK_SKEW:
        raise _refuse("is of the future: does the clock go right?")


def _read_object(part: str) -> dict[str, Any]:
    found = json.loads(base64.urlsafe_b64decode(part.encode() + b"=" * (-len(part) % 4)))
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _refuse(why: str) -> TokenRefused:
    return TokenRefused("invalid_client", f"the client assertion {why}")
