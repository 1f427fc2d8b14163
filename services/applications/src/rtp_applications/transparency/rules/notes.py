"""Signed notes, checkpoints of a log and cosignatures of witnesses, as C2SP has them; keys are Ed25519."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from rtp_applications.transparency.rules.tree import HASH

MOST_BYTES = 65_536
MOST_SIGNATURES = 100
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)")
_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")
_TIME = 8
"""Bytes of a cosignature before the signature: when it was made."""


class NotANote(ValueError):
    """This text is not a signed note, or not one of a checkpoint."""


class NotANoteKey(ValueError):
    """This is not an Ed25519 key of a log or a witness."""


class SignatureKind(IntEnum):
    """The types of signatures that are used here, by their numbers."""

    LOG = 0x01
    WITNESS = 0x04


class SignatureLine(NamedTuple):
    """One signature of a note: who made it, by name and by the key's short id."""

    name: str
    key_id: bytes
    signature: bytes

    def format(self) -> str:
        return f"— {self.name} {encode(self.key_id + self.signature)}\n"


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a log's or a witness's key, as it is written down: `name+id+key`."""

    name: str
    kind: SignatureKind
    key: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key. Raises NotANoteKey."""
        found = _KEY.fullmatch(text.strip())
        content = _decode(found[3]) if found else b""
        if found is None or len(content) != 1 + HASH or content[0] not in list(SignatureKind):
            raise NotANoteKey("must be name+id+key, of an Ed25519 key of a log or a witness")
        made = cls(found[1], SignatureKind(content[0]), content[1:])
        if made.key_id.hex() != found[2]:
            raise NotANoteKey(f"the id of the key of {made.name} is not that of its name and key")
        return made

    @property
    def key_id(self) -> bytes:
        return sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.key).digest()[:4]

    def verifies(self, line: SignatureLine, text: str) -> bool:
        """Return whether the line is this key's signature of a note's text."""
        if (line.name, line.key_id) != (self.name, self.key_id):
            return False
        signature, message = line.signature, text.encode()
        if self.kind is SignatureKind.WITNESS:
            time, signature = int.from_bytes(signature[:_TIME]), signature[_TIME:]
            message = _begin_cosigned(time) + message
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.kind]) + self.key)}"


@dataclass(frozen=True)
class NoteKey:
    """A private key of a log or a witness, with the name that it signs by."""

    name: str
    kind: SignatureKind
    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, name: str, kind: SignatureKind, pem: str) -> Self:
        """Read a key from PEM (PKCS#8). Raises NotANoteKey."""
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise NotANoteKey("must be an Ed25519 private key as PEM")
        return cls(name, kind, key)

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.kind, self._key.public_key().public_bytes_raw())

    def sign(self, text: str, *, at: datetime) -> SignatureLine:
        """Sign a note's text; only a witness says when."""
        if self.kind is SignatureKind.LOG:
            return SignatureLine(self.name, self.verifier.key_id, self._key.sign(text.encode()))
        seconds = int(at.timestamp())
        signature = self._key.sign(_begin_cosigned(seconds) + text.encode())
        return SignatureLine(self.name, self.verifier.key_id, seconds.to_bytes(_TIME) + signature)


@dataclass(frozen=True)
class Checkpoint:
    """How large a log's tree is, and its root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"


class SignedCheckpoint(NamedTuple):
    """A checkpoint with the very text that was signed, which may have more lines, and its signatures."""

    checkpoint: Checkpoint
    text: str
    signatures: Sequence[SignatureLine]

    @classmethod
    def parse(cls, note: str) -> Self:
        """Read a signed checkpoint; no signature is verified. Raises NotANote."""
        text, blank, lines = note.rpartition("\n\n")
        text += "\n"
        head = text.split("\n")
        if not blank or len(head) < 4 or not all(head[:-1]) or len(note.encode()) > MOST_BYTES:
            raise NotANote("it is not three lines or more, an empty one, and signatures")
        if any(sign < " " and sign != "\n" for sign in note) or not _SIZE.fullmatch(head[1]):
            raise NotANote("its tree's size cannot be read")
        return cls(Checkpoint(head[0], int(head[1]), decode_hash(head[2])), text, parse_signatures(lines))


def parse_signatures(lines: str) -> list[SignatureLine]:
    """Read lines of signatures. Raises NotANote."""
    found: list[SignatureLine] = []
    for line in lines.removesuffix("\n").split("\n"):
        match = _LINE.fullmatch(line)
        content = _decode(match[2]) if match else b""
        if match is None or len(content) < 5 or len(found) == MOST_SIGNATURES:
            raise NotANote("a line of it is not a signature")
        found.append(SignatureLine(match[1], content[:4], content[4:]))
    return found


def get_cosigned_at(line: SignatureLine) -> datetime:
    """Return when a witness says that it cosigned."""
    return datetime.fromtimestamp(int.from_bytes(line.signature[:_TIME]), UTC)


def decode_hash(text: str) -> bytes:
    """Read a hash in base64. Raises NotANote."""
    content = _decode(text)
    if len(content) != HASH:
        raise NotANote("a hash of it is not 32 bytes in base64")
    return content


def encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decode(text: str) -> bytes:
    """Read base64 that is written in the one way that its bytes are; anything else has no bytes."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return content if encode(content) == text else b""


def _begin_cosigned(seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n".encode()
