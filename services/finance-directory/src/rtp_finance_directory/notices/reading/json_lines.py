"""Reads a file with one object in each line: a release, a record, or a package of them."""

import json
from collections.abc import Generator
from typing import Any, NoReturn, TextIO

from rtp_finance_directory.loading.found import FoundItem, make_unreadable
from rtp_finance_directory.loading.json_file import Layout
from rtp_finance_directory.loading.problems import Problem

_CHECK_JSON = "Write one object in each line, and no line end inside it"


def read_json_lines(stream: TextIO, layout: Layout) -> Generator[FoundItem | Problem]:
    """Read line after line. One that is no JSON, or too long, is passed over."""
    row = 0
    while line := stream.readline(layout.most_characters + 1):
        row += 1
        if len(line) > layout.most_characters:
            _skip_line(stream, line, layout.most_characters)
            yield layout.too_large._replace(row=row)
        elif text := line.strip("\ufeff \t\r\n"):
            yield from _read_line(row, text, layout)


def _skip_line(stream: TextIO, line: str, most: int) -> None:
    while line and not line.endswith("\n"):
        line = stream.readline(most)


def _read_line(row: int, text: str, layout: Layout) -> Generator[FoundItem | Problem]:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        yield make_unreadable(row, f"it is no JSON at column {error.colno}: {error.msg}", _CHECK_JSON)
    except (ValueError, RecursionError) as error:
        yield make_unreadable(row, f"it is no JSON: {str(error).partition(';')[0]}", _CHECK_JSON)
    else:
        yield from _open_package(row, value, text, layout)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _open_package(row: int, value: Any, text: str, layout: Layout) -> Generator[FoundItem | Problem]:
    packed = [name for name in layout.lists if isinstance(value, dict) and isinstance(value.get(name), list)]
    if not packed or "ocid" in value:
        yield FoundItem(row, value, text)
    for name in packed if "ocid" not in value else ():
        for item in value[name]:
            yield FoundItem(row, item, name=name)
