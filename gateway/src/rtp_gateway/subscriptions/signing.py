"""Signatures as Standard Webhooks 1.0.0 say (v1: HMAC-SHA256), and the secrets that they are made with.

Written here because the reference library signs wrongly for a time that is aware and not UTC.
"""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet


class Safe:
    """Seals webhook secrets for keeping. What it seals can be opened only with the key of the process."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    def seal(self, secret: bytes) -> bytes:
        return self._fernet.encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """Raise cryptography's InvalidToken for what was sealed with another key."""
        return self._fernet.decrypt(sealed)


def new_secret() -> bytes:
    return secrets.token_bytes(32)


def shown(secret: bytes) -> str:
    """A secret as its subscriber is given it, once."""
    return "whsec_" + base64.b64encode(secret).decode()


def signed_headers(secret: bytes, *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of one attempt. `message_id` holds no "." and is the same on every attempt."""
    signed = b"%b.%d.%b" % (message_id.encode(), timestamp, body)
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}
