"""Reads a package of grants in JSON, grant by grant, with the text of each.

The decoder of the standard library is given one grant at a time: it is as fast as a streaming parser in C, and says
where a grant ends, so that its text can be stored as it came. A grant that is no JSON is left out, and reading goes on
behind it where its braces can be told.
"""

import json
import re
from collections.abc import Generator
from typing import Any, NoReturn, TextIO

from rtp_finance_directory.grants.reading.found import (
    MOST_CHARACTERS,
    TOO_LARGE,
    FoundGrant,
    Unreadable,
    make_unreadable,
)
from rtp_finance_directory.grants.standard.problems import Problem

BLOCK = 262_144
_BLANK = re.compile(r"[ \t\r\n\ufeff]*")
_SIGNS = re.compile(r'[{}\[\]"\\\n]')
_CHECK_JSON = "Have it checked by any JSON validator: what follows the place is often the reason"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def read_json(stream: TextIO) -> Generator[FoundGrant | Problem]:
    """Read what stands in the list `grants` of the object that the file is."""
    window = _Window(stream)
    window.expect("{", "Put the grants into an object: {grants}".format(grants='{"grants": [...]}'))
    seen = 0
    while window.peek() == '"':
        name = window.read_value()
        window.expect(":", _CHECK_JSON)
        if name == "grants":
            window.expect("[", "Make `grants` a list: in square brackets")
            for item in _read_items(window):
                seen += 1
                yield item
        else:
            window.read_value()
        if window.peek() == ",":
            window.position += 1
    window.expect("}", _CHECK_JSON)
    if not seen:
        raise Unreadable("there are no grants in it", 'Put them into a list with the name "grants"')


def _read_items(window: "_Window") -> Generator[FoundGrant | Problem]:
    row = 0
    while window.peek() not in ("]", ""):
        row += 1
        try:
            grant = window.read_value()
            yield FoundGrant(row, grant, window.text)
        except _Broken as broken:
            line, column = window.locate(broken.position)
            whole = window.skip_value()
            if whole is None or whole <= MOST_CHARACTERS:
                wrong = f"it is no JSON at line {line}, column {column}: {broken.reason}"
                yield make_unreadable(row, wrong, _CHECK_JSON)
            else:
                yield TOO_LARGE._replace(row=row)
        if window.peek() == ",":
            window.position += 1
        elif window.peek() != "]":
            window.expect("]", _CHECK_JSON)
    window.expect("]", "The file ends in the middle: send it whole")


class _Broken(Exception):
    """A value is no JSON."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position, self.reason = position, reason


class _Window:
    """The part of the text that is looked at, moved over the file."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines = 1
        self._column = 1
        self.buffer = ""
        self.position = 0
        self.at_end = False
        self.text = ""
        """Of the value read last."""

    def peek(self) -> str:
        """Return the next sign that is no blank; nothing at the end of the file."""
        while True:
            self.position = self._skip_blanks()
            if self.position < len(self.buffer) or not self._fill():
                return self.buffer[self.position : self.position + 1]

    def _skip_blanks(self) -> int:
        found = _BLANK.match(self.buffer, self.position)
        return found.end() if found else self.position

    def expect(self, sign: str, right: str) -> None:
        found = self.peek()
        if found != sign:
            line, column = self.locate(self.position)
            there = repr(found) if found else "the end of the file"
            raise Unreadable(f"at line {line}, column {column} stands {there} where {sign!r} should", right)
        self.position += 1

    def read_value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.position)
            except json.JSONDecodeError as error:
                broken = _Broken(error.pos, error.msg)
            except RecursionError:
                raise _Broken(self.position, "it is nested too deeply") from None
            except ValueError as error:
                raise _Broken(self.position, str(error).partition(";")[0]) from None
            else:
                if end < len(self.buffer) or self.at_end:
                    return self._take(value, end)
                broken = _Broken(end, "it does not end")
            # It may be cut off by the window alone.
            if len(self.buffer) - self.position > MOST_CHARACTERS or not self._fill():
                if self.at_end and broken.reason == "it does not end":
                    continue
                raise broken

    def _take(self, value: Any, end: int) -> Any:
        if end - self.position > MOST_CHARACTERS:
            raise _Broken(self.position, "it is too large")
        self.text = self.buffer[self.position : end]
        self.position = end
        return value

    def skip_value(self) -> int | None:
        """Go behind the object that begins here, as its braces say; return its length, None if no end can be told.

        No text of JSON goes over a line, so that a quotation mark too many hides the rest of its line alone.
        """
        length, depth, quoted, escaped_at = 0, 0, False, -1
        while True:
            for found in _SIGNS.finditer(self.buffer, self.position):
                sign, at = found[0], found.start()
                if sign == "\n":
                    quoted = False
                elif at == escaped_at:
                    pass
                elif sign == "\\":
                    escaped_at = at + 1
                elif sign == '"':
                    quoted = not quoted
                elif not quoted:
                    depth += 1 if sign in "{[" else -1
                    if depth <= 0:
                        length += at + 1 - self.position
                        self.position = at + 1
                        return length
            length += len(self.buffer) - self.position
            escaped_at -= len(self.buffer)
            self.position = len(self.buffer)
            if not self._fill():
                return None

    def _fill(self) -> bool:
        """Move the window on, to begin at the position; return False at the end of the file."""
        block = "" if self.at_end else self._stream.read(BLOCK)
        if not block:
            self.at_end = True
            return False
        self._lines, self._column = self.locate(self.position)
        self.buffer = self.buffer[self.position :] + block
        self.position = 0
        return True

    def locate(self, position: int) -> tuple[int, int]:
        """Return the line and column of a position in the window, counted from 1."""
        lines = self.buffer.count("\n", 0, position)
        if lines:
            return self._lines + lines, position - self.buffer.rfind("\n", 0, position)
        return self._lines, self._column + position
