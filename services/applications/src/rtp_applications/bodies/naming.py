"""How people name a public body: by words of its name, or by one of its codes."""

import re
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, func, literal, or_

from rtp_shared.names import contain_name, fold, have_words

_GENERIC = (
    "the|of|and|for|in|on|upon|"
    "london borough|royal|metropolitan|city|county|district|borough|unitary|combined|council|councils|corporation|"
    "authority|"
    "nhs|foundation|trust|trusts|ft|hospital|hospitals|healthcare|"
    "integrated|care|board|boards|system|partnership|clinical|commissioning|group|primary|strategic|health|"
    "lb|lbc|rb|mbc|bc|cc|dc|icb|ics|ccg|pct"
)
_GENERIC_WORDS = rf"\m(?:{_GENERIC})\M"
"""What many bodies have in their names: people put it there, leave it out, and take one for another."""
_GSS_CODE = re.compile(r"[A-Z]\d{8}", re.ASCII)


_BOARD = r"\m(icb|ics|integrated care)\M"


def _leave_generic_out(typed: str) -> ColumnElement[str]:
    return func.btrim(func.regexp_replace(fold(literal(typed, Text)), _GENERIC_WORDS, " ", "g"), type_=Text)


def contain_body_name(text: ColumnElement[Any], typed: str) -> ColumnElement[bool]:
    """Return the condition that the text is the name of a body that was typed: "camden council" is the London Borough
    of Camden. Where only generic words were typed, they all must be there.
    """
    telling = _leave_generic_out(typed)
    return or_(contain_name(text, typed), and_(telling != "", have_words(fold(text), telling)))


def is_alias(alias: ColumnElement[Any], typed: str) -> ColumnElement[bool]:
    """Return the condition that the short name is what was typed, with generic words or without: "Herts CC"."""
    return or_(fold(alias) == fold(literal(typed, Text)), fold(alias) == _leave_generic_out(typed))


def rank_body_name(
    text: ColumnElement[Any], typed: str, *, called: ColumnElement[bool], is_board: ColumnElement[bool]
) -> ColumnElement[str]:
    """Return "0" where people call the body so, "1" for an integrated care board where one was asked for, "2" where the
    name holds what was typed as whole words, "3" where it holds it, "4" where it holds each word of it, else "5".
    """
    sought, folded = fold(literal(typed, Text)), fold(text)
    return case(
        (called, "0"),
        (and_(is_board, sought.regexp_match(_BOARD)), "1"),
        (func.strpos(" " + folded + " ", " " + sought + " ") > 0, "2"),
        (func.strpos(folded, sought) > 0, "3"),
        (have_words(folded, sought), "4"),
        else_="5",
    )


def complete_reference(typed: str) -> str:
    """Return the identifier with its scheme that was typed, in any case: also a bare code of ONS, or of the NHS's
    organisation data service, which no identifier of another scheme can be taken for.
    """
    reference = typed.strip().upper()
    if "-" in reference:
        return reference
    return f"{'GSS' if _GSS_CODE.fullmatch(reference) else 'GB-NHS'}-{reference}"
