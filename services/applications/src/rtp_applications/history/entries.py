"""One entry of a case's history: who did what and why, what changed, sealed by a hash that covers the entry before."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Self, TypeVar
from uuid import UUID

from rtp_applications.history.canonical import NotCanonical, canonical
from rtp_applications.history.changes import check_shape
from rtp_applications.json_types import Changes, JsonMapping, JsonObject

AUDIENCES = ("everybody", "bodies")


class Chain(StrEnum):
    """A chain of entries, which one circle of readers follows; others are told nothing of it, not even its length."""

    DRAFT = "draft"
    """The staff group's own, until the case is submitted or ends."""
    CASE = "case"
    """From the submission on, for all who see the case."""
    BODIES = "bodies"
    """For the bodies' side: ratings, votes, and what one of two has signed."""


class Erased(StrEnum):
    """How much of an entry's content was erased since it was sealed. Its hash stands over what was there before."""

    IN_PART = "in-part"
    """A person is named no more."""
    WHOLE = "whole"
    """All that was said is gone: the time of keeping it is over."""


FIRST = bytes(32)
"""The first entry has this for the hash of the entry before."""

Read = TypeVar("Read", bound="Entry | Withheld")


class NotAnEntry(ValueError):
    """This JSON is not an entry as `to_json` writes it."""


@dataclass(frozen=True)
class Withheld:
    """An entry of before there were chains, whose content this reader may not see. Its hash still holds its neighbours
    together.
    """

    position: int
    previous_hash: bytes
    hash: bytes

    @property
    def chain(self) -> None:
        return None

    def to_json(self) -> JsonObject:
        return {
            "withheld": True,
            "position": self.position,
            "previousHash": self.previous_hash.hex(),
            "hash": self.hash.hex(),
        }

    @classmethod
    def from_json(cls, record: JsonMapping) -> Self:
        if type(record.get("position")) is not int:
            raise NotAnEntry("position is of the wrong type")
        return _read(
            record, lambda: cls(record["position"], _read_hash(record["previousHash"]), _read_hash(record["hash"]))
        )


@dataclass(frozen=True)
class Entry:
    """One thing that was done to a case.

    `chain` and `position`: its place in the chain of those who may know of it; before there were chains, all entries of
    a case were one. `actor`: role, person (an opaque reference) and holder ("client:abc", "org:<uuid>"). `changes`:
    JSON pointer -> [before, after] (see `changes.list_differences`). `snapshot`: the whole state afterwards, where it
    was disclosed or imported. `events`: the CloudEvents published with it. `audience`: who of those who see the case
    may read it. `salt`: random, so that nobody can find out the content of an entry by trying what it might be until
    the hash is right. `commitments`: where it tells of an erasure, for each chain the digest of the entries before it
    as the erasure left them (`erasing.commit`). `erased`: what became of the content since; then the hash is taken as
    it stands, and a later entry's commitment covers the content that is left.

    Not covered by the hash, because each reader counts what it may know of: `version`, the case's afterwards with
    every step counted (entries without a chain do cover it), `confidential_steps` of them, and `place` among all
    entries of the case.
    """

    case_id: UUID
    position: int
    at: datetime
    actor: JsonObject
    action: str
    reason: str | None
    version: int
    changes: Changes
    snapshot: JsonObject | None
    events: list[JsonObject]
    audience: str
    salt: str
    previous_hash: bytes
    hash: bytes
    chain: Chain | None = None
    commitments: Mapping[str, str] | None = None
    erased: Erased | None = None
    confidential_steps: int = field(default=0, compare=False)
    place: int = field(default=0, compare=False)

    def content(self) -> JsonObject:
        """Return the content that the hash covers: everything but itself."""
        counted: JsonObject = {"version": self.version} if self.chain is None else {"chain": self.chain.value}
        committed: JsonObject = {"commitments": dict(self.commitments)} if self.commitments else {}
        return {
            **counted,
            **committed,
            "caseId": str(self.case_id),
            "position": self.position,
            "at": format_instant(self.at),
            "actor": self.actor,
            "action": self.action,
            "reason": self.reason,
            "changes": self.changes,
            "snapshot": self.snapshot,
            "events": self.events,
            "audience": self.audience,
            "salt": self.salt,
            "previousHash": self.previous_hash.hex(),
        }

    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON (RFC 8785) of the content."""
        return sha256(canonical(self.content())).digest()

    def to_json(self) -> JsonObject:
        erased: JsonObject = {"erased": self.erased.value} if self.erased else {}
        return {**self.content(), **erased, "hash": self.hash.hex()}

    @classmethod
    def from_json(cls, record: JsonMapping) -> Self:
        return _read(record, lambda: cls._from(record))

    @classmethod
    def _from(cls, record: JsonMapping) -> Self:
        chain = _read_chain(record)
        read = _AS_THEY_ARE if chain else {**_AS_THEY_ARE, "version": (int,)}
        for name, types in {**read, "caseId": (str,), "at": (str,)}.items():
            if type(record[name]) not in types:
                raise NotAnEntry(f"{name} is of the wrong type")
        if record["audience"] not in AUDIENCES:
            raise NotAnEntry(f"audience is neither {' nor '.join(AUDIENCES)}")
        if not all(type(event) is dict for event in record["events"]):
            raise NotAnEntry("events are not all objects")
        check_shape(record["changes"])
        return cls(
            case_id=UUID(record["caseId"]),
            at=datetime.fromisoformat(record["at"]),
            previous_hash=_read_hash(record["previousHash"]),
            hash=_read_hash(record["hash"]),
            chain=chain,
            commitments=_read_commitments(record),
            erased=Erased(record["erased"]) if "erased" in record else None,
            **{"version": 0, **{name: record[name] for name in read}},
        )

    def withheld(self) -> Withheld:
        return Withheld(self.position, self.previous_hash, self.hash)


_AS_THEY_ARE: dict[str, tuple[type, ...]] = {
    "position": (int,),
    "actor": (dict,),
    "action": (str,),
    "reason": (str, type(None)),
    "changes": (dict,),
    "snapshot": (dict, type(None)),
    "events": (list,),
    "audience": (str,),
    "salt": (str,),
}


def seal(
    *,
    case_id: UUID,
    position: int,
    at: datetime,
    actor: JsonObject,
    action: str,
    changes: Changes,
    version: int = 0,
    chain: Chain | None = None,
    reason: str | None = None,
    snapshot: JsonObject | None = None,
    events: Sequence[JsonObject] = (),
    audience: str = "everybody",
    salt: str | None = None,
    previous_hash: bytes = FIRST,
    commitments: Mapping[str, str] | None = None,
) -> Entry:
    """Return the entry with its hash. Raises ValueError if canonical JSON cannot say it (a float, a naive time)."""
    check_shape(changes)
    entry = Entry(
        case_id=case_id,
        position=position,
        at=at.astimezone(UTC) if at.tzinfo else at,
        actor=actor,
        action=action,
        reason=reason,
        version=version,
        changes=changes,
        snapshot=snapshot,
        events=list(events),
        audience=audience,
        salt=make_salt() if salt is None else salt,
        previous_hash=previous_hash,
        hash=b"",
        chain=chain,
        commitments=commitments,
    )
    return replace(entry, hash=entry.digest())


def make_salt() -> str:
    return secrets.token_hex(16)


def from_json(record: object) -> Entry | Withheld:
    if not isinstance(record, Mapping):
        raise NotAnEntry("not an object")
    return Withheld.from_json(record) if "withheld" in record else Entry.from_json(record)


def _read(record: JsonMapping, build: Callable[[], Read]) -> Read:
    """Build an entry of the record, if it writes as the record again: nothing unread, nothing written otherwise."""
    try:
        built = build()
        exact = canonical(built.to_json()) == canonical(record)
    except KeyError as error:
        raise NotAnEntry(f"{error.args[0]} is missing") from None
    except (ValueError, OverflowError) as error:
        raise NotAnEntry(str(error)) from None
    if not exact:
        raise NotAnEntry("it holds more than an entry does, or says it in another way")
    return built


def format_instant(at: datetime) -> str:
    """Return a time as a history writes it: in UTC, to the microsecond."""
    if at.tzinfo is None:
        raise NotCanonical("a time without its zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Read an instant; raise ValueError for one without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant has a time zone")
    return at


def convert_to_utc(at: datetime | None) -> datetime | None:
    """Convert a time to UTC; raises ValueError for one that UTC has no name for."""
    try:
        return at.astimezone(UTC) if at else None
    except OverflowError:
        raise ValueError("no such time in UTC") from None


def _read_chain(record: JsonMapping) -> Chain | None:
    try:
        return Chain(record["chain"]) if "chain" in record else None
    except ValueError:
        raise NotAnEntry(f"chain is none of {', '.join(Chain)}") from None


def _read_commitments(record: JsonMapping) -> Mapping[str, str] | None:
    found = record.get("commitments")
    if found is None:
        return None
    if not isinstance(found, Mapping) or not found:
        raise NotAnEntry("commitments are not digests by chain")
    for digest in found.values():
        _read_hash(digest)
    return dict(found)


def _read_hash(text: object) -> bytes:
    found = bytes.fromhex(text) if isinstance(text, str) else b""
    if len(found) != len(FIRST):
        raise NotAnEntry("a hash is not 64 hexadecimal digits")
    return found
