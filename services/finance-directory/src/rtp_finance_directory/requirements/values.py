"""What a fact may be compared with: words of its closed list, or numbers that a group can say of it."""

import re
from collections.abc import Collection

from rtp_finance_directory.areas import NAMES, REGION, SMALLER_AREA
from rtp_finance_directory.vocabulary import BOUNDS, Fact
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector

WORDS: dict[Fact, Collection[str]] = {
    Fact.SECTOR: [*Sector],
    Fact.REGION: [code for code in NAMES if re.fullmatch(REGION, code)],
    Fact.LEGAL_FORM: [*LegalForm],
    Fact.PURPOSES: [*FinancePurpose],
}


def explain_value(fact: Fact, comparator: str, value: object) -> str | None:
    """Return what is wrong with comparing the fact so, or None.

    A comparison that every answer passes, or none, is refused: it would ask for a fact that decides nothing.
    """
    if fact in BOUNDS:
        return _explain_number(fact, comparator, value)
    return _explain_words(fact, comparator, value)


def _explain_number(fact: Fact, comparator: str, value: object) -> str | None:
    least, most = BOUNDS[fact]
    match comparator, value:
        case "between", (int() as low, int() as high) if not low <= high:
            return "the first end of between is above the second"
        case "between", (int() as low, int() as high):
            low, high = max(low, least - 1), min(high, most + 1)
        case "equals", int():
            low = high = value
        case "at-least", int():
            low, high = value, most
        case "at-most", int():
            low, high = least, value
        case (("between" | "equals" | "at-least" | "at-most"), _):
            return "between takes two whole numbers, and equals, at-least and at-most take one"
        case _:
            return f"{fact} is a number: compare it by equals, at-least, at-most or between"
    if low < least or high > most:
        return f"{fact} is at least {least} and at most {most}"
    return f"every {fact} passes: say something narrower" if (low, high) == (least, most) else None


def _explain_words(fact: Fact, comparator: str, value: object) -> str | None:
    if comparator == "equals" and fact is not Fact.PURPOSES:
        named: tuple[object, ...] = (value,)
    elif comparator == "one-of" and isinstance(value, tuple) and value:
        named = value
    else:
        return (
            "compare purposes by one-of with a list"
            if fact is Fact.PURPOSES
            else (f"{fact} is a word: compare it by equals with one, or by one-of with a list")
        )
    if len(set(named)) < len(named):
        return "names the same word twice"
    if wrong := [each for each in named if not _is_word(fact, each)]:
        return f"{wrong[0]} is not among the words for {fact}"
    return f"every {fact} passes: say something narrower" if len(named) == len(WORDS.get(fact, ())) else None


def _is_word(fact: Fact, value: object) -> bool:
    if fact is Fact.AREA:
        return isinstance(value, str) and re.fullmatch(SMALLER_AREA, value) is not None
    return value in WORDS[fact]
