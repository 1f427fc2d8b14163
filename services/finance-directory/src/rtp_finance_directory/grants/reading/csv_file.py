"""Reads grants from CSV, whatever separates its cells and ends its lines."""

import csv
from collections.abc import Generator, Iterator, Sequence
from typing import TextIO

from rtp_finance_directory.grants.reading.table import Header
from rtp_finance_directory.loading.found import FoundItem, Unreadable, make_unreadable
from rtp_finance_directory.loading.problems import Problem

MOST_SNIFFED = 65_536


def read_csv(stream: TextIO) -> Generator[FoundItem | Problem]:
    """Read a grant from each row below the header, which is the first row that is not empty."""
    head = stream.read(MOST_SNIFFED)
    stream.seek(0)
    header = None
    for number, cells in _read_rows(stream, _find_delimiter(head)):
        if isinstance(cells, Problem):
            yield cells
        elif not any(cells):
            continue
        elif header is None:
            header = Header.read(cells)
            yield from header.list_problems(number)
        else:
            yield header.read_row(number, cells)
    if header is None:
        raise Unreadable("there is no header in it", "Begin with a row of titles, such as Identifier and Title")


def _find_delimiter(head: str) -> str:
    line = head.lstrip("\ufeff\r\n ").splitlines()[0] if head.strip("\ufeff\r\n ") else ""
    return max(",;\t|", key=line.count)


def _read_rows(stream: TextIO, delimiter: str) -> Iterator[tuple[int, Sequence[str] | Problem]]:
    reader = csv.reader(stream, delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            right = "Look for a quotation mark that is opened and not closed, there or in a row before"
            yield number, make_unreadable(number, str(error), right)
        else:
            yield number, cells
