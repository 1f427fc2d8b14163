"""Detection of a content's media type by its bytes: never by a name or by what somebody says it is.

Few types are accepted, so their signatures stand here, and what makes a content of each whole in a module of its own.
What somebody says decides only where the bytes are two things at once: text before a PDF.
"""

from typing import BinaryIO

from rtp_applications.documents import packages, pdfs, pictures, texts
from rtp_applications.documents.blocks import find_first
from rtp_applications.documents.errors import EmptyContent, EncryptedContent, NotWhatItSays, TypeNotAccepted
from rtp_applications.documents.media_types import CSV, JPEG, OLD_OFFICE, PDF, PNG, RICH_TEXT, TEXT, UNSAID
from rtp_shared.problems import FieldError

HEAD = pdfs.HEAD
"""So many first bytes tell whether a content can be of a type at all."""

_SIGNATURES = ((pdfs.SIGNATURE, PDF), (pictures.PNG, PNG), (pictures.JPEG, JPEG))
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""A compound file, as Office had before 2007. It still puts a document into one that gets a password (MS-OFFCRYPTO)."""
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_RICH_TEXT = b"{\\rtf"
_NEVER_BEFORE_A_PDF = (
    packages.SIGNATURE, pictures.PNG, pictures.JPEG, _COMPOUND, texts.SCRIPT, _RICH_TEXT, b"GIF8", b"MZ", b"\x7fELF",
    b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf",
)  # fmt: skip
"""Beginnings of pictures, packages, archives and programs: with a PDF's signature further on they are still those."""


def detect_beginning(head: bytes, declared: str) -> str | None:
    """Return the media type whose signature the content begins with; text and packages have none that is their own.

    A PDF may begin later, within the first 1,024 bytes, if it is said to be one: a text may speak of its signature.
    """
    found = next((media_type for signature, media_type in _SIGNATURES if head.startswith(signature)), None)
    later = found is None and declared == PDF and not head.startswith(_NEVER_BEFORE_A_PDF)
    return PDF if later and pdfs.find_start(head) is not None else found


def refuse_early(declared: str, head: bytes) -> None:
    """Refuse what begins like this if it cannot become the declared type: it need not be received."""
    found = detect_beginning(head, declared)
    if found is not None:
        check(declared, found)
    elif head.startswith((packages.SIGNATURE, _COMPOUND)):
        if declared not in (*packages.ACCEPTED, UNSAID):
            check(declared, None)
    elif declared in (TEXT, CSV, UNSAID):
        texts.refuse_early(head)
    else:
        check(declared, None)


def detect(file: BinaryIO, declared: str) -> str | None:
    """Return the media type of a content, None where it is none that is accepted. It blocks: for a thread.

    Refuse a content of an accepted type that is not whole, or that nobody could, or should, open. Plain text and CSV
    are told apart by nobody: both are text/plain here.
    """
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise EmptyContent(errors=[FieldError("", "is empty")])
    if head.startswith(packages.SIGNATURE):
        return packages.detect(file)
    if head.startswith(_COMPOUND):
        _refuse_compound(file)
    if head.startswith(_RICH_TEXT) and declared not in (TEXT, CSV):
        raise TypeNotAccepted(errors=[FieldError("", f"is {RICH_TEXT}")])
    found = detect_beginning(head, declared)
    if found is None:
        return TEXT if texts.is_text(file, required=declared in (TEXT, CSV)) else None
    if declared in (found, UNSAID):
        {PDF: pdfs.check, PNG: pictures.check_png, JPEG: pictures.check_jpeg}[found](file)
    return found


def check(declared: str, detected: str | None) -> str:
    """Return the media type of the content; refuse one that is not what it was said to be."""
    if declared == UNSAID and detected:
        return detected
    if declared == detected or (declared == CSV and detected == TEXT):
        return declared
    found = f"the content is {detected}" if detected else "the content is of no type that is accepted"
    raise NotWhatItSays(
        f"the content was said to be {declared}, but {found}",
        errors=[FieldError("Content-Type", f"says {declared}, but {found}", "header")],
    )


def _refuse_compound(file: BinaryIO) -> None:
    if find_first(file, _ENCRYPTED_OFFICE) is not None:
        raise EncryptedContent(errors=[FieldError("", "is protected by a password: send it without one")])
    raise TypeNotAccepted(errors=[FieldError("", f"is {OLD_OFFICE}")])
