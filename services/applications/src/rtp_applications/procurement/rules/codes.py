"""Codes of the Common Procurement Vocabulary: eight digits, in a hierarchy, with a ninth to check them by."""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(\d{8})(?:-(\d))?", re.ASCII)
_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7)
"""By which the check digit follows from the eight: so with every code that the loaded tables print with one."""
_DIVISION = 2
"""Digits of a division, the widest code there is."""
DIVISIONS = frozenset(
    """
    03 09 14 15 16 18 19 22 24 30 31 32 33 34 35 37 38 39 41 42 43 44 45 48 50 51 55 60 63 64 65 66 70 71 72 73 75 76
    77 79 80 85 90 92 98
    """.split()  # noqa: SIM905
)
"""Of the vocabulary of 2008 (Commission Regulation (EC) No 213/2008)."""


@dataclass(frozen=True, order=True, slots=True)
class CpvCode:
    """A code of the Common Procurement Vocabulary, such as 92500000 for libraries, archives and museums."""

    digits: str

    @classmethod
    def parse(cls, written: str) -> "CpvCode":
        """Return the code that is written with or without its check digit; raise ValueError, in plain words."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise ValueError("is no CPV code: eight digits, and after a hyphen the check digit if it is given")
        code = cls(found[1])
        if code.digits[:_DIVISION] not in DIVISIONS:
            raise ValueError(f"is no CPV code: the vocabulary has no division {code.digits[:_DIVISION]}")
        if found[2] is not None and found[2] != code.check_digit:
            raise ValueError(f"is mistyped: the check digit of {code.digits} is {code.check_digit}")
        return code

    @property
    def check_digit(self) -> str:
        return str(sum(int(digit) * weight for digit, weight in zip(self.digits, _WEIGHTS, strict=True)) % 10)

    @property
    def stem(self) -> str:
        """Return the digits that all codes below it begin with."""
        return self.digits.rstrip("0").ljust(_DIVISION, "0")

    def covers(self, other: "CpvCode") -> bool:
        """Tell whether the other is this code or stands below it."""
        return other.digits.startswith(self.stem)

    def __str__(self) -> str:
        return f"{self.digits}-{self.check_digit}"


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Codes from one to another, both counted in, by their numbers."""

    first: CpvCode
    last: CpvCode

    def includes(self, code: CpvCode) -> bool:
        return self.first <= code <= self.last
