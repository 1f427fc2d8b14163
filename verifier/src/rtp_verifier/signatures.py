"""Signatures of Standard Webhooks 1.0.0: v1 by a shared secret, v1a by a public key."""

import base64
import hmac
from collections.abc import Callable, Sequence
from pathlib import Path

from .errors import BadSignature, Unusable

Check = Callable[[bytes, bytes], bool]
"""Tells if a signature, in base64, is that of some bytes."""
Keys = Sequence[tuple[bytes, Check]]
"""Each with the version of the signatures that it checks."""
_HEADERS = (b"webhook-id", b"webhook-timestamp", b"webhook-signature")


def read_keys(secret_file: Path | None, public: Sequence[str]) -> Keys:
    secrets = secret_file.read_text("ascii", "replace").split() if secret_file else []
    if secret_file and not secrets:
        raise Unusable(f"{secret_file.name} holds no secret")
    return [(b"v1", _build_secret_check(each)) for each in secrets] + [
        (b"v1a", _build_public_check(each)) for each in public
    ]


def check_signature(headers: bytes, body: bytes, keys: Keys) -> str:
    """Return good, unsigned, or unchecked where there is no key. Raises BadSignature."""
    found = _parse_headers(headers)
    if not found:
        return "unsigned"
    if absent := [name.decode() for name in _HEADERS if not found.get(name)]:
        raise BadSignature(f"{absent[0]} is missing")
    if not keys:
        return "unchecked"
    id_, timestamp, signatures = (found[name] for name in _HEADERS)
    signed = b".".join((id_, timestamp, body))
    for each in signatures.split():
        version, _, signature = each.partition(b",")
        if any(version == checked and fits(signature, signed) for checked, fits in keys):
            return "good"
    raise BadSignature("no signature is that of this body by a key that was given")


def _parse_headers(headers: bytes) -> dict[bytes, bytes]:
    lines = (line.partition(b":") for line in headers.split(b"\n"))
    named = ((name.strip().lower(), value.strip()) for name, _, value in lines)
    return {name: value for name, value in named if name in _HEADERS}


def _build_secret_check(shown: str) -> Check:
    secret = _decode_key(shown, "whsec_")
    return lambda signature, signed: hmac.compare_digest(
        base64.b64encode(hmac.digest(secret, signed, "sha256")), signature
    )


def _build_public_check(shown: str) -> Check:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise Unusable("--public-key needs the package cryptography: pip install cryptography") from None
    try:
        key = Ed25519PublicKey.from_public_bytes(_decode_key(shown, "whpk_"))
    except ValueError:
        raise Unusable("--public-key: not 32 bytes of an ed25519 key") from None

    def fits(signature: bytes, signed: bytes) -> bool:
        try:
            key.verify(base64.b64decode(signature, validate=True), signed)
        except (InvalidSignature, ValueError):
            return False
        return True

    return fits


def _decode_key(shown: str, prefix: str) -> bytes:
    try:
        key = base64.b64decode(shown.removeprefix(prefix), validate=True)
    except ValueError:
        key = b""
    if not shown.startswith(prefix) or not key:
        raise Unusable(f"a key is not {prefix} and base64 after it")
    return key
