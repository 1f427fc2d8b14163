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


class Change(StrEnum):
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


SAID: dict[Change, str] = {
    Change.MORE_PLACES: "So many more places of the adviser named would be enough",
    Change.FREE_PLACE: "A free place of one of them would do",
    Change.MORE_HOURS: "So many more hours a month of one of them would do",
    Change.MEET_ONLINE: "Meeting online would do",
    Change.MEET_IN_PERSON: "Meeting in person would do",
    Change.ADVISER_ONLINE: "One of them could help if they met groups online",
    Change.ADVISER_IN_REGION: "One of them could help if they met groups in your region",
    Change.OTHER_KIND: "Another kind of adviser would do",
    Change.OTHER_LANGUAGE: "Another language would do, or an interpreter for one of them",
    Change.ACCESS_NEEDS: "One of them could help if all of your access needs were met",
    Change.OTHER_STAGE: "They help groups at other stages",
    Change.SECTOR_SERVED: "One of them could help if they advised services of your sector",
    Change.SIZE_SERVED: "One of them could help if they advised services of your size",
}

BY_GROUND: dict[Ground, Change] = {
    Ground.OTHER_KIND: Change.OTHER_KIND,
    Ground.OTHER_SECTOR: Change.SECTOR_SERVED,
    Ground.OTHER_SIZE: Change.SIZE_SERVED,
    Ground.OTHER_LANGUAGE: Change.OTHER_LANGUAGE,
    Ground.ACCESS_NEEDS: Change.ACCESS_NEEDS,
    Ground.OTHER_STAGE: Change.OTHER_STAGE,
    Ground.NO_FREE_CAPACITY: Change.FREE_PLACE,
    Ground.NO_HOURS: Change.MORE_HOURS,
}
"""What lifts each ground that can be lifted; a region is served in several ways."""


@dataclass(frozen=True, slots=True)
class Way:
    """A change, and those who could help then."""

    change: Change
    by: int | None
    """Hours a month, or places; None where no number says it."""
    count: int
    advisers: tuple[UUID, ...]
    """The first of them by id."""


def find_ways(need: Need, candidates: Iterable[Candidate]) -> list[Way]:
    """Return what would change it, where nobody may help a need."""
    found: dict[Change, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda each: each.id):
        grounds = [*find_obstacles(need, candidate)]
        if len(grounds) == 1 and (change := name_change(need, candidate, grounds[0])):
            found.setdefault(change, []).append(candidate)
    return [_make_way(change, found[change]) for change in Change if change in found]


def name_change(need: Need, candidate: Candidate, ground: Ground) -> Change | None:
    """Name what would lift the one ground that keeps a candidate out."""
    if ground is not Ground.OTHER_REGION:
        return BY_GROUND.get(ground)
    if candidate.remote:
        return Change.MEET_ONLINE
    if need.region in candidate.regions:
        return Change.MEET_IN_PERSON
    return Change.ADVISER_IN_REGION if need.meeting == Meeting.IN_PERSON else Change.ADVISER_ONLINE


def _make_way(change: Change, candidates: list[Candidate]) -> Way:
    by = None
    if change is Change.MORE_HOURS:
        by = min(each.lacking_hours for each in candidates)
        candidates = [each for each in candidates if each.lacking_hours == by]
    return Way(change, by, len(candidates), tuple(each.id for each in candidates[:NAMED]))
