"""A file that comes in parts, split into its rows. Pure, and in little memory however long the file is.

Rows are found by bytes: line ends and quotes are the same in every text of UTF-8, and a row that is no UTF-8 leaves the
others readable.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from rtp_applications.intake.errors import NotAFileOfCases
from rtp_applications.intake.models import FileFormat
from rtp_shared.problems import FieldError

MOST_ROWS = 100_000
LONGEST_ROW = 65_536
"""Bytes of a row. The longest texts that a case may have take less."""
_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class FileRow(NamedTuple):
    """A row of a file: its text, or why it cannot be read."""

    number: int
    content: str
    fault: str | None = None


class Splitter:
    """Splits a file into rows. `feed` it what comes, and `end` it."""

    def __init__(self, format_: FileFormat) -> None:
        self._is_csv = format_ is FileFormat.CSV
        self._rest = b""
        self._line = 0
        self._row = bytearray()
        self._too_long = False
        self._quoted = False
        self._started_at = 0
        self._count = 0
        self._begun = False

    def feed(self, part: bytes) -> Iterator[FileRow]:
        """Yield the rows that this part of the file completes."""
        content = self._rest + part
        if not self._begun:
            if len(content) < len(_BOM):
                self._rest = content
                return
            content = self._begin(content)
        *lines, self._rest = content.split(b"\n")
        for line in lines:
            yield from self._take(line)
        if len(self._rest) > LONGEST_ROW:
            # What is longer than any row may be need not be kept to be counted as one.
            quotes = self._rest.count(b'"') % 2 if self._is_csv else 0
            self._rest, self._too_long = b'"' * quotes, True

    def end(self) -> Iterator[FileRow]:
        """Yield what is left at the end of the file; refuse one that ends inside a quoted cell."""
        if not self._begun:
            self._rest = self._begin(self._rest)
        if self._rest or self._too_long or self._row:
            yield from self._take(self._rest)
        if self._quoted:
            reason = f"a quote that opens in the row at line {self._started_at} is never closed"
            raise NotAFileOfCases(errors=[FieldError("", reason)])

    def _begin(self, content: bytes) -> bytes:
        self._begun = True
        if content.startswith(_OTHER_ENCODINGS):
            raise NotAFileOfCases(errors=[FieldError("", "is UTF-16; save it as UTF-8")])
        return content.removeprefix(_BOM)

    def _take(self, line: bytes) -> Iterator[FileRow]:
        self._line += 1
        if not self._quoted:
            self._started_at = self._line
        elif not self._too_long:
            self._row += b"\n"
        self._quoted ^= self._is_csv and line.count(b'"') % 2 == 1
        if self._too_long or len(self._row) + len(line) > LONGEST_ROW:
            self._too_long = True
            self._row.clear()
        else:
            self._row += line
        if not self._quoted:
            yield from self._complete()

    def _complete(self) -> Iterator[FileRow]:
        content, too_long = bytes(self._row).removesuffix(b"\r"), self._too_long
        self._row.clear()
        self._too_long = False
        if not content.strip() and not too_long:
            return
        self._count += 1
        if self._count > MOST_ROWS + self._is_csv:
            raise NotAFileOfCases(errors=[FieldError("", f"has more than {MOST_ROWS:,} rows: send it in parts")])
        yield self._read(content, too_long=too_long)

    def _read(self, content: bytes, *, too_long: bool) -> FileRow:
        number = self._started_at
        if too_long:
            return FileRow(number, "", f"is longer than {LONGEST_ROW:,} bytes")
        if found := _CONTROLS.search(content):
            return FileRow(number, "", f"holds a character that is not text (U+{found[0][0]:04X})")
        try:
            return FileRow(number, content.decode())
        except UnicodeDecodeError:
            return FileRow(number, "", "is not UTF-8")


def read_cells(text: str) -> list[str]:
    """Return the cells of a row of CSV; raise ValueError for what is none."""
    try:
        [cells] = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError):
        raise ValueError("is no row of CSV, as RFC 4180 has it") from None
    return cells
