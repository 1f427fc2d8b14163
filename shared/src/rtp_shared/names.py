"""Finding a name as people type it: any apostrophe or none, "&" or "and", hyphens or blanks, accents or none."""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, literal, literal_column, or_

_APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201b\u2032\uff07"
_MARKS = r"[\u0300-\u036f]+"
_BETWEEN = r"[\s!-/:-@\[-`{-~\u00a1-\u00bf\u2000-\u206f\ufeff]+"
"""Whatever stands between words. A class of PostgreSQL's own would depend on the collation."""


def contain_name(text: ColumnElement[Any], typed: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that the text holds what was typed, or its words in any order; no word is in no text."""
    sought, folded = fold(literal(typed, Text) if isinstance(typed, str) else typed), fold(text)
    return and_(sought != "", or_(func.strpos(folded, sought) > 0, have_words(folded, sought)))


def have_words(folded: ColumnElement[str], words: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that each of the words begins a word of the text, both as `fold` makes them."""
    # No sign with a meaning in regular expressions is left in what was folded.
    return (" " + folded).regexp_match("^" + func.regexp_replace(words, r"(\S+) *", r"(?=.* \1)", "g", type_=Text))


def fold(text: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the form in which names are compared. PostgreSQL makes it of both sides, so that they cannot differ."""
    plain = func.normalize(func.translate(text, _APOSTROPHES, ""), literal_column("NFKD"))
    spoken = func.replace(func.lower(func.regexp_replace(plain, _MARKS, "", "g")), "&", " and ")
    words = func.regexp_replace(spoken, _BETWEEN, " ", "g")
    return func.btrim(func.regexp_replace(words, r"\msaint\M", "st", "g"), type_=Text)
