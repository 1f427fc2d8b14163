"""Names that people gave to files, made harmless: they are shown and saved under, and nothing is found by them."""

import re
import unicodedata

from rtp_applications.documents.content import CSV, JPEG, PDF, PNG, TEXT
from rtp_applications.documents.packages import DOCX, ODS, ODT, PPTX, XLSX

EXTENSIONS = {
    PDF: (".pdf",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    PPTX: (".pptx",),
    ODT: (".odt",),
    ODS: (".ods",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    CSV: (".csv",),
    TEXT: (".txt", ".md"),
}
LONGEST = 120


def clean(name: str, media_type: str) -> str:
    """Return the last part of the name without what cannot be seen or steers how the rest is seen, and with an
    extension that fits what the content is.
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(each for each in unicodedata.normalize("NFC", last) if unicodedata.category(each)[0] != "C")
    plain = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*]', "_", seen)).strip(" .")
    extensions = EXTENSIONS.get(media_type, ("",))
    fitting = next((each for each in extensions if plain.lower().endswith(each)), "")
    stem = plain[: len(plain) - len(fitting)].rstrip(" .") or "document"
    return stem[:LONGEST].rstrip(" .") + (fitting or extensions[0])
