"""PDFs: where they begin, whether they are whole, and who may open them."""

import io

import pytest

from rtp_applications.documents import content
from rtp_applications.documents.errors import ActiveContent, EncryptedContent, IncompleteContent
from rtp_applications.documents.media_types import PDF, TEXT
from tests.support.contents import GOOD, PDF_BYTES, PDFS

LATE = [b"\r\n\r\n", b"\xef\xbb\xbf", b"\x1b%-12345X@PJL JOB\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"\0" * 128, b" " * 1019]


def detect(document: bytes, declared: str = PDF) -> str | None:
    return content.detect(io.BytesIO(document), declared)


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_is_taken_unless_it_wants_a_password(name: str) -> None:
    if name.endswith("user"):
        with pytest.raises(EncryptedContent):
            detect(PDFS[name])
    else:
        assert detect(PDFS[name]) == PDF


@pytest.mark.parametrize(
    "encrypted",
    [
        PDF_BYTES.replace(b"/Root", b"/Encrypt 5 0 R /Root"),
        PDF_BYTES.replace(b"/Root", b"/Encrypt\n<< /Filter /Standard >> /Root"),
        PDF_BYTES.replace(b"/Root", b"/Encrypt << /Filter /Adobe.PubSec /V 4 >> /Root"),
        PDFS["AES-256 owner"].replace(b"/R 6", b"/R 7"),
        PDFS["AES-256 owner"].replace(b"/Standard", b"/Strange"),
    ],
)
def test_an_encryption_that_we_cannot_look_into_counts_as_a_password(encrypted: bytes) -> None:
    with pytest.raises(EncryptedContent):
        detect(encrypted)


def test_a_pdf_that_speaks_of_encryption_is_not_encrypted() -> None:
    assert detect(PDF_BYTES.replace(b"/Catalog", b"/Catalog /Title (how to /Encrypt 5 0 R)")) == PDF


@pytest.mark.parametrize("name", [name for name in PDFS if not name.endswith("user")])
def test_a_pdf_that_is_cut_short_is_refused(name: str) -> None:
    whole = PDFS[name]
    for size in (8, 30, len(whole) // 2, len(whole) - 8):
        with pytest.raises(IncompleteContent):
            detect(whole[:size])


@pytest.mark.parametrize("before", LATE)
def test_a_pdf_may_begin_within_the_first_1024_bytes(before: bytes) -> None:
    for name in ("open plain generate", "open linear disable", "RC4-128 owner"):
        late = before + PDFS[name]
        content.refuse_early(PDF, late[: content.HEAD])
        assert detect(late) == PDF
    with pytest.raises(IncompleteContent):
        detect(before + PDF_BYTES[:-8])


@pytest.mark.parametrize("after", [b"\n\n", b"\0" * 2_000, b"<!-- cached -->", b" " * 60_000])
def test_little_may_follow_the_end_of_a_pdf(after: bytes) -> None:
    assert detect(PDF_BYTES + after) == PDF


def test_references_may_start_elsewhere_than_the_end_says() -> None:
    wrong = PDF_BYTES.replace(PDF_BYTES[PDF_BYTES.index(b"startxref") : -6], b"startxref\n999999999999\n")
    assert detect(wrong) == PDF


def test_a_text_that_speaks_of_pdfs_stays_a_text() -> None:
    text = b"A PDF begins with %PDF-1.7 and ends with\n" + PDF_BYTES[9:]
    assert detect(text, TEXT) == TEXT
    assert detect(b"x" * 1_020 + PDF_BYTES) == TEXT


@pytest.mark.parametrize("media_type", [kind for kind in GOOD if kind not in (PDF, TEXT)])
def test_another_content_with_a_pdf_in_it_stays_what_it_is(media_type: str) -> None:
    assert content.detect_beginning(GOOD[media_type][:100] + PDF_BYTES, PDF) != PDF


def test_a_script_before_a_pdf_is_a_script() -> None:
    with pytest.raises(ActiveContent):
        detect(b"#!/bin/sh\n" + PDF_BYTES)
