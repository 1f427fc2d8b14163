"""What would change it for a staff group to whom nobody can be proposed: a pure rule.

Named are the advisers whom one ground alone keeps out, by what would lift this ground. Nothing lifts a conflict of
interest, or a refusal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from rtp_advice_matching.constraints import Candidate, Ground, Meeting, Need, find_obstacles

NAMED = 20
"""The number of advisers that are named for one change; all of them are counted."""


class Remedy(StrEnum):
    """Something with which somebody could be proposed who cannot be now."""

    MORE_PLACES = "more-places"
    FREE_PLACE = "a-free-place"
    MORE_HOURS = "more-hours"
    MEET_ONLINE = "meet-online"
    MEET_IN_PERSON = "meet-in-person"
    ADVISER_ONLINE = "adviser-meets-online"
    ADVISER_IN_REGION = "adviser-meets-in-region"
    OTHER_KIND = "another-kind"
    OTHER_LANGUAGE = "another-language"
    ACCESS_NEEDS = "access-needs-met"
    OTHER_STAGE = "another-stage"
    SECTOR_SERVED = "sector-served"
    SIZE_SERVED = "size-served"


SAID: dict[Remedy, str] = {
    Remedy.MORE_PLACES: "So many more places of the adviser named would be enough",
    Remedy.FREE_PLACE: "A free place of one of them would do",
    Remedy.MORE_HOURS: "So many more hours a month of one of them would do",
    Remedy.MEET_ONLINE: "Meeting online would do",
    Remedy.MEET_IN_PERSON: "Meeting in person would do",
    Remedy.ADVISER_ONLINE: "One of them could help if they met groups online",
    Remedy.ADVISER_IN_REGION: "One of them could help if they met groups in your region",
    Remedy.OTHER_KIND: "Another kind of adviser would do",
    Remedy.OTHER_LANGUAGE: "Another language would do, or an interpreter for one of them",
    Remedy.ACCESS_NEEDS: "One of them could help if all of your access needs were met",
    Remedy.OTHER_STAGE: "They help groups at other stages",
    Remedy.SECTOR_SERVED: "One of them could help if they advised services of your sector",
    Remedy.SIZE_SERVED: "One of them could help if they advised services of your size",
}

BY_GROUND: dict[Ground, Remedy] = {
    Ground.OTHER_KIND: Remedy.OTHER_KIND,
    Ground.OTHER_SECTOR: Remedy.SECTOR_SERVED,
    Ground.OTHER_SIZE: Remedy.SIZE_SERVED,
    Ground.OTHER_LANGUAGE: Remedy.OTHER_LANGUAGE,
    Ground.ACCESS_NEEDS: Remedy.ACCESS_NEEDS,
    Ground.OTHER_STAGE: Remedy.OTHER_STAGE,
    Ground.NO_FREE_CAPACITY: Remedy.FREE_PLACE,
    Ground.NO_HOURS: Remedy.MORE_HOURS,
}
"""What lifts each ground that can be lifted; a region is served in several ways."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """A change, and those who could help then."""

    change: Remedy
    by: int | None
    """Hours a month, or places; None where no number says it."""
    count: int
    advisers: tuple[UUID, ...]
    """The first of them by id."""


def find_ways(need: Need, candidates: Iterable[Candidate]) -> list[WayOut]:
    """Return what would change it, where nobody may help a need."""
    found: dict[Remedy, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda each: each.id):
        grounds = [*find_obstacles(need, candidate)]
        if len(grounds) == 1 and (change := name_change(need, candidate, grounds[0])):
            found.setdefault(change, []).append(candidate)
    return [_make_way(change, found[change]) for change in Remedy if change in found]


def join_ways(ways: Iterable[WayOut]) -> list[WayOut]:
    """Return what would change it among several crowds of advisers as it is among all of them."""
    found: dict[Remedy, list[WayOut]] = {}
    for way in ways:
        found.setdefault(way.change, []).append(way)
    return [_join(found[change]) for change in Remedy if change in found]


def name_change(need: Need, candidate: Candidate, ground: Ground) -> Remedy | None:
    """Name what would lift the one ground that keeps a candidate out."""
    if ground is not Ground.OTHER_REGION:
        return BY_GROUND.get(ground)
    if candidate.remote:
        return Remedy.MEET_ONLINE
    if need.region in candidate.regions:
        return Remedy.MEET_IN_PERSON
    return Remedy.ADVISER_IN_REGION if need.meeting == Meeting.IN_PERSON else Remedy.ADVISER_ONLINE


def _make_way(change: Remedy, candidates: list[Candidate]) -> WayOut:
    by = None
    if change is Remedy.MORE_HOURS:
        by = min(each.lacking_hours for each in candidates)
        candidates = [each for each in candidates if each.lacking_hours == by]
    return WayOut(change, by, len(candidates), tuple(each.id for each in candidates[:NAMED]))


def _join(ways: list[WayOut]) -> WayOut:
    """Join ways of one change; where a number says it, the least of them."""
    least = min((way.by for way in ways if way.by is not None), default=None)
    kept = [way for way in ways if way.by == least]
    advisers = sorted(each for way in kept for each in way.advisers)
    return WayOut(kept[0].change, least, sum(way.count for way in kept), tuple(advisers[:NAMED]))
