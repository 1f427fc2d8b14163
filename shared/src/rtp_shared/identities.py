"""Identities: an authenticated client, and the words by which rows are shown to it.

An identity is a word such as `client:abc`, `org:<id>` or `system`. A row names in its column `readers` the identities
that may see it; row-level security compares them with those of the transaction (docs/adr/0003).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

SYSTEM = ("system",)
"""Identities of a worker: every row names `system` among its readers."""
PUBLIC = ("public",)
"""Identities of a caller without a token."""


SHARED = "EXISTS (SELECT FROM unnest(readers) AS reader WHERE reader <> 'system' AND reader NOT LIKE 'client:%')"
"""SQL: `is_shared` of a column `readers`."""


def is_shared(readers: Iterable[str]) -> bool:
    """Return whether others than single clients and the system may see it. What is not, metrics do not count."""
    return any(reader not in SYSTEM and not reader.startswith("client:") for reader in readers)


def organisation_identity(organisation: UUID) -> str:
    return f"org:{organisation}"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated client: a system of one organisation."""

    client_id: str
    organisation: UUID
    scopes: frozenset[str]
    expires: float = field(default=math.inf, compare=False)
    """Expiry of its token, in seconds since the epoch."""
    generation: int = field(default=0, compare=False)
    """The times that the client had been deactivated when its token was made."""

    @property
    def own_identity(self) -> str:
        return f"client:{self.client_id}"

    @property
    def identities(self) -> tuple[str, ...]:
        """Its own identity, its organisation's, and one for each scope that oversees others (`...:oversee`)."""
        overseeing = (f"scope:{scope}" for scope in sorted(self.scopes) if scope.endswith(":oversee"))
        return (self.own_identity, organisation_identity(self.organisation), *overseeing)
