"""Office documents, which are zip files: told apart by what they say of themselves, then looked through for fields
that start programs.

Sources: ECMA-376 part 2 (Open Packaging Conventions), OpenDocument 1.3 part 2 (packages).
"""

import re
import struct
import zipfile
import zlib
from collections import Counter
from typing import BinaryIO, cast

from rtp_applications.documents.errors import ActiveContent, EncryptedContent, IncompleteContent, TooMuchInside
from rtp_applications.documents.fields import Search, find_in_open_document, find_in_spreadsheet, find_in_text
from rtp_shared.problems import FieldError

SIGNATURE = b"PK\x03\x04"

_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = f"{_OOXML}wordprocessingml.document"
XLSX = f"{_OOXML}spreadsheetml.sheet"
PPTX = f"{_OOXML}presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
ACCEPTED = (DOCX, XLSX, PPTX, ODT, ODS, ODP)

LENT = 4 * 1024 * 1024
"""Bytes that are read of any package to tell its type, its directory included."""
MEMBER_LIMIT = 1024 * 1024
"""Bytes that a member may unpack to; more and the package is not what it seems."""
LOOKED_THROUGH = 64 * 1024 * 1024
"""Bytes that the parts which may hold such fields may unpack to, together."""
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
    lent = _Lent(file, LENT)
    try:
        package = zipfile.ZipFile(cast("BinaryIO", lent))
    except zipfile.BadZipFile:
        raise IncompleteContent(
            errors=[FieldError("", "is a zip file, as Office documents are, without its end: was it cut short?")]
        ) from None
    except _BROKEN:
        return None
    with package:
        try:
            found = _detect_type(package)
        except _BROKEN:
            return None
        if found is not None:
            lent.lend(file.seek(0, 2))
            _refuse_fields(package, found)
        return found


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
    if kind not in (ODT, ODS, ODP):
        return None
    if b"encryption-data" in _unpack(package, "META-INF/manifest.xml"):
        raise EncryptedContent(errors=[FieldError("", "is encrypted")])
    return kind


def _refuse_fields(package: zipfile.ZipFile, kind: str) -> None:
    """Refuse a document with fields of dynamic data exchange (DDE), which start another program when it is opened."""
    search, parts = _choose_parts(package, kind)
    if sum(each.file_size for each in parts) > LOOKED_THROUGH:
        reason = f"its text unpacks to more than {LOOKED_THROUGH // 1024**2} MiB: send it as PDF, or in parts"
        raise TooMuchInside(errors=[FieldError("", reason)])
    try:
        found = any(_holds(package, each, search) for each in parts)
    except _BROKEN:
        raise IncompleteContent(errors=[FieldError("", "is damaged inside: save it anew")]) from None
    if found:
        raise ActiveContent(errors=[FieldError("", "holds DDE fields or links, which start other programs")])


def _choose_parts(package: zipfile.ZipFile, kind: str) -> tuple[Search, list[zipfile.ZipInfo]]:
    """Return the parts that may hold such fields, and how they are found there. Slides have none."""
    members = package.infolist()
    if kind == DOCX:
        return find_in_text, [each for each in members if each.filename.lower().endswith(".xml")]
    if kind == XLSX:
        return find_in_spreadsheet, [each for each in members if "externallink" in each.filename.lower()]
    if kind == PPTX:
        return find_in_text, []
    return find_in_open_document, [each for each in members if re.search(r"(^|/)(content|styles)\.xml$", each.filename)]


def _holds(package: zipfile.ZipFile, part: zipfile.ZipInfo, search: Search) -> bool:
    if part.compress_type not in _COMPRESSIONS:
        raise zipfile.BadZipFile(part.filename)
    with package.open(part) as opened:
        return search(opened)


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

    def lend(self, more: int) -> None:
        self._allowance += more

    def read(self, size: int = -1) -> bytes:
        if size > self._allowance:
            raise TooMuch
        content = self._file.read(size if size >= 0 else self._allowance + 1)
        self._allowance -= len(content)
        if self._allowance < 0:
            raise TooMuch
        return content
