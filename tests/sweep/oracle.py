"""The oracle: who may know what, said anew from the rules of the domain. It asks nothing of the code under test.

The rules: a draft is known to the client that opened it and to whom it let in, and to nobody else. Once a case is
submitted, the bodies that it names and the central team know it too. Within a case some things are for one side only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

from tests.sweep.clients import Client


@dataclass(frozen=True)
class CaseFile:
    """What is true of a case, as far as it bears on who may know of it."""

    opener: str
    """Name of the client that opened it."""
    bodies: frozenset[str]
    """Ids of the organisations that it names."""
    submitted: bool = True
    let_in: frozenset[str] = frozenset()
    """Who vouches for somebody with a part in it: `client:<id>` or `org:<id>`."""
    networks: frozenset[str] = frozenset()
    """Organisations of advisers who were proposed to it."""
    joined_later: frozenset[str] = frozenset()
    """Those of them who had none yet when it was submitted."""
    earlier: frozenset[str] = frozenset()
    """Who had a part in it at its submission, and has none any more. What they were told then, they have been told."""
    left: frozenset[str] = frozenset()
    """Who had a part in the draft and has none any more: the feed of changes tells them that it is gone, by its id."""


class Secrecy(StrEnum):
    """For whom a thing is, of those who may know of its case."""

    CASE = auto()
    """For all of them."""
    GROUP = auto()
    """For the staff group's own client, such as who left a draft."""
    BODIES = auto()
    """For the bodies' side, such as ratings and a refusal that one of two has signed."""
    INSIDERS = auto()
    """For the group and the bodies' side, such as confidential documents."""
    REPORTERS = auto()
    """For the group and whoever reported it, and centrally once submitted; for no body of the case."""
    THEN = auto()
    """Told at the submission, to those who knew of the case then, such as its trace: a network's has one of its own."""
    SUPPORT = auto()
    """For all of them, and for the networks of those who were proposed to the case."""
    ENGAGED = auto()
    """For the group, the central team and the network of the one adviser who was asked."""
    ADVISED = auto()
    """For the two sides of an engagement alone."""
    OWNER = auto()
    """For one client alone."""


@dataclass(frozen=True)
class Thing:
    """Something that is there: the parameters of paths that lead to it, and the words that would give it away."""

    name: str
    parameters: Mapping[str, str]
    secrecy: Secrecy
    file: CaseFile | None = None
    owner: str = ""
    """Of what is OWNER's, the client's name; of what is ENGAGED's or ADVISED's, the network's id; of what is
    REPORTERS', that of who reported it."""
    scope: str = ""
    """Whoever has this scope may know it as well."""
    number: str = ""
    """Of a case, by which it can be asked for as well."""
    version: int = 1
    words: frozenset[str] = field(default=frozenset())
    later: bool = False
    """Whether it came about after the `earlier` ones had left."""


def may_know(client: Client, thing: Thing) -> bool:
    """Return whether the client may know that the thing exists, whatever its scopes let it ask."""
    if thing.secrecy is Secrecy.OWNER:
        return client.name == thing.owner or (bool(thing.scope) and thing.scope in client.scopes)
    assert thing.file is not None
    file, is_group = thing.file, client.name == thing.file.opener
    sees, on_bodies_side = sees_case(client, file), is_on_bodies_side(client, file)
    match thing.secrecy:
        case Secrecy.CASE:
            return sees
        case Secrecy.GROUP:
            return is_group
        case Secrecy.BODIES:
            return on_bodies_side
        case Secrecy.INSIDERS:
            return is_group or on_bodies_side
        case Secrecy.REPORTERS:
            central = file.submitted and oversees(client)
            of_a_body = client.organisation in file.bodies
            return is_group or (sees and not of_a_body and (client.name == thing.owner or central))
        case Secrecy.THEN:
            return sees and not client.identities & file.joined_later
        case Secrecy.SUPPORT:
            return sees or client.organisation in file.networks
        case Secrecy.ENGAGED | Secrecy.ADVISED:
            central = thing.secrecy is Secrecy.ENGAGED and oversees(client)
            return is_group or central or client.organisation == thing.owner
    raise AssertionError(thing)


def was_told(client: Client, thing: Thing) -> bool:
    """Return whether the client was told of it while it had a part in the case: its feed has those events still."""
    if thing.file is None or thing.later or not client.identities & thing.file.earlier:
        return False
    return thing.secrecy in (Secrecy.CASE, Secrecy.THEN, Secrecy.SUPPORT)


def is_told_gone(client: Client, thing: Thing) -> bool:
    """Return whether the client's feed of changes tells it that this is gone: by an id that it had been told."""
    return thing.file is not None and thing.name.startswith("the id of") and bool(client.identities & thing.file.left)


def sees_case(client: Client, file: CaseFile) -> bool:
    if client.name == file.opener or client.identities & file.let_in:
        return True
    return file.submitted and (client.organisation in file.bodies or oversees(client))


def is_on_bodies_side(client: Client, file: CaseFile) -> bool:
    """Return whether it is a client of a named body or of the central team; the group's own never is."""
    named = client.organisation in file.bodies or oversees(client)
    return file.submitted and named and client.name != file.opener


def oversees(client: Client) -> bool:
    return "cases:oversee" in client.scopes
