"""What is wrong in a file of grants, in words for whoever sends it."""

from enum import StrEnum
from typing import NamedTuple

Path = tuple[str | int, ...]

SHOWN = 60
"""Characters of a wrong value that are quoted."""


class GrantRule(StrEnum):
    """The rules that a row can break."""

    MISSING = "missing"
    TWO_RECIPIENTS = "two-recipients"
    NOT_TEXT = "not-text"
    NOT_A_NUMBER = "not-a-number"
    NOT_A_LIST = "not-a-list"
    NOT_AN_OBJECT = "not-an-object"
    EMPTY_LIST = "empty-list"
    TOO_SMALL = "too-small"
    OUT_OF_RANGE = "out-of-range"
    NOT_ON_THE_LIST = "not-on-the-list"
    NOT_A_DAY = "not-a-day"
    NOT_A_TIME = "not-a-time"
    NOT_AN_ADDRESS = "not-an-address"
    NOT_AS_WRITTEN = "not-as-written"
    UNFIT_TEXT = "unfit-text"
    REPEATED = "repeated"
    SAID_OTHERWISE = "said-otherwise"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"
    TOO_MANY_CELLS = "too-many-cells"


class GrantFault(NamedTuple):
    """A place in a grant that breaks a rule."""

    path: Path
    rule: GrantRule
    found: object = None
    """The value, where quoting it helps."""
    wanted: str = ""
    """What the rule asks for, where that differs from place to place."""


class Problem(NamedTuple):
    """What is wrong with a row, and what would be right. Row 0 is the file as a whole."""

    row: int
    field: str
    rule: GrantRule
    wrong: str
    right: str

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "the file"
        return f"{place}{f', {self.field}' if self.field else ''}: {self.wrong}. {self.right}."


_WORDS: dict[GrantRule, tuple[str, str]] = {
    GrantRule.MISSING: ("is missing or empty", "Every grant needs it{wanted}"),
    GrantRule.TWO_RECIPIENTS: (
        "both an organisation and an individual receive it",
        "Keep one: Recipient Org, or Recipient Ind for a grant to a person",
    ),
    GrantRule.NOT_TEXT: ("is not text", "Put it into quotation marks"),
    GrantRule.NOT_A_NUMBER: ("{found} is not a number", "Write digits and a point alone, for example 9500.00"),
    GrantRule.NOT_A_LIST: ("is not a list", "Put it into square brackets, also where there is one only"),
    GrantRule.NOT_AN_OBJECT: ("is not an object", "Put its fields into braces, each with its name"),
    GrantRule.EMPTY_LIST: ("is an empty list", "Name at least one"),
    GrantRule.TOO_SMALL: ("{found} is too small", "The least is {wanted}"),
    GrantRule.OUT_OF_RANGE: ("{found} is out of range", "Between -1 and 1 trillion can be kept"),
    GrantRule.NOT_ON_THE_LIST: ("{found} is not on the list of codes", "{wanted}"),
    GrantRule.NOT_A_DAY: ("{found} is not a day", "Write year, month and day, for example {wanted}"),
    GrantRule.NOT_A_TIME: ("{found} is not a time", "Write day, time and zone, for example {wanted}"),
    GrantRule.NOT_AN_ADDRESS: ("{found} is not a web address", "Begin it with https:// and leave no blanks in it"),
    GrantRule.NOT_AS_WRITTEN: ("{found} is not written as the standard has it", "{wanted}"),
    GrantRule.UNFIT_TEXT: ("holds a character that is no text", "Take out control characters, such as U+0000"),
    GrantRule.REPEATED: ("{found} stands in an earlier row too", "Give each grant an identifier of its own"),
    GrantRule.SAID_OTHERWISE: (
        "differs from the grant {found} that is stored, and is not newer",
        "Raise Last Modified (dateModified), and it replaces what is stored",
    ),
    GrantRule.TOO_LARGE: ("is larger than a grant may be", "A grant has at most {wanted}"),
    GrantRule.UNREADABLE: ("cannot be read: {found}", "{wanted}"),
    GrantRule.TOO_MANY_CELLS: (
        "has more cells than the header",
        "Give each column a title, and quote values with commas",
    ),
}


def describe_fault(row: int, fault: GrantFault, field: str) -> Problem:
    """Put a fault into words. `field` names its place as the sender knows it."""
    wrong, right = _WORDS[fault.rule]
    found = fault.found if fault.rule is GrantRule.UNREADABLE else quote(fault.found)
    return Problem(row, field, fault.rule, wrong.format(found=found), right.format(wanted=fault.wanted))


def quote(value: object) -> str:
    """Return the value as a report shows it: on one line, and not all of a long one."""
    text = " ".join(str(value).split())
    return repr(text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…")


def make_storable(text: str) -> str:
    """Return the text with a sign in place of each character that cannot be stored: it may quote what is wrong."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
