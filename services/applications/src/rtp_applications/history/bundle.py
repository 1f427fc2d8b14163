"""A portable bundle: one case with its history and documents in a signed ZIP archive that another instance can read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from rtp_applications.history.archive import Archive, Limits, NotABundle
from rtp_applications.history.canonical import NotCanonical, canonical, read_json, same
from rtp_applications.history.chain import Entry, Fault, NotAnEntry, Withheld, check, find_ends, from_json
from rtp_applications.history.keys import BundleKey, Signer, WrongSignature, signer
from rtp_applications.history.manifest import (
    ALWAYS,
    AUDIT,
    CASE,
    DOCUMENT,
    EVENTS,
    MANIFEST,
    PARTS,
    SIGNATURE,
    Manifest,
    Member,
)
from rtp_applications.history.packing import Contents, PackedDocument, write_bundle
from rtp_applications.json_types import JsonMapping, JsonObject

__all__ = [
    "Bundle",
    "BundleKey",
    "Contents",
    "Limits",
    "Manifest",
    "Member",
    "NotABundle",
    "PackedDocument",
    "Tampered",
    "open_bundle",
    "read_audit",
    "read_bundle",
    "write_bundle",
]


class Tampered(NotABundle):
    """It is a bundle, but it does not hold. `faults` has them all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{faults[0]}{more}")
        self.faults = faults


@dataclass(frozen=True)
class Bundle:
    """A bundle as it was read, open until closed. `faults` is empty if it holds.

    `state` is the case's whole state; `signer` is missing where the signature is wrong.
    """

    archive: Archive
    manifest: Manifest
    signer: Signer | None
    state: JsonObject
    entries: list[Entry | Withheld]
    events: list[JsonObject]
    faults: list[Fault]

    @property
    def documents(self) -> dict[tuple[UUID, int], Member]:
        """Member by document and version."""
        found = [(DOCUMENT.fullmatch(member.path), member) for member in self.manifest.members]
        return {(UUID(match[1]), int(match[2])): member for match, member in found if match}

    def document(self, document_id: UUID, version: int) -> Iterator[bytes]:
        return self.archive.chunks(f"documents/{document_id}/{version}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()


def open_bundle(path: Path, trusted: Sequence[JsonMapping] | None = None, *, limits: Limits | None = None) -> Bundle:
    """Open a bundle that holds: whole, unaltered, signed, by one of the trusted keys (public JWKs) if any are given.

    Raises NotABundle, or its child Tampered, with one line of what is wrong.
    """
    bundle = read_bundle(path, trusted, limits=limits)
    if bundle.faults:
        bundle.archive.close()
        raise Tampered(bundle.faults)
    return bundle


def read_bundle(path: Path, trusted: Sequence[JsonMapping] | None = None, *, limits: Limits | None = None) -> Bundle:
    """Read a bundle with all its faults. Raises NotABundle only if it cannot be read as one at all."""
    archive = Archive(path, limits or Limits())
    try:
        return _read(archive, trusted)
    except BaseException:
        archive.close()
        raise


def read_audit(text: bytes) -> tuple[list[Entry | Withheld], list[Fault]]:
    """Read the entries of an audit.jsonl, and lines that are none; `chain.check` tells whether they hold together."""
    lines, faults = _read_lines(AUDIT, text)
    entries: list[Entry | Withheld] = []
    for number, line in lines:
        try:
            entries.append(from_json(line))
        except NotAnEntry as error:
            faults.append(Fault(0, f"{AUDIT}, line {number} is not an entry: {error}"))
    return entries, faults


def _read(archive: Archive, trusted: Sequence[JsonMapping] | None) -> Bundle:
    text = archive.read(MANIFEST)
    manifest = Manifest.from_bytes(text)
    faults: list[Fault] = []
    found = _find_signer(archive, text, trusted, faults)
    faults += _list_member_faults(archive, manifest)
    state = _read_state(archive, faults)
    entries, unread = read_audit(_read_text(archive, AUDIT))
    lines, unread_events = _read_lines(EVENTS, _read_text(archive, EVENTS))
    events = [event for _, event in lines]
    faults += unread + unread_events
    faults += check(entries, heads=manifest.heads, state=state) + _check_heads(manifest, entries)
    faults += _check_agreement(manifest, state, entries, events)
    return Bundle(archive, manifest, found, state or {}, entries, events, faults)


def _check_heads(manifest: Manifest, entries: Sequence[Entry | Withheld]) -> list[Fault]:
    unnamed = find_ends(entries).keys() - manifest.heads.keys()
    return [Fault(0, f"the manifest has no head of the chain {chain}") for chain in sorted(unnamed)]


def _find_signer(
    archive: Archive, text: bytes, trusted: Sequence[JsonMapping] | None, faults: list[Fault]
) -> Signer | None:
    try:
        found = signer(archive.read(SIGNATURE), text, trusted)
    except WrongSignature as error:
        faults.append(Fault(0, f"the signature is wrong: {error}"))
        return None
    except NotABundle as error:
        faults.append(Fault(0, f"the signature cannot be read: {error}"))
        return None
    if found.trusted is False:
        faults.append(Fault(0, f"the key it is signed with, {found.kid}, is not trusted"))
    return found


def _list_member_faults(archive: Archive, manifest: Manifest) -> list[Fault]:
    named = {member.path for member in manifest.members}
    found = [
        f"member {path} is not in the manifest" for path in archive.members if path not in named | {MANIFEST, SIGNATURE}
    ]
    if len(named) != len(manifest.members):
        found.append("the manifest names a member twice")
    found += [f"member {path} is missing from the manifest" for path in ALWAYS if path not in named]
    found += [fault for member in manifest.members if (fault := _find_member_fault(archive, member))]
    return [Fault(0, what) for what in found]


def _find_member_fault(archive: Archive, member: Member) -> str | None:
    if member.path not in archive.members:
        return f"member {member.path} is missing"
    digest, size = sha256(), 0
    try:
        for chunk in archive.chunks(member.path):
            digest.update(chunk)
            size += len(chunk)
    except NotABundle as error:
        return str(error)
    return None if (size, digest.hexdigest()) == (member.size, member.sha256) else f"member {member.path} was changed"


def _read_text(archive: Archive, path: str) -> bytes:
    """Read a member's bytes; none if it cannot be read, which the look at the members reports."""
    try:
        return archive.read(path)
    except NotABundle:
        return b""


def _read_state(archive: Archive, faults: list[Fault]) -> JsonObject | None:
    """Read the state as its members say it together, or None where one of them cannot be read."""
    read = {path: _read_value(archive, path, faults) for path in (CASE, *(f"{part}.json" for part in PARTS))}
    state = read[CASE]
    if not isinstance(state, dict) or not state.keys().isdisjoint(PARTS):
        faults.append(Fault(0, f"{CASE} is not a case without its {', '.join(PARTS)}"))
        return None
    return state | {part: read[f"{part}.json"] for part in PARTS if read[f"{part}.json"] is not None}


def _read_value(archive: Archive, path: str, faults: list[Fault]) -> Any:
    try:
        value = read_json(_read_text(archive, path))
        canonical(value)
    except NotCanonical as error:
        faults.append(Fault(0, f"{path} cannot be read: {error}"))
        return None
    return value


def _read_lines(path: str, text: bytes) -> tuple[list[tuple[int, JsonObject]], list[Fault]]:
    """Read the objects of a file with one in each line, by line number."""
    found: list[tuple[int, JsonObject]] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.removesuffix(b"\n").split(b"\n") if text else (), 1):
        try:
            value = read_json(line)
            canonical(value)
        except NotCanonical as error:
            faults.append(Fault(0, f"{path}, line {number} cannot be read: {error}"))
            continue
        if isinstance(value, dict):
            found.append((number, value))
        else:
            faults.append(Fault(0, f"{path}, line {number} is not an object"))
    return found, faults


def _check_agreement(
    manifest: Manifest,
    state: JsonMapping | None,
    entries: Sequence[Entry | Withheld],
    events: list[JsonObject],
) -> list[Fault]:
    readable = [entry for entry in entries if isinstance(entry, Entry)]
    found = []
    if any(entry.case_id != manifest.case_id for entry in readable):
        found.append("the audit is of another case than the manifest says")
    if not same(events, [event for entry in readable for event in entry.events]):
        found.append(f"{EVENTS} does not hold the events that the audit says")
    rows = (state or {}).get("documents")
    if isinstance(rows, dict) and len(readable) == len(entries):
        paths = [member.path for member in manifest.members]
        strangers = [path for path in paths if (match := DOCUMENT.fullmatch(path)) and match[1] not in rows]
        found += [f"{path} is not a document of the case" for path in strangers]
    return [Fault(0, what) for what in found]
