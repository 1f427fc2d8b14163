"""An index of advisers, in which the rule of `matching` is answered in milliseconds among 20,000.

It says the same as `matching.rank`, which stays the rule: tests hold the two together.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from rtp_advice_matching.constraints import Candidate, Need
from rtp_advice_matching.matching import (
    HALF,
    PROPOSED_AT_MOST,
    WEIGHTS,
    Fit,
    PartName,
    SortKey,
    make_sort_key,
    score,
)
from rtp_advice_matching.ranking.bits import (
    Numbers,
    add,
    choose_highest,
    gather,
    list_places,
    make_numbers,
    make_set,
    read_numbers,
)
from rtp_advice_matching.ranking.sieve import Narrowed, Sieve, Sole

CACHED = 4096
"""Combinations of sector and region, of stage and form, and of topics, that are kept: all that are in use."""


class Listed(NamedTuple):
    """An adviser on a need's list: the place in the index, and the score."""

    place: int
    score: int


class AdviserIndex:
    """Advisers by what they serve. A place in the index is the place in the list it was made from."""

    def __init__(self, candidates: Sequence[Candidate], weights: Mapping[PartName, int] = WEIGHTS) -> None:
        self.candidates = candidates
        self._weights = weights
        self._everybody = (1 << len(candidates)) - 1
        self._sieve = Sieve(candidates)
        self._sectors = gather(candidates, lambda each: each.sectors)
        self._regions = gather(candidates, lambda each: each.regions)
        self._stages = gather(candidates, lambda each: each.stages)
        self._forms = gather(candidates, lambda each: each.legal_forms)
        self._topics = gather(candidates, lambda each: each.topics)
        self._any_form = self._choose(lambda each: not each.legal_forms)
        self._remote = self._choose(lambda each: each.remote)
        self._by_capacity = self._rate_capacity()
        loads = sorted({each.load for each in candidates})
        order = {load: number for number, load in enumerate(loads)}
        self._loads = [order[each.load] for each in candidates]
        self._draws = [_draw(each.id.bytes) for each in candidates]
        self._rate_place = lru_cache(CACHED)(self._add_place)
        self._rate_progress = lru_cache(CACHED)(self._add_progress)
        self._rate_topics = lru_cache(CACHED)(self._add_topics)

    def narrow(self, need: Need) -> Narrowed:
        """Return who may help, and the first ground of everybody else."""
        return self._sieve.narrow(need)

    def find_ways(self, need: Need, without: int = 0) -> list[Sole]:
        """Return what would change it where nobody may help, as `ways.find_ways` says it; a set may be left out."""
        return self._sieve.find_ways(need, without)

    def rate(self, need: Need) -> Numbers:
        """Return the score of everybody for a need; it means something for whoever may help."""
        scope = add(self._rate_place(need.sector, need.region), self._rate_progress(need.stage, need.legal_form))
        return add(scope, self._rate_topics(need.topics))

    def list_best(self, need: Need, fitting: int, *, at_most: int, seed: str) -> list[Listed]:
        """List who fits best, the best first; of equals whoever is less loaded, then as a draw of the case has it.

        Where the last of the list are some of many equals, the draw says where among them the choice begins.
        """
        rated = self.rate(need)
        chosen, equals = choose_highest(rated, fitting, at_most)
        draw = self.draw_case(need, seed)
        places = list_places(chosen)
        if equals:
            places += _choose_from(equals, draw % len(self.candidates), at_most - len(places))
        scores = read_numbers(rated, places)
        keyed = [
            (-points, self._loads[place], (draw ^ self._draws[place]) * _ODD & _WORD, place)
            for place, points in zip(places, scores, strict=True)
        ]
        return [Listed(place, -points) for points, _, _, place in sorted(keyed)]

    @staticmethod
    def draw_case(need: Need, seed: str) -> int:
        """Draw a number for a case, which repeats."""
        return _draw(seed.encode() + need.case_id.bytes)

    def propose(self, need: Need, *, at_most: int = PROPOSED_AT_MOST) -> tuple[Fit, ...]:
        """Return the candidates to propose, best first, as `matching.rank` chooses them."""
        best = self.order_best(need, self.narrow(need).fitting, at_most=at_most)
        return tuple(score(need, self.candidates[place], self._weights) for _, place in best)

    def order_best(self, need: Need, fitting: int, *, at_most: int) -> list[tuple[SortKey, int]]:
        """Return who of a set comes first by the rule, best first: the key by which the rule sorts, and the place."""
        rated = self.rate(need)
        chosen, equals = choose_highest(rated, fitting, at_most)
        places = list_places(chosen | equals)
        keyed = (
            (make_sort_key(need, self.candidates[place], points), place)
            for place, points in zip(places, read_numbers(rated, places), strict=True)
        )
        return sorted(keyed)[:at_most]

    def _choose(self, holds: Callable[[Candidate], bool]) -> int:
        return make_set(place for place, each in enumerate(self.candidates) if holds(each))

    def _rate_capacity(self) -> Numbers:
        points: dict[int, int] = {}
        for place, each in enumerate(self.candidates):
            number = self._count_points("capacity", 1 - each.load)
            points[number] = points.get(number, 0) | 1 << place
        return make_numbers(points)

    def _add_place(self, sector: str, region: str | None) -> Numbers:
        """Add the points for capacity, sector and region."""
        here = 0 if region is None else self._regions.get(region, 0)
        in_sector = self._rate_part("sector", self._sectors.get(sector, 0), self._everybody)
        return add(add(self._by_capacity, in_sector), self._rate_part("region", here, self._remote))

    def _add_progress(self, stage: str, form: str | None) -> Numbers:
        """Add the points for stage and legal form."""
        at_stage = self._rate_part("stage", self._stages.get(stage, 0), self._everybody)
        knowing = self._everybody if form is None else self._forms.get(form, 0)
        return add(at_stage, self._rate_part("legal-form", knowing, self._any_form))

    def _add_topics(self, topics: tuple[str, ...]) -> Numbers:
        if not topics:
            return make_numbers({self._count_points("topics", 1): self._everybody})
        covering = [self._everybody, *(0 for _ in topics)]
        """By number of topics: who covers exactly so many."""
        for topic in topics:
            knowing = self._topics.get(topic, 0)
            one_fewer = (0, *covering)
            covering = [each & ~knowing | fewer & knowing for each, fewer in zip(covering, one_fewer, strict=False)]
        by_points: dict[int, int] = {}
        for number, who in enumerate(covering):
            points = self._count_points("topics", Fraction(number, len(topics)))
            by_points[points] = by_points.get(points, 0) | who
        return make_numbers(by_points)

    def _rate_part(self, name: PartName, chosen: int, half: int) -> Numbers:
        """Give all points of a part to those who chose it, and half of them to those of `half` who did not."""
        return make_numbers({self._count_points(name, 1): chosen, self._count_points(name, HALF): half & ~chosen})

    def _count_points(self, name: PartName, share: Fraction | int) -> int:
        return int(share * self._weights[name])


_WORD = 2**64 - 1
_ODD = 0x9E3779B97F4A7C15
"""Spreads the draw of a case and an adviser over all of a word (Knuth's multiplicative hashing)."""


def _draw(text: bytes) -> int:
    return int.from_bytes(hashlib.sha256(text).digest()[:8])


def _choose_from(equals: int, start: int, count: int) -> list[int]:
    """Choose some of a set: those from a place on, and then from the beginning."""
    later = equals >> start << start
    chosen = list_places(later, count)
    return chosen + list_places(equals ^ later, count - len(chosen))
