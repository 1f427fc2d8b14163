"""The manifest of a bundle: the part of it that is signed, which names all the others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from rtp_applications.history.archive import NotABundle
from rtp_applications.history.canonical import canonical, read_json
from rtp_applications.history.entries import Chain, format_instant
from rtp_applications.json_types import JsonMapping, JsonObject

FORMAT = "right-to-provide-case-bundle"
VERSION = 2
"""1 was written before there were chains, and has one head; it is still read."""
MANIFEST, SIGNATURE = "manifest.json", "manifest.jws"
CASE, AUDIT, EVENTS = "case.json", "audit.jsonl", "events.jsonl"
PARTS = ("parties", "records", "deadlines")
"""Parts of the state that have a member of their own; the rest of it is case.json."""
ALWAYS = (CASE, *(f"{part}.json" for part in PARTS), AUDIT, EVENTS)
DOCUMENT = re.compile(r"documents/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([1-9][0-9]{0,8})")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Member:
    """A file of a bundle, as its manifest lists it."""

    path: str
    size: int
    sha256: str
    media_type: str

    def to_json(self) -> JsonObject:
        return {"path": self.path, "size": self.size, "sha256": self.sha256, "mediaType": self.media_type}

    @classmethod
    def from_json(cls, record: JsonMapping) -> Self:
        member = cls(record["path"], record["size"], record["sha256"], record["mediaType"])
        well_typed = type(member.size) is int and isinstance(member.media_type, str)
        known = member.path in ALWAYS or DOCUMENT.fullmatch(member.path)
        if not (well_typed and known and _DIGEST.fullmatch(member.sha256)):
            raise ValueError(f"a member that a bundle does not have: {str(member.path)[:80]!r}")
        return member


@dataclass(frozen=True)
class Manifest:
    """The list of all that the bundle holds, which is signed. `made_by` is the URL of the instance that made it,
    `heads` the last hash of each chain, and `version` that of the format.
    """

    case_id: UUID
    number: str
    made_at: datetime
    made_by: str
    heads: Mapping[Chain, bytes]
    members: tuple[Member, ...]
    version: int = VERSION

    def to_json(self) -> JsonObject:
        heads = {chain.value: head.hex() for chain, head in self.heads.items()}
        return {
            "format": FORMAT,
            "version": self.version,
            "caseId": str(self.case_id),
            "number": self.number,
            "madeAt": format_instant(self.made_at),
            "madeBy": self.made_by,
            **({"head": heads[Chain.CASE]} if self.version == 1 else {"heads": heads}),
            "members": [member.to_json() for member in self.members],
        }

    @classmethod
    def from_bytes(cls, text: bytes) -> Self:
        """Read a manifest; raises NotABundle if it is not a manifest of this format and version, exactly as `to_json`
        writes it.
        """
        try:
            record = read_json(text)
            manifest = cls._from(record)
            exact = canonical(manifest.to_json()) == text
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise NotABundle(f"{MANIFEST} cannot be read: {error}") from None
        if not exact:
            raise NotABundle(f"{MANIFEST} is not written as a manifest is")
        return manifest

    @classmethod
    def _from(cls, record: JsonMapping) -> Self:
        if record["format"] != FORMAT or record["version"] not in (1, VERSION):
            raise ValueError(f"not of the format {FORMAT}, version {VERSION}")
        heads = {Chain.CASE: record["head"]} if record["version"] == 1 else record["heads"]
        if not (isinstance(record["number"], str) and isinstance(record["madeBy"], str)):
            raise TypeError("number or madeBy is not a string")
        return cls(
            UUID(record["caseId"]),
            record["number"],
            datetime.fromisoformat(record["madeAt"]),
            record["madeBy"],
            {Chain(chain): bytes.fromhex(head) for chain, head in heads.items()},
            tuple(Member.from_json(member) for member in record["members"]),
            record["version"],
        )
