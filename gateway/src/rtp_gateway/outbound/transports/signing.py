"""Signatures as Standard Webhooks 1.0.0 say (v1: HMAC-SHA256, v1a: ed25519), and the keys that they are made with.

Written here because the reference library signs wrongly for a time that is aware and not UTC, and knows no v1a.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rtp_gateway.outbound.secret_box import SecretBox

MOST_KEYS = 3
"""Kept at once. Every message is signed with each, and headers must stay small."""


@dataclass(frozen=True, slots=True)
class SubscriptionKey:
    """One generation of a subscription's keys: a secret that is shared, and a private key that is not."""

    secret: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    """The ed25519 private key, raw."""
    until: datetime | None = None
    """Signs before this instant; None: it is the current one."""

    @classmethod
    def new(cls) -> "SubscriptionKey":
        return cls(secrets.token_bytes(32), secrets.token_bytes(32))

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> str:
        """The public key as anybody may have it."""
        return "whpk_" + _encode_base64(self.private.public_key().public_bytes_raw())

    def sign(self, signed: bytes) -> str:
        shared = hmac.new(self.secret, signed, hashlib.sha256).digest()
        return f"v1,{_encode_base64(shared)} v1a,{_encode_base64(self.private.sign(signed))}"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one subscription, the current one first."""

    keys: tuple[SubscriptionKey, ...]

    @classmethod
    def new(cls) -> "Keyring":
        return cls((SubscriptionKey.new(),))

    def rotate(self, now: datetime, overlap: timedelta) -> "Keyring":
        """Return one with a new current key. No former key outlives the overlap; with none, all go at once."""
        limit = now + overlap
        former = (replace(key, until=min(key.until or limit, limit)) for key in self.select_active(now))
        kept = [key for key in former if key.until and key.until > now]
        return Keyring((SubscriptionKey.new(), *kept[: MOST_KEYS - 1]))

    def select_active(self, now: datetime) -> tuple[SubscriptionKey, ...]:
        return tuple(key for key in self.keys if key.until is None or key.until > now)

    def sign_message(self, message_id: str, *, at: datetime, body: bytes) -> dict[str, str]:
        """Return the three headers of one attempt made `at` that time, signed by every key active then.

        `message_id` is the same on every attempt; raise ValueError if it holds a ".", which parts what is signed.
        """
        if "." in message_id:
            raise ValueError("a message id must not hold a full stop")
        timestamp = str(int(at.timestamp()))
        signed = b"%b.%b.%b" % (message_id.encode(), timestamp.encode(), body)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(key.sign(signed) for key in self.select_active(at)),
        }

    @property
    def secret(self) -> str:
        """The current secret as its subscriber is given it, once."""
        return "whsec_" + _encode_base64(self.keys[0].secret)

    @property
    def public_key(self) -> str:
        """The current public key."""
        return self.keys[0].public_key

    @property
    def former_until(self) -> datetime | None:
        """The time at which the last of the former keys stops signing; None where there is none."""
        return max((key.until for key in self.keys if key.until), default=None)

    def seal(self, secret_box: SecretBox) -> bytes:
        return secret_box.seal(
            json.dumps(
                [
                    {
                        "secret": _encode_base64(key.secret),
                        "seed": _encode_base64(key.seed),
                        "until": key.until and key.until.isoformat(),
                    }
                    for key in self.keys
                ]
            ).encode()
        )

    @classmethod
    def renew(cls, secret_box: SecretBox, sealed: bytes, *, now: datetime, overlap: timedelta) -> "Keyring":
        """Return the sealed one with a new current key; a wholly new one where the key that sealed it is lost."""
        try:
            return cls.open(secret_box, sealed).rotate(now, overlap)
        except InvalidToken:
            return cls.new()

    @classmethod
    def open(cls, secret_box: SecretBox, sealed: bytes) -> "Keyring":
        """Raise cryptography's InvalidToken for what was sealed with another key."""
        return cls(
            tuple(
                SubscriptionKey(
                    base64.b64decode(each["secret"]),
                    base64.b64decode(each["seed"]),
                    each["until"] and datetime.fromisoformat(each["until"]),
                )
                for each in json.loads(secret_box.open(sealed))
            )
        )


def _encode_base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
