"""Which kind of file it is, in which encoding, and its digest: told from its bytes, in one pass, before it is read."""

import codecs
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

from rtp_finance_directory.grants.reading.csv_file import read_csv
from rtp_finance_directory.grants.reading.found import FoundGrant, Unreadable
from rtp_finance_directory.grants.reading.json_file import read_json
from rtp_finance_directory.grants.reading.xlsx_file import read_xlsx
from rtp_finance_directory.grants.standard.problems import Problem

BLOCK = 1_048_576
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
    """json, csv or xlsx."""
    encoding: str
    digest: str
    """SHA-256 in hexadecimal."""
    size: int


def inspect_file(path: Path) -> FileFacts:
    """Read the file once for its digest and encoding. Raises Unreadable if it is empty."""
    digest, size = hashlib.sha256(), 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding = ""
    with path.open("rb") as file:
        head = file.read(BLOCK)
        block = head
        while block:
            digest.update(block)
            size += len(block)
            if not encoding:
                encoding = _find_mark(head) or _decode(decoder, block)
            block = file.read(BLOCK)
    if not head.decode(encoding if encoding not in ("", "binary") else "utf-8", "replace").strip("\ufeff \t\r\n\0"):
        raise Unreadable("it is empty", "Send a file with grants in it")
    if not encoding:
        encoding = _decode(decoder, b"", final=True) or "utf-8"
    return FileFacts(path, _find_kind(head, encoding), encoding, digest.hexdigest(), size)


def _find_mark(head: bytes) -> str:
    """Return the encoding that the first bytes tell, by a byte order mark or by where zeros stand."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head.startswith(b"PK"):
        return "binary"
    return {b"\0": "utf-16-be"}.get(head[:1], "utf-16-le" if head[1:2] == b"\0" else "")


def _decode(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> str:
    """Return cp1252 once the bytes are no UTF-8: it is what spreadsheets of the UK write."""
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return "cp1252"
    return ""


def _find_kind(head: bytes, encoding: str) -> str:
    if encoding == "binary":
        return "xlsx"
    return "json" if head.decode(encoding, "replace").lstrip()[:1] in ("{", "[") else "csv"


class GrantFile:
    """A file of grants that is open: iterating it yields grant after grant, in memory that does not grow with the file.

    Iterating raises Unreadable where it can go no further.
    """

    def __init__(self, facts: FileFacts) -> None:
        self.facts = facts
        self._file = facts.path.open("rb")
        self._stream: io.TextIOWrapper | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        (self._stream or self._file).close()

    def __iter__(self) -> Iterator[FoundGrant | Problem]:
        if self.facts.kind == "xlsx":
            return read_xlsx(self._file)
        # newline="": a CSV reader takes any line end as it is, also a lone CR, and JSON has no use for it.
        self._stream = io.TextIOWrapper(self._file, encoding=self.facts.encoding, errors="replace", newline="")
        return read_json(self._stream) if self.facts.kind == "json" else read_csv(self._stream)

    def get_fraction(self) -> float:
        """Return about how much of it has been read."""
        return 1.0 if self._file.closed else min(1.0, self._file.tell() / self.facts.size)
