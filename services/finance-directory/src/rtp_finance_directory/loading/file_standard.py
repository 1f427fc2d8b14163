"""What the loader has to know of a kind of file: one object for each standard."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from rtp_finance_directory.loading.batches import Batch, PreparedItem, Row
from rtp_finance_directory.loading.files import FileFacts, OpenFile
from rtp_finance_directory.loading.found import FoundItem
from rtp_finance_directory.loading.problems import Problem

R = TypeVar("R", bound=Row)


class Stored(NamedTuple):
    """What became of the rows of a batch, and the problems of those that differ and are not newer."""

    counts: Counter[str]
    problems: Sequence[Problem]


class FileStandard(Protocol[R]):
    """What a file holds, how it is read, and where it is stored."""

    items: str
    """What the items are called: grants."""
    suffixes: Sequence[str]
    """How the names of such files end."""
    outcomes: Mapping[str, str]
    """What may become of a row, and how it is said."""
    most_rows: int
    """Of one transaction."""
    loads: str
    """The table of files."""
    problems: str
    """The table of their problems."""

    def inspect(self, path: Path) -> FileFacts:
        """Read the file once for its digest and encoding. Raises Unreadable if nothing of it can be read."""

    def open(self, facts: FileFacts) -> OpenFile: ...

    def find_next(self, facts: FileFacts) -> str | None:
        """Return the address of the page that follows, where the file names one. Raises Unreadable."""

    def prepare(self, found: FoundItem | Problem, fallback: datetime | None) -> PreparedItem[R]:
        """Check what was found. `fallback` is when items were modified that do not say it."""

    def describe_repeated(self, number: int, row: R) -> Problem: ...

    async def store(self, driver: Any, batch: Batch[R]) -> Stored:
        """Store the rows, in the transaction that also stores how far the file got."""
