"""Which public body a buyer is: by its identifiers, or else, as a guess, by its name.

The list of bodies is this service's own copy of what is public of them: `reference/public-bodies.csv`.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple
from uuid import UUID

from rtp_finance_directory.notices.vocabulary import KnownBy

_GENERIC = frozenset(
    [
        "the",
        "of",
        "and",
        "in",
        "on",
        "upon",
        "for",
        "london",
        "borough",
        "royal",
        "metropolitan",
        "city",
        "county",
        "district",
        "unitary",
        "council",
        "corporation",
        "authority",
        "nhs",
        "foundation",
        "trust",
        "integrated",
        "care",
        "board",
        "ltd",
        "limited",
        "mbc",
        "bc",
        "cc",
        "dc",
        "lbc",
        "icb",
        "ft",
    ]
)
"""Words that many bodies have in their names: people put them there, leave them out, and take one for another."""
_ASIDE = re.compile(r"\([^)]*\)")
_WORD = re.compile(r"[a-z0-9]+")


class PublicBody(NamedTuple):
    """A public body of the register, as far as a buyer can be recognised by it."""

    id: UUID
    """By which cases name it: the same on every instance."""
    name: str
    region: str
    references: tuple[str, ...]
    """Its identifiers, for example GB-LAE-CMD."""
    current: bool


class Buyer(NamedTuple):
    """The body that a buyer was recognised as."""

    body: PublicBody
    known_by: KnownBy


@cache
def read_bodies() -> Mapping[UUID, PublicBody]:
    text = (files("rtp_finance_directory") / "reference" / "public-bodies.csv").read_text("utf-8")
    return {body.id: body for body in map(_make_body, csv.DictReader(text.splitlines()))}


def _make_body(row: Mapping[str, str]) -> PublicBody:
    references = tuple(row["references"].split())
    return PublicBody(UUID(row["id"]), row["name"], row["region"], references, current=row["current"] == "yes")


def find_buyer(party: Mapping[str, Any] | None, name: str) -> Buyer | None:
    """Find the body; None if none is recognised. Former bodies are recognised by identifier alone."""
    known = _index_references()
    for reference in _list_references(party or {}):
        if body := known.get(reference):
            return Buyer(body, KnownBy.IDENTIFIER)
    if body := _index_names().get(_reduce_name(name)):
        return Buyer(body, KnownBy.NAME)
    return None


def _list_references(party: Mapping[str, Any]) -> Iterator[str]:
    for each in (party.get("identifier"), *(party.get("additionalIdentifiers") or ())):
        if each and each.get("id"):
            number = str(each["id"]).strip()
            yield f"{each['scheme']}-{number}" if each.get("scheme") else number
    if party.get("id"):
        yield str(party["id"])


@cache
def _index_references() -> Mapping[str, PublicBody]:
    return {reference: body for body in read_bodies().values() for reference in body.references}


@cache
def _index_names() -> Mapping[str, PublicBody]:
    """Return current bodies by what is left of their names, but for names that two of them have."""
    found: dict[str, list[PublicBody]] = {}
    for body in read_bodies().values():
        if body.current:
            found.setdefault(_reduce_name(body.name), []).append(body)
    return {name: bodies[0] for name, bodies in found.items() if len(bodies) == 1}


def _reduce_name(name: str) -> str:
    """Return the kind of body that the name tells, and its words but for those that many have, in their order."""
    words = _WORD.findall(_ASIDE.sub(" ", name).lower().replace("&", " and ").replace("'", "").replace("’", ""))
    kept = [word for word in words if word not in _GENERIC]
    return f"{_tell_kind(set(words))} {' '.join(kept or words)}"


def _tell_kind(words: set[str]) -> str:
    if "nhs" in words or "icb" in words:
        return "board" if {"integrated", "board"} <= words or "icb" in words else "trust"
    if "combined" in words:
        return "combined"
    return (
        "council" if words & {"council", "borough", "city", "corporation", "mbc", "bc", "cc", "dc", "lbc"} else "body"
    )
