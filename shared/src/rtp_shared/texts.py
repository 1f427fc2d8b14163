"""Text as people type it: what of it can be stored and shown, and the one form that it is kept in."""

import re
import unicodedata

_NO_CHARACTERS = "".join(chr(plane | last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls
    "\u2028\u2029"  # separators of lines and paragraphs
    "\u202a-\u202e\u2066-\u206f"  # what turns the direction of the text that follows
    f"\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb{_NO_CHARACTERS}]"
)
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that show nothing."""
_IDLE = "\u00ad\u180e\u200b\u2060\ufeff"
"""What shows nothing, and does nothing at the ends of a text. Joiners do, so they stay there too."""
_MARKS = "".join(chr(each) for each in range(0x300, 0x1F000) if unicodedata.combining(chr(each)))
_HEAP = re.compile(f"[{_MARKS}]{{31}}")
"""More marks on one letter than Unicode's stream-safe form has: putting them in order takes time by their square."""
_LONGEST = 20_000
"""Four times the longest text that is taken, as the one form may be shorter: what is longer is refused for that."""


def require_fit(text: str) -> str:
    """Return the text; raise ValueError if it holds a character that cannot be stored or shown as it is."""
    if found := _UNFIT.search(text):
        raise ValueError(f"holds a character that is not text (U+{ord(found[0]):04X})")
    return text


def normalise(text: str) -> str:
    """Return the text in form C without blanks around it; raise ValueError if it is unfit or shows nothing."""
    if len(text) > _LONGEST:
        return text
    if _HEAP.search(require_fit(text)):
        raise ValueError("holds more than 30 marks on one letter")
    kept = _strip(unicodedata.normalize("NFC", text))
    if kept and not any(map(_shows, kept)):
        raise ValueError("holds nothing that can be seen")
    return kept


def normalise_line(text: str) -> str:
    """Return the same of a text that must be one line."""
    kept = normalise(text)
    if "\n" in kept or "\r" in kept:
        raise ValueError("must be one line")
    return kept


def _strip(text: str) -> str:
    before = ""
    while before != text:
        before, text = text, text.strip().strip(_IDLE)
    return text


def _shows(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and character not in _BLANK
