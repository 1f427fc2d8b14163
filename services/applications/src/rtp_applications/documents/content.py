"""Detection of a content's media type by its bytes: never by a name or by what somebody says it is.

Few types are accepted, so their signatures stand here. Nothing is unpacked but one or two small members of a zip.
"""

import codecs
import re
from typing import BinaryIO

from rtp_applications.documents import packages
from rtp_applications.documents.errors import (
    ActiveContent,
    EmptyContent,
    EncryptedContent,
    NotWhatItSays,
    TypeNotAccepted,
)
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

HEAD = 16
"""So many first bytes tell whether a content can be of a type at all."""

_SIGNATURES = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""A compound file: Word, Excel and PowerPoint put a document into one when it gets a password (MS-OFFCRYPTO)."""
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_PDF = re.compile(rb"/Encrypt\s*(\d+\s+\d+\s+R|<<)")
_START_OF_REFERENCES = re.compile(rb"startxref\s+(\d{1,12})")
_BLOCK = 65_536


def require_accepted(declared: str) -> str:
    """Return the media type without its parameters; refuse one that documents cannot have."""
    media_type, _, parameters = declared.partition(";")
    media_type = media_type.strip().lower()
    if media_type not in (*ACCEPTED, UNSAID):
        raise TypeNotAccepted(
            f"{media_type or 'no type'} is not accepted; send one of {', '.join(ACCEPTED)}",
            errors=[FieldError("Content-Type", "is not a type of document that is accepted", "header")],
        )
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", parameters.lower())
    if charset and media_type in (TEXT, CSV) and charset[1] not in ("utf-8", "utf8", "us-ascii"):
        raise TypeNotAccepted("text must be UTF-8", errors=[FieldError("Content-Type", "must be UTF-8", "header")])
    return media_type


def detect_beginning(head: bytes) -> str | None:
    """Return the media type whose signature the content begins with; text and packages have none that is their own."""
    return next((media_type for signature, media_type in _SIGNATURES if head.startswith(signature)), None)


def may_become(declared: str, head: bytes) -> bool:
    """Return whether a content that begins like this can be of the declared type: what cannot need not be received."""
    found = detect_beginning(head)
    if declared == UNSAID:
        return any(may_become(each, head) for each in ACCEPTED)
    if found is not None:
        return declared == found
    if head.startswith((packages.SIGNATURE, _COMPOUND)):
        return declared in packages.ACCEPTED
    return declared in (TEXT, CSV) and b"\0" not in head


def detect(file: BinaryIO) -> str | None:
    """Return the media type of a content, None where it is none that is accepted. It blocks: for a thread.

    Raise EncryptedContent or ActiveContent for a content of an accepted type that nobody could, or should, open. Plain
    text and CSV are told apart by nobody: both are text/plain here.
    """
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise EmptyContent(errors=[FieldError("", "is empty")])
    if head.startswith(packages.SIGNATURE):
        return packages.detect(file)
    if head.startswith(_COMPOUND) and _holds(file, _ENCRYPTED_OFFICE):
        raise EncryptedContent(errors=[FieldError("", "is protected by a password: send it without one")])
    found = detect_beginning(head)
    if found == PDF and _is_encrypted_pdf(file):
        raise EncryptedContent(errors=[FieldError("", "is an encrypted PDF")])
    if found is None and _is_text(file):
        return TEXT
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


def _is_text(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    first = True
    try:
        while block := file.read(_BLOCK):
            if b"\0" in block:
                return False
            if first and block.removeprefix(codecs.BOM_UTF8).startswith(b"#!"):
                raise ActiveContent(errors=[FieldError("", "is a script")])
            first = False
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _holds(file: BinaryIO, sought: bytes) -> bool:
    file.seek(0)
    end = b""
    while block := file.read(_BLOCK):
        if sought in end + block:
            return True
        end = block[-len(sought) :]
    return False


def _is_encrypted_pdf(file: BinaryIO) -> bool:
    """Return whether a trailer names an encryption: at the end, or where the end says that references start."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _BLOCK))
    end = file.read(_BLOCK)
    if _ENCRYPTED_PDF.search(end):
        return True
    starts = _START_OF_REFERENCES.findall(end)
    if not starts or int(starts[-1]) >= size:
        return False
    file.seek(int(starts[-1]))
    return _ENCRYPTED_PDF.search(file.read(4096)) is not None
