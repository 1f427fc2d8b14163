"""Hostile archives: refused before anything in them is read."""

import zipfile
from pathlib import Path

import pytest

from rtp_applications.history.bundle import Limits
from tests.applications.history.examples import refused


def archive(path: Path, *named: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as packed:
        for name, text in named:
            packed.writestr(name, text)
    return path


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "a/../x", "a\\b", "C:x", "a//b", "./a", "folder/", "a\x1bb", "a\u202eb"]
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    assert refused(archive(tmp_path / "x", (name, b""))) == f"member {name!r} has a path that leads elsewhere"


def test_a_name_cut_by_a_nul_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x", ("case.json@x", b""))
    path.write_bytes(path.read_bytes().replace(b"case.json@x", b"case.json\0x"))
    assert refused(path) == r"member 'case.json\x00x' has a path that leads elsewhere"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x", ("case.json", b"1"), ("case.json", b"2"))
    assert refused(path) == "member case.json stands in it twice"


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x", ("case.json", b"{}"))
    text = bytearray(path.read_bytes())
    text[text.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(text)
    assert refused(path) == "member case.json is encrypted"


def test_a_strange_compression_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x", ("case.json", b"{}"), compression=zipfile.ZIP_LZMA)
    assert refused(path) == "member case.json is packed in a way that is not read here"


def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    path = archive(tmp_path / "x", ("case.json", bytes(4 * 1024**2)))
    assert refused(path) == "member case.json is packed over 250 times"


def test_too_much_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x", ("manifest.json", b"12345"), ("b", b"12345"))
    assert refused(path, limits=Limits(members=1)) == "it has over 1 members"
    assert refused(path, limits=Limits(member=4)) == "member manifest.json is over 4 bytes"
    assert refused(path, limits=Limits(total=9)) == "its members are over 9 bytes together"
    assert refused(path, limits=Limits(json=4)) == "member manifest.json is over 4 bytes"


def test_a_directory_of_very_many_members_is_not_read_at_all(tmp_path: Path) -> None:
    path = archive(tmp_path / "x", *((f"{number:0200}", b"") for number in range(1_000)))
    assert refused(path, limits=Limits(members=10)) == "its directory is longer than that of the most members"


@pytest.mark.parametrize("text", [b"", b"PK", b"PK\x03\x04" + bytes(50), b"PK\x05\x06" + bytes(17), b"x" * 1_000])
def test_what_is_no_archive_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(text)
    assert refused(path).startswith("not a readable ZIP archive: ")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none") == "cannot be opened: No such file or directory"
    assert refused(tmp_path) == "cannot be opened: Is a directory"
