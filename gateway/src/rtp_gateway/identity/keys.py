"""The key that access tokens are signed with, and what others may know of it."""

import time
import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from rtp_shared.auth import AUDIENCE


class SigningKey:
    """Signs access tokens (RFC 9068) by RS256, which every verifier of such tokens must know."""

    def __init__(self, pem: str) -> None:
        self._key = RSAKey.import_key(pem, {"use": "sig", "alg": "RS256"})
        self._key.ensure_kid()

    @staticmethod
    def generate() -> str:
        """A new private key as PEM."""
        return RSAKey.generate_key(2048, private=True).as_pem(private=True).decode()

    @property
    def public_keys(self) -> KeySet:
        return KeySet([RSAKey.import_key(self._key.as_dict(private=False))])

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}

    def access_token(
        self, *, issuer: str, client_id: str, organisation: UUID, scopes: Sequence[str], seconds: int
    ) -> str:
        now = int(time.time())
        claims = {
            "iss": issuer,
            "sub": client_id,
            "client_id": client_id,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + seconds,
            "jti": str(uuid.uuid4()),
            "scope": " ".join(scopes),
            "organisation": str(organisation),
        }
        return jwt.encode({"typ": "at+jwt", "alg": "RS256", "kid": self._key.kid}, claims, self._key)
