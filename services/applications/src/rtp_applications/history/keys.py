"""The key that bundles are signed with, and whose signature a bundle bears."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OKPKey

from rtp_applications.json_types import JsonMapping, JsonObject

ALGORITHM = "Ed25519"
"""Fully specified, as RFC 9864 asks; it deprecates "EdDSA"."""

_REFUSALS = (JoseError, ValueError, TypeError, KeyError, RecursionError, UnsupportedAlgorithm)


class NotAKey(ValueError):
    """This is not an Ed25519 key."""


class WrongSignature(ValueError):
    """The signature is not one of these bytes."""


@dataclass(frozen=True)
class BundleKey:
    """An Ed25519 private key. Its `kid` is its RFC 7638 thumbprint."""

    _key: OKPKey = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        return cls(OKPKey.generate_key("Ed25519"))

    @classmethod
    def from_secret(cls, secret: str) -> Self:
        """Read a key from PEM (PKCS#8) or a JWK as JSON. Raises NotAKey."""
        key = _import(secret)
        if not key.is_private:
            raise NotAKey("must be an Ed25519 private key, as PEM or as a JWK")
        return cls(key)

    def to_pem(self) -> str:
        return self._key.as_pem(private=True).decode()

    @property
    def kid(self) -> str:
        return self._key.thumbprint()

    @property
    def public_jwk(self) -> JsonObject:
        return {**_export_public(self._key), "kid": self.kid, "use": "sig", "alg": ALGORITHM}

    def sign(self, content: bytes) -> str:
        """Return a compact JWS with detached content (RFC 7515, appendix F). It bears the public key, so that anyone
        can check that it is whole; whose key that is, they must know from elsewhere.
        """
        header = {"alg": ALGORITHM, "kid": self.kid, "jwk": _export_public(self._key)}
        return jws.detach_content(jws.serialize_compact(header, content, self._key, algorithms=[ALGORITHM]))


@dataclass(frozen=True)
class Signer:
    """The signer: the key's thumbprint, and whether it is one the reader trusts (None: the reader named none)."""

    kid: str
    trusted: bool | None


def signer(signature: bytes, content: bytes, trusted: Sequence[JsonMapping] | None) -> Signer:
    """Return the signer of this content. Raises WrongSignature if it is not signed by the key that is named."""
    try:
        header = jws.extract_compact(signature, content).headers()
        key = _import(header["jwk"])
        kid = key.thumbprint()
        jws.deserialize_compact(signature, key, algorithms=[ALGORITHM], payload=content)
    except BadSignatureError:
        raise WrongSignature("it is not of this manifest by this key") from None
    except _REFUSALS:
        raise WrongSignature("it cannot be read") from None
    if header.get("kid") != kid:
        raise WrongSignature("it names another key than the one it bears")
    return Signer(kid, None if trusted is None else kid in {thumbprint(jwk) for jwk in trusted})


def thumbprint(jwk: JsonMapping) -> str:
    """Return a public key's RFC 7638 thumbprint. Raises NotAKey."""
    return _import(dict(jwk)).thumbprint()


def _import(key: str | JsonObject) -> OKPKey:
    try:
        jwk = json.loads(key) if isinstance(key, str) and key.lstrip().startswith("{") else key
        imported = OKPKey.import_key(jwk)
        curve = imported.curve_name
    except _REFUSALS:
        raise NotAKey("not an Ed25519 key") from None
    if curve != "Ed25519":
        raise NotAKey(f"a key of {curve} and not of Ed25519")
    return imported


def _export_public(key: OKPKey) -> JsonObject:
    return {name: value for name, value in key.as_dict(private=False).items() if name in {"kty", "crv", "x"}}
