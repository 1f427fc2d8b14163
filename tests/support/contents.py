"""Tiny contents of every type that documents may have, each of them whole."""

import base64
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from rtp_applications.documents import packages
from rtp_applications.documents.media_types import JPEG, PDF, PNG, TEXT
from rtp_applications.documents.packages import DOCX, ODP, ODS, ODT, PPTX, XLSX
from tests.support.documents import pdf

PDF_BYTES = pdf("")
PNG_BYTES = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63600000000200"
    "0148afa4710000000049454e44ae426082"
)
JPEG_BYTES = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeX"
    "BkeFxlZ2P/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAB//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP3//2Q=="
)
PDFS = {
    name: base64.b64decode(whole)
    for name, whole in json.loads(
        (Path(__file__).parents[1] / "applications" / "documents" / "pdfs.json").read_text("utf-8")
    ).items()
}
"""PDFs of two writers, pypdf and qpdf: open to all, locked with an owner's password alone, or with a user's."""
Members = Mapping[str, bytes]
WORDS: Members = {"word/document.xml": b"<w/>" * 10_000}


def zipped(members: Members, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as package:
        for name, member in members.items():
            package.writestr(name, member)
    return file.getvalue()


def types(kind: str, *more: str) -> bytes:
    overrides = "".join(f'<Override PartName="/x" ContentType="{each}"/>' for each in (f"{kind}.main+xml", *more))
    return f'<?xml version="1.0" encoding="UTF-8"?><Types>{overrides}</Types>'.encode()


def office_open(kind: str, *more: str, members: Members = WORDS) -> bytes:
    return zipped({packages.CONTENT_TYPES: types(kind, *more), **members})


def open_document(kind: str, manifest: bytes = b"<manifest/>", content: bytes = b"<c/>") -> bytes:
    return zipped({"mimetype": kind.encode(), "META-INF/manifest.xml": manifest, "content.xml": content})


GOOD = {
    PDF: PDF_BYTES,
    PNG: PNG_BYTES,
    JPEG: JPEG_BYTES,
    TEXT: "Grüße, naïve café – £5\n".encode(),
    **{kind: office_open(kind) for kind in (DOCX, XLSX, PPTX)},
    **{kind: open_document(kind) for kind in (ODT, ODS, ODP)},
}
