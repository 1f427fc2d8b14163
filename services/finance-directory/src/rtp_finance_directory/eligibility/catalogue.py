"""Many products judged at once: each rule once for products that agree in all that it reads, words for nobody yet."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import or_
from typing import TypeAlias
from uuid import UUID

from rtp_finance_directory.eligibility.facts import CaseFacts, Terms
from rtp_finance_directory.eligibility.rules.findings import FAILURE, Answer, pack_facts, read_answer
from rtp_finance_directory.eligibility.rules.further import judge_requirement
from rtp_finance_directory.eligibility.rules.rule_set import RULES, Judge, ProductVerdict, judge

Place: TypeAlias = tuple[int, int, UUID]
"""Where a product stands: number of open points (FAILURE if a rule fails), number in the catalogue, and its id."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A rule's products by what it reads of them: one sample of each kind, and for each product its kind's number."""

    judge: Judge
    samples: Sequence[Terms]
    kinds: Sequence[int]


class Catalogue:
    """Products, ordered by provider and name, and prepared for being judged for one group after the other."""

    def __init__(self, products: Iterable[Terms]) -> None:
        self.products = sorted(products, key=lambda each: (each.provider.casefold(), each.name.casefold(), each.id))
        self.numbers = {each.id: number for number, each in enumerate(self.products)}
        self._columns = [_Column(rule.judge, *_group(self.products, rule.reads)) for rule in RULES]
        self._requirements = list(dict.fromkeys(each for terms in self.products for each in terms.requirements))
        numbers = {each: number for number, each in enumerate(self._requirements)}
        self._asking = [
            (number, [numbers[each] for each in terms.requirements])
            for number, terms in enumerate(self.products)
            if terms.requirements
        ]

    def judge_all(self, facts: CaseFacts, on: date) -> "ProductRanking":
        """Judge every product: the same as `judge` for each of them, at a small part of the work."""
        weights, needs = [0] * len(self.products), [0] * len(self.products)
        for column in self._columns:
            found = [column.judge(facts, sample, on) for sample in column.samples]
            _add_column(weights, [each.weight for each in found], column.kinds)
            _or_column(needs, [pack_facts(each.needs) for each in found], column.kinds)
        known = facts.list_known()
        judged = [judge_requirement(known, each) for each in self._requirements]
        for number, asked in self._asking:
            for each in asked:
                weights[number] += judged[each].weight
                needs[number] |= pack_facts(judged[each].needs)
        return ProductRanking(self, facts, on, weights, needs)


class ProductRanking:
    """The products in the order of their verdicts: those that fit, then those with the fewest open points, the rest."""

    def __init__(
        self, catalogue: Catalogue, facts: CaseFacts, on: date, weights: Sequence[int], needs: Sequence[int]
    ) -> None:
        self._catalogue, self._facts, self._on = catalogue, facts, on
        self._ranks = [min(weight, FAILURE) for weight in weights]
        self._order = sorted(range(len(weights)), key=self._ranks.__getitem__)  # stable: by name among equals
        self.answers = Counter(map(read_answer, weights))
        self.needs = Counter(need for need, rank in zip(needs, self._ranks, strict=True) if need and rank < FAILURE)
        """How many products lack which facts, as numbers of `pack_facts`; a product that fails lacks none."""

    def list_verdicts(
        self, *, answers: Sequence[Answer] = (), after: Place | None = None, limit: int | None = None
    ) -> list[ProductVerdict]:
        """Return the verdicts in their order, from the place after `after`, only those with one of the answers."""
        start = 0
        if after is not None:
            rank, number, product_id = after
            number = self._catalogue.numbers.get(product_id, number)  # others may have been added before it since
            start = bisect_right(self._order, (rank, number), key=lambda each: (self._ranks[each], each))
        chosen = (n for n in self._order[start:] if not answers or read_answer(self._ranks[n]) in answers)
        numbers = [n for n, _ in zip(chosen, range(limit), strict=False)] if limit is not None else list(chosen)
        return [judge(self._facts, self._catalogue.products[number], self._on) for number in numbers]

    def find_place(self, verdict: ProductVerdict) -> Place:
        """Return where a product stands, to go on after it."""
        product_id = verdict.terms.id
        return min(verdict.weight, FAILURE), self._catalogue.numbers[product_id], product_id


def judge_all(facts: CaseFacts, products: Iterable[Terms], on: date) -> list[ProductVerdict]:
    """Judge every product and order them: those that fit, then those with the fewest open points, then the rest."""
    return Catalogue(products).judge_all(facts, on).list_verdicts()


def _group(products: Sequence[Terms], reads: Sequence[str]) -> tuple[list[Terms], list[int]]:
    kinds: dict[tuple[object, ...], int] = {}
    samples: list[Terms] = []
    numbers = []
    for terms in products:
        read = tuple(_freeze(getattr(terms, name)) for name in reads)
        if read not in kinds:
            kinds[read] = len(samples)
            samples.append(terms)
        numbers.append(kinds[read])
    return samples, numbers


def _freeze(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _add_column(sums: list[int], values: Sequence[int], kinds: Sequence[int]) -> None:
    if any(values):
        sums[:] = [total + values[kind] for total, kind in zip(sums, kinds, strict=True)]


def _or_column(sums: list[int], values: Sequence[int], kinds: Sequence[int]) -> None:
    if any(values):
        sums[:] = map(or_, sums, map(values.__getitem__, kinds))
