"""Plain text and CSV, which are UTF-8. Anything else is refused with the place where it is not."""

import codecs
import io
from typing import BinaryIO

from rtp_applications.documents.blocks import BLOCK
from rtp_applications.documents.errors import ActiveContent, TextNotUtf8
from rtp_shared.problems import FieldError

SCRIPT = b"#!"
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # UTF-32's little-endian mark begins like the first
_ADVICE = "save it as UTF-8 (in Excel: CSV UTF-8)"


def has_wide_mark(head: bytes) -> bool:
    """Return whether a content begins with the mark of UTF-16."""
    return head.startswith(_WIDE_MARKS)


def refuse_early(head: bytes) -> None:
    """Refuse a content by its first bytes, if these show that it is not UTF-8 without zero bytes."""
    if has_wide_mark(head) or b"\0" in head:
        _check(io.BytesIO(head))


def is_text(file: BinaryIO, *, required: bool) -> bool:
    """Return whether the content is UTF-8 without zero bytes; where text is required, refuse any other.

    A script is refused in any case.
    """
    try:
        _check(file)
    except TextNotUtf8:
        if required:
            raise
        return False
    return True


def _check(file: BinaryIO) -> None:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = _Lines()
    while block := file.read(BLOCK):
        if not lines.before:
            _check_beginning(block)
        pending = decoder.getstate()[0]
        wrong = [block.index(b"\0")] if b"\0" in block else []
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            wrong.append(error.start - len(pending))
        if wrong:
            raise _refuse(lines, pending, block, min(wrong))
        lines.add(block)
    if pending := decoder.getstate()[0]:
        raise _refuse(lines, pending, b"", -len(pending))


def _check_beginning(block: bytes) -> None:
    if has_wide_mark(block):
        raise TextNotUtf8(errors=[FieldError("", f"line 1, byte 1: begins as UTF-16 does; {_ADVICE}")])
    if block.removeprefix(codecs.BOM_UTF8).startswith(SCRIPT):
        raise ActiveContent(errors=[FieldError("", "is a script")])


def _refuse(lines: "_Lines", pending: bytes, block: bytes, at: int) -> TextNotUtf8:
    wrong = (pending + block)[len(pending) + at]
    line, byte = lines.count_until(block, at), lines.before + at + 1
    found = "0x00 is no text, unless this is UTF-16" if wrong == 0 else _describe(wrong)
    return TextNotUtf8(errors=[FieldError("", f"line {line}, byte {byte} of the file: {found}; {_ADVICE}")])


def _describe(wrong: int) -> str:
    in_windows = bytes([wrong]).decode("cp1252", "ignore")
    return f"0x{wrong:02X} is not UTF-8" + (f", but '{in_windows}' in Windows-1252" if in_windows else "")


class _Lines:
    """The blocks of a text that were read, and the lines that ended in them."""

    def __init__(self) -> None:
        self.before = 0
        self._ended = 0
        self._after_return = False

    def add(self, block: bytes) -> None:
        self._ended += self._count(block)
        self._after_return = block.endswith(b"\r")
        self.before += len(block)

    def count_until(self, block: bytes, at: int) -> int:
        """Return the number of the line in which this byte of the next block stands."""
        return self._ended + self._count(block[: max(at, 0)]) + 1

    def _count(self, part: bytes) -> int:
        """Count line ends: a line feed, a carriage return, or both in that order as one."""
        joined = self._after_return and part.startswith(b"\n")
        return part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n") - joined
