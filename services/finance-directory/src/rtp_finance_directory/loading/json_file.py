"""Reads a package in JSON, item by item, with the text of each.

The decoder of the standard library is given one item at a time: it is as fast as a streaming parser in C, and says
where an item ends, so that its text can be stored as it came. An item that is no JSON is left out, and reading goes on
behind it where its braces can be told.
"""

import json
import re
from collections.abc import Callable, Generator
from typing import Any, NamedTuple, NoReturn, TextIO

from rtp_finance_directory.loading.found import FoundItem, Unreadable, make_unreadable
from rtp_finance_directory.loading.problems import Problem

BLOCK = 262_144
_BLANK = re.compile(r"[ \t\r\n\ufeff]*")
_SIGNS = re.compile(r'[{}\[\]"\\\n]')
_CHECK_JSON = "Have it checked by any JSON validator: what follows the place is often the reason"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class Layout(NamedTuple):
    """Where the items stand in a package."""

    lists: frozenset[str]
    """The names of the lists that hold them."""
    items: str
    """What they are called: grants."""
    most_characters: int
    """Of one item."""
    too_large: Problem
    bare: bool = False
    """Whether the file may also be the list alone."""


def read_json(
    stream: TextIO, layout: Layout, note: Callable[[str, Any], object] = lambda *_: None
) -> Generator[FoundItem | Problem]:
    """Read what stands in the lists of the object that the file is; hand over to `note` what stands beside them."""
    window = _Window(stream, layout.most_characters)
    if layout.bare and window.peek() == "[":
        window.position += 1
        yield from _read_items(window, layout, "", 0)
        return
    name = min(layout.lists)
    window.expect("{", f'Put the {layout.items} into an object: {{"{name}": [...]}}')
    seen = 0
    while window.peek() == '"':
        name = _read_member(window)
        window.expect(":", _CHECK_JSON)
        if name in layout.lists:
            window.expect("[", f"Make `{name}` a list: in square brackets")
            for item in _read_items(window, layout, name, seen):
                seen += 1
                yield item
        else:
            note(name, _read_member(window))
        if window.peek() == ",":
            window.position += 1
    window.expect("}", _CHECK_JSON)
    if not seen:
        names = " or ".join(f'"{each}"' for each in sorted(layout.lists))
        raise Unreadable(f"there are no {layout.items} in it", f"Put them into a list with the name {names}")


def _read_member(window: "_Window") -> Any:
    """Read what stands beside the items: nothing can be told behind it if it is no JSON."""
    try:
        return window.read_value()
    except _Broken as broken:
        line, column = window.locate(broken.position)
        raise Unreadable(f"it is no JSON at line {line}, column {column}: {broken.reason}", _CHECK_JSON) from None


def _read_items(window: "_Window", layout: Layout, name: str, row: int) -> Generator[FoundItem | Problem]:
    while window.peek() not in ("]", ""):
        row += 1
        try:
            item = window.read_value()
            yield FoundItem(row, item, window.text, name=name)
        except _Broken as broken:
            line, column = window.locate(broken.position)
            whole = window.skip_value()
            if whole is None or whole <= layout.most_characters:
                wrong = f"it is no JSON at line {line}, column {column}: {broken.reason}"
                yield make_unreadable(row, wrong, _CHECK_JSON)
            else:
                yield layout.too_large._replace(row=row)
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

    def __init__(self, stream: TextIO, most_characters: int) -> None:
        self._stream = stream
        self._most_characters = most_characters
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
            if len(self.buffer) - self.position > self._most_characters or not self._fill():
                if self.at_end and broken.reason == "it does not end":
                    continue
                raise broken

    def _take(self, value: Any, end: int) -> Any:
        if end - self.position > self._most_characters:
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
