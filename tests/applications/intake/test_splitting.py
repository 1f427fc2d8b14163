"""Files are split into rows alike however they come, in little memory, and whatever is in them."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtp_applications.intake.errors import NotAFileOfCases
from rtp_applications.intake.models import FileFormat
from rtp_applications.intake.splitting import LONGEST_ROW, MOST_ROWS, FileRow, Splitter, read_cells

CELLS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.sampled_from('\n",;='), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=4).filter(lambda cells: any(map(str.strip, cells))), max_size=6)


def split(content: bytes, format_: FileFormat, sizes: Sequence[int] = (7,)) -> list[FileRow]:
    """Split a content that comes in parts of these sizes, again and again."""
    splitter, rows = Splitter(format_), list[FileRow]()
    for part in _cut(content, sizes):
        rows += splitter.feed(part)
    return [*rows, *splitter.end()]


def _cut(content: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    place, number = 0, 0
    while place < len(content):
        size = sizes[number % len(sizes)]
        yield content[place : place + size]
        place, number = place + size, number + 1


@given(TABLES, st.lists(st.integers(1, 20), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example([["a\nb", '"']], [1], "\r\n", True)
def test_a_table_is_read_as_it_was_written_however_it_comes(
    table: list[list[str]], sizes: list[int], ending: str, marked: bool
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(table)
    content = b"\xef\xbb\xbf" * marked + text.getvalue().encode()
    rows = split(content, FileFormat.CSV, sizes)
    assert [row.fault for row in rows] == [None] * len(table)
    assert [read_cells(row.content) for row in rows] == table


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9), min_size=1), max_size=6), st.integers(1, 30))
def test_lines_are_read_as_they_were_written(lines: list[dict[str, str]], size: int) -> None:
    content = "\n\n".join(map(json.dumps, lines)).encode()
    rows = split(content, FileFormat.NDJSON, [size])
    assert [json.loads(row.content) for row in rows] == lines
    assert [row.number for row in rows] == [2 * place + 1 for place in range(len(lines))]


@given(st.binary(max_size=200), st.sampled_from(FileFormat), st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_any_bytes_are_split_alike_however_they_come(content: bytes, format_: FileFormat, sizes: list[int]) -> None:
    def outcome(sizes: Sequence[int]) -> object:
        try:
            return split(content, format_, sizes)
        except NotAFileOfCases as refusal:
            return refusal.errors

    assert outcome(sizes) == outcome([1000])


def test_a_row_that_is_too_long_is_one_that_is_refused_and_no_memory_is_taken_for_it() -> None:
    splitter = Splitter(FileFormat.NDJSON)
    tracemalloc.start()
    try:
        rows = list(splitter.feed(b"{}\n"))
        for _ in range(400):
            rows += splitter.feed(b"x" * 65_536)
        rows += [*splitter.feed(b"\n{}\n"), *splitter.end()]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(row.number, bool(row.fault)) for row in rows] == [(1, False), (2, True), (3, False)]
    assert peak < 2**20


@pytest.mark.parametrize("content", [b'"' + b"x" * 200_000, b'a,b\n"' + b"x\n" * 100_000, b'a\n"b'])
def test_a_quote_that_is_never_closed_is_told_and_takes_no_memory(content: bytes) -> None:
    with pytest.raises(NotAFileOfCases) as refused:
        split(content, FileFormat.CSV, [65_536])
    assert "never closed" in refused.value.errors[0].reason


def test_what_is_no_text_is_told_row_by_row() -> None:
    rows = split(b"{}\ncaf\xe9\n\x00\n{}", FileFormat.NDJSON)
    assert [row.fault for row in rows] == [None, "is not UTF-8", "holds a character that is not text (U+0000)", None]


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_another_encoding_is_told_of_the_file(mark: bytes) -> None:
    with pytest.raises(NotAFileOfCases) as refused:
        split(mark + "a,b".encode("utf-16-le"), FileFormat.CSV)
    assert "UTF-16" in refused.value.errors[0].reason


def test_there_are_only_so_many_rows() -> None:
    splitter = Splitter(FileFormat.NDJSON)
    assert sum(1 for _ in splitter.feed(b"{}\n" * MOST_ROWS)) == MOST_ROWS
    with pytest.raises(NotAFileOfCases):
        list(splitter.feed(b"{}\n"))


def test_the_longest_texts_of_a_case_fit_in_a_row() -> None:
    assert len(json.dumps({"summary": "😀" * 5000, "serviceName": "😀" * 200})) * 1.01 < LONGEST_ROW * 2
    assert len("😀".encode() * 5200) < LONGEST_ROW


@pytest.mark.parametrize("text", ['a,"b"c', '"a', "a\nb"])
def test_what_is_no_row_of_csv_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no row of CSV"):
        read_cells(text)
