"""What the rules know of a public body: its kind, its end, and the rules that it set for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from rtp_shared.contracts.vocabulary import Sector


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule that a body set for itself and that holds today: for every kind of service, or for one."""

    name: str
    value: Any
    source: str
    valid_from: date
    sector: Sector | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read a rule out of the database's JSON."""
        sector = Sector(stored["sector"]) if stored["sector"] else None
        return cls(stored["rule"], stored["value"], stored["source"], date.fromisoformat(stored["valid_from"]), sector)

    def cite(self) -> str:
        """Return the paper that it rests on, since when it holds, and the kind of service that it was set for."""
        of = f", for {self.sector} services" if self.sector else ""
        return f"{self.source}; the body's own rule since {self.valid_from}{of}"


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """A public body as the rules see it: its kind, its end if it has ended, and its own dated rules as of today."""

    id: UUID
    name: str
    kind: str
    ended_on: date | None
    successors: Sequence[UUID] = ()
    """The bodies that follow it, once its end is recorded."""
    rules: Sequence[OwnRule] = ()

    def find_rule(self, name: str, sector: Sector | None) -> OwnRule | None:
        """Return the body's own rule for a kind of service: the one set for that kind, or else the one for every kind.

        An authority may specify different periods for different cases (Localism Act 2011 ss.82(2), 83(5), 84(4)).
        """
        named = {rule.sector: rule for rule in self.rules if rule.name == name}
        return named.get(sector) or named.get(None)
