"""An index of advisers, in which the rule of `matching` is answered in milliseconds among 20,000.

It says the same as `matching.rank`, which stays the rule: tests hold the two together.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from rtp_advice_matching.matching import (
    HALF,
    PROPOSED_AT_MOST,
    WEIGHTS,
    Candidate,
    Fit,
    Ground,
    Need,
    PartName,
    SortKey,
    make_sort_key,
    score,
)
from rtp_advice_matching.ranking.bits import (
    Numbers,
    add,
    choose_highest,
    list_places,
    make_numbers,
    make_set,
    read_numbers,
)

CACHED = 4096
"""Combinations of sector and region, of stage and form, and of topics, that are kept: all that are in use."""


class Listed(NamedTuple):
    """An adviser on a need's list: the place in the index, and the score."""

    place: int
    score: int


class Narrowed(NamedTuple):
    """The advisers who may help a need, and those who may not by the first ground that holds against them."""

    fitting: int
    excluded: dict[Ground, int]


class AdviserIndex:
    """Advisers by what they serve. A place in the index is the place in the list it was made from."""

    def __init__(self, candidates: Sequence[Candidate], weights: Mapping[PartName, int] = WEIGHTS) -> None:
        self.candidates = candidates
        self._weights = weights
        self._everybody = (1 << len(candidates)) - 1
        self._sectors = self._gather(lambda each: each.sectors)
        self._regions = self._gather(lambda each: each.regions)
        self._stages = self._gather(lambda each: each.stages)
        self._forms = self._gather(lambda each: each.legal_forms)
        self._topics = self._gather(lambda each: each.topics)
        self._conflicts = self._gather(lambda each: each.conflicts)
        self._any_sector = self._choose(lambda each: not each.sectors)
        self._any_stage = self._choose(lambda each: not each.stages)
        self._any_form = self._choose(lambda each: not each.legal_forms)
        self._remote = self._choose(lambda each: each.remote)
        self._full = self._choose(lambda each: each.free == 0)
        self._by_capacity = self._rate_capacity()
        loads = sorted({each.load for each in candidates})
        order = {load: number for number, load in enumerate(loads)}
        self._loads = [order[each.load] for each in candidates]
        self._draws = [_draw(each.id.bytes) for each in candidates]
        self._rate_place = lru_cache(CACHED)(self._add_place)
        self._rate_progress = lru_cache(CACHED)(self._add_progress)
        self._rate_topics = lru_cache(CACHED)(self._add_topics)
        self._serving = lru_cache(CACHED)(self._find_serving)

    def narrow(self, need: Need) -> Narrowed:
        """Return who may help, and the first ground of everybody else."""
        left, excluded = self._everybody, {}
        conflicting = 0
        for body in need.bodies:
            conflicting |= self._conflicts.get(body, 0)
        serving = self._serving(need.sector, need.region, need.stage)
        for ground, kept_out in (
            (Ground.CONFLICT_OF_INTEREST, conflicting),
            *serving,
            (Ground.NO_FREE_CAPACITY, self._full),
        ):
            if found := left & kept_out:
                excluded[ground] = found
                left ^= found
        return Narrowed(left, excluded)

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

    def _gather(self, read: Callable[[Candidate], Collection[object]]) -> dict[object, int]:
        places: dict[object, list[int]] = {}
        for place, candidate in enumerate(self.candidates):
            for word in read(candidate):
                places.setdefault(word, []).append(place)
        return {word: make_set(each) for word, each in places.items()}

    def _choose(self, holds: Callable[[Candidate], bool]) -> int:
        return make_set(place for place, each in enumerate(self.candidates) if holds(each))

    def _rate_capacity(self) -> Numbers:
        points: dict[int, int] = {}
        for place, each in enumerate(self.candidates):
            number = self._count_points("capacity", 1 - each.load)
            points[number] = points.get(number, 0) | 1 << place
        return make_numbers(points)

    def _find_serving(self, sector: str, region: str | None, stage: str) -> tuple[tuple[Ground, int], ...]:
        everybody = self._everybody
        near = everybody if region is None else self._regions.get(region, 0) | self._remote
        return (
            (Ground.OTHER_SECTOR, everybody ^ (self._sectors.get(sector, 0) | self._any_sector)),
            (Ground.OTHER_REGION, everybody ^ near),
            (Ground.OTHER_STAGE, everybody ^ (self._stages.get(stage, 0) | self._any_stage)),
        )

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
