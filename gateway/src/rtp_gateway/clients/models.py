"""Clients: systems of an organisation that get access tokens."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model

SCOPES = {
    "cases:read": "Read cases",
    "cases:write": "Open cases, and act in them in the roles that one's people hold there",
    "cases:oversee": "See every submitted case as the central mutuals team; set rules of any body, record and end "
    "bodies, report on recommendations",
    "cases:system": "Act in cases as the platform: orders of courts",
    "cases:import": "Take in cases from other instances, and write down historic ones",
    "cases:load": "Bring in living cases of one's own body from its own system, in files",
    "cases:erase": "Erase any person from cases and their histories, answering for the data",
    "bodies:write": "Set the rules of one's own body",
    "advisers:read": "Find advisers and mentors",
    "advisers:write": "Keep the profiles of one's own network and of its advisers",
    "advisers:oversee": "Publish networks; see, suspend and take down any profile; take in directories of others",
    "support:read": "Read support requests, proposals and engagements",
    "support:write": "Accept a proposed adviser or mentor, and take part in engagements on either side",
    "support:match": "Work out matching rounds over all support requests and commit them, as their operator",
    "support:erase": "Erase texts of any engagement, profiles and references of persons, answering for the data",
    "finance:read": "Read finance shortlists",
    "finance:write": "Keep one's own organisation's finance products, funders and programmes",
    "finance:oversee": "Review, suspend and publish any finance product or funder, as the directory's operator",
    "events:read": "Read the event feed",
    "personal-data:ask": "Ask for all that is kept of a person for whom one vouches, and who read it",
    "personal-data:oversee": "The same of any person, answering for the data",
    "events:erase": "Ask for and confirm the erasure of one person's data, as whoever answers for the data",
    "subscriptions:read": "Read subscriptions to events",
    "subscriptions:write": "Make, change and end subscriptions to events",
    "metrics:read": "Read metrics",
    "clients:manage": "Make, change and deactivate clients of one's own organisation that may no more than oneself",
}


CLIENT_ID = "^[a-z0-9][a-z0-9-]{2,62}$"
"""An id becomes part of an identity's name, and identities are separated by blanks."""


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
    revision: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    """Grows over all clients with every change of one, by a trigger: whoever has read up to one asks for the later."""

    generation: Mapped[int] = mapped_column(server_default=FetchedValue())
    """The times that it was deactivated, by the same trigger: a token holds for the generation that it was made for."""

    version: Mapped[int] = mapped_column(server_default=FetchedValue())
    """Counts its own changes, by the same trigger; it is the ETag."""

    keys: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """A JWKS of public keys that the client signs its assertions with, instead of sending a secret."""

    keys_url: Mapped[str | None]
    """The address where it publishes them instead."""

    expires_at: Mapped[datetime | None]
    """The time from which on it is let in no more."""
    burst_limit: Mapped[int] = mapped_column(server_default=text("0"))
    """The requests that it may make in a burst (`limits/quotas.py`); 0 for as many as everybody."""
    sustained_limit: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        CheckConstraint(f"client_id ~ '{CLIENT_ID}'", name="client_id"),
        CheckConstraint("burst_limit >= 0", name="burst_limit"),
        CheckConstraint("sustained_limit >= 0", name="sustained_limit"),
        Index("ix_clients_revision", "revision"),
        Index("ix_clients_organisation", "organisation"),
    )

    def accepts(self, secret: str, former: Sequence[bytes] = ()) -> bool:
        """Return whether the client comes in by this secret; `former` are hashes of older ones that still hold."""
        # The secret is always compared, so that timing does not tell whether there is an active client of this id.
        given = hash_secret(secret)
        right = [hmac.compare_digest(kept, given) for kept in (self.secret_hash, *former)]
        return any(right) and self.active

    def is_let_in(self, now: datetime) -> bool:
        """Return whether the client may come in at all, by whatever it proves itself with."""
        return self.active and (self.expires_at is None or self.expires_at > now)


class FormerSecret(Model):
    """A secret that was replaced and still holds for a while, so that a client can change over without a pause."""

    __tablename__ = "former_secrets"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(primary_key=True)
    holds_until: Mapped[datetime]


class ClientChange(Model):
    """A change of a client: what was done, by whom, and what was said, without any secret."""

    __tablename__ = "client_changes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"))
    organisation: Mapped[uuid.UUID]
    change: Mapped[str]
    facts: Mapped[dict[str, Any]]
    changed_by: Mapped[str]
    """A client's id, or `operator`, which no client is called."""
    person: Mapped[str | None]
    """On-Behalf-Of of the request."""
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_client_changes_client_id", "client_id", "id"),)


class UsedAssertion(Model):
    """A client assertion that a token was given for: it is taken once, by whichever process."""

    __tablename__ = "used_assertions"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    jti_hash: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]

    __table_args__ = (Index("ix_used_assertions_expires_at", "expires_at"),)


class RevokedToken(Model):
    """An access token that its client revoked, kept until it would have expired anyway."""

    __tablename__ = "revoked_tokens"

    token_id: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    expires_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    """Grows over all of them, by a trigger, as that of clients does."""

    __table_args__ = (
        Index("ix_revoked_tokens_revision", "revision"),
        Index("ix_revoked_tokens_expires_at", "expires_at"),
    )


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
