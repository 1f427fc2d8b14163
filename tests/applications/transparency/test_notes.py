"""Notes, checkpoints and cosignatures are those of C2SP; what is not one is refused, and never verified."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.history.keys import BundleKey
from rtp_applications.transparency.rules.notes import (
    Checkpoint,
    NotANote,
    NotANoteKey,
    NoteKey,
    SignatureKind,
    SignedCheckpoint,
    VerifierKey,
    get_cosigned_at,
    parse_signatures,
)
from rtp_applications.transparency.rules.proofs import WitnessRequest

GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example of Go's package golang.org/x/mod/sumdb/note (BSD-3-Clause), which signed notes come from."""
GO_SUM_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def new_key(name: str, kind: SignatureKind) -> NoteKey:
    return NoteKey.from_pem(name, kind, BundleKey.generate().to_pem())


LOG, WITNESS = new_key("log.example/v1/log", SignatureKind.LOG), new_key("w.example/w", SignatureKind.WITNESS)
CHECKPOINT = Checkpoint("log.example/v1/log", 7, bytes(range(32)))


def sign(checkpoint: Checkpoint = CHECKPOINT, *keys: NoteKey) -> str:
    lines = "".join(key.sign(checkpoint.text, at=AT).format() for key in keys or (LOG, WITNESS))
    return f"{checkpoint.text}\n{lines}"


def test_a_note_that_go_signed_is_verified() -> None:
    [line] = parse_signatures(GO_LINE)
    key = VerifierKey.parse(GO_KEY)
    assert key.verifies(line, GO_TEXT)
    assert not key.verifies(line, GO_TEXT + "\n")
    assert str(key) == GO_KEY


def test_the_key_of_go_s_own_log_is_read() -> None:
    assert str(VerifierKey.parse(GO_SUM_KEY)) == GO_SUM_KEY


def test_a_signed_checkpoint_is_read_back_and_verified() -> None:
    read = SignedCheckpoint.parse(sign())
    assert (read.checkpoint, read.text) == (CHECKPOINT, CHECKPOINT.text)
    by_log, by_witness = read.signatures
    assert LOG.verifier.verifies(by_log, read.text)
    assert WITNESS.verifier.verifies(by_witness, read.text)
    assert get_cosigned_at(by_witness) == AT
    assert not LOG.verifier.verifies(by_witness, read.text)
    assert not WITNESS.verifier.verifies(by_log, read.text)


def test_a_cosignature_holds_for_its_time_alone() -> None:
    line = WITNESS.sign(CHECKPOINT.text, at=AT)
    later = line._replace(signature=(int(AT.timestamp()) + 1).to_bytes(8) + line.signature[8:])
    assert WITNESS.verifier.verifies(line, CHECKPOINT.text)
    assert not WITNESS.verifier.verifies(later, CHECKPOINT.text)
    assert not WITNESS.verifier.verifies(line._replace(signature=b"short"), CHECKPOINT.text)


def test_a_key_signs_by_its_name_and_kind_alone() -> None:
    line = LOG.sign(CHECKPOINT.text, at=AT)
    assert not replace(LOG.verifier, name="other").verifies(line, CHECKPOINT.text)
    assert not replace(LOG.verifier, kind=SignatureKind.WITNESS).verifies(line, CHECKPOINT.text)


def test_lines_after_the_third_are_signed_and_kept() -> None:
    text = CHECKPOINT.text + "more\n"
    read = SignedCheckpoint.parse(f"{text}\n{LOG.sign(text, at=AT).format()}")
    assert read.checkpoint == CHECKPOINT
    assert LOG.verifier.verifies(read.signatures[0], read.text)


GOOD = sign()


@pytest.mark.parametrize(
    "note",
    [
        "",
        CHECKPOINT.text,
        CHECKPOINT.text + "\n",
        GOOD.replace("\n7\n", "\n07\n"),
        GOOD.replace("\n7\n", "\n-7\n"),
        GOOD.replace("\n7\n", "\n7 \n"),
        GOOD.replace("\n7\n", "\n٧\n"),
        GOOD.replace("\n7\n", f"\n{'9' * 19}\n"),
        GOOD.replace("Hh8=\n", "\n"),
        GOOD.replace("Hh8=\n", "Hh9=\n"),
        GOOD.replace("log.example", "log\texample", 1),
        GOOD.replace("—", "-"),
        GOOD + "more\n",
        "\n" + GOOD,
        GOOD + GOOD.rpartition("\n\n")[2] * 100,
    ],
)
def test_what_is_no_signed_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(NotANote):
        SignedCheckpoint.parse(note)


@given(st.text())
def test_any_text_is_refused_in_the_same_way(text: str) -> None:
    for read in (SignedCheckpoint.parse, parse_signatures):
        with pytest.raises(NotANote):
            read(text)
    with pytest.raises(NotANote):
        WitnessRequest.parse(text.encode(errors="surrogatepass"))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("Peter", "Petra"),
        GO_KEY[:-4],
        "a b+00000000+AA==",
    ],
)
def test_what_is_no_public_key_is_refused(key: str) -> None:
    with pytest.raises(NotANoteKey):
        VerifierKey.parse(key)


def test_what_is_no_private_key_is_refused() -> None:
    for pem in ("", "not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        with pytest.raises(NotANoteKey):
            NoteKey.from_pem("name", SignatureKind.LOG, pem)


@given(old=st.integers(0, 7), proof=st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_a_request_to_a_witness_is_read_back(old: int, proof: list[bytes]) -> None:
    request, signed = WitnessRequest.parse(WitnessRequest(old, proof, GOOD).format().encode())
    assert request == WitnessRequest(old, proof, GOOD)
    assert signed.checkpoint == CHECKPOINT


HASH = "A" * 43 + "=\n"


@pytest.mark.parametrize(
    "head", ["old 03\n", "new 3\n", "\nold 3\n", f"old 3\n{HASH * 64}", "old 3\nAAAA\n", "old 3 \n", "old 3\r\n"]
)
def test_what_is_no_request_to_a_witness_is_refused(head: str) -> None:
    with pytest.raises(NotANote):
        WitnessRequest.parse(f"{head}\n{GOOD}".encode())


def test_a_request_that_is_too_long_is_refused() -> None:
    with pytest.raises(NotANote):
        WitnessRequest.parse(WitnessRequest(3, [], GOOD).format().encode() + b" " * 65_536)
