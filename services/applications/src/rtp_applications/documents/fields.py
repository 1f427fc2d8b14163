"""Fields and links of dynamic data exchange (DDE) in the parts of an Office document: they start another program.

Sources: ECMA-376 part 1, 17.16 (fields) and 18.14 (external links); OpenDocument 1.3 parts 3 and 4 (DDE).
"""

import codecs
import html
import re
from collections.abc import Callable, Iterator
from typing import IO

from rtp_applications.documents.blocks import BLOCK
from rtp_applications.documents.errors import TooMuchInside
from rtp_shared.problems import FieldError

Search = Callable[[IO[bytes]], bool]
"""Whether a part holds such a field. It is read once, block by block."""

_IN_TEXT = re.compile(
    rb"<(?:\w{1,20}:)?instrText\b[^<>]{0,40}>([^<]*)"
    rb"|fldCharType\s*=\s*[\"'](begin|separate|end)"
    rb"|instr\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')"
)
_IN_SPREADSHEET = re.compile(rb"<(?:\w+:)?ddeLink\b")
_IN_OPEN_DOCUMENT = re.compile(
    rb"<(?:[\w-]+:)?dde-(?:source|connection-decl|links?)\b"
    rb"|formula\s*=\s*(?:\"[^\"<>]*|'[^'<>]*)\bDDE\s*\(",
    re.IGNORECASE,
)
_LONGEST = 256 * 1024
"""Bytes between two tags that are looked at together."""
_INSTRUCTION = 2048
"""Bytes of a field that are looked at; what it does stands first."""
_MOST_PIECES = 200_000
"""Pieces of fields in one part; a long document has some thousands."""


def find_in_text(part: IO[bytes]) -> bool:
    """Look for a field whose instruction is DDE or DDEAUTO; it may be written in many pieces, and within another."""
    open_fields, pieces = [b""], 0
    for text in _read_text(part):
        for found in _IN_TEXT.finditer(text):
            pieces += 1
            if pieces > _MOST_PIECES:
                raise TooMuchInside(errors=[FieldError("", "has too many fields: send it as PDF, or in parts")])
            piece, mark, *whole = found.groups()
            if any(each and _is_dde(each) for each in whole):
                return True
            if piece and len(open_fields[-1]) < _INSTRUCTION:
                open_fields[-1] += piece[:_INSTRUCTION]
            elif mark == b"begin":
                open_fields.append(b"")
            elif mark and _is_dde(open_fields[-1]):
                return True
            if mark == b"end" and len(open_fields) > 1:
                open_fields.pop()
    return _is_dde(open_fields[-1])


def find_in_spreadsheet(part: IO[bytes]) -> bool:
    """Look for a link to a DDE server among the links to other workbooks."""
    return any(_IN_SPREADSHEET.search(text) for text in _read_text(part))


def find_in_open_document(part: IO[bytes]) -> bool:
    """Look for the declaration of a DDE source, and for the function DDE in a formula."""
    return any(_IN_OPEN_DOCUMENT.search(text) for text in _read_text(part))


def _is_dde(instruction: bytes) -> bool:
    first = html.unescape(instruction.decode("utf-8", "replace")).split(maxsplit=1)[:1]
    return bool(first) and first[0].strip('"').upper() in ("DDE", "DDEAUTO")


def _read_text(part: IO[bytes]) -> Iterator[bytes]:
    """Yield the part in UTF-8, cut before tags."""
    rest = b""
    for block in _decode(part):
        text = (rest + block).replace(b"<![CDATA[", b"").replace(b"]]>", b"")
        cut = text.rfind(b"<")
        if cut <= 0 and len(text) < _LONGEST:
            rest = text
            continue
        if cut <= 0 or len(text) - cut >= _LONGEST:
            cut = len(text)
        yield text[:cut]
        rest = text[cut:]
    yield rest


def _decode(part: IO[bytes]) -> Iterator[bytes]:
    block = part.read(BLOCK)
    wide = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in block[:4]
    big = block.startswith((codecs.BOM_UTF16_BE, b"\0"))
    decoder = codecs.getincrementaldecoder("utf-16-be" if big else "utf-16-le")("replace")
    while block:
        yield decoder.decode(block).encode("utf-8", "replace") if wide else block
        block = part.read(BLOCK)
