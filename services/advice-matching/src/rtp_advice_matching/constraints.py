"""The hard constraints of matching: what keeps an adviser from helping a staff group at all. A pure rule.

Whatever proposes anybody asks `find_obstacle`: single proposals, rounds, repairs, and pairs against a round's advice.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from uuid import UUID


class Ground(StrEnum):
    """Why somebody was not proposed. The first that holds is said: what lasts before what passes."""

    CONFLICT_OF_INTEREST = "conflict-of-interest"
    NETWORK_IS_BODY = "network-is-a-body-of-the-case"
    NETWORK_IS_FUNDER = "network-is-a-funder"
    ADVISED_BEFORE = "advised-in-the-matter-before"
    DECLINED_BEFORE = "declined-or-ended-before"
    OTHER_KIND = "not-of-the-kind-sought"
    OTHER_SECTOR = "does-not-serve-sector"
    OTHER_SIZE = "does-not-serve-headcount"
    OTHER_REGION = "does-not-serve-region"
    OTHER_LANGUAGE = "does-not-speak-language"
    ACCESS_NEEDS = "does-not-meet-access-needs"
    OTHER_STAGE = "does-not-serve-stage"
    NO_FREE_CAPACITY = "no-free-capacity"
    NO_HOURS = "no-hours-left"
    OTHERS_COME_FIRST = "others-come-first"


IN_WORDS: dict[Ground, str] = {
    Ground.CONFLICT_OF_INTEREST: "Declared a conflict of interest with a body that employs, commissions, decides or "
    "funds",
    Ground.NETWORK_IS_BODY: "Belongs to a body that employs, commissions or decides",
    Ground.NETWORK_IS_FUNDER: "Belongs to a funder of yours",
    Ground.ADVISED_BEFORE: "Has advised in this matter before",
    Ground.DECLINED_BEFORE: "Declined your group before or did not answer, or an engagement with you ended early",
    Ground.OTHER_KIND: "Is not of the kind that you look for",
    Ground.OTHER_SECTOR: "Does not advise services of your sector",
    Ground.OTHER_SIZE: "Does not advise services of your size",
    Ground.OTHER_REGION: "Does not meet groups in the way that you ask for: in your region, or online",
    Ground.OTHER_LANGUAGE: "Speaks none of your languages",
    Ground.ACCESS_NEEDS: "Cannot meet all of your access needs",
    Ground.OTHER_STAGE: "Does not advise groups at your stage",
    Ground.NO_FREE_CAPACITY: "Has no free place now",
    Ground.NO_HOURS: "Has too few hours left in the month to come",
    Ground.OTHERS_COME_FIRST: "Could help as well; others come first",
}

DEPENDENT = frozenset(
    {Ground.CONFLICT_OF_INTEREST, Ground.NETWORK_IS_BODY, Ground.NETWORK_IS_FUNDER, Ground.ADVISED_BEFORE}
)
"""The grounds on which somebody is not independent of the matter: nothing that a group or a network does lifts them."""

HOURS_EACH = 2
"""Hours a month that a group takes, unless the operator says otherwise: 24 hours of a mentor, over a year."""


class Meeting(StrEnum):
    """How a staff group wants to meet its adviser."""

    ANY = "any"
    """In its region or online, as the adviser does."""
    IN_PERSON = "in-person"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class Need:
    """The needs of a staff group, and whom an adviser must be independent of."""

    case_id: UUID
    bodies: frozenset[UUID]
    """Those that employ, commission or decide."""
    sector: str
    region: str | None
    """ONS region code; None where the employing body lies in no region of England."""
    stage: str
    topics: tuple[str, ...] = ()
    legal_form: str | None = None
    headcount: int | None = None
    languages: frozenset[str] = frozenset()
    """Language tags, of which one must be spoken; none named means any."""
    access_needs: frozenset[str] = frozenset()
    """All of which must be met."""
    meeting: str = Meeting.ANY
    kinds: frozenset[str] = frozenset()
    """The kinds of adviser sought; none named means any."""
    funders: frozenset[UUID] = frozenset()
    prior_advisers: frozenset[UUID] = frozenset()
    """Advisers or networks who have advised somebody in this matter before."""
    refused_by: frozenset[UUID] = frozenset()
    """Advisers who declined the group or did not answer, or whose engagement with it ended early."""

    def is_served_independently_by(self, adviser_id: UUID, network_id: UUID, conflicts: Collection[UUID]) -> bool:
        """Return whether none of the grounds of `DEPENDENT` holds against an adviser."""
        payers = self.bodies | self.funders
        return payers.isdisjoint(conflicts) and (payers | self.prior_advisers).isdisjoint((adviser_id, network_id))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An adviser or mentor as the rule sees them. No sectors, stages or legal forms named means any of them."""

    id: UUID
    network_id: UUID
    sectors: Collection[str]
    regions: Collection[str]
    """The regions in which they meet groups in person."""
    remote: bool
    topics: Collection[str]
    stages: Collection[str]
    legal_forms: Collection[str]
    capacity: int
    engaged: int
    conflicts: Collection[UUID]
    kind: str = "adviser"
    headcount_from: int | None = None
    headcount_to: int | None = None
    languages: Collection[str] = ("en",)
    access_needs: Collection[str] = ()
    """Those that they can meet."""
    hours: int | None = None
    """Hours that they have in the month to come; None where nothing is said."""
    hours_each: int = HOURS_EACH
    """Hours a month that each group takes."""

    @property
    def unfilled(self) -> int:
        """Places that are not taken, whether or not the hours suffice for them."""
        return max(0, self.capacity - self.engaged)

    @property
    def free(self) -> int:
        """Places that are not taken, and for which the hours suffice."""
        if self.hours is None:
            return self.unfilled
        return max(0, min(self.capacity, self.hours // self.hours_each) - self.engaged)

    @property
    def lacking_hours(self) -> int:
        """More hours a month with which there were one more place."""
        return 0 if self.hours is None else max(0, (self.engaged + 1) * self.hours_each - self.hours)

    @property
    def load(self) -> Fraction:
        """Share of the places that is taken."""
        return Fraction(self.capacity - self.unfilled, self.capacity) if self.capacity > 0 else Fraction(1)


def find_obstacle(need: Need, candidate: Candidate) -> Ground | None:
    """Return the first thing that keeps this candidate from helping at all."""
    return next(find_obstacles(need, candidate), None)


def find_obstacles(need: Need, candidate: Candidate) -> Iterator[Ground]:
    """Yield everything that keeps this candidate from helping, what lasts before what passes."""
    obstacles = (
        (Ground.CONFLICT_OF_INTEREST, not (need.bodies | need.funders).isdisjoint(candidate.conflicts)),
        (Ground.NETWORK_IS_BODY, candidate.network_id in need.bodies),
        (Ground.NETWORK_IS_FUNDER, candidate.network_id in need.funders),
        (Ground.ADVISED_BEFORE, not need.prior_advisers.isdisjoint((candidate.id, candidate.network_id))),
        (Ground.DECLINED_BEFORE, candidate.id in need.refused_by),
        (Ground.OTHER_KIND, bool(need.kinds) and candidate.kind not in need.kinds),
        (Ground.OTHER_SECTOR, bool(candidate.sectors) and need.sector not in candidate.sectors),
        (Ground.OTHER_SIZE, not _serves_size(need, candidate)),
        (Ground.OTHER_REGION, not _can_meet(need, candidate)),
        (Ground.OTHER_LANGUAGE, bool(need.languages) and not _share_language(need.languages, candidate.languages)),
        (Ground.ACCESS_NEEDS, not need.access_needs.issubset(candidate.access_needs)),
        (Ground.OTHER_STAGE, bool(candidate.stages) and need.stage not in candidate.stages),
        (Ground.NO_FREE_CAPACITY, candidate.unfilled == 0),
        (Ground.NO_HOURS, candidate.lacking_hours > 0),
    )
    return (ground for ground, holds in obstacles if holds)


def match_languages(one: str, other: str) -> bool:
    """Return whether two tags are the same language, or one of them is the other more narrowly (cy and cy-GB)."""
    first, second = one.lower().split("-"), other.lower().split("-")
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


def _share_language(wanted: Collection[str], spoken: Collection[str]) -> bool:
    return any(match_languages(one, other) for one in wanted for other in spoken)


def _serves_size(need: Need, candidate: Candidate) -> bool:
    if need.headcount is None:
        return True
    smallest, largest = candidate.headcount_from, candidate.headcount_to
    return (smallest is None or smallest <= need.headcount) and (largest is None or need.headcount <= largest)


def _can_meet(need: Need, candidate: Candidate) -> bool:
    """Return whether they can meet as the group asks. A group without a region can be met online alone."""
    in_person = need.meeting != Meeting.ONLINE and need.region in candidate.regions
    return in_person or (need.meeting != Meeting.IN_PERSON and candidate.remote)
