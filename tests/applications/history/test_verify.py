"""The offline verifier, run as people run it: a process of its own, without a database or a network."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rtp_applications.history.bundle import BundleKey
from rtp_applications.history.canonical import canonical
from rtp_applications.history.chain import Entry, Withheld
from tests.applications.history.examples import CASE, KEY, contents, launched, members, repacked, written

HEAD = launched()[-1].hash.hex()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return written(tmp_path / "case.zip")


def verify(*arguments: str | Path, code: int = 0) -> str:
    """Return what was said by a run that ends with this code; nothing may go to the error output."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "rtp_applications.history.verify", *map(str, arguments)],
        capture_output=True,
        env={name: value for name, value in os.environ.items() if not name.startswith(("RTP_", "PG"))},
        check=False,
    )
    assert (run.returncode, run.stderr) == (code, b"")
    return run.stdout.decode()


def key_file(path: Path, *keys: BundleKey) -> Path:
    jwks = [key.public_jwk for key in keys]
    path.write_text(json.dumps(jwks[0] if len(jwks) == 1 else {"keys": jwks}))
    return path


def audit_file(path: Path, entries: Sequence[Entry | Withheld]) -> Path:
    path.write_bytes(b"".join(canonical(entry.to_json()) + b"\n" for entry in entries))
    return path


def test_a_bundle_that_holds(bundle: Path, tmp_path: Path) -> None:
    said = verify(
        bundle,
        "--key",
        key_file(tmp_path / "other.jwk", BundleKey.generate()),
        "--key",
        key_file(tmp_path / "keys.jwks", BundleKey.generate(), KEY),
        "--head",
        HEAD,
    )
    assert said.splitlines() == [
        f"bundle: case RTP-2026-000007 ({CASE}), 2026-03-02T09:00:00.000000Z, by https://one.example",
        f"signature: by key {KEY.kid} (trusted)",
        "members: 8, sizes and SHA-256 compared with the manifest",
        "documents: 2, 300023 bytes",
        "events: 3, compared with those in the audit",
        "audit: 4 entries, hashes and links recomputed; withheld: 0",
        f"chain case: 4 entries, the last step-4 at 2026-03-01T09:03:00.000000Z, head {HEAD}",
        "state: compared with the audit",
        "all holds",
    ]


def test_a_signer_whom_nobody_named_is_said_to_be_unknown(bundle: Path) -> None:
    said = verify(bundle)
    assert f"signature: by key {KEY.kid} (not compared with a key of yours: give one with --key)" in said


def test_a_bundle_in_part_withheld(tmp_path: Path) -> None:
    entries = launched()
    seen: list[Entry | Withheld] = [*entries[:3], entries[3].withheld()]
    said = verify(written(tmp_path / "case.zip", contents(seen)))
    assert "withheld: 1" in said
    assert f"chain case: 4 entries, the last withheld, head {HEAD}" in said
    assert "state: not compared with the audit, which is withheld in part" in said


def test_what_does_not_hold_is_said_line_by_line(bundle: Path, tmp_path: Path) -> None:
    repacked(bundle, {"case.json": b'{"status":"refused"}', "readme.txt": b""})
    said = verify(bundle, "--key", key_file(tmp_path / "key.jwk", BundleKey.generate()), "--head", "00" * 32, code=1)
    assert said.splitlines()[-6:] == [
        f"fault: the key it is signed with, {KEY.kid}, is not trusted",
        "fault: member readme.txt is not in the manifest",
        "fault: member case.json was changed",
        "fault: the state is not what the entries lead to",
        f"fault: no chain ends with {'00' * 32}, the head that you gave",
        "does not hold: 5 faults",
    ]


def test_a_wrong_signature(bundle: Path) -> None:
    said = verify(repacked(bundle, {"manifest.jws": BundleKey.generate().sign(b"{}").encode()}), code=1)
    assert "signature: wrong\n" in said
    assert "fault: the signature is wrong: it is not of this manifest by this key\n" in said


def test_an_audit_alone(tmp_path: Path) -> None:
    said = verify(audit_file(tmp_path / "audit.jsonl", launched()))
    assert said.splitlines()[0] == "audit: 4 entries, hashes and links recomputed; withheld: 0"
    assert said.splitlines()[-2:] == [
        "heads: not compared: without --head a cut-off end does not show",
        "all holds",
    ]


def test_an_audit_alone_that_was_changed(tmp_path: Path) -> None:
    one, two, three, _ = launched()
    path = audit_file(tmp_path / "audit.jsonl", [one, replace(two, action="x\x1b[31m\nfault: no\u202e"), three])
    path.write_bytes(path.read_bytes() + b"{}\n")
    said = verify(path, "--head", HEAD, code=1)
    assert said.splitlines()[-5:] == [
        "heads: compared with those that you gave",
        "fault: audit.jsonl, line 4 is not an entry: position is missing",
        "fault: entry 2: its hash is not that of its content",
        f"fault: no chain ends with {HEAD}, the head that you gave",
        "does not hold: 3 faults",
    ]


def test_hostile_text_stays_in_its_line(tmp_path: Path) -> None:
    forged = replace(launched()[0], action="x\x1b[31m\nfault: no\u202e£")
    said = verify(audit_file(tmp_path / "audit.jsonl", [forged]), code=1)
    assert "1 entries, the last x\\x1b[31m\\nfault: no\\u202e£ at 2026" in said


def test_the_findings_as_json(bundle: Path, tmp_path: Path) -> None:
    found = json.loads(verify("--json", bundle, "--key", key_file(tmp_path / "key.jwk", KEY)))
    assert found.items() >= {"holds": True, "faults": [], "entries": 4, "withheld": 0, "heads": {"case": HEAD}}.items()
    assert found["signer"] == {"kid": KEY.kid, "trusted": True}
    assert found["manifest"] == json.loads(members(bundle)["manifest.json"])

    said = verify("--json", repacked(bundle, {"readme.txt": b""}), code=1)
    assert json.loads(said)["faults"] == ["member readme.txt is not in the manifest"]

    said = verify("--json", tmp_path / "none", code=2)
    assert json.loads(said) == {"holds": False, "error": "none cannot be opened: No such file or directory"}


def test_what_cannot_be_checked_is_one_line(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello\nworld\n")
    (tmp_path / "empty").touch()
    (tmp_path / "broken.zip").write_bytes(bundle.read_bytes()[:1000])
    (tmp_path / "private.jwk").write_text("[" * 100_000)
    audit = audit_file(tmp_path / "audit.jsonl", launched())
    key = key_file(tmp_path / "key.jwk", KEY)
    for arguments, why in [
        ((), "the following arguments are required: file"),
        ((bundle, "--nothing"), "unrecognized arguments: --nothing"),
        ((bundle, "--head", "xyz"), "argument --head: not 64 hexadecimal digits"),
        ((tmp_path / "none",), "none cannot be opened: No such file or directory"),
        ((tmp_path,), f"{tmp_path.name} cannot be opened: Is a directory"),
        ((tmp_path / "text",), "text is neither a bundle nor an audit"),
        ((tmp_path / "empty",), "empty is neither a bundle nor an audit"),
        ((tmp_path / "broken.zip",), "not a readable ZIP archive: File is not a zip file"),
        ((bundle, "--key", tmp_path / "none"), "none cannot be opened: No such file or directory"),
        ((bundle, "--key", tmp_path / "text"), "text is not an Ed25519 key as a JWK, nor a set of them"),
        ((bundle, "--key", tmp_path / "private.jwk"), "private.jwk is not an Ed25519 key as a JWK, nor a set of them"),
        ((audit, "--key", key), "audit.jsonl is not a bundle: an audit alone is not signed, so no key can be checked"),
    ]:
        assert verify(*arguments, code=2) == f"cannot be checked: {why}\n"


def test_a_reader_who_goes_away_is_no_fault(bundle: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "rtp_applications.history.verify", str(bundle)]
    with os.fdopen(writing) as nowhere:
        run = subprocess.run(command, stdout=nowhere, stderr=subprocess.PIPE, check=False)
    assert (run.returncode, run.stderr) == (0, b"")


def test_it_needs_neither_database_nor_network(bundle: Path) -> None:
    program = (
        "import sys; sys.addaudithook(lambda event, _: event.startswith('socket.') and sys.exit(event));"
        "from rtp_applications.history import verify; verify.main(sys.argv[1:]);"
        "assert not {'fastapi', 'sqlalchemy', 'asyncpg', 'httpx', 'aiohttp'} & sys.modules.keys()"
    )
    run = subprocess.run([sys.executable, "-c", program, str(bundle)], capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")
