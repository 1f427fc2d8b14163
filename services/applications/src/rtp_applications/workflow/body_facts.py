"""What the rules know of a public body: its kind, its end, and the rules that it set for itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from rtp_shared.contracts.vocabulary import Sector


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule that a body set for itself, for a period: for every kind of service, or for one."""

    name: str
    value: Any
    source: str
    valid_from: date
    sector: Sector | None = None
    valid_to: date | None = None
    """The last day on which it holds; none until further notice."""
    published_on: date | None = None
    """When the body published it; none: before it held."""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read a rule out of the database's JSON."""
        since, until, published = (_read_day(stored[name]) for name in ("valid_from", "valid_to", "published_on"))
        sector = Sector(stored["sector"]) if stored["sector"] else None
        return cls(stored["rule"], stored["value"], stored["source"], since or date.min, sector, until, published)

    @property
    def in_force_from(self) -> date:
        """Return the first day on which it both held and was published."""
        return max(self.valid_from, self.published_on or self.valid_from)

    def is_in_force(self, on: date) -> bool:
        return self.in_force_from <= on and (self.valid_to is None or on <= self.valid_to)

    @property
    def was_ever_in_force(self) -> bool:
        return self.valid_to is None or self.in_force_from <= self.valid_to

    def cite(self) -> str:
        """Return the paper that it rests on, since when it holds, and the kind of service that it was set for."""
        of = f", for {self.sector} services" if self.sector else ""
        return f"{self.source}; the body's own rule since {self.valid_from}{of}"


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """A public body as the rules see it: its kind, its end if it has ended, and its own dated rules.

    The rules are those of today and, in a case that is under way, all that held on any day since it was submitted.
    """

    id: UUID
    name: str
    kind: str
    ended_on: date | None
    successors: Sequence[UUID] = ()
    """The bodies that follow it, once its end is recorded."""
    rules: Sequence[OwnRule] = ()
    nation: str = "England"

    def find_rule(self, name: str, sector: Sector | None, on: date) -> OwnRule | None:
        """Return the body's own rule in force on a day for a kind of service: the one set for that kind, or else the
        one for every kind.

        An authority may specify different periods for different cases (Localism Act 2011 ss.82(2), 83(5), 84(4)).
        """
        return choose_rule(each for each in self._list_rules(name, sector) if each.is_in_force(on))

    def find_rule_published_after(self, name: str, sector: Sector | None, day: date) -> OwnRule | None:
        """Return the rule that came into force first after a day on which none was."""
        later = [each for each in self._list_rules(name, sector) if each.in_force_from > day and each.was_ever_in_force]
        first = min((each.in_force_from for each in later), default=day)
        return choose_rule(each for each in later if each.in_force_from == first)

    def _list_rules(self, name: str, sector: Sector | None) -> Iterator[OwnRule]:
        return (each for each in self.rules if each.name == name and each.sector in (None, sector))


def choose_rule(found: Iterable[OwnRule]) -> OwnRule | None:
    """Return the rule set for one kind of service before the one for every kind."""
    return max(found, key=lambda each: each.sector is not None, default=None)


def _read_day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
