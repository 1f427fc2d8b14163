"""Opens a file of grants, of whichever kind."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from rtp_finance_directory.grants.reading.csv_file import read_csv
from rtp_finance_directory.grants.reading.found import PACKAGE
from rtp_finance_directory.grants.reading.xlsx_file import read_xlsx
from rtp_finance_directory.loading import files
from rtp_finance_directory.loading.files import BINARY, FileFacts
from rtp_finance_directory.loading.found import FoundItem
from rtp_finance_directory.loading.json_file import read_json
from rtp_finance_directory.loading.problems import Problem


def inspect_file(path: Path) -> FileFacts:
    """Read the file once for its digest and encoding. Raises Unreadable if it is empty."""
    return files.inspect_file(path, find_kind=_find_kind, items="grants")


def _find_kind(encoding: str, head: str) -> str:
    if encoding == BINARY:
        return "xlsx"
    return "json" if head.lstrip()[:1] in ("{", "[") else "csv"


class GrantFile:
    """A file of grants that is open."""

    def __init__(self, facts: FileFacts) -> None:
        self.facts = facts
        self._raw = facts.path.open("rb")
        self._file = files.unpack(self._raw)
        self._stream: io.TextIOWrapper | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        (self._stream or self._file).close()
        self._raw.close()

    def __iter__(self) -> Iterator[FoundItem | Problem]:
        if self.facts.kind == "xlsx":
            return read_xlsx(self._file)
        # newline="": a CSV reader takes any line end as it is, also a lone CR, and JSON has no use for it.
        self._stream = io.TextIOWrapper(self._file, encoding=self.facts.encoding, errors="replace", newline="")
        return read_json(self._stream, PACKAGE) if self.facts.kind == "json" else read_csv(self._stream)

    def get_fraction(self) -> float:
        """Return about how much of it has been read."""
        return 1.0 if self._raw.closed else min(1.0, self._raw.tell() / self.facts.size)
