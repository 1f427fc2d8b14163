"""Texts that are not UTF-8 are told where."""

import io

import pytest

from rtp_applications.documents import texts
from rtp_applications.documents.errors import TextNotUtf8


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Name;Kosten\r\nGrüße;5\r\n".encode("cp1252"), "line 2, byte 16 of the file: 0xFC is not UTF-8, but 'ü'"),
        ("a\n£5".encode("latin-1"), "line 2, byte 3 of the file: 0xA3 is not UTF-8, but '£' in Windows-1252"),
        ("a\rb\r£5".encode("cp1252"), "line 3, byte 5"),
        (b"ok\r\n" * 30_000 + b"caf\xe9\r\n", "line 30001, byte 120004"),
        (b"x" * 65_535 + "é".encode() + b"\n\xff", "line 2, byte 65539"),
        (b"x" * 65_534 + b"\r\n\r\n\x93", "line 3, byte 65539"),
        (b"x" * 65_535 + b"\r\n\x93", "line 2, byte 65538"),
        (b"x" * 65_535 + b"\xc3", "line 1, byte 65536"),
        (b"text that ends within a letter \xc3", "line 1, byte 32"),
        (b"\x81", "line 1, byte 1 of the file: 0x81 is not UTF-8; save it as UTF-8"),
        ("a\n£".encode("utf-16"), "line 1, byte 1: begins as UTF-16 does"),
        ("a\n£".encode("utf-16-be"), "line 1, byte 1 of the file: 0x00"),
        (b"a\nb\0", "line 2, byte 4 of the file: 0x00 is no text, unless this is UTF-16"),
        (b"\xe9\0", "line 1, byte 1 of the file: 0xE9"),
    ],
)
def test_a_text_that_is_not_utf_8_is_told_where(text: bytes, where: str) -> None:
    with pytest.raises(TextNotUtf8) as refused:
        texts.is_text(io.BytesIO(text), required=True)
    [error] = refused.value.errors
    assert (error.reason.startswith(where), refused.value.status) == (True, 415), error.reason
    assert "CSV UTF-8" in error.reason
    assert not texts.is_text(io.BytesIO(text), required=False)


@pytest.mark.parametrize("text", [b"\xef\xbb\xbfName;Cost\r\n", b"x" * 65_535 + "£é–".encode(), b"\r" * 70_000])
def test_utf_8_is_text(text: bytes) -> None:
    assert texts.is_text(io.BytesIO(text), required=True)
