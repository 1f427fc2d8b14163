"""A case's bundle: written, read back, and tampered with in every way."""

import base64
import json
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from rtp_applications.history.bundle import (
    BundleKey,
    Manifest,
    NotABundle,
    PackedDocument,
    Tampered,
    open_bundle,
    read_bundle,
)
from rtp_applications.history.canonical import canonical
from rtp_applications.history.chain import Chain, Entry, Withheld, fold
from tests.applications.history.examples import (
    DOCUMENT,
    KEY,
    PAPERS,
    contents,
    launched,
    members,
    refused,
    repacked,
    resealed,
    written,
)

OTHER = BundleKey.generate()
DEEP = b"[" * 100_000
PAPER = f"documents/{DOCUMENT}/2"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return written(tmp_path / "case.zip")


# The round trip


def test_a_bundle_reads_back_whole(bundle: Path) -> None:
    with open_bundle(bundle, [OTHER.public_jwk, KEY.public_jwk]) as found:
        assert found.entries == launched()
        assert found.events == [event for entry in launched() for event in entry.events]
        assert found.state == fold(launched())
        assert found.manifest.number == "RTP-2026-000007"
        assert found.manifest.heads == {Chain.CASE: launched()[-1].hash}
        assert found.signer is not None
        assert (found.signer.kid, found.signer.trusted) == (KEY.kid, True)
        assert {version: b"".join(found.document(DOCUMENT, version)) for _, version in found.documents} == {
            version: b"".join(chunks) for version, chunks in PAPERS.items()
        }


def test_its_members_are_those_of_the_format(bundle: Path) -> None:
    state = fold(launched())
    found = members(bundle)
    assert list(found) == [
        *("case.json", "parties.json", "records.json", "deadlines.json", "audit.jsonl", "events.jsonl"),
        *(f"documents/{DOCUMENT}/1", PAPER, "manifest.json", "manifest.jws"),
    ]
    assert json.loads(found["deadlines.json"]) == state["deadlines"]
    assert json.loads(found["case.json"]).keys() == state.keys() - {"parties", "records", "deadlines"}
    assert [json.loads(line) for line in found["audit.jsonl"].splitlines()] == [each.to_json() for each in launched()]


def test_the_same_content_gives_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    assert written(tmp_path / "again.zip").read_bytes() == bundle.read_bytes()
    with zipfile.ZipFile(bundle) as packed:
        assert {member.date_time for member in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_anyone_can_check_the_signature_without_us(bundle: Path) -> None:
    found = members(bundle)
    header, nothing, signature = found["manifest.jws"].split(b".")
    bare = header + b"." + base64.urlsafe_b64encode(found["manifest.json"]).rstrip(b"=")
    assert nothing == b""
    assert json.loads(base64.urlsafe_b64decode(header + b"==")) == {
        "alg": "Ed25519",
        "kid": KEY.kid,
        "jwk": {name: KEY.public_jwk[name] for name in ("kty", "crv", "x")},
    }
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(KEY.public_jwk["x"] + "="))
    public.verify(base64.urlsafe_b64decode(signature + b"=="), bare)


def test_without_trusted_keys_the_signer_is_said_and_not_judged(bundle: Path) -> None:
    with open_bundle(bundle) as found:
        assert found.signer is not None
        assert found.signer.trusted is None


def test_a_reader_who_may_not_see_all_gets_a_bundle_that_still_holds(tmp_path: Path) -> None:
    entries = launched()
    seen: list[Entry | Withheld] = [entries[0], entries[1].withheld(), *entries[2:]]
    with open_bundle(written(tmp_path / "part.zip", contents(seen, state={"status": "launched"}))) as found:
        assert found.entries == seen
        assert found.state == {"status": "launched"}
        assert found.events == entries[2].events


def test_a_case_without_history_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one entry"):
        written(tmp_path / "none.zip", contents([]))


def test_a_time_without_its_zone_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="without its zone"):
        written(tmp_path / "none.zip", contents(made_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_large_documents_are_never_held_in_memory(tmp_path: Path) -> None:
    async def large() -> AsyncIterator[bytes]:
        for number in range(320):
            yield bytes([number % 256]) * 100_000

    paper = PackedDocument(DOCUMENT, 1, "application/pdf", large())
    tracemalloc.start()
    try:
        path = written(tmp_path / "large.zip", contents(documents=[paper]))
        with open_bundle(path) as found:
            assert sum(len(chunk) for chunk in found.document(DOCUMENT, 1)) == 32_000_000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


# Tampering


def test_a_key_that_is_not_trusted_is_named(bundle: Path) -> None:
    assert refused(bundle, OTHER.public_jwk) == f"the key it is signed with, {KEY.kid}, is not trusted"


@pytest.mark.parametrize(
    "name", ["case.json", "parties.json", "records.json", "deadlines.json", "audit.jsonl", "events.jsonl", PAPER]
)
def test_a_member_changed_or_missing_is_named(bundle: Path, name: str) -> None:
    whole = members(bundle)[name]
    changed = repacked(bundle, {name: whole.replace(b"e", b"a", 1) if b"e" in whole else b'{"x":1}'})
    assert refused(changed).startswith(f"member {name} was changed")
    assert refused(repacked(bundle, {name: whole + b"\n"})).startswith(f"member {name} was changed")
    assert refused(repacked(bundle, {name: None})).startswith(f"member {name} is missing")


def test_a_member_added_is_named(bundle: Path) -> None:
    assert refused(repacked(bundle, {"readme.txt": b""})) == "member readme.txt is not in the manifest"
    extra = f"documents/{DOCUMENT}/3"
    assert refused(repacked(bundle, {"readme.txt": None, extra: b""})) == f"member {extra} is not in the manifest"


def _header(**changes: Any) -> Callable[[bytes], bytes]:
    def forged(signature: bytes) -> bytes:
        header, _, end = signature.partition(b".")
        fields = json.loads(base64.urlsafe_b64decode(header + b"==")) | changes
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).rstrip(b"=") + b"." + end

    return forged


def _signed_by_other(_: bytes) -> bytes:
    return OTHER.sign(b"another manifest").encode()


OF_ANOTHER, UNREADABLE = "it is not of this manifest by this key", "it cannot be read"
FORGERIES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "of another manifest": (_signed_by_other, OF_ANOTHER),
    "another kid": (_header(kid=OTHER.kid), OF_ANOTHER),
    "another key": (_header(jwk=OTHER.public_jwk), OF_ANOTHER),
    "no algorithm": (_header(alg="none"), UNREADABLE),
    "a shared secret": (_header(alg="HS256", jwk={"kty": "oct", "k": "AAAA"}), UNREADABLE),
    "another algorithm": (_header(alg="EdDSA"), UNREADABLE),
    "no key": (_header(jwk=None), UNREADABLE),
    "another kind of key": (_header(jwk={"kty": "RSA", "n": "AQ", "e": "AQ"}), UNREADABLE),
    "content as it is": (_header(crit=["b64"], b64=False), OF_ANOTHER),
    "cut off": (lambda signature: signature[:-10], OF_ANOTHER),
    "empty": (lambda _: b"", UNREADABLE),
    "dots": (lambda _: b"..", UNREADABLE),
    "not text": (lambda _: b"\xff", UNREADABLE),
    "no header": (lambda _: b"e30..", UNREADABLE),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_wrong_signature_is_said(bundle: Path, name: str) -> None:
    forge, why = FORGERIES[name]
    forged = repacked(bundle, {"manifest.jws": forge(members(bundle)["manifest.jws"])})
    assert refused(forged, KEY.public_jwk) == f"the signature is wrong: {why}"


def test_a_signature_that_names_another_key_is_said(bundle: Path) -> None:
    key = OKPKey.import_key(KEY.to_pem())
    forged = _resigned(members(bundle)["manifest.json"], {"kid": OTHER.kid, "jwk": key.as_dict(private=False)}, key)
    named = refused(repacked(bundle, {"manifest.jws": forged}), OTHER.public_jwk)
    assert named == "the signature is wrong: it names another key than the one it bears"


def _resigned(content: bytes, header: dict[str, Any], key: OKPKey) -> bytes:
    header = {"alg": "Ed25519", **header}
    return str(jws.detach_content(jws.serialize_compact(header, content, key, algorithms=["Ed25519"]))).encode()


def test_a_bundle_without_signature_is_said(bundle: Path) -> None:
    assert refused(repacked(bundle, {"manifest.jws": None})) == (
        "the signature cannot be read: member manifest.jws is missing"
    )


def test_a_manifest_changed_is_a_wrong_signature(bundle: Path) -> None:
    manifest = Manifest.from_bytes(members(bundle)["manifest.json"])
    forged = canonical(replace(manifest, made_by="https://two.example").to_json())
    assert refused(repacked(bundle, {"manifest.json": forged})).startswith("the signature is wrong")


def _audit(entries: Any) -> bytes:
    return b"".join(canonical(entry.to_json()) + b"\n" for entry in entries)


def test_an_audit_broken_by_whoever_holds_the_key_is_said(bundle: Path) -> None:
    one, two, three, four = launched()
    forged = [one, replace(two, reason="forged"), three, four]
    assert refused(repacked(bundle, {"audit.jsonl": _audit(forged)}, key=KEY)) == (
        "entry 2: its hash is not that of its content"
    )
    rewritten = resealed([one, replace(two, reason="forged"), three, four])
    assert refused(repacked(bundle, {"audit.jsonl": _audit(rewritten)}, key=KEY)) == (
        "entry 4: is last, but the head is another hash"
    )
    assert refused(repacked(bundle, {"audit.jsonl": _audit([one, two, three])}, key=KEY)).startswith(
        "entry 3: is last, but the head is another hash (and "
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"case.json": b'{"status":"refused"}'}, "the state is not what the entries lead to"),
        ({"case.json": b"[]"}, "case.json is not a case without its parties, records, deadlines"),
        ({"case.json": b'{"parties":{}}'}, "case.json is not a case without its parties, records, deadlines"),
        ({"parties.json": b'{"a":0.5}'}, "parties.json cannot be read: 0.5 is not a whole number"),
        ({"parties.json": b'{"a":99999999999999999999}'}, "parties.json cannot be read: a whole number of 67 bits"),
        ({"records.json": DEEP}, "records.json cannot be read: nested too deeply"),
        ({"events.jsonl": b""}, "events.jsonl does not hold the events that the audit says"),
        ({"events.jsonl": b"{}\n[]\n"}, "events.jsonl, line 2 is not an object"),
        ({"events.jsonl": b'{"a":"\\ud800"}\n'}, "events.jsonl, line 1 cannot be read: a string holds half"),
        ({"audit.jsonl": b'{"withheld":true}\n'}, "audit.jsonl, line 1 is not an entry: position is of the wrong type"),
        ({"audit.jsonl": b"\n"}, "audit.jsonl, line 1 cannot be read: not JSON"),
        ({"audit.jsonl": b""}, "there is no entry, but a head"),
        ({"deadlines.json": None}, "member deadlines.json is missing from the manifest"),
    ],
)
def test_a_bundle_that_contradicts_itself_is_found_though_it_is_signed(
    bundle: Path, changes: dict[str, bytes | None], fault: str
) -> None:
    assert refused(repacked(bundle, changes, key=KEY), KEY.public_jwk).startswith(fault)


def test_a_document_that_is_not_the_cases_is_found(tmp_path: Path) -> None:
    stranger = UUID(int=7)
    path = written(tmp_path / "case.zip", contents(documents=[PackedDocument(stranger, 1, "text/plain", _nothing())]))
    assert refused(path) == f"documents/{stranger}/1 is not a document of the case"


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield


def test_an_audit_of_another_case_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "case.zip", contents(case_id=UUID(int=7)))
    assert refused(path) == "the audit is of another case than the manifest says"


def test_all_faults_are_told(bundle: Path) -> None:
    path = repacked(bundle, {"case.json": b"{}", "readme.txt": b"", PAPER: None})
    with pytest.raises(Tampered, match=r"\(and 4 more\)") as refusal:
        open_bundle(path, [OTHER.public_jwk])
    assert [str(fault) for fault in refusal.value.faults] == [
        f"the key it is signed with, {KEY.kid}, is not trusted",
        "member readme.txt is not in the manifest",
        "member case.json was changed",
        f"member {PAPER} is missing",
        "the state is not what the entries lead to",
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "another"}, "not of the format right-to-provide-case-bundle, version 2"),
        ({"version": 3}, "not of the format right-to-provide-case-bundle, version 2"),
        ({"number": 7}, "number or madeBy is not a string"),
        ({"caseId": "7"}, "badly formed"),
        ({"members": [{}]}, "'path'"),
        ({"members": [{"path": "../x", "size": 1, "sha256": "0" * 64, "mediaType": ""}]}, "does not have: '../x'"),
        ({"members": 7}, "not iterable"),
        ({"more": 7}, "is not written as a manifest is"),
        ({"madeAt": "2026-03-02T09:00:00Z"}, "is not written as a manifest is"),
    ],
)
def test_a_manifest_that_is_not_ours_is_no_bundle(bundle: Path, change: dict[str, Any], why: str) -> None:
    manifest = json.loads(members(bundle)["manifest.json"]) | change
    path = repacked(bundle, {"manifest.json": canonical(manifest)})
    with pytest.raises(NotABundle, match=why) as refusal:
        read_bundle(path)
    assert not isinstance(refusal.value, Tampered)


@pytest.mark.parametrize("text", [b"", b"[]", b"7", pytest.param(b"[" * 100_000, id="deep"), b'{"a":1.5}', b"\xff"])
def test_a_manifest_that_is_nothing_is_no_bundle(bundle: Path, text: bytes) -> None:
    assert refused(repacked(bundle, {"manifest.json": text})).startswith("manifest.json cannot be read: ")
    assert refused(repacked(bundle, {"manifest.json": None})) == "member manifest.json is missing"


@given(st.data())
def test_any_byte_changed_changes_nothing_or_is_found(data: st.DataObject) -> None:
    """A ZIP has bytes that say nothing of its content, such as the time of a member."""
    with TemporaryDirectory() as folder:
        path = written(Path(folder) / "case.zip", contents(documents=[]))
        text, whole = bytearray(path.read_bytes()), members(path)
        text[data.draw(st.integers(0, len(text) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(text)
        try:
            with open_bundle(path, [KEY.public_jwk]) as found:
                assert {name: found.archive.read(name) for name in whole if name != "manifest.jws"} == {
                    name: text for name, text in whole.items() if name != "manifest.jws"
                }
        except NotABundle as refusal:
            assert "\n" not in str(refusal)  # noqa: PT017


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        (10, "member parties.json cannot be read: Bad CRC-32"),
        (500, "member parties.json is not of the size that the archive says"),
        (3_000_000, "member parties.json is packed over 250 times"),
    ],
)
def test_a_member_that_holds_other_than_it_declares_is_found(bundle: Path, declared: int, why: str) -> None:
    text = bytearray(bundle.read_bytes())
    entry = text.index(b"PK\x01\x02", text.index(b"PK\x01\x02") + 1)
    assert text[entry + 46 :].startswith(b"parties.json")
    text[entry + 24 : entry + 28] = declared.to_bytes(4, "little")
    bundle.write_bytes(text)
    assert refused(bundle).startswith(why)
