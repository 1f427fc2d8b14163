"""What is found in a file: items one after another, and places that cannot be read."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from rtp_finance_directory.loading.problems import UNREADABLE, ItemFault, Problem


class FoundItem(NamedTuple):
    """An item as it stands in the file: a grant, a release."""

    row: int
    """As the sender counts: of a spreadsheet the row, of JSON the number of the item."""
    item: Any
    text: str | None = None
    """The item in JSON, as the file has it; None of a spreadsheet."""
    faults: Sequence[ItemFault] = ()
    """What could not be read of it."""
    left_out: Sequence[str] = ()
    """Columns that the standard does not have, and that say something in this row."""
    name: str = ""
    """Of the list in which it stands; empty where it stands in none with a name."""


class Unreadable(Exception):
    """The file cannot be read as what it seems to be; the message says why, and what would be right."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(wrong)
        self.problem = make_unreadable(0, wrong, right)


def make_unreadable(row: int, wrong: str, right: str) -> Problem:
    return Problem(row, "", UNREADABLE, f"cannot be read: {wrong}", right)
