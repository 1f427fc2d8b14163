"""The rules in their order, and the verdict on one product.

What nobody has said never counts against anybody: a rule that lacks a fact of the case or a term of the product is not
known, and says who can tell. In a product's terms None means "not known" and never "no limit"; an empty list means "no
limit", and a list is complete only if `complete_lists` names it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rtp_finance_directory.eligibility.facts import CaseFacts, Terms
from rtp_finance_directory.eligibility.rules import amounts, availability, lists, places
from rtp_finance_directory.eligibility.rules.findings import FAILURE, Answer, Finding, Outcome, read_answer
from rtp_finance_directory.eligibility.rules.further import judge_requirement, word_requirement
from rtp_finance_directory.requirements.models import Requirement
from rtp_finance_directory.vocabulary import Fact, Rule

RULE_SET = 3
"""Number of the rule set. It grows whenever a rule answers differently, to tell old verdicts from new ones."""

Judge = Callable[[CaseFacts, Terms, date], Finding]
Word = Callable[[CaseFacts, Terms, date, Finding], str]


@dataclass(frozen=True, slots=True)
class TermsRule:
    """One rule over the terms of a product: how it is judged, how that is said, and which terms it reads."""

    rule: Rule
    judge: Judge
    word: Word
    reads: tuple[str, ...]


RULES = (
    TermsRule(
        Rule.OPEN,
        availability.judge_open,
        availability.word_open,
        ("status", "opened_on", "closed_on", "windows", "verified_on"),
    ),
    TermsRule(Rule.DIRECT, availability.judge_direct, availability.word_direct, ("direct",)),
    TermsRule(Rule.AREA, places.judge_area, places.word_area, ("areas",)),
    TermsRule(Rule.SECTOR, lists.SECTOR.judge, lists.SECTOR.word, ("sectors", "complete_lists")),
    TermsRule(Rule.LEGAL_FORM, lists.LEGAL_FORM.judge, lists.LEGAL_FORM.word, ("legal_forms", "complete_lists")),
    TermsRule(Rule.PURPOSE, lists.PURPOSE.judge, lists.PURPOSE.word, ("purposes", "complete_lists")),
    TermsRule(Rule.AMOUNT, amounts.judge_amount, amounts.word_amount, ("min_amount_pence", "max_amount_pence")),
    TermsRule(
        Rule.TRADING_HISTORY, amounts.TRADING_HISTORY.judge, amounts.word_trading_history, ("min_trading_months",)
    ),
    TermsRule(Rule.TURNOVER, amounts.TURNOVER.judge, amounts.word_turnover, ("min_turnover_pence",)),
    TermsRule(Rule.MATCH_FUNDING, amounts.MATCH_FUNDING.judge, amounts.word_match_funding, ("match_funding_percent",)),
)
"""The rules, in the order in which people ask: is it there, is it for us, for this, for that much."""

_RULES = {each.rule: each for each in RULES}


@dataclass(frozen=True, slots=True)
class FoundByRule:
    """What one rule found, and of which requirement if it is of one."""

    rule: Rule
    finding: Finding
    requirement: Requirement | None = None


@dataclass(frozen=True, slots=True)
class ProductVerdict:
    """The results of all rules for one product, in their order; their words are written when somebody reads them."""

    facts: CaseFacts
    terms: Terms
    on: date
    found: tuple[FoundByRule, ...]

    @property
    def weight(self) -> int:
        return sum(each.finding.weight for each in self.found)

    @property
    def answer(self) -> Answer:
        return read_answer(self.weight)

    @property
    def first_failing(self) -> Rule | None:
        return next((each.rule for each in self.found if each.finding.outcome is Outcome.FAILS), None)

    @property
    def needs(self) -> frozenset[Fact]:
        """What the staff group has still to say; nothing where a rule fails, whatever else is not known."""
        if self.weight >= FAILURE:
            return frozenset()
        return frozenset(fact for each in self.found for fact in each.finding.needs)

    @property
    def not_known(self) -> int:
        return sum(each.finding.outcome is Outcome.NOT_KNOWN for each in self.found)

    @property
    def why(self) -> str:
        """The verdict in one sentence or two."""
        failing = next((each for each in self.found if each.finding.outcome is Outcome.FAILS), None)
        if failing is not None:
            return self.word(failing)
        if self.not_known == 0:
            return "Every rule fits."
        points = "one point that is" if self.not_known == 1 else f"{self.not_known} points that are"
        return f"No rule speaks against it; it depends on {points} not known yet."

    def word(self, found: FoundByRule) -> str:
        """Say in words for a staff group what a rule found."""
        if found.requirement is not None:
            return word_requirement(found.requirement, found.finding)
        return _RULES[found.rule].word(self.facts, self.terms, self.on, found.finding)


def judge(facts: CaseFacts, terms: Terms, on: date) -> ProductVerdict:
    """Judge one product by every rule, and by every requirement that it has."""
    found = [FoundByRule(each.rule, each.judge(facts, terms, on)) for each in RULES]
    if terms.requirements:
        known = facts.list_known()
        found += [FoundByRule(Rule.REQUIREMENT, judge_requirement(known, each), each) for each in terms.requirements]
    return ProductVerdict(facts, terms, on, tuple(found))
