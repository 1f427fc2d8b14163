"""The parts of a workbook (ECMA-376) that are read: its sheets, its shared texts, and which cells hold dates."""

import re
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from posixpath import join, normpath
from types import TracebackType
from typing import IO, NamedTuple, NoReturn, Self
from xml.parsers import expat

BLOCK = 65_536
MOST_TEXT = 4 * 2**30
"""Bytes of all shared texts together."""
MOST_OF_ONE = 2**20
MOST_CELLS = 16_384
"""Of a row: as many as a sheet has columns."""
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Those that every workbook has without saying so."""
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_COLUMN = re.compile(r"[A-Z]{1,3}", re.ASCII)

Attributes = Mapping[str, str]


class Sheet(NamedTuple):
    """A sheet, and where it is in the archive."""

    name: str
    member: str


class _Elements:
    """Walks through XML: `start` and `end` are called for each element, `end` with its own text."""

    def __init__(self, start: Callable[[str, Attributes], None], end: Callable[[str, str], None]) -> None:
        self._start, self._end = start, end
        self._text: list[str] = []
        self._size = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._finish
        self.parser.CharacterDataHandler = self._add
        self.parser.StartDoctypeDeclHandler = _refuse_doctype

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        self._size = 0
        self._start(name.rpartition(" ")[2], attributes)

    def _add(self, text: str) -> None:
        self._size += len(text)
        if self._size <= MOST_OF_ONE:
            self._text.append(text)

    def _finish(self, name: str) -> None:
        self._end(name.rpartition(" ")[2], "".join(self._text))
        self._text.clear()

    def read(self, file: IO[bytes]) -> None:
        while block := file.read(BLOCK):
            self.parser.Parse(block, False)
        self.parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> NoReturn:
    raise ValueError("a workbook has no document type")


def _ignore(_: str, __: object) -> None:
    """Do nothing with an element."""


class Texts:
    """The shared texts of a workbook, on disk, with the place of each in memory: eight bytes a text."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._ends = array("Q", [0])
        self._parts: list[str] = []
        self._phonetic = False

    def load(self, file: IO[bytes]) -> None:
        _Elements(self._begin, self._finish).read(file)
        self._file.flush()

    def _begin(self, name: str, _: Attributes) -> None:
        if name == "rPh":
            self._phonetic = True

    def _finish(self, name: str, text: str) -> None:
        if name == "rPh":
            self._phonetic = False
        elif name == "t" and not self._phonetic:
            self._parts.append(text)
        elif name == "si":
            self._ends.append(self._ends[-1] + self._file.write("".join(self._parts).encode("utf-8", "replace")))
            self._parts.clear()
            if self._ends[-1] > MOST_TEXT:
                raise ValueError("its texts are too long")

    def get(self, index: int) -> str:
        if not 0 <= index < len(self._ends) - 1:
            raise ValueError("a cell names a text that there is not")
        self._file.seek(self._ends[index])
        return self._file.read(self._ends[index + 1] - self._ends[index]).decode()

    def close(self) -> None:
        self._file.close()


class Workbook:
    """A workbook that is open for reading."""

    def __init__(self, archive: zipfile.ZipFile, sheets: Sequence[Sheet], *, first_day: datetime) -> None:
        self._archive, self._sheets, self._first_day = archive, sheets, first_day
        self._texts = Texts()
        self._dates: list[bool] = []

    @classmethod
    def open(cls, archive: zipfile.ZipFile) -> Self:
        targets: dict[str, str] = {}
        named: list[tuple[str, str]] = []
        since_1904 = []

        def relate(name: str, attributes: Attributes) -> None:
            if name == "Relationship":
                targets[attributes["Id"]] = normpath(join("xl", attributes["Target"])).lstrip("/")

        def name_sheet(name: str, attributes: Attributes) -> None:
            if name == "sheet":
                link = next(value for key, value in attributes.items() if key.endswith(" id"))
                named.append((attributes["name"], link))
            elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                since_1904.append(True)

        with archive.open("xl/_rels/workbook.xml.rels") as file:
            _Elements(relate, _ignore).read(file)
        with archive.open("xl/workbook.xml") as file:
            _Elements(name_sheet, _ignore).read(file)
        first_day = datetime(1904, 1, 1, tzinfo=UTC) if since_1904 else datetime(1899, 12, 30, tzinfo=UTC)
        return cls(archive, [Sheet(name, targets[link]) for name, link in named], first_day=first_day)

    def __enter__(self) -> Self:
        members = set(self._archive.namelist())
        if "xl/sharedStrings.xml" in members:
            with self._archive.open("xl/sharedStrings.xml") as file:
                self._texts.load(file)
        if "xl/styles.xml" in members:
            with self._archive.open("xl/styles.xml") as file:
                self._dates = read_date_styles(file)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._texts.close()

    def list_sheets(self) -> Sequence[Sheet]:
        return [sheet for sheet in self._sheets if sheet.name != "Meta"]

    def read_rows(self, sheet: Sheet) -> Generator[tuple[int, list[str]]]:
        """Read each row's number and cells, as text: days and times as the standard writes them."""
        rows = _Rows(self._present)
        elements = _Elements(rows.begin, rows.finish)
        with self._archive.open(sheet.member) as file:
            while block := file.read(BLOCK):
                elements.parser.Parse(block, False)
                yield from rows.take()
            elements.parser.Parse(b"", True)
            yield from rows.take()

    def _present(self, kind: str, style: str, value: str) -> str:
        if kind == "s":
            return self._texts.get(int(value)) if value else ""
        if kind == "b":
            return "true" if value == "1" else "false"
        if kind != "n" or not value:
            return "" if kind == "e" else value
        number = float(value)
        if style.isdecimal() and int(style) < len(self._dates) and self._dates[int(style)]:
            return self._present_time(number)
        return str(int(number)) if number.is_integer() else repr(number)

    def _present_time(self, days: float) -> str:
        try:
            return (self._first_day + timedelta(seconds=round(days * 86_400))).isoformat()
        except OverflowError:
            return str(days)


class _Rows:
    """Collects the rows of a sheet."""

    def __init__(self, present: Callable[[str, str, str], str]) -> None:
        self._present = present
        self._ready: list[tuple[int, list[str]]] = []
        self._number = 0
        self._cells: list[str] = []
        self._column = 0
        self._kind = self._style = self._value = ""
        self._inline: list[str] = []

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._cells, self._column = [], -1
        elif name == "c":
            self._column = _read_column(attributes.get("r", ""), self._column + 1)
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._value = ""
            self._inline.clear()

    def finish(self, name: str, text: str) -> None:
        if name == "v":
            self._value = text
        elif name == "t":
            self._inline.append(text)
        elif name == "c":
            self._put("".join(self._inline) if self._inline else self._present(self._kind, self._style, self._value))
        elif name == "row":
            self._ready.append((self._number, self._cells))

    def _put(self, text: str) -> None:
        if self._column >= MOST_CELLS:
            raise ValueError("a row has too many cells")
        self._cells += [""] * (self._column + 1 - len(self._cells))
        self._cells[self._column] = text

    def take(self) -> list[tuple[int, list[str]]]:
        ready, self._ready = self._ready, []
        return ready


def _read_column(reference: str, otherwise: int) -> int:
    found = _COLUMN.match(reference)
    if not found:
        return otherwise
    column = 0
    for letter in found[0]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def read_date_styles(file: IO[bytes]) -> list[bool]:
    """Return, style by style, whether it shows a number as a date."""
    formats: dict[str, str] = {}
    styles: list[bool] = []
    inside: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        inside.append(name)
        if name == "numFmt":
            formats[attributes["numFmtId"]] = attributes["formatCode"]
        elif name == "xf" and "cellXfs" in inside:
            chosen = attributes.get("numFmtId", "0")
            code = _QUOTED.sub("", formats.get(chosen, ""))
            styles.append(any(sign in code.lower() for sign in "ymdhs") if code else int(chosen) in _DATE_FORMATS)

    def end(_: str, __: str) -> None:
        inside.pop()

    _Elements(start, end).read(file)
    return styles
