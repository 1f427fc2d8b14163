"""Reads grants from a workbook, row by row: of its sheets the first whose header has an identifier.

Its texts, which a workbook keeps in one list for all sheets, are written to a temporary file and looked up there: a
library that holds them needs as much memory as the workbook is long. A document type is refused, so that no entity can
grow; sizes are bounded as they are unpacked.
"""

import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import IO
from xml.parsers.expat import ExpatError

from rtp_finance_directory.grants.reading.table import Header
from rtp_finance_directory.grants.reading.workbook import Workbook
from rtp_finance_directory.loading.found import FoundItem, Unreadable
from rtp_finance_directory.loading.problems import Problem

_SAVE_ANEW = "Open it in a spreadsheet program and save it anew as XLSX, or as CSV"


def read_xlsx(file: IO[bytes]) -> Generator[FoundItem | Problem]:
    """Read a grant from each row below the header."""
    try:
        with zipfile.ZipFile(file) as archive, Workbook.open(archive) as workbook:
            for sheet in workbook.list_sheets():
                with closing(workbook.read_rows(sheet)) as rows:
                    header = _find_header(rows)
                    if header is not None:
                        yield from _read_below(*header, rows)
                        return
    except (zipfile.BadZipFile, ExpatError, KeyError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Unreadable(f"it is no workbook that we know ({type(error).__name__})", _SAVE_ANEW) from error
    raise Unreadable(
        "no sheet of it begins with a header that has an Identifier",
        "Put the standard's titles into the first row of a sheet: Identifier, Title, Description and so on",
    )


Row = tuple[int, list[str]]


def _find_header(rows: Iterator[Row]) -> tuple[int, Header] | None:
    number, titles = next(((number, cells) for number, cells in rows if any(cells)), (0, []))
    try:
        return number, Header.read(titles)
    except Unreadable:
        return None


def _read_below(number: int, header: Header, rows: Iterator[Row]) -> Generator[FoundItem | Problem]:
    yield from header.list_problems(number)
    for row, cells in rows:
        if any(cells):
            yield header.read_row(row, cells)
