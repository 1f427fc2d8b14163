"""The media types of documents: those that are accepted, their other names, and what to do with the common rest."""

import re

from rtp_applications.documents import packages
from rtp_applications.documents.errors import TypeNotAccepted
from rtp_shared.problems import FieldError

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TEXT = "text/plain"
CSV = "text/csv"
UNSAID = "application/octet-stream"
"""Sent by whoever leaves it to the bytes to tell: many generated clients can send nothing else."""

ACCEPTED = (PDF, *packages.ACCEPTED, PNG, JPEG, CSV, TEXT)
"""Media types of documents."""
KINDS = "PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), OpenDocument (.odt, .ods, .odp), PNG, JPEG, CSV, text"
"""The same as people call them."""

OTHER_NAMES = {
    "application/x-pdf": PDF,
    "image/jpg": JPEG,
    "image/pjpeg": JPEG,
    "image/x-png": PNG,
    "application/csv": CSV,
    "text/x-csv": CSV,
}
"""Names that some senders have for a type that is accepted."""

OLD_OFFICE = (
    "of Word, Excel or PowerPoint before 2007, or of Outlook (.doc, .xls, .ppt, .msg): save it as .docx, .xlsx, .pptx, "
    ".odt, .ods, .odp or PDF"
)
RICH_TEXT = "Rich Text (.rtf): save it as .docx, .odt or PDF"
_MAIL = "a mail: save it as PDF, and send each of its attachments as a document of its own"
_PICTURE = "a picture of a type that not everybody can open: save it as JPEG, PNG or PDF"
_MACROS = "a document with macros: save it as .docx, .xlsx, .pptx or PDF"
_PAGE = "of a type that may hold scripts: save it as PDF"

ADVICE = {
    "application/msword": OLD_OFFICE,
    "application/vnd.ms-excel": f"{OLD_OFFICE}; a list with commas is text/csv",
    "application/vnd.ms-powerpoint": OLD_OFFICE,
    "application/vnd.ms-outlook": _MAIL,
    "message/rfc822": _MAIL,
    "application/rtf": RICH_TEXT,
    "text/rtf": RICH_TEXT,
    "image/tiff": _PICTURE,
    "image/heic": _PICTURE,
    "image/webp": _PICTURE,
    "image/gif": _PICTURE,
    "application/vnd.ms-word.document.macroenabled.12": _MACROS,
    "application/vnd.ms-excel.sheet.macroenabled.12": _MACROS,
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": _MACROS,
    "application/vnd.ms-powerpoint.presentation.macroenabled.12": _MACROS,
    "text/html": _PAGE,
    "image/svg+xml": _PAGE,
    "application/zip": "an archive: send each of its files as a document of its own",
}
"""Of common types that are not accepted: what they are, and what to send instead."""


def require_accepted(declared: str) -> str:
    """Return the media type without its parameters, by its usual name; refuse one that documents cannot have."""
    media_type, _, parameters = declared.partition(";")
    media_type = media_type.strip().lower()
    media_type = OTHER_NAMES.get(media_type, media_type)
    if media_type not in (*ACCEPTED, UNSAID):
        advice = f"is {ADVICE[media_type]}" if media_type in ADVICE else "is not a type of document that is accepted"
        raise TypeNotAccepted(
            f"{media_type or 'no type'} is not accepted; send {KINDS}: docs/documents.md names their types",
            errors=[FieldError("Content-Type", advice, "header")],
        )
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", parameters.lower())
    if charset and media_type in (TEXT, CSV) and charset[1] not in ("utf-8", "utf8", "us-ascii"):
        raise TypeNotAccepted("text must be UTF-8", errors=[FieldError("Content-Type", "must be UTF-8", "header")])
    return media_type
