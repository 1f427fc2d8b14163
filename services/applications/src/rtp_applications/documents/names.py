"""Names that people gave to files, made harmless: they are shown and saved under, and nothing is found by them."""

import re
import unicodedata

from rtp_applications.documents.media_types import CSV, JPEG, PDF, PNG, TEXT
from rtp_applications.documents.packages import DOCX, ODP, ODS, ODT, PPTX, XLSX

EXTENSIONS = {
    PDF: (".pdf",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    PPTX: (".pptx",),
    ODT: (".odt",),
    ODS: (".ods",),
    ODP: (".odp",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    CSV: (".csv",),
    TEXT: (".txt", ".md"),
}
LONGEST = 255
"""Bytes of a name in UTF-8, which is what the file systems count."""
_JOINERS = "\u200c\u200d"
_ENDS = " ." + _JOINERS
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\..*)?", re.IGNORECASE)
"""Names of devices in Windows, whatever follows their first dot."""


def clean(name: str, media_type: str) -> str:
    """Return the last part of the name without what cannot be seen or steers how the rest is seen, and with an
    extension that fits what the content is. A name that Windows keeps for a device gets a mark in front.
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(each for each in unicodedata.normalize("NFC", last) if _stays(each))
    plain = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*]', "_", seen)).strip(_ENDS)
    extensions = EXTENSIONS.get(media_type, ("",))
    fitting = next((each for each in extensions if plain.lower().endswith(each)), "")
    stem = plain[: len(plain) - len(fitting)].rstrip(_ENDS) or "document"
    if _RESERVED.fullmatch(stem):
        stem = "_" + stem
    extension = fitting or extensions[0]
    return _cut(stem, LONGEST - len(extension)) + extension


def _stays(character: str) -> bool:
    # Joiners make one sign of several, in emoji and in many scripts.
    return unicodedata.category(character)[0] != "C" or character in _JOINERS


def _cut(stem: str, most: int) -> str:
    return stem.encode()[:most].decode(errors="ignore").rstrip(_ENDS)
