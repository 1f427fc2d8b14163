"""Clients: systems of an organisation that get access tokens."""

import hashlib
import hmac
import secrets
import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model

SCOPES = {
    "cases:read": "Read cases",
    "cases:write": "Open, edit, submit and withdraw cases for a staff group",
    "advisers:read": "Find advisers and mentors",
    "support:read": "Read support requests and proposals",
    "support:write": "Accept a proposed adviser or mentor",
    "finance:read": "Read finance shortlists",
    "events:read": "Read the event feed",
    "subscriptions:read": "Read webhook subscriptions",
    "subscriptions:write": "Make and end webhook subscriptions",
    "metrics:read": "Read metrics",
}


class Client(Model):
    """A system that may ask for tokens. Its secret is kept as a hash: long and random, SHA-256 is enough for it."""

    __tablename__ = "clients"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    organisation: Mapped[uuid.UUID]
    secret_hash: Mapped[bytes]
    scopes: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    def accepts(self, secret: str) -> bool:
        return self.active and hmac.compare_digest(self.secret_hash, hash_secret(secret))


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
