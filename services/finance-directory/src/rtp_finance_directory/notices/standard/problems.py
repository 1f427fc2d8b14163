"""What is wrong in a file of notices, in words for whoever sends it."""

from enum import StrEnum

from rtp_finance_directory.loading.problems import ItemFault, Problem, Words, put_into_words


class ReleaseRule(StrEnum):
    """The rules that a release can break."""

    MISSING = "missing"
    EMPTY = "empty"
    NOT_TEXT = "not-text"
    NOT_TEXT_OR_NUMBER = "not-text-or-number"
    NOT_A_NUMBER = "not-a-number"
    NOT_TRUE_OR_FALSE = "not-true-or-false"
    NOT_A_LIST = "not-a-list"
    NOT_AN_OBJECT = "not-an-object"
    TWICE_IN_THE_LIST = "twice-in-the-list"
    SAME_ID = "same-id"
    NOT_ON_THE_LIST = "not-on-the-list"
    NOT_A_TIME = "not-a-time"
    NOT_AN_ADDRESS = "not-an-address"
    NOT_AS_WRITTEN = "not-as-written"
    OUT_OF_RANGE = "out-of-range"
    UNFIT_TEXT = "unfit-text"
    LINKED = "linked"
    CANNOT_BE_MERGED = "cannot-be-merged"
    REPEATED = "repeated"
    SAID_OTHERWISE = "said-otherwise"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    UNREADABLE = "unreadable"


REMARKS = frozenset({ReleaseRule.SAME_ID})
"""Rules that are reported and keep no release out: the standard asks for them, and its schema does not."""

_WORDS: Words = {
    ReleaseRule.MISSING: ("is missing", "The standard requires it"),
    ReleaseRule.EMPTY: ("is empty", "Write something, or leave the field out where the standard lets you"),
    ReleaseRule.NOT_TEXT: ("is not text", "Put it into quotation marks"),
    ReleaseRule.NOT_TEXT_OR_NUMBER: ("is neither text nor a whole number", "Write it as one of them"),
    ReleaseRule.NOT_A_NUMBER: ("{found} is not {wanted}", "Write digits and no quotation marks, for example 9500"),
    ReleaseRule.NOT_TRUE_OR_FALSE: ("{found} is neither true nor false", "Write one of them, without quotation marks"),
    ReleaseRule.NOT_A_LIST: ("is not a list", "Put it into square brackets, also where there is one only"),
    ReleaseRule.NOT_AN_OBJECT: ("is not an object", "Put its fields into braces, each with its name"),
    ReleaseRule.TWICE_IN_THE_LIST: ("stands twice in its list", "Leave it there once"),
    ReleaseRule.SAME_ID: (
        "{found} is the id of an earlier one in its list too",
        "Give each an id of its own: of two with one id the later counts, and the release was kept so",
    ),
    ReleaseRule.NOT_ON_THE_LIST: ("{found} is not on the list of codes", "Write one of {wanted}"),
    ReleaseRule.NOT_A_TIME: ("{found} is not a time", "Write day, time and zone, for example {wanted}"),
    ReleaseRule.NOT_AN_ADDRESS: ("{found} is not a web address", "Begin it with https:// and leave no blanks in it"),
    ReleaseRule.NOT_AS_WRITTEN: ("{found} is not written as the standard has it", "{wanted}"),
    ReleaseRule.OUT_OF_RANGE: ("{found} is out of range", "Between 0 and 1 trillion can be kept"),
    ReleaseRule.TOO_DEEP: ("is nested too deeply", "Leave out what is nested in itself again and again"),
    ReleaseRule.UNFIT_TEXT: ("holds a character that is no text", "Take out control characters, such as U+0000"),
    ReleaseRule.LINKED: (
        "has neither releases in it nor a compiled release",
        "Send the release package that it links to",
    ),
    ReleaseRule.CANNOT_BE_MERGED: (
        "cannot be merged with the other releases of its process: {found}",
        "Give each object of a list an id of its own, and each field one type in all releases",
    ),
    ReleaseRule.REPEATED: ("{found} stands earlier in the file too", "Give each release an id of its own"),
    ReleaseRule.SAID_OTHERWISE: (
        "differs from the release {found} that is stored, and is not newer",
        "Give a change a release of its own, with an id and date of its own",
    ),
    ReleaseRule.TOO_LARGE: ("is larger than a release may be", "A release has at most {wanted}"),
    ReleaseRule.UNREADABLE: ("cannot be read: {found}", "{wanted}"),
}


def describe_fault(row: int, fault: ItemFault, *, inside: str = "") -> Problem:
    """Put a fault of a release into words. `inside` is the place of the release in its record."""
    place = "/".join(filter(None, (inside, *map(str, fault.path))))
    wrong, right = _WORDS[ReleaseRule(fault.rule)]
    if fault.rule is ReleaseRule.NOT_A_NUMBER:
        wrong = wrong.replace("{wanted}", fault.wanted)
    return put_into_words(row, fault, place, {fault.rule: (wrong, right)})
