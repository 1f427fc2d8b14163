"""Checks a case's bundle, or its audit alone, with neither database nor network.

python -m rtp_applications.history.verify FILE [--key JWK-FILE]... [--head HASH]... [--json]

Exits with 0 if all holds, 1 with what does not, 2 if there is nothing to check.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from rtp_applications.history.bundle import Bundle, Limits, NotABundle, read_audit, read_bundle
from rtp_applications.history.chain import Entry, Withheld, check, find_ends
from rtp_applications.history.entries import format_instant
from rtp_applications.history.keys import NotAKey, thumbprint
from rtp_applications.json_types import JsonMapping, JsonObject
from rtp_shared.pipes import run_command

HOLDS, FAULTY, UNUSABLE = 0, 1, 2


class Unusable(ValueError):
    """There is nothing to check, or nothing to check it with."""


@dataclass
class Findings:
    """The findings of the offline check of a history or bundle."""

    checked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    facts: JsonObject = field(default_factory=dict)


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Unusable(message)


def main(arguments: Sequence[str] | None = None) -> int:
    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    try:
        options = _build_parser().parse_args(arguments)
        findings = verify(options.file, keys=options.key, heads=options.head or ())
    except (Unusable, NotABundle, NotAKey) as error:
        _print([json.dumps({"holds": False, "error": str(error)}) if as_json else f"cannot be checked: {error}"])
        return UNUSABLE
    _print([_format_json(findings)] if as_json else _format_lines(findings))
    return FAULTY if findings.faults else HOLDS


def verify(file: Path, *, keys: Sequence[Path] | None = None, heads: Sequence[bytes] = ()) -> Findings:
    """Return what holds and what does not. Raises Unusable, NotABundle or NotAKey if it cannot be told."""
    trusted = [jwk for path in keys for jwk in _read_public_keys(path)] if keys else None
    try:
        with file.open("rb") as stream:
            start = stream.read(4)
            size = os.fstat(stream.fileno()).st_size
    except OSError as error:
        raise Unusable(f"{file.name} cannot be opened: {error.strerror}") from None
    if start.startswith(b"PK"):
        with read_bundle(file, trusted) as bundle:
            return _check_bundle(bundle, heads)
    if trusted is not None:
        raise Unusable(f"{file.name} is not a bundle: an audit alone is not signed, so no key can be checked")
    if size > Limits().json:
        raise Unusable(f"{file.name} is over {Limits().json} bytes")
    return _check_audit(file, heads)


def _check_bundle(bundle: Bundle, heads: Sequence[bytes]) -> Findings:
    manifest, documents = bundle.manifest, bundle.documents
    findings = Findings(faults=[str(fault) for fault in bundle.faults])
    made_at = format_instant(manifest.made_at)
    findings.checked += [
        f"bundle: case {manifest.number} ({manifest.case_id}), {made_at}, by {manifest.made_by}",
        _format_signature(bundle),
        f"members: {len(manifest.members)}, sizes and SHA-256 compared with the manifest",
        f"documents: {len(documents)}, {sum(member.size for member in documents.values())} bytes",
        f"events: {len(bundle.events)}, compared with those in the audit",
        *_format_chains(bundle.entries),
    ]
    findings.faults += _compare_heads(bundle.entries, heads)
    withheld = any(isinstance(entry, Withheld) for entry in bundle.entries)
    findings.checked.append(
        "state: not compared with the audit, which is withheld in part"
        if withheld
        else "state: compared with the audit"
    )
    findings.facts = {
        "manifest": manifest.to_json(),
        "signer": bundle.signer and {"kid": bundle.signer.kid, "trusted": bundle.signer.trusted},
        **_describe_chains(bundle.entries),
    }
    return findings


def _check_audit(file: Path, heads: Sequence[bytes]) -> Findings:
    entries, unread = read_audit(file.read_bytes())
    if not entries:
        raise Unusable(f"{file.name} is neither a bundle nor an audit")
    faults = [*map(str, [*unread, *check(entries)]), *_compare_heads(entries, heads)]
    ending = (
        "compared with those that you gave" if heads else "not compared: without --head a cut-off end does not show"
    )
    return Findings([*_format_chains(entries), f"heads: {ending}"], faults, _describe_chains(entries))


def _compare_heads(entries: Sequence[Entry | Withheld], heads: Sequence[bytes]) -> list[str]:
    ends = {end.hash for end in find_ends(entries).values()}
    return [f"no chain ends with {head.hex()}, the head that you gave" for head in heads if head not in ends]


def _format_signature(bundle: Bundle) -> str:
    if bundle.signer is None:
        return "signature: wrong"
    known = {True: "trusted", False: "not trusted", None: "not compared with a key of yours: give one with --key"}
    return f"signature: by key {bundle.signer.kid} ({known[bundle.signer.trusted]})"


def _format_chains(entries: Sequence[Entry | Withheld]) -> list[str]:
    hidden = sum(isinstance(entry, Withheld) for entry in entries)
    lines = [f"audit: {len(entries)} entries, hashes and links recomputed; withheld: {hidden}"]
    for chain, end in find_ends(entries).items():
        summary = f"{end.action} at {format_instant(end.at)}" if isinstance(end, Entry) else "withheld"
        lines.append(f"chain {chain}: {end.position} entries, the last {summary}, head {end.hash.hex()}")
    return lines


def _describe_chains(entries: Sequence[Entry | Withheld]) -> JsonObject:
    return {
        "entries": len(entries),
        "withheld": sum(isinstance(entry, Withheld) for entry in entries),
        "heads": {chain.value: end.hash.hex() for chain, end in find_ends(entries).items()},
    }


def _read_public_keys(path: Path) -> list[JsonMapping]:
    """Read a file's public keys: a JWK, or a set of them."""
    try:
        found = json.loads(path.read_bytes())
        keys = found.get("keys", [found])
        for key in keys:
            thumbprint(key)
    except OSError as error:
        raise Unusable(f"{path.name} cannot be opened: {error.strerror}") from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Unusable(f"{path.name} is not an Ed25519 key as a JWK, nor a set of them") from None
    return list(keys)


def _build_parser() -> argparse.ArgumentParser:
    parser = _Arguments(
        prog="verify", allow_abbrev=False, description="Checks a case's bundle (ZIP) or its audit alone (audit.jsonl)."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", type=Path, action="append", help="a public key to trust, as a JWK; may be repeated")
    parser.add_argument(
        "--head", type=_compute_digest, action="append", help="a chain's last hash, as known from elsewhere"
    )
    parser.add_argument("--json", action="store_true", help="findings as JSON")
    return parser


def _compute_digest(text: str) -> bytes:
    try:
        head = bytes.fromhex(text)
    except ValueError:
        head = b""
    if len(head) != 32:
        raise argparse.ArgumentTypeError("not 64 hexadecimal digits")
    return head


def _format_lines(findings: Findings) -> list[str]:
    outcome = f"does not hold: {len(findings.faults)} faults" if findings.faults else "all holds"
    return [*findings.checked, *(f"fault: {fault}" for fault in findings.faults), outcome]


def _format_json(findings: Findings) -> str:
    return json.dumps(
        {"holds": not findings.faults, "checked": findings.checked, "faults": findings.faults, **findings.facts}
    )


def _print(lines: Sequence[str]) -> None:
    """Escape text of the file, which may hold anything: a line stays a line, and a terminal is not spoken to."""
    shown = ("".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in line) for line in lines)
    try:
        sys.stdout.buffer.write("".join(f"{line}\n" for line in shown).encode(errors="backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    run_command(main)
