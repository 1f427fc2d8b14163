"""Writing a bundle: member by member, as its content comes, so that no document is ever held in memory."""

import tempfile
import zipfile
from collections.abc import AsyncIterable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import IO, Self
from uuid import UUID

from rtp_applications.history.canonical import canonical
from rtp_applications.history.chain import Chain, Ends, Entry, Withheld
from rtp_applications.history.keys import BundleKey
from rtp_applications.history.manifest import AUDIT, CASE, EVENTS, MANIFEST, PARTS, SIGNATURE, Manifest, Member
from rtp_applications.json_types import JsonMapping

JSON, JSON_LINES, SIGNED = "application/json", "application/jsonl", "application/jose"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes, whenever it is written
_SPOOLED = 1024**2


@dataclass(frozen=True)
class PackedDocument:
    """A document's content on its way into a bundle."""

    document_id: UUID
    version: int
    media_type: str
    content: AsyncIterable[bytes]


@dataclass(frozen=True)
class Contents:
    """The contents of a bundle. `state` is what folding the audit gives, or what the reader may see of it."""

    case_id: UUID
    number: str
    made_at: datetime
    made_by: str
    state: JsonMapping
    audit: AsyncIterable[Entry | Withheld]
    documents: Sequence[PackedDocument] = ()


async def write_bundle(file: IO[bytes], contents: Contents, key: BundleKey) -> Manifest:
    """Writes the bundle to an open file (a temporary one: until this returns it is not whole); says what it holds."""
    with zipfile.ZipFile(file, "w") as archive:
        packing = _Packing(archive)
        _pack_state(packing, contents.state)
        heads = await _pack_audit(packing, contents.audit)
        for document in sorted(contents.documents, key=lambda each: (each.document_id, each.version)):
            path = f"documents/{document.document_id}/{document.version}"
            await packing.stream(path, document.media_type, document.content)
        manifest = Manifest(
            case_id=contents.case_id,
            number=contents.number,
            made_at=contents.made_at,
            made_by=contents.made_by,
            heads=heads,
            members=tuple(packing.members),
        )
        text = canonical(manifest.to_json())
        packing.add(MANIFEST, JSON, [text])
        packing.add(SIGNATURE, SIGNED, [key.sign(text).encode()])
    return manifest


@dataclass
class _Packing:
    archive: zipfile.ZipFile
    members: list[Member] = field(default_factory=list)

    def add(self, path: str, media_type: str, chunks: Iterable[bytes]) -> None:
        with _Writing(self, path, media_type, zipfile.ZIP_DEFLATED) as member:
            for chunk in chunks:
                member.write(chunk)

    async def stream(self, path: str, media_type: str, chunks: AsyncIterable[bytes]) -> None:
        """Store a document as it is: documents are packed already, mostly."""
        with _Writing(self, path, media_type, zipfile.ZIP_STORED) as member:
            async for chunk in chunks:
                member.write(chunk)


class _Writing:
    """One member being written, measured and hashed on the way."""

    def __init__(self, packing: _Packing, path: str, media_type: str, compression: int) -> None:
        entry = zipfile.ZipInfo(path, _EPOCH)
        entry.compress_type = compression
        entry.create_system = 3
        entry.external_attr = 0o600 << 16
        self._stream = packing.archive.open(entry, "w", force_zip64=compression == zipfile.ZIP_STORED)
        self._packing, self._path, self._media_type = packing, path, media_type
        self._digest, self._size = sha256(), 0

    def write(self, chunk: bytes) -> None:
        self._stream.write(chunk)
        self._digest.update(chunk)
        self._size += len(chunk)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._packing.members.append(Member(self._path, self._size, self._digest.hexdigest(), self._media_type))


def _pack_state(packing: _Packing, state: JsonMapping) -> None:
    rest = {name: value for name, value in state.items() if name not in PARTS}
    packing.add(CASE, JSON, [canonical(rest)])
    for part in PARTS:
        packing.add(f"{part}.json", JSON, [canonical(state.get(part))])


async def _pack_audit(packing: _Packing, audit: AsyncIterable[Entry | Withheld]) -> dict[Chain, bytes]:
    """Write the entries and, beside them, the events that they published; return the heads."""
    ends = Ends()
    with tempfile.SpooledTemporaryFile(_SPOOLED) as events:
        with _Writing(packing, AUDIT, JSON_LINES, zipfile.ZIP_DEFLATED) as member:
            async for entry in audit:
                ends.follow(entry)
                member.write(canonical(entry.to_json()) + b"\n")
                for event in entry.events if isinstance(entry, Entry) else ():
                    events.write(canonical(event) + b"\n")
        events.seek(0)
        packing.add(EVENTS, JSON_LINES, events)
    heads = {chain: end.hash for chain, end in ends.list_all().items()}
    if not heads:
        raise ValueError("a bundle needs at least one entry of the case's history")
    return heads
