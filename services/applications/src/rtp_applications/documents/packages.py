"""Office documents, which are zip files: told apart by what they say of themselves, not unpacked.

Sources: ECMA-376 part 2 (Open Packaging Conventions), OpenDocument 1.3 part 2 (packages).
"""

import re
import struct
import zipfile
import zlib
from collections import Counter
from typing import BinaryIO, cast

from rtp_applications.documents.errors import ActiveContent, EncryptedContent
from rtp_shared.problems import FieldError

SIGNATURE = b"PK\x03\x04"

_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = f"{_OOXML}wordprocessingml.document"
XLSX = f"{_OOXML}spreadsheetml.sheet"
PPTX = f"{_OOXML}presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ACCEPTED = (DOCX, XLSX, PPTX, ODT, ODS)

LENT = 4 * 1024 * 1024
"""Bytes that are read of any package, its directory included."""
MEMBER_LIMIT = 1024 * 1024
"""Bytes that a member may unpack to; more and the package is not what it seems."""
CONTENT_TYPES = "[Content_Types].xml"

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that the standards allow; of the others Python unpacks more than it is asked for."""
_MACROS = re.compile(rb"macro-?(enabled|sheet)|vbaProject", re.IGNORECASE)
_MACRO_MEMBERS = re.compile(r"(.*/)?vbaProject\.bin|(Basic|Scripts)/.+", re.IGNORECASE)


class TooMuch(Exception):
    """More would be read of a package than it needs."""


_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, TooMuch, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError,
)  # fmt: skip
"""Errors that are raised for a package that is broken, or made to break its reader."""


def detect(file: BinaryIO) -> str | None:
    """Return the media type of a zip file that is an office document; None for any other zip file."""
    try:
        with zipfile.ZipFile(cast("BinaryIO", _Lent(file, LENT))) as package:
            return _detect_type(package)
    except _BROKEN:
        return None


def _detect_type(package: zipfile.ZipFile) -> str | None:
    members = Counter(member.filename for member in package.infolist())
    if any(member.flag_bits & 0x41 for member in package.infolist()) or "encrypted-package" in members:
        raise EncryptedContent(errors=[FieldError("", "is encrypted")])
    if any(_MACRO_MEMBERS.fullmatch(name) for name in members):
        raise ActiveContent(errors=[FieldError("", "holds macros")])
    if members[CONTENT_TYPES] == 1:
        return _detect_office_open(_unpack(package, CONTENT_TYPES))
    if members["mimetype"] == 1 and package.infolist()[0].filename == "mimetype":
        return _detect_open_document(package)
    return None


def _detect_office_open(content_types: bytes) -> str | None:
    if _MACROS.search(content_types):
        raise ActiveContent(errors=[FieldError("", "holds macros")])
    main = {
        kind
        for kind in (DOCX, XLSX, PPTX)
        if re.search(rf'["\']{re.escape(kind)}\.main\+xml["\']'.encode(), content_types)
    }
    return main.pop() if len(main) == 1 else None


def _detect_open_document(package: zipfile.ZipFile) -> str | None:
    kind = _unpack(package, "mimetype").decode("ascii", "replace").strip()
    if kind not in (ODT, ODS):
        return None
    if b"encryption-data" in _unpack(package, "META-INF/manifest.xml"):
        raise EncryptedContent(errors=[FieldError("", "is encrypted")])
    return kind


def _unpack(package: zipfile.ZipFile, name: str) -> bytes:
    if name not in package.namelist() or package.getinfo(name).compress_type not in _COMPRESSIONS:
        raise zipfile.BadZipFile(name)
    with package.open(name) as member:
        content = member.read(MEMBER_LIMIT + 1)
    if len(content) > MEMBER_LIMIT:
        raise TooMuch
    return content


class _Lent:
    """A file of which only so much may be read: a package may claim any size for its directory."""

    def __init__(self, file: BinaryIO, allowance: int) -> None:
        self._file = file
        self._allowance = allowance
        self.seekable, self.seek, self.tell = file.seekable, file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if size > self._allowance:
            raise TooMuch
        content = self._file.read(size if size >= 0 else self._allowance + 1)
        self._allowance -= len(content)
        if self._allowance < 0:
            raise TooMuch
        return content
