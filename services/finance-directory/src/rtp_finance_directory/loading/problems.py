"""What is wrong in a file that is loaded, in words for whoever sends it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

Path = tuple[str | int, ...]

SHOWN = 60
"""Characters of a wrong value that are quoted."""

UNREADABLE = "unreadable"
TOO_LARGE = "too-large"
REPEATED = "repeated"
SAID_OTHERWISE = "said-otherwise"


class ItemFault(NamedTuple):
    """A place in an item of a file that breaks a rule."""

    path: Path
    rule: StrEnum
    found: object = None
    """The value, where quoting it helps."""
    wanted: str = ""
    """What the rule asks for, where that differs from place to place."""


class Problem(NamedTuple):
    """What is wrong with a row, and what would be right. Row 0 is the file as a whole."""

    row: int
    field: str
    rule: str
    wrong: str
    right: str

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "the file"
        return f"{place}{f', {self.field}' if self.field else ''}: {self.wrong}. {self.right}."


Words = Mapping[StrEnum, tuple[str, str]]
"""What is said of each rule that is broken: what is wrong, and what would be right."""


def put_into_words(row: int, fault: ItemFault, field: str, words: Words) -> Problem:
    """Put a fault into words. `field` names its place as the sender knows it."""
    wrong, right = words[fault.rule]
    found = fault.found if fault.rule == UNREADABLE else quote(fault.found)
    return Problem(row, field, fault.rule.value, wrong.format(found=found), right.format(wanted=fault.wanted))


def quote(value: object) -> str:
    """Return the value as a report shows it: on one line, and not all of a long one."""
    text = " ".join(str(value).split())
    return repr(text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…")


def make_storable(text: str) -> str:
    """Return the text with a sign in place of each character that cannot be stored: it may quote what is wrong."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
