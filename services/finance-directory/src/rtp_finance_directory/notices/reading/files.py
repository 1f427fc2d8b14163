"""Opens a file of notices: a package of releases or of records, a list of them, or one a line; packed or not."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from rtp_finance_directory.loading import files
from rtp_finance_directory.loading.files import BINARY, FileFacts
from rtp_finance_directory.loading.found import FoundItem, Unreadable
from rtp_finance_directory.loading.json_file import Layout, read_json
from rtp_finance_directory.loading.problems import Problem
from rtp_finance_directory.notices.reading.json_lines import read_json_lines
from rtp_finance_directory.notices.reading.records import open_records
from rtp_finance_directory.notices.standard.problems import ReleaseRule

MOST_CHARACTERS = 8 * 2**20
"""Of one release or record."""
TOO_LARGE = Problem(
    0,
    "",
    ReleaseRule.TOO_LARGE.value,
    "is larger than a release or record may be",
    "Each has at most eight million characters",
)
PACKAGE = Layout(frozenset({"releases", "records"}), "releases", MOST_CHARACTERS, TOO_LARGE, bare=True)


def inspect_file(path: Path) -> FileFacts:
    """Read the file once for its digest and encoding. Raises Unreadable if it is empty, or no JSON."""
    return files.inspect_file(path, find_kind=_find_kind, items="releases")


def _find_kind(encoding: str, head: str) -> str:
    """Tell one object a line from one package over the whole file: the first line is an object by itself."""
    begin = head.lstrip("\ufeff \t\r\n")
    if encoding == BINARY or begin[:1] not in ("{", "["):
        raise Unreadable("it is no JSON", "Send OCDS in JSON, or one release in each line; it may be packed by gzip")
    try:
        first = json.loads(begin.split("\n", 1)[0])
    except (ValueError, RecursionError):
        return "json"
    return "json lines" if isinstance(first, dict) and _stands_alone(first, begin) else "json"


def _stands_alone(first: Any, text: str) -> bool:
    return "ocid" in first or bool(text.partition("\n")[2].strip())


class NoticeFile:
    """A file of notices that is open."""

    def __init__(self, facts: FileFacts) -> None:
        self.facts = facts
        self._raw = facts.path.open("rb")
        self._stream = io.TextIOWrapper(
            files.unpack(self._raw), encoding=facts.encoding, errors="replace", newline="\n"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._raw.close()

    def __iter__(self) -> Iterator[FoundItem | Problem]:
        return open_records(self.read())

    def read(self, note: Callable[[str, Any], object] = lambda *_: None) -> Iterator[FoundItem | Problem]:
        """Read what stands in it, records unopened; hand over to `note` what stands beside them in a package."""
        lines = self.facts.kind == "json lines"
        return read_json_lines(self._stream, PACKAGE) if lines else read_json(self._stream, PACKAGE, note)

    def get_fraction(self) -> float:
        """Return about how much of it has been read."""
        return 1.0 if self._raw.closed else min(1.0, self._raw.tell() / self.facts.size)


def find_next_page(facts: FileFacts) -> str | None:
    """Return what the package names as `next` among its links. Raises Unreadable if it cannot be read to its end."""
    if facts.kind == "json lines":
        return None
    beside: dict[str, Any] = {}
    with NoticeFile(facts) as file:
        for _ in file.read(beside.__setitem__):
            pass
    links = beside.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    return following if isinstance(following, str) and following else None
