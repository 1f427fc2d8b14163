"""What is wrong in a file of grants, in words for whoever sends it."""

from enum import StrEnum

from rtp_finance_directory.loading.problems import ItemFault, Problem, Words, put_into_words


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


_WORDS: Words = {
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


def describe_fault(row: int, fault: ItemFault, field: str) -> Problem:
    """Put a fault of a grant into words. `field` names its place as the sender knows it."""
    return put_into_words(row, fault, field, _WORDS)
