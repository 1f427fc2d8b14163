"""The public keys of clients: which are taken, as a JWKS (RFC 7517) that a client registers or publishes."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ("RS512", "PS256", "ES256", "EdDSA")
"""Algorithms of client assertions. Each is of one type of key, so that none can be taken for another."""
MOST_KEYS = 20
LONGEST_KID = 200
RSA_BYTES = range(256, 513)
"""Octets of a modulus: 2,048 to 4,096 bits. What is longer costs the server its time."""
LONGEST_EXPONENT = 4
_CURVES = {"EC": "P-256", "OKP": "Ed25519"}
_PUBLIC = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class UnusableKeys(ValueError):
    """A JWKS that is none, or holds a key that is not taken; the message says why, for its owner."""


def read_client_keys(document: object) -> dict[str, Any]:
    """Return the JWKS with the members that matter. Raises UnusableKeys."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_KEYS:
        raise UnusableKeys(f"is not a JWKS with 1 to {MOST_KEYS} keys")
    keys = [_read_key(each) for each in listed]
    if len({key["kid"] for key in keys}) < len(keys):
        raise UnusableKeys("has two keys of the same kid")
    try:
        KeySet.import_key_set({"keys": [dict(key) for key in keys]})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise UnusableKeys("holds a key that cannot be read") from error
    return {"keys": keys}


def _read_key(key: object) -> dict[str, str]:
    if not isinstance(key, dict) or not all(isinstance(name, str) for name in key):
        raise UnusableKeys("holds what is no key")
    if _PRIVATE & key.keys():
        raise UnusableKeys("holds a private or secret key, which others have seen now: make another one")
    if (names := _PUBLIC.get(str(key.get("kty")))) is None:
        raise UnusableKeys("holds a key of a type other than RSA, EC and OKP")
    kid = key.get("kid")
    if not isinstance(kid, str) or not 1 <= len(kid) <= LONGEST_KID or not kid.isprintable():
        raise UnusableKeys(f"holds a key without a kid of 1 to {LONGEST_KID} characters")
    if key.get("use", "sig") != "sig":
        raise UnusableKeys("holds a key whose use is not sig")
    if not all(isinstance(key.get(name), str) for name in names):
        raise UnusableKeys(f"holds a key without {', '.join(names)}")
    _require_size(key)
    return {"kid": kid, "kty": str(key["kty"]), **{name: str(key[name]) for name in names}, "use": "sig"}


def _require_size(key: Mapping[str, Any]) -> None:
    if key["kty"] == "RSA":
        if len(_decode(key["n"])) not in RSA_BYTES or len(_decode(key["e"])) > LONGEST_EXPONENT:
            raise UnusableKeys("holds an RSA key that is not of 2,048 to 4,096 bits with a short exponent")
    elif key["crv"] != _CURVES[key["kty"]]:
        raise UnusableKeys("holds a key on a curve other than P-256 and Ed25519")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusableKeys("holds a key that cannot be read") from error
