"""PDF (ISO 32000-2): where it begins, whether it is whole, and whether it opens without a password.

Read are the first 1,024 bytes, the end, what the end points to and, of an encrypted PDF, the dictionary that says how.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from rtp_applications.documents.blocks import BLOCK, read_end
from rtp_applications.documents.errors import EncryptedContent, IncompleteContent
from rtp_applications.documents.pdf_passwords import opens_without
from rtp_shared.problems import FieldError

SIGNATURE = b"%PDF-"
HEAD = 1024
"""Within so many first bytes readers look for the signature."""

_END = b"%%EOF"
_START_OF_REFERENCES = re.compile(rb"startxref\s+(\d{1,12})")
_LINEARIZED = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s+(\d{1,12})")
"""The first object of a PDF that can be shown while it comes, and in it the size of the whole."""
_REFERENCES = re.compile(rb"\s*(?:xref\b.*?(?=trailer)|(?=\d+\s+\d+\s+obj\b))(.*)", re.DOTALL)
"""The table of references and the trailer after it, or the object that is both."""
_END_OF_TRAILER = re.compile(rb"startxref|>>\s*stream")
_ENCRYPTION = re.compile(rb"/Encrypt\s*(?:(\d{1,10})\s+(\d{1,5})\s+R|<<)")
_DICTIONARY = 8_192
"""Bytes in which an encryption's dictionary ends."""


def find_start(head: bytes) -> int | None:
    """Return where the PDF begins, if it does within this head."""
    found = head[:HEAD].find(SIGNATURE)
    return found if found >= 0 else None


def check(file: BinaryIO) -> None:
    """Refuse a PDF that is cut short or damaged, and one that wants a password to be opened."""
    trailers = list(_read_trailers(file))
    if not any(b"/Root" in each for each in trailers):
        raise IncompleteContent(
            errors=[FieldError("", "is a PDF without its end (a trailer, startxref, %%EOF): was it cut short?")]
        )
    encrypted = [(each, found) for each in trailers if (found := _ENCRYPTION.search(each))]
    if encrypted and not any(_opens(file, *each) for each in encrypted):
        raise EncryptedContent(errors=[FieldError("", "is a PDF that wants a password: send it without one")])


def _read_trailers(file: BinaryIO) -> Iterator[bytes]:
    """Yield the dictionaries that say what the PDF holds: before its end, and where that says that references start.

    Some PDFs count from their signature and some from the file's first byte, some count wrong.
    """
    size, end = read_end(file)
    file.seek(0)
    head = file.read(2 * HEAD)
    offset, linearized = find_start(head) or 0, _LINEARIZED.search(head)
    if _END not in end[-HEAD:] or (linearized and int(linearized[1]) > size - offset):
        return
    for keyword, first in ((b"trailer", b"trailer"), (b"/XRef", b" obj")):
        if (at := end.rfind(keyword)) >= 0:
            yield _cut(end[max(0, end.rfind(first, 0, at + len(keyword))) :])
    for start in _START_OF_REFERENCES.findall(end)[-1:]:
        for position in {int(start), int(start) + offset}:
            if position < size:
                file.seek(position)
                found = _REFERENCES.match(file.read(BLOCK))
                yield _cut(found[1]) if found else b""


def _cut(trailer: bytes) -> bytes:
    end = _END_OF_TRAILER.search(trailer)
    return trailer[: end.start()] if end else trailer


def _opens(file: BinaryIO, trailer: bytes, found: re.Match[bytes]) -> bool:
    if found[1] is None:
        return opens_without(trailer[found.end() :], trailer)
    dictionary = _find_object(file, found[1], found[2])
    return dictionary is not None and opens_without(dictionary, trailer)


def _find_object(file: BinaryIO, number: bytes, generation: bytes) -> bytes | None:
    """Return the beginning of an object, of its newest version: looked for, because references may be compressed."""
    heading = re.compile(rb"(?<!\d)" + number + rb"\s+" + generation + rb"\s+obj")
    position, end, found = 0, b"", None
    file.seek(0)
    while block := file.read(BLOCK):
        window = end + block
        for each in heading.finditer(window):
            found = position - len(end) + each.start()
        position += len(block)
        end = window[-64:]
    if found is None:
        return None
    file.seek(found)
    return file.read(_DICTIONARY).partition(b"endobj")[0]
