"""Rules of law that explain themselves: each says what it asks, where it stands, the facts it used, and the outcome."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rtp_applications.procurement.rules.facts import ProcurementFacts
from rtp_applications.procurement.rules.truth import Truth, negate

Judgement = Truth | tuple[Truth, str]
"""The outcome of a rule, with the reason in plain words where the rule's own words do not say it."""
Judge = Callable[["Reasoning"], Judgement]


@dataclass(frozen=True, slots=True)
class LegalRule:
    """A question that a provision of law answers from facts, and from the answers to other questions."""

    name: str
    says: str
    text: str
    """Key of the text."""
    place: str
    uses: tuple[str, ...]
    """Names of the facts that it reads itself."""
    judge: Judge


def legal_rule(text: str, place: str, *uses: str) -> Callable[[Judge], LegalRule]:
    """Make a rule of a function: named after it, and explained by its docstring."""

    def make(judge: Judge) -> LegalRule:
        says = " ".join((judge.__doc__ or "").split())
        return LegalRule(judge.__name__.replace("_", "-"), says, text, place, uses, judge)

    return make


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What came of a rule: yes, no, or not known, with the facts that it read."""

    rule: LegalRule
    outcome: Truth
    because: str
    facts: Mapping[str, Any]
    missing: tuple[str, ...]
    """Facts that it would need and that are not given, where the outcome is not known."""
    rests_on: tuple[str, ...]
    """Names of the other rules that it asked."""
    against: frozenset[str] = frozenset()
    """Those of them whose contrary it asked for."""


class Reasoning:
    """The rules that were asked about one procurement, each once, in the order in which they were settled."""

    def __init__(self, facts: ProcurementFacts) -> None:
        self.facts = facts
        self._found: dict[str, RuleFinding] = {}
        self._asking: list[list[str]] = [[]]
        self._against: list[set[str]] = [set()]

    def ask(self, rule: LegalRule) -> Truth:
        """Return the outcome of a rule. What it asks itself is remembered as what it rests on."""
        self._asking[-1].append(rule.name)
        if rule.name not in self._found:
            self._asking.append([])
            self._against.append(set())
            judgement = rule.judge(self)
            self._found[rule.name] = self._write_down(rule, judgement, self._asking.pop(), self._against.pop())
        return self._found[rule.name].outcome

    def refute(self, rule: LegalRule) -> Truth:
        """Return the contrary of a rule's outcome."""
        outcome = self.ask(rule)
        self._against[-1].add(rule.name)
        return negate(outcome)

    def list_grounds(self, name: str) -> Iterator[RuleFinding]:
        """Yield the findings that decided a rule: of one that is not so, those that it rests on and that failed it."""
        found = self._found[name]
        failing = [each for each in found.rests_on if found.outcome is False and self._fails(found, each)]
        if not failing or found.because:
            yield found
        else:
            for each in failing:
                yield from self.list_grounds(each)

    def _fails(self, found: RuleFinding, name: str) -> bool:
        return self._found[name].outcome is (name in found.against)

    def _write_down(
        self, rule: LegalRule, judgement: Judgement, asked: Sequence[str], against: Iterable[str]
    ) -> RuleFinding:
        outcome, because = judgement if isinstance(judgement, tuple) else (judgement, "")
        read = {name: getattr(self.facts, name) for name in rule.uses}
        known = {name: value for name, value in read.items() if value is not None and value != []}
        missing = tuple(name for name in read if name not in known) if outcome is None else ()
        return RuleFinding(rule, outcome, because, known, missing, tuple(dict.fromkeys(asked)), frozenset(against))

    def list_findings(self) -> tuple[RuleFinding, ...]:
        return tuple(self._found.values())

    def list_missing(self, rules: Iterable[str]) -> Iterator[str]:
        """Yield the facts for want of which these rules, and those that they rest on, are not known."""
        for name in rules:
            found = self._found[name]
            if found.outcome is None:
                yield from found.missing
                yield from self.list_missing(found.rests_on)
