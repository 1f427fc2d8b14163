"""Who may help a need, among advisers in sets: the hard constraints as `constraints.find_obstacle` says them.

Tests hold the two together, and what would change it together with `ways.find_ways`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rtp_advice_matching.constraints import Candidate, Ground, Meeting, Need, match_languages
from rtp_advice_matching.ranking.bits import gather, join, list_places, make_set
from rtp_advice_matching.ways import BY_GROUND, NAMED, Remedy

CACHED = 4096
"""Combinations of what a need asks that are kept: all that are in use."""
KeptOut = tuple[Ground, int]


class Narrowed(NamedTuple):
    """The advisers who may help a need, and those who may not by the first ground that holds against them."""

    fitting: int
    excluded: dict[Ground, int]


@dataclass(frozen=True, slots=True)
class Sole:
    """A change, and the places of those who could help with it: nothing else keeps them out."""

    change: Remedy
    by: int | None
    count: int
    advisers: tuple[int, ...]


class Sieve:
    """Advisers in sets by what can keep them out. A place is that in the list it was made from."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates
        self._everybody = (1 << len(candidates)) - 1
        self._conflicts = gather(candidates, lambda each: each.conflicts)
        self._ids = gather(candidates, lambda each: (each.id,))
        self._networks = gather(candidates, lambda each: (each.network_id,))
        self._kinds = gather(candidates, lambda each: (each.kind,))
        self._sectors = gather(candidates, lambda each: each.sectors)
        self._regions = gather(candidates, lambda each: each.regions)
        self._stages = gather(candidates, lambda each: each.stages)
        self._languages = gather(candidates, lambda each: each.languages)
        self._access = gather(candidates, lambda each: each.access_needs)
        self._sizes = gather(candidates, lambda each: ((each.headcount_from, each.headcount_to),))
        self._any_sector = self._choose(lambda each: not each.sectors)
        self._any_stage = self._choose(lambda each: not each.stages)
        self._remote = self._choose(lambda each: each.remote)
        self._full = self._choose(lambda each: each.unfilled == 0)
        self._lacking_hours = gather(candidates, lambda each: (each.lacking_hours,))
        self._exhausted = join(places for hours, places in self._lacking_hours.items() if hours)
        self._find_others = lru_cache(CACHED)(self._list_others)
        self._speak = lru_cache(CACHED)(self._find_speakers)
        self._suit = lru_cache(CACHED)(self._find_suited)
        self._size = lru_cache(CACHED)(self._find_other_sizes)

    def narrow(self, need: Need) -> Narrowed:
        """Return who may help, and the first ground of everybody else."""
        left, excluded = self._everybody, {}
        for ground, kept_out in self._list_grounds(need):
            if found := left & kept_out:
                excluded[ground] = found
                left ^= found
        return Narrowed(left, excluded)

    def find_ways(self, need: Need, without: int = 0) -> list[Sole]:
        """Return what would change it, by whom one ground alone keeps out, without those of a set."""
        once = twice = 0
        grounds = self._list_grounds(need)
        for _, kept_out in grounds:
            twice |= once & kept_out
            once |= kept_out
        alone = {ground: kept_out & ~twice & ~without for ground, kept_out in grounds}
        sole = {change: alone[ground] for ground, change in BY_GROUND.items()}
        sole |= self._split_region(need, alone[Ground.OTHER_REGION])
        return [self._make_sole(change, sole[change]) for change in Remedy if sole.get(change)]

    def _list_grounds(self, need: Need) -> list[KeptOut]:
        """List everybody whom each ground keeps out, in the order in which grounds are said."""
        payers = need.bodies | need.funders
        return [
            (Ground.CONFLICT_OF_INTEREST, join(self._conflicts.get(each, 0) for each in payers)),
            (Ground.NETWORK_IS_BODY, join(self._networks.get(each, 0) for each in need.bodies)),
            (Ground.NETWORK_IS_FUNDER, join(self._networks.get(each, 0) for each in need.funders)),
            (
                Ground.ADVISED_BEFORE,
                join(self._networks.get(each, 0) | self._ids.get(each, 0) for each in need.prior_advisers),
            ),
            (Ground.DECLINED_BEFORE, join(self._ids.get(each, 0) for each in need.refused_by)),
            *self._find_others(need.kinds, need.sector),
            (Ground.OTHER_SIZE, 0 if need.headcount is None else self._size(need.headcount)),
            (Ground.OTHER_REGION, self._find_far(need.region, need.meeting)),
            *self._suit(need.languages, need.access_needs, need.stage),
            (Ground.NO_FREE_CAPACITY, self._full),
            (Ground.NO_HOURS, self._exhausted),
        ]

    def _list_others(self, kinds: frozenset[str], sector: str) -> tuple[KeptOut, ...]:
        everybody = self._everybody
        of_kind = join(self._kinds.get(kind, 0) for kind in kinds) if kinds else everybody
        return (
            (Ground.OTHER_KIND, everybody ^ of_kind),
            (Ground.OTHER_SECTOR, everybody ^ (self._sectors.get(sector, 0) | self._any_sector)),
        )

    def _find_far(self, region: str | None, meeting: str) -> int:
        in_person = 0 if meeting == Meeting.ONLINE or region is None else self._regions.get(region, 0)
        online = 0 if meeting == Meeting.IN_PERSON else self._remote
        return self._everybody ^ (in_person | online)

    def _find_other_sizes(self, headcount: int) -> int:
        return join(
            places
            for (smallest, largest), places in self._sizes.items()
            if (smallest is not None and headcount < smallest) or (largest is not None and headcount > largest)
        )

    def _find_suited(self, languages: frozenset[str], access_needs: frozenset[str], stage: str) -> tuple[KeptOut, ...]:
        everybody, meeting_all = self._everybody, self._everybody
        for each in access_needs:
            meeting_all &= self._access.get(each, 0)
        speaking = join(map(self._speak, languages)) if languages else everybody
        return (
            (Ground.OTHER_LANGUAGE, everybody ^ speaking),
            (Ground.ACCESS_NEEDS, everybody ^ meeting_all),
            (Ground.OTHER_STAGE, everybody ^ (self._stages.get(stage, 0) | self._any_stage)),
        )

    def _find_speakers(self, language: str) -> int:
        return join(places for spoken, places in self._languages.items() if match_languages(language, spoken))

    def _split_region(self, need: Need, alone: int) -> Mapping[Remedy, int]:
        """Tell apart what would lift the ground of the region."""
        here = 0 if need.region is None else self._regions.get(need.region, 0)
        far = alone & ~self._remote & ~here
        in_person = need.meeting == Meeting.IN_PERSON
        return {
            Remedy.MEET_ONLINE: alone & self._remote,
            Remedy.MEET_IN_PERSON: alone & ~self._remote & here,
            Remedy.ADVISER_IN_REGION if in_person else Remedy.ADVISER_ONLINE: far,
        }

    def _make_sole(self, change: Remedy, places: int) -> Sole:
        by = None
        if change is Remedy.MORE_HOURS:
            by = min(hours for hours, lacking in self._lacking_hours.items() if hours and lacking & places)
            places &= self._lacking_hours[by]
        return Sole(change, by, places.bit_count(), tuple(list_places(places, NAMED)))

    def _choose(self, holds: Callable[[Candidate], bool]) -> int:
        return make_set(place for place, each in enumerate(self._candidates) if holds(each))
