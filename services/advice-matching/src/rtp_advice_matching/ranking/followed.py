"""An index that follows advisers as they change: whoever changed since it was made is looked at one by one.

It says the same as `matching.rank` over the advisers as they are now; tests hold the two together. Nothing of it
changes: a change makes another one, so whoever looks at one is never disturbed.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from rtp_advice_matching.constraints import Candidate, Ground, Need, find_obstacle
from rtp_advice_matching.matching import (
    GROUNDS_IN_ORDER,
    NAMED,
    PROPOSED_AT_MOST,
    WEIGHTS,
    GroundSummary,
    PartName,
    RankingSummary,
    SortKey,
    make_sort_key,
    score,
)
from rtp_advice_matching.ranking.bits import list_places, make_set
from rtp_advice_matching.ranking.index import AdviserIndex
from rtp_advice_matching.ways import WayOut, find_ways, join_ways

CHANGED_AT_MOST = 200
"""So many are looked at one by one, in 5 milliseconds; with one more the index is made anew, in about a second."""

Changes = Mapping[UUID, Candidate | None]
"""Advisers as they are by now; None for who takes part no more."""


class _Found(NamedTuple):
    """What one half of the advisers comes to for a need."""

    best: list[tuple[SortKey, Candidate]]
    fitting: int
    excluded: dict[Ground, tuple[int, list[UUID]]]
    """By ground: how many, and the first by id."""


class FollowedIndex:
    """All advisers who take part, as at one time, and what each part of a score is worth."""

    def __init__(
        self, index: AdviserIndex, places: Mapping[UUID, int], changed: Changes, weights: Mapping[PartName, int]
    ) -> None:
        self._index, self._places, self._changed, self._weights = index, places, changed, weights
        self._outdated = make_set(places[each] for each in changed if each in places)

    @classmethod
    def build(cls, candidates: Iterable[Candidate], weights: Mapping[PartName, int] = WEIGHTS) -> "FollowedIndex":
        ordered = sorted(candidates, key=lambda each: each.id)
        places = {each.id: place for place, each in enumerate(ordered)}
        return cls(AdviserIndex(ordered, weights), places, {}, weights)

    def find(self, adviser_id: UUID) -> Candidate | None:
        """Return an adviser who takes part."""
        if adviser_id in self._changed or adviser_id not in self._places:
            return self._changed.get(adviser_id)
        return self._index.candidates[self._places[adviser_id]]

    def may_help(self, need: Need, adviser_id: UUID) -> bool:
        """Return whether an adviser takes part, and nothing keeps them from helping."""
        candidate = self.find(adviser_id)
        return candidate is not None and find_obstacle(need, candidate) is None

    def list_all(self) -> list[Candidate]:
        unchanged = (each for each in self._index.candidates if each.id not in self._changed)
        return [*unchanged, *filter(None, self._changed.values())]

    def follow(self, changes: Changes) -> "FollowedIndex":
        """Return the index with these changes. What is no change adds nothing to look at."""
        news = {each: now for each, now in changes.items() if now != self.find(each)}
        if not news:
            return self
        followed = FollowedIndex(self._index, self._places, {**self._changed, **news}, self._weights)
        few = len(followed._changed) <= CHANGED_AT_MOST
        return followed if few else self.build(followed.list_all(), self._weights)

    def rank(
        self, need: Need, *, at_most: int = PROPOSED_AT_MOST, without: Collection[UUID] = frozenset()
    ) -> RankingSummary:
        """Choose the advisers to propose, without some, and sum up why nobody else."""
        halves = (self._look_up(need, at_most + NAMED, without), self._look_through(need, without))
        best = sorted((row for half in halves for row in half.best), key=lambda row: row[0])[: at_most + NAMED]
        proposed = tuple(score(need, candidate, self._weights) for _, candidate in best[:at_most])
        outranked = tuple(candidate.id for _, candidate in best[at_most:])
        grounds = {Ground.OTHERS_COME_FIRST: (sum(half.fitting for half in halves) - len(proposed), outranked)}
        for ground in {ground for half in halves for ground in half.excluded}:
            parts = [half.excluded[ground] for half in halves if ground in half.excluded]
            named = sorted(each for _, ids in parts for each in ids)[:NAMED]
            grounds[ground] = (sum(count for count, _ in parts), tuple(named))
        summary = (GroundSummary(each, *grounds[each]) for each in GROUNDS_IN_ORDER if each in grounds)
        return RankingSummary(proposed, tuple(each for each in summary if each.count))

    def find_ways(self, need: Need) -> list[WayOut]:
        """Return what would change it where nobody may help, as `ways.find_ways` says it of everybody."""
        candidates = self._index.candidates
        unchanged = (
            WayOut(way.change, way.by, way.count, tuple(candidates[place].id for place in way.advisers))
            for way in self._index.find_ways(need, self._outdated)
        )
        return join_ways([*unchanged, *find_ways(need, filter(None, self._changed.values()))])

    def _look_up(self, need: Need, at_most: int, without: Collection[UUID]) -> _Found:
        """Look up those who have not changed in the index."""
        left_out = self._outdated | make_set(self._places[each] for each in without if each in self._places)
        fitting, excluded = self._index.narrow(need)
        fitting &= ~left_out
        candidates = self._index.candidates
        best = self._index.order_best(need, fitting, at_most=at_most)
        return _Found(
            [(key, candidates[place]) for key, place in best],
            fitting.bit_count(),
            {
                ground: (found.bit_count(), [candidates[place].id for place in list_places(found, NAMED)])
                for ground, everybody in excluded.items()
                if (found := everybody & ~left_out)
            },
        )

    def _look_through(self, need: Need, without: Collection[UUID]) -> _Found:
        """Look through those who have changed, by the plain rule."""
        best: list[tuple[SortKey, Candidate]] = []
        excluded: dict[Ground, list[UUID]] = {}
        for candidate in self._changed.values():
            if candidate is None or candidate.id in without:
                continue
            if ground := find_obstacle(need, candidate):
                excluded.setdefault(ground, []).append(candidate.id)
            else:
                points = score(need, candidate, self._weights).score
                best.append((make_sort_key(need, candidate, points), candidate))
        counted = {ground: (len(ids), sorted(ids)[:NAMED]) for ground, ids in excluded.items()}
        return _Found(best, len(best), counted)
