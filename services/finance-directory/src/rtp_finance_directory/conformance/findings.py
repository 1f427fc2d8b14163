"""What a report says: which rule of which standard an address keeps, breaks or could not be asked about."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_SAID = 3


class RuleOutcome(StrEnum):
    """What became of a rule."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """There was nothing to try it on."""


@dataclass(frozen=True)
class ConformanceFinding:
    """What became of a rule of a standard at the address."""

    standard: str
    rule: str
    outcome: RuleOutcome
    detail: str = ""


@dataclass(frozen=True)
class FetchedAnswer:
    """What an address answered."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    content: bytes


Fetch = Callable[[str], Awaitable[FetchedAnswer]]
"""Reads a path below the address, without a token."""
CheckStandard = Callable[[Fetch], AsyncIterator[ConformanceFinding]]


class RulesOf:
    """Makes the findings of one standard."""

    def __init__(self, standard: str) -> None:
        self._standard = standard

    def judge(self, rule: str, problems: Sequence[str]) -> ConformanceFinding:
        """Return that the rule is kept, or is not, with the first problems."""
        if not problems:
            return ConformanceFinding(self._standard, rule, RuleOutcome.PASSED)
        more = f"; and {len(problems) - MOST_SAID} more" if len(problems) > MOST_SAID else ""
        return ConformanceFinding(self._standard, rule, RuleOutcome.FAILED, "; ".join(problems[:MOST_SAID]) + more)

    def require(self, rule: str, holds: bool, why_not: str) -> ConformanceFinding:
        return self.judge(rule, [] if holds else [why_not])

    def skip(self, rule: str, why: str) -> ConformanceFinding:
        return ConformanceFinding(self._standard, rule, RuleOutcome.SKIPPED, why)
