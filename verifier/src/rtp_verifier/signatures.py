"""Signatures of Standard Webhooks 1.0.0: v1 by a shared secret, v1a by a public key."""

import base64
import hmac
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from .bodies import parse_json
from .errors import BadSignature, NotAnEvent, Unusable

Check = Callable[[bytes, bytes], bool]
"""Tells if a signature, in base64, is that of some bytes."""


NEVER = float("inf")


class Key(NamedTuple):
    """A key, and the seconds between which it signed."""

    version: bytes
    """The version of the signatures that it checks."""
    fits: Check
    since: float = -NEVER
    until: float = NEVER


Keys = Sequence[Key]
SKEW = 300
"""Seconds by which the clock that a signature's time is of may be behind that of the key's record."""
_DATES = ("from", "until")
_SIGNED = (b"webhook-id", b"webhook-timestamp", b"webhook-signature")
_SUBSCRIPTION = b"webhook-subscription"


def read_keys(secret_file: Path | None, public: Sequence[str], recorded: Sequence[Path] = ()) -> Keys:
    """`recorded`: files with what /v1/subscriptions/{id}/keys answers, a page each."""
    secrets = secret_file.read_text("ascii", "replace").split() if secret_file else []
    if secret_file and not secrets:
        raise Unusable(f"{secret_file.name} holds no secret")
    return [
        *(Key(b"v1", _build_secret_check(each)) for each in secrets),
        *(Key(b"v1a", _build_public_check(each)) for each in public),
        *(key for file in recorded for key in _read_recorded(file)),
    ]


def _read_recorded(file: Path) -> Iterator[Key]:
    try:
        page = parse_json(file.read_bytes())
        for each in page["items"]:
            since, until = (each.get(name) and datetime.fromisoformat(each[name]).timestamp() for name in _DATES)
            yield Key(b"v1a", _build_public_check(each["publicKey"]), since - SKEW, until or NEVER)
    except (NotAnEvent, KeyError, TypeError, ValueError, AttributeError):
        raise Unusable(f"{file.name} is not the list of a subscription's keys") from None


def read_subscription(headers: bytes) -> str | None:
    """Return the subscription that the headers name, if they do."""
    return _parse_headers(headers, (_SUBSCRIPTION,)).get(_SUBSCRIPTION, b"").decode("ascii", "replace") or None


def check_signature(headers: bytes, body: bytes, keys: Keys) -> str:
    """Return good, unsigned, or unchecked where there is no key. Raises BadSignature."""
    found = _parse_headers(headers, _SIGNED)
    if not found:
        return "unsigned"
    if absent := [name.decode() for name in _SIGNED if not found.get(name)]:
        raise BadSignature(f"{absent[0]} is missing")
    if not keys:
        return "unchecked"
    id_, timestamp, signatures = (found[name] for name in _SIGNED)
    signed, at = b".".join((id_, timestamp, body)), _read_seconds(timestamp)
    late = False
    for each in signatures.split():
        version, _, signature = each.partition(b",")
        for key in keys:
            if version == key.version and key.fits(signature, signed):
                if key.since <= at < key.until:
                    return "good"
                late = True
    if late:
        raise BadSignature("its key did not sign at the time that webhook-timestamp names")
    raise BadSignature("no signature is that of this body by a key that was given (what is older needs an older key)")


def _parse_headers(headers: bytes, names: Sequence[bytes]) -> dict[bytes, bytes]:
    lines = (line.partition(b":") for line in headers.split(b"\n"))
    named = ((name.strip().lower(), value.strip()) for name, _, value in lines)
    return {name: value for name, value in named if name in names}


def _read_seconds(timestamp: bytes) -> int:
    if not (timestamp.isdigit() and len(timestamp) < 12):
        raise BadSignature("webhook-timestamp is not a number of seconds")
    return int(timestamp)


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
        raise Unusable("public keys need the package cryptography: pip install cryptography") from None
    try:
        key = Ed25519PublicKey.from_public_bytes(_decode_key(shown, "whpk_"))
    except ValueError:
        raise Unusable("a public key is not 32 bytes of an ed25519 key") from None

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
