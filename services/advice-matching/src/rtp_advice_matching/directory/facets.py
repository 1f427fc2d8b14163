"""The closed lists of the directory. A new word is added at the end; none is renamed."""

from enum import StrEnum


class AdviserKind(StrEnum):
    ADVISER = "adviser"
    """Paid for, usually by a support programme."""
    MENTOR = "mentor"
    """From a mutual that has made the same way."""
    AMBASSADOR = "ambassador"
    """Unpaid, at the level of a chief executive: opens doors and clears what is stuck."""


class ProfileStatus(StrEnum):
    """How far a profile has come: only a published one is shown to others and proposed."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    """Hidden by the operator, with a reason that its network is told."""
    WITHDRAWN = "withdrawn"
    """Taken down for good. What was personal is erased, and the id stays."""
    IN_REVIEW = "in-review"
    """Its network wants it to be shown, and the operator has not looked at it yet."""


class EnglishRegion(StrEnum):
    """The nine regions of England, by their ONS codes."""

    NORTH_EAST = "E12000001"
    NORTH_WEST = "E12000002"
    YORKSHIRE = "E12000003"
    EAST_MIDLANDS = "E12000004"
    WEST_MIDLANDS = "E12000005"
    EAST = "E12000006"
    LONDON = "E12000007"
    SOUTH_EAST = "E12000008"
    SOUTH_WEST = "E12000009"


class AccessNeed(StrEnum):
    """Something that a person in a staff group may need, and that an adviser can meet."""

    SIGN_LANGUAGE = "sign-language"
    CAPTIONS = "captions"
    HEARING_LOOP = "hearing-loop"
    RELAY_CALLS = "relay-calls"
    SCREEN_READER = "screen-reader-documents"
    LARGE_PRINT = "large-print"
    EASY_READ = "easy-read"
    STEP_FREE = "step-free-venues"
    FLEXIBLE_HOURS = "evenings-and-weekends"


class ChargeBasis(StrEnum):
    """Who pays for an adviser's time."""

    FREE = "free"
    BUYER_PAID_DAY = "buyer-paid-day"
    """A programme or body buys days at a day rate."""
    MATCHED_CASH = "matched-cash"
    """A programme pays where the staff group or its body puts in cash as well."""
