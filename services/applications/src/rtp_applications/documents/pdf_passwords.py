"""Whether a PDF opens without a password, though it is encrypted: with an owner's password alone anybody may read it.

ISO 32000-1 section 7.6.3 (revisions 2 to 4) and ISO 32000-2 section 7.6.4 (5 and 6), for the empty user password.
"""

import hashlib
import re

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\r\n": b"", b"\n": b"", b"\r": b""}
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])|(\r\n?)")
_STRING_PART = re.compile(rb"\\[\s\S]|[()]")


def opens_without(dictionary: bytes, trailer: bytes) -> bool:
    """Return whether the empty password opens what this encryption dictionary, of this trailer, encrypts."""
    revision = _read_number(dictionary, b"R", 0)
    user = _read_string(dictionary, rb"/U")
    if not re.search(rb"/Filter\s*/Standard\b", dictionary):
        return False
    if revision in (2, 3, 4):
        return _opens_old(revision, dictionary, user, _read_string(trailer, rb"/ID\s*\["))
    salt = user[32:40]
    if revision == 5:
        return len(salt) == 8 and hashlib.sha256(salt).digest() == user[:32]
    return revision == 6 and len(salt) == 8 and _hash(salt) == user[:32]


def _opens_old(revision: int, dictionary: bytes, user: bytes, file_id: bytes) -> bool:
    """Follow algorithms 2, 4 and 5: the key that the empty password makes, and what it makes of known bytes."""
    owner, permissions = _read_string(dictionary, rb"/O")[:32], _read_number(dictionary, b"P", 0)
    clear_metadata = revision == 4 and re.search(rb"/EncryptMetadata\s+false\b", dictionary)
    known = _PADDING + owner + (permissions & 0xFFFFFFFF).to_bytes(4, "little") + file_id
    key = _md5(known + (b"\xff\xff\xff\xff" if clear_metadata else b""))
    if revision == 2:
        return _apply_rc4(key[:5], _PADDING) == user[:32]
    bits = 128 if revision == 4 else _read_number(dictionary, b"Length", 40)
    size = min(max(bits // 8, 5), 16)
    for _ in range(50):
        key = _md5(key[:size])
    made = _md5(_PADDING + file_id)
    for step in range(20):
        made = _apply_rc4(bytes(each ^ step for each in key[:size]), made)
    return made == user[:16]


def _hash(salt: bytes) -> bytes:
    """Follow algorithm 2.B for the empty password."""
    key, rounds, last = hashlib.sha256(salt).digest(), 0, 0
    while rounds < 64 or last > rounds - 32:
        encryptor = Cipher(AES(key[:16]), CBC(key[16:32])).encryptor()
        made = encryptor.update(key * 64)
        key = hashlib.new(("sha256", "sha384", "sha512")[sum(made[:16]) % 3], made).digest()
        rounds, last = rounds + 1, made[-1]
    return key[:32]


def _md5(known: bytes) -> bytes:
    return hashlib.md5(known, usedforsecurity=False).digest()


def _apply_rc4(key: bytes, plain: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    made, i, j = bytearray(), 0, 0
    for each in plain:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        made.append(each ^ state[(state[i] + state[j]) % 256])
    return bytes(made)


def _read_number(dictionary: bytes, name: bytes, default: int) -> int:
    found = re.search(rb"/" + name + rb"\s+(-?\d{1,10})(?!\d)", dictionary)
    return int(found[1]) if found else default


def _read_string(dictionary: bytes, before: bytes) -> bytes:
    """Return the string that follows, written in hexadecimal or in brackets; nothing where there is none."""
    found = re.search(before + rb"\s*([(<])", dictionary)
    if found is None:
        return b""
    rest = dictionary[found.end() :]
    if found[1] == b"<":
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", rest.partition(b">")[0])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    depth = 1
    for part in _STRING_PART.finditer(rest):
        depth += {b"(": 1, b")": -1}.get(part[0], 0)
        if depth == 0:
            return _ESCAPE.sub(_unescape, rest[: part.start()])
    return b""


def _unescape(escape: re.Match[bytes]) -> bytes:
    if escape[2] is not None:
        return b"\n"
    escaped = escape[1]
    if escaped[:1].isdigit() and escaped[:1] < b"8":
        return bytes([int(escaped, 8) & 0xFF])
    return _ESCAPES.get(escaped, escaped)
