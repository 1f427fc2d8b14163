"""Which encoding a file has, and its digest: told from its bytes, in one pass, before it is read."""

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Protocol, Self

from rtp_finance_directory.loading.found import FoundItem, Unreadable
from rtp_finance_directory.loading.problems import Problem

BLOCK = 1_048_576
BINARY = "binary"
"""Stands for the encoding of what is no text."""
_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class FileFacts(NamedTuple):
    """What is known of a file before it is read."""

    path: Path
    kind: str
    """json, csv or xlsx, for example."""
    encoding: str
    digest: str
    """SHA-256 in hexadecimal, of what is in it: the same whether or not it is packed."""
    size: int
    """In bytes, as it lies on the disk."""


class OpenFile(Protocol):
    """A file that is open: iterating it yields item after item, in memory that does not grow with the file.

    Iterating raises Unreadable where it can go no further.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def __iter__(self) -> Iterator[FoundItem | Problem]: ...

    def get_fraction(self) -> float:
        """Return about how much of it has been read."""


def inspect_file(path: Path, *, find_kind: Callable[[str, str], str], items: str) -> FileFacts:
    """Read the file once for its digest and encoding. Raises Unreadable if it is empty.

    `find_kind` tells the kind of file from its encoding and from how its text begins.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding = ""
    try:
        with path.open("rb") as raw, unpack(raw) as file:
            head = file.read(BLOCK)
            block = head
            while block:
                digest.update(block)
                if not encoding:
                    encoding = _find_mark(head) or _decode(decoder, block)
                block = file.read(BLOCK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Unreadable("it is packed by gzip, and cannot be unpacked", "Send it whole") from error
    text = head.decode(encoding if encoding not in ("", BINARY) else "utf-8", "replace")
    if not text.strip("\ufeff \t\r\n\0"):
        raise Unreadable("it is empty", f"Send a file with {items} in it")
    if not encoding:
        encoding = _decode(decoder, b"", final=True) or "utf-8"
        text = head.decode(encoding, "replace")
    return FileFacts(path, find_kind(encoding, text), encoding, digest.hexdigest(), path.stat().st_size)


def unpack(raw: IO[bytes]) -> IO[bytes]:
    """Return what is in the file: unpacked, if it is packed by gzip."""
    packed = raw.read(2) == _GZIP
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[return-value]  # it reads as one does


def _find_mark(head: bytes) -> str:
    """Return the encoding that the first bytes tell, by a byte order mark or by where zeros stand."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head.startswith(b"PK"):
        return BINARY
    return {b"\0": "utf-16-be"}.get(head[:1], "utf-16-le" if head[1:2] == b"\0" else "")


def _decode(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> str:
    """Return cp1252 once the bytes are no UTF-8: it is what spreadsheets of the UK write."""
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return "cp1252"
    return ""
