"""What a content is, told by its bytes."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rtp_applications.documents import content, packages
from rtp_applications.documents.errors import (
    ActiveContent,
    EmptyContent,
    EncryptedContent,
    IncompleteContent,
    NotWhatItSays,
    TypeNotAccepted,
)
from rtp_applications.documents.media_types import ACCEPTED, CSV, PDF, TEXT, UNSAID, require_accepted
from rtp_applications.documents.packages import DOCX, ODT, PPTX, XLSX
from rtp_shared.problems import Refusal
from tests.support.contents import GOOD, office_open, open_document, types, zipped


def detect(document: bytes, declared: str = "") -> str | None:
    return content.detect(io.BytesIO(document), declared)


@pytest.mark.parametrize("before", [1_024, 65_530, 200_000])
def test_an_office_document_with_a_password_is_named_as_such(before: int) -> None:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(before)
    protected = compound + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    for kind in (DOCX, XLSX, PPTX):
        content.refuse_early(kind, protected[: content.HEAD])
    with pytest.raises(EncryptedContent) as refused:
        detect(protected)
    assert "password" in refused.value.errors[0].reason


def test_every_type_that_is_accepted_has_an_example() -> None:
    assert {*GOOD, CSV} == set(ACCEPTED)


@pytest.mark.parametrize("media_type", GOOD)
def test_a_document_is_told_by_its_content(media_type: str) -> None:
    assert detect(GOOD[media_type]) == detect(GOOD[media_type], media_type) == media_type


@pytest.mark.parametrize("declared", ACCEPTED)
@pytest.mark.parametrize("actual", GOOD)
def test_only_what_it_says_is_taken(declared: str, actual: str) -> None:
    if declared == actual or (declared, actual) == (CSV, TEXT):
        content.check(declared, actual)
        content.refuse_early(declared, GOOD[actual][: content.HEAD])
    else:
        with pytest.raises(NotWhatItSays) as refused:
            content.check(declared, detect(GOOD[actual], declared))
        assert refused.value.status == 415
        assert refused.value.errors[0].field == "Content-Type"
        assert actual in refused.value.errors[0].reason


@pytest.mark.parametrize("actual", GOOD)
def test_where_nothing_is_said_the_bytes_tell(actual: str) -> None:
    declared = require_accepted("application/octet-stream")
    content.refuse_early(declared, GOOD[actual][: content.HEAD])
    assert content.check(declared, detect(GOOD[actual], declared)) == actual


def test_where_nothing_is_said_it_is_whole_all_the_same() -> None:
    with pytest.raises(IncompleteContent):
        detect(GOOD["image/png"][:40], UNSAID)


def test_where_nothing_is_said_and_nothing_is_told_it_is_refused() -> None:
    with pytest.raises(Refusal):
        content.refuse_early(UNSAID, b"GIF89a\x01\x00" + bytes(8))
    with pytest.raises(NotWhatItSays, match="no type that is accepted"):
        content.check(UNSAID, None)


@pytest.mark.parametrize(
    "nothing_we_take",
    [
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"\xcf\xfa\xed\xfe\x07\x00\x00\x01",
        b"GIF89a\x01\x00",
        b"text with a \0 in it",
        "Grüße".encode("latin-1"),
        "text".encode("utf-16"),
        b"text that ends within a letter \xc3",
        b"x" * 70_000 + b"\0",
        b"x" * 65_535 + b"\xc3",
        zipped({"a.txt": b"a"}),
        zipped({}),
        zipped({"META-INF/MANIFEST.MF": b"Main-Class: Evil"}),
        zipped({packages.CONTENT_TYPES: b"<Types/>"}),
        office_open(DOCX, f"{XLSX}.main+xml"),
        zipped({packages.CONTENT_TYPES: types(f"{packages.DOCX.removesuffix('document')}template")}),
        zipped({"content.xml": b"", "mimetype": ODT.encode(), "META-INF/manifest.xml": b""}),
        zipped({"mimetype": ODT.encode()}),
        open_document("application/vnd.oasis.opendocument.graphics"),
    ],
)  # fmt: skip
def test_anything_else_is_nothing(nothing_we_take: bytes) -> None:
    assert detect(nothing_we_take) is None


def encrypted_zip() -> bytes:
    whole = bytearray(office_open(DOCX))
    directory = whole.find(b"PK\x01\x02")
    whole[directory + 8] |= 1
    return bytes(whole)


MACROS = [
    office_open(DOCX, "application/vnd.ms-office.vbaProject"),
    zipped({packages.CONTENT_TYPES: types("application/vnd.ms-word.document.macroEnabled")}),
    zipped({packages.CONTENT_TYPES: types("application/vnd.ms-excel.sheet.macroEnabled")}),
    zipped({packages.CONTENT_TYPES: types("application/vnd.ms-excel.sheet.binary.macroEnabled")}),
    office_open(XLSX, "application/vnd.ms-excel.macrosheet+xml"),
    zipped({packages.CONTENT_TYPES: types(DOCX), "word/vbaProject.bin": b""}),
    zipped({"mimetype": ODT.encode(), "META-INF/manifest.xml": b"", "Basic/Standard/Module1.xml": b""}),
    b"#!/bin/sh\nrm -rf /\n",
    "\ufeff#!/bin/sh\n".encode(),
]
ENCRYPTED = [
    encrypted_zip(),
    open_document(ODT, b'<m:encryption-data m:checksum="x"/>'),
    zipped({"mimetype": ODT.encode(), "META-INF/manifest.xml": b"", "encrypted-package": b"x"}),
]


@pytest.mark.parametrize(
    ("refusal", "document"),
    [
        *((ActiveContent, each) for each in MACROS),
        *((EncryptedContent, each) for each in ENCRYPTED),
        (EmptyContent, b""),
    ],
)
def test_macros_scripts_locks_and_nothing_are_refused_by_name(refusal: type[Refusal], document: bytes) -> None:
    with pytest.raises(refusal):
        detect(document)


def test_the_beginning_of_a_pdf_s_beginning_is_text() -> None:
    assert detect(b"%PD") == TEXT


@pytest.mark.parametrize(
    ("declared", "whole"), [(kind, each) for kind, each in GOOD.items() if kind not in (TEXT, PDF)]
)
def test_half_a_content_is_refused(declared: str, whole: bytes) -> None:
    for size in {30, len(whole) // 2, len(whole) - 3} - {0}:
        with pytest.raises(IncompleteContent) as refused:
            detect(whole[:size], declared)
        assert "cut short" in refused.value.errors[0].reason


@pytest.mark.parametrize(
    ("beginning", "advice"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), ".docx"), (b"{\\rtf1\\ansi Hello}", ".rtf")],
)
def test_common_types_that_are_not_accepted_are_named(beginning: bytes, advice: str) -> None:
    with pytest.raises(TypeNotAccepted) as refused:
        detect(beginning, DOCX)
    assert advice in refused.value.errors[0].reason


def bomb(compression: int) -> bytes:
    return zipped({packages.CONTENT_TYPES: bytes(64 * 1024 * 1024)}, compression)


def long_directory() -> bytes:
    """A zip whose directory is all of it: a million members that take no room."""
    name = b"a"
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + name
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end


@pytest.mark.parametrize(
    "make_hostile",
    [*(partial(bomb, kind) for kind in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)), long_directory],
    ids=["deflate", "bzip2", "lzma", "directory"],
)
def test_a_bomb_takes_little_memory(make_hostile: Callable[[], bytes]) -> None:
    file = io.BytesIO(make_hostile())
    tracemalloc.start()
    try:
        assert content.detect(file, DOCX) is None
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", *GOOD.values()]), st.integers(0, 2000))
def test_no_content_breaks_the_detection(noise: bytes, start: bytes, cut: int) -> None:
    try:
        assert detect(start[:cut] + noise + start[cut:]) in {None, *ACCEPTED}
    except (ActiveContent, EmptyContent, EncryptedContent, IncompleteContent, TypeNotAccepted) as refusal:
        assert refusal.errors  # noqa: PT017


@given(st.text(min_size=1).filter(lambda text: "\0" not in text and not text.lstrip("\ufeff").startswith("#!")))
def test_all_text_in_utf_8_is_text(text: str) -> None:
    document = text.encode("utf-8")
    assume(content.detect_beginning(document, TEXT) is None and not document.startswith(packages.SIGNATURE))
    assert detect(document, TEXT) == TEXT
