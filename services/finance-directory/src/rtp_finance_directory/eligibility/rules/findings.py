"""The result of a rule: its outcome first, words only where it is shown."""

from dataclasses import dataclass
from enum import StrEnum

from rtp_finance_directory.vocabulary import Fact

FACTS = tuple(Fact)
FAILURE = 1 << 32
"""The weight of a finding that fails: more than any number of those that are not known."""


class Outcome(StrEnum):
    FITS = "fits"
    FAILS = "fails"
    NOT_KNOWN = "not-known"
    NOT_APPLICABLE = "not-applicable"
    """The product asks for nothing there, or not of this group: no fact could make it fail."""


class Ask(StrEnum):
    """Who can say what is not known."""

    STAFF_GROUP = "staff-group"
    PROVIDER = "provider"


class Answer(StrEnum):
    FITS = "fits"
    FITS_IF = "fits-if"
    DOES_NOT_FIT = "does-not-fit"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one rule. Its wording is a function of the rule, which tells findings apart by their names."""

    name: str
    outcome: Outcome
    ask: Ask | None = None
    needs: tuple[Fact, ...] = ()
    """What the staff group has not said, and the rule would answer by for certain."""

    @property
    def weight(self) -> int:
        if self.outcome is Outcome.FAILS:
            return FAILURE
        return int(self.outcome is Outcome.NOT_KNOWN)


def fits(name: str) -> Finding:
    return Finding(name, Outcome.FITS)


def fails(name: str) -> Finding:
    return Finding(name, Outcome.FAILS)


def passes_over(name: str) -> Finding:
    return Finding(name, Outcome.NOT_APPLICABLE)


def ask_group(name: str, *needs: Fact) -> Finding:
    return Finding(name, Outcome.NOT_KNOWN, Ask.STAFF_GROUP, needs)


def ask_provider(name: str) -> Finding:
    return Finding(name, Outcome.NOT_KNOWN, Ask.PROVIDER)


def read_answer(weight: int) -> Answer:
    """Return the answer of a product from the sum of its findings' weights."""
    if weight >= FAILURE:
        return Answer.DOES_NOT_FIT
    return Answer.FITS_IF if weight else Answer.FITS


def pack_facts(facts: tuple[Fact, ...] | frozenset[Fact]) -> int:
    """Return a set of facts as a number: the sum of their bits."""
    return sum(1 << FACTS.index(fact) for fact in facts)
