"""Histories for the tests: drawn, or one fixed story."""

import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import anyio
import pytest
from hypothesis import strategies as st

from rtp_applications.history.bundle import (
    BundleKey,
    Contents,
    Limits,
    Manifest,
    NotABundle,
    PackedDocument,
    open_bundle,
    write_bundle,
)
from rtp_applications.history.canonical import SAFE, canonical
from rtp_applications.history.chain import FIRST, Entry, Withheld, fold, list_differences, seal

Item = TypeVar("Item")
CASE = UUID("01900000-0000-7000-8000-000000000001")
DOCUMENT = UUID("01900000-0000-7000-8000-0000000000d1")
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
scalars = st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.integers(0, 1) | strings
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strings, inner, max_size=3), max_leaves=6
)
names = st.sampled_from(["status", "a/b", "~", "deadlines", "parties", ""]) | strings
tables = st.dictionaries(st.sampled_from(["1", "2", "a/b", "~1", ""]), values, max_size=3)
states = st.dictionaries(names, values | tables, max_size=5)


def story(states: Sequence[dict[str, Any]], snapshots: Sequence[bool] = ()) -> list[Entry]:
    """The history of a case that was in these states, one after another, with a snapshot where asked."""
    entries: list[Entry] = []
    before: dict[str, Any] = {}
    for index, after in enumerate(states):
        entries.append(
            seal(
                case_id=CASE,
                position=index + 1,
                at=START + timedelta(minutes=index),
                actor={"role": "applicant", "person": "p1", "holder": "client:union"},
                action=f"step-{index + 1}",
                reason=None if index % 2 else "A reason, at £5",
                version=index + 1,
                changes=list_differences(before, after),
                snapshot=after if index < len(snapshots) and snapshots[index] else None,
                events=[{"id": f"e{index}-{n}", "type": "case-changed", "sequence": n} for n in range(index % 3)],
                salt=f"{index:032x}",
                previous_hash=entries[-1].hash if entries else FIRST,
            )
        )
        before = after
    return entries


def launched() -> list[Entry]:
    """Four entries of an ordinary case."""
    rows: dict[str, Any] = {"d1": {"due": "2026-04-01", "unit": "workingDays"}}
    more = {"d2": {"due": "2026-05-01", "unit": "days"}}
    draft: dict[str, Any] = {
        "status": "draft",
        "decidedOn": None,
        "parties": {},
        "records": {},
        "deadlines": {},
        "documents": {},
    }
    sent = draft | {"status": "submitted", "parties": {"p1": {"role": "applicant"}}, "deadlines": rows}
    sent |= {"documents": {str(DOCUMENT): {"versions": 1}}}
    accepted = sent | {"status": "accepted", "decidedOn": "2026-03-20", "deadlines": rows | more}
    accepted |= {"documents": {str(DOCUMENT): {"versions": 2}}}
    last = accepted | {"status": "launched", "records": {"r1": {"vote": 12}}, "deadlines": more}
    return story([draft, sent, accepted, last], [False, True])


def resealed(entries: Sequence[Entry]) -> list[Entry]:
    """As somebody would who rewrites history and its hashes too."""
    found: list[Entry] = []
    for index, entry in enumerate(entries):
        previous = found[-1].hash if found else FIRST
        found.append(seal(**sealed_content(entry) | {"position": index + 1, "previous_hash": previous}))
    return found


_AFTER = ("hash", "erased")


def sealed_content(entry: Entry) -> dict[str, Any]:
    """What an entry is sealed of."""
    return {each.name: getattr(entry, each.name) for each in fields(entry) if each.compare and each.name not in _AFTER}


async def one_by_one(items: Sequence[Item]) -> AsyncIterator[Item]:
    for item in items:
        yield item


PAPERS = {1: [b"%PDF-1.7 first"], 2: [b"%PDF-1.7 ", b"second" * 50_000]}
KEY = BundleKey.generate()


def contents(entries: Sequence[Entry | Withheld] | None = None, **changes: Any) -> Contents:
    told = launched() if entries is None else entries
    return replace(
        Contents(
            case_id=CASE,
            number="RTP-2026-000007",
            made_at=START + timedelta(days=1),
            made_by="https://one.example",
            state=fold(told),
            audit=one_by_one(told),
            documents=[
                PackedDocument(DOCUMENT, version, "application/pdf", one_by_one(chunks))
                for version, chunks in PAPERS.items()
            ],
        ),
        **changes,
    )


def written(path: Path, what: Contents | None = None, key: BundleKey = KEY) -> Path:
    with path.open("wb") as file:
        anyio.run(write_bundle, file, what or contents(), key)
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(path: Path, changes: Mapping[str, bytes | None], *, key: BundleKey | None = None) -> Path:
    """The bundle with members changed, added or (None) left out; signed again, manifest and all, if a key is given."""
    found = {name: text for name, text in {**members(path), **changes}.items() if text is not None}
    if key:
        manifest = Manifest.from_bytes(found["manifest.json"])
        listed = tuple(
            replace(member, size=len(found[member.path]), sha256=sha256(found[member.path]).hexdigest())
            for member in manifest.members
            if member.path in found
        )
        found["manifest.json"] = canonical(replace(manifest, members=listed).to_json())
        found["manifest.jws"] = key.sign(found["manifest.json"]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in found.items():
            archive.writestr(name, text)
    return path


def refused(path: Path, *trusted: dict[str, Any], limits: Limits | None = None) -> str:
    with pytest.raises(NotABundle) as refusal:
        open_bundle(path, trusted or None, limits=limits)
    line = str(refusal.value)
    assert "\n" not in line
    return line
