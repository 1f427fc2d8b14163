"""Contact details in what is said of a person: a pure rule. It finds what is written plainly, and names the field."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rtp_shared.problems import FieldError

FREE_TEXTS = ("name", "about")
"""What is said of a person in words of the network's own."""
_AROUND = ".,;:!?()[]<>\"'"
_EMAIL = re.compile(r"[^@]+@[^@]+\.[^@.]{2,}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(uk|com|org|net|coop|info|biz|eu|io)([/:?#].*)?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)(?:\+|\(?0)[\d\s().-]{8,}\d")
_FEWEST_DIGITS, _MOST_DIGITS = 10, 15
"""Of a telephone number in the United Kingdom, and of any (ITU-T E.164)."""


def find_contact_details(facts: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield the fields that hold contact details, each with what it holds."""
    for name in FREE_TEXTS:
        for found in _find_kinds(facts.get(name) or ""):
            yield FieldError(f"/{name}", f"holds {found}: leave contact details out, the network is asked for them")


def _find_kinds(text: str) -> Iterator[str]:
    words = [word.strip(_AROUND) for word in text.split()]
    if any(_EMAIL.fullmatch(word) for word in words):
        yield "an e-mail address"
    if any(map(_is_address, words)):
        yield "the address of a web page"
    if any(_has_length_of_number(found.group()) for found in _NUMBER.finditer(text)):
        yield "a telephone number"


def _is_address(word: str) -> bool:
    return "://" in word or word.lower().startswith("www.") or bool(_DOMAIN.fullmatch(word))


def _has_length_of_number(text: str) -> bool:
    return _FEWEST_DIGITS <= sum(sign.isdigit() for sign in text) <= _MOST_DIGITS
