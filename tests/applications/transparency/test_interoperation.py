"""What another implementation of the same standards made is what this one makes, to the byte, and is verified.

`vectors.json` was written by aics-tlog 0.2.1 (Apache 2.0), which shares no code with this: a log of 600 entries, signed
and cosigned by the keys below. Tiles of this log, its cosigned checkpoints and its proofs were checked by it once, too.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rtp_applications.transparency.rules.notes import (
    Checkpoint,
    NoteKey,
    SignatureKind,
    SignedCheckpoint,
    VerifierKey,
    decode_hash,
    encode,
    get_cosigned_at,
)
from rtp_applications.transparency.rules.tiles import grow, read_from
from rtp_applications.transparency.rules.tree import (
    compute_root,
    follows,
    hash_leaf,
    includes,
    prove_consistency,
    prove_inclusion,
)
from tests.applications.transparency.logs import load_verifier

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text())
ENTRIES = [sha256(number.to_bytes(4)).digest() for number in range(600)]
READ = read_from(grow({}, 0, ENTRIES)[0])
AT = datetime.fromtimestamp(1793602800, UTC)


def read_key(name: str, kind: SignatureKind, first: int) -> NoteKey:
    """The key whose secret is 32 numbers in their order."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(first, first + 32)))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return NoteKey.from_pem(name, kind, pem.decode())


LOG = read_key("log.example/v1/log", SignatureKind.LOG, 0)
WITNESS = read_key("witness.example/w1", SignatureKind.WITNESS, 32)


def test_public_keys_are_written_alike() -> None:
    assert [str(LOG.verifier), str(WITNESS.verifier)] == [VECTORS["logKey"], VECTORS["witnessKey"]]


@pytest.mark.parametrize("note", VECTORS["checkpoints"], ids=lambda note: note.split("\n")[1])
def test_checkpoints_are_signed_and_cosigned_alike(note: str) -> None:
    signed = SignedCheckpoint.parse(note)
    by_log, by_witness = signed.signatures
    assert VerifierKey.parse(VECTORS["logKey"]).verifies(by_log, signed.text)
    assert VerifierKey.parse(VECTORS["witnessKey"]).verifies(by_witness, signed.text)
    assert get_cosigned_at(by_witness) == AT
    text = Checkpoint(LOG.name, signed.checkpoint.size, compute_root(READ, signed.checkpoint.size)).text
    assert f"{text}\n{LOG.sign(text, at=AT).format()}{WITNESS.sign(text, at=AT).format()}" == note


@pytest.mark.parametrize("note", VECTORS["checkpoints"], ids=lambda note: note.split("\n")[1])
def test_the_strangers_file_verifies_them_too(note: str) -> None:
    verifier = load_verifier()
    log, witness = (verifier.Key(VECTORS[each], kind) for each, kind in (("logKey", 1), ("witnessKey", 4)))
    assert verifier.Note(note).check_signatures(log, [witness], 1) == [WITNESS.name]
    spoilt = note.replace(note[-12:-4], "AAAAAAAA")
    with pytest.raises(AssertionError, match="is wrong"):
        verifier.Note(spoilt).check_signatures(log, [witness], 1)


def get_root(size: int) -> bytes:
    return compute_root(READ, size)


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda each: f"{each['index']}-in-{each['size']}")
def test_proofs_of_inclusion_are_alike(vector: dict[str, Any]) -> None:
    index, size = vector["index"], vector["size"]
    proof = prove_inclusion(READ, index, size)
    assert list(map(encode, proof)) == vector["proof"]
    assert includes(index, size, leaf=hash_leaf(ENTRIES[index]), root=get_root(size), proof=proof)
    assert load_verifier().find_root(index, size, hash_leaf(ENTRIES[index]), proof) == get_root(size)


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda each: f"{each['old']}-to-{each['new']}")
def test_proofs_of_consistency_are_alike(vector: dict[str, Any]) -> None:
    old, new = vector["old"], vector["new"]
    proof = [decode_hash(each) for each in vector["proof"]]
    assert prove_consistency(READ, old, new) == proof
    assert follows(old, new, old_root=get_root(old), new_root=get_root(new), proof=proof)
