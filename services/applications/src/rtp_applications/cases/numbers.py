"""Case numbers that people can say: RTP-482-715-9361, nine random digits in threes and a check digit.

Random, because a gap in a running number would tell an employer that a draft exists. The check digit is Damm's: it
finds every single wrong digit and every swap of neighbours.
"""

import secrets

from stdnum import damm

PREFIX = "RTP"


def make_number() -> str:
    digits = f"{secrets.randbelow(10**9):09d}"
    digits += damm.calc_check_digit(digits)
    return f"{PREFIX}-{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def read_number(text: str) -> str | None:
    """Return a number as it is written, however it was typed; None if it is not a case number or a digit is wrong."""
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    letters = "".join(c for c in text.upper() if c.isalpha())
    if letters not in ("", PREFIX) or len(digits) != 10 or not damm.is_valid(digits):
        return None
    return f"{PREFIX}-{digits[:3]}-{digits[3:6]}-{digits[6:]}"
