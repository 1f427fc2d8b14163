"""What is found in a file: grants one after another, and places that cannot be read."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from rtp_finance_directory.grants.standard.problems import GrantFault, GrantRule, Problem

MOST_CHARACTERS = 1_048_576
"""Of one grant."""


class FoundGrant(NamedTuple):
    """A grant as it stands in the file."""

    row: int
    """As the sender counts: of a spreadsheet the row, of JSON the number of the grant."""
    grant: Any
    text: str | None = None
    """The grant in JSON, as the file has it; None of a spreadsheet."""
    faults: Sequence[GrantFault] = ()
    """What could not be read of it."""
    left_out: Sequence[str] = ()
    """Columns that the standard does not have, and that say something in this row."""


class Unreadable(Exception):
    """The file cannot be read as what it seems to be; the message says why, and what would be right."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(wrong)
        self.problem = make_unreadable(0, wrong, right)


def make_unreadable(row: int, wrong: str, right: str) -> Problem:
    return Problem(row, "", GrantRule.UNREADABLE, f"cannot be read: {wrong}", right)


TOO_LARGE = Problem(
    0, "", GrantRule.TOO_LARGE, "is larger than a grant may be", "A grant has at most a million characters"
)
