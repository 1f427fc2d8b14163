"""The key that access tokens are signed with, and its public part."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from rtp_gateway.types import JsonObject
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

    def build_jwks(self) -> JsonObject:
        return {"keys": [self._key.as_dict(private=False)]}

    def sign_access_token(
        self,
        *,
        issuer: str,
        client_id: str,
        organisation: UUID,
        scopes: Sequence[str],
        seconds: int,
        now: datetime,
        generation: int = 0,
    ) -> str:
        issued_at = int(now.timestamp())
        claims = {
            "iss": issuer,
            "sub": client_id,
            "client_id": client_id,
            "aud": AUDIENCE,
            "iat": issued_at,
            "exp": issued_at + seconds,
            "jti": str(uuid.uuid4()),
            "scope": " ".join(scopes),
            "organisation": str(organisation),
            "generation": generation,
        }
        return jwt.encode({"typ": "at+jwt", "alg": "RS256", "kid": self._key.kid}, claims, self._key)
