"""Whether a picture is whole: the sources are the PNG specification (W3C, section 5) and ITU T.81, annex B (JPEG)."""

from typing import BinaryIO

from rtp_applications.documents.blocks import find_first, read_end
from rtp_applications.documents.errors import IncompleteContent
from rtp_shared.problems import FieldError

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"

_PNG_HEADER = b"\x00\x00\x00\rIHDR"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB\x60\x82"
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers of JPEG that no length follows."""
_MOST_SEGMENTS = 10_000
"""Segments before a JPEG's first scan; a real one has some dozens."""


def check_png(file: BinaryIO) -> None:
    """Refuse a PNG without the header that comes first, or without the end that comes last."""
    file.seek(len(PNG))
    if file.read(len(_PNG_HEADER)) != _PNG_HEADER or _PNG_END not in read_end(file)[1]:
        raise IncompleteContent(errors=[FieldError("", "is a PNG without its end: was it cut short?")])


def check_jpeg(file: BinaryIO) -> None:
    """Refuse a JPEG in which no image ends: one that ends in a segment before the image is a preview's."""
    scan = _find_scan(file)
    if scan is None or find_first(file, bytes((0xFF, _END_OF_IMAGE)), scan) is None:
        raise IncompleteContent(errors=[FieldError("", "is a JPEG without its end: was it cut short?")])


def _find_scan(file: BinaryIO) -> int | None:
    position = 2
    for _ in range(_MOST_SEGMENTS):
        file.seek(position)
        start = file.read(4)
        if len(start) < 4 or start[0] != 0xFF or start[1] == _END_OF_IMAGE:
            return None
        if start[1] == _START_OF_SCAN:
            return position
        if start[1] == 0xFF:  # it may be filled up before a marker
            position += 1
        elif start[1] in _ALONE:
            position += 2
        else:
            position += 2 + int.from_bytes(start[2:4])
    return None
