"""Clients: systems of an organisation that get access tokens."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, ForeignKey, Index, text
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
    "events:erase": "Ask for and confirm the erasure of one person's data, as whoever answers for the data",
    "subscriptions:read": "Read subscriptions to events",
    "subscriptions:write": "Make, change and end subscriptions to events",
    "metrics:read": "Read metrics",
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


class FormerSecret(Model):
    """A secret that was replaced and still holds for a while, so that a client can change over without a pause."""

    __tablename__ = "former_secrets"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(primary_key=True)
    holds_until: Mapped[datetime]


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
