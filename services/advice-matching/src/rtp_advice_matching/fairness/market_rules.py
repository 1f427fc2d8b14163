"""How fair the whole market is as it stands, in figures: pure rules.

What is said of a group of requests must not reveal one of them. So groups of fewer than five are named and not counted;
where only they would be left out, the smallest of the others is left out with them, so that no subtraction tells what
they come to; counts are rounded down to fives, and times are whole weeks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from rtp_advice_matching.fairness.rules import SUPPRESSED_BELOW, Spread
from rtp_advice_matching.matching import Candidate, Ground, MatchingRules, Need, score
from rtp_advice_matching.ranking.bits import make_set
from rtp_advice_matching.ranking.index import AdviserIndex

EVERYBODY = "everybody"
ROUNDED_TO = 5
COMPARED = 50
"""So many full advisers are looked at for each request, those who fit it best."""


@dataclass(frozen=True, slots=True)
class GroupTimes:
    """How long the requests of a group took, in whole weeks. None where they are too few to be said."""

    by: str
    """`everybody`, or what the requests of the group have in common."""
    group: str | None
    requests: int | None
    median: int | None
    ninetieth: int | None


@dataclass(frozen=True, slots=True)
class KindLoad:
    """How the load is spread over the advisers of one kind; of all kinds where it is None."""

    kind: str | None
    spread: Spread


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """How fair the market is."""

    measured_at: datetime
    load: Sequence[KindLoad]
    waiting: Sequence[GroupTimes]
    """Of requests that wait, since they were opened."""
    agreements: Sequence[GroupTimes]
    """Of requests that were agreed on in the last year, from the opening to the agreement."""
    first_choices: int | None
    """Of those, the share in per cent that got whoever fitted best of those proposed; None where they are too few."""
    justified_envy: int


def suppress(groups: Iterable[GroupTimes]) -> list[GroupTimes]:
    """Leave out what would reveal a single request, and round the rest."""
    by: dict[str, list[GroupTimes]] = {}
    for each in groups:
        by.setdefault(each.by, []).append(each)
    return [_round(each, kept) for rows in by.values() for kept in [_choose_shown(rows)] for each in rows]


def _choose_shown(rows: Sequence[GroupTimes]) -> set[str | None]:
    """Choose the groups that may be shown: the largest, such that those left out are none, or several with enough."""
    ordered = sorted(rows, key=lambda each: (each.requests or 0, str(each.group)))
    hidden = sum((each.requests or 0) < SUPPRESSED_BELOW for each in ordered)
    alone = hidden == 1 or sum(each.requests or 0 for each in ordered[:hidden]) < SUPPRESSED_BELOW
    if hidden and alone and rows[0].by != EVERYBODY:
        hidden = max(2, hidden + 1)
    return {each.group for each in ordered[hidden:]}


def _round(each: GroupTimes, shown: set[str | None]) -> GroupTimes:
    if each.group not in shown or each.requests is None:
        return GroupTimes(each.by, each.group, None, None, None)
    return replace(each, requests=each.requests - each.requests % ROUNDED_TO)


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that waits, or holds a place of an adviser."""

    need: Need
    opened_at: datetime
    agreed_at: datetime | None = None
    adviser_id: UUID | None = None
    """Whose place it holds."""
    asked: frozenset[UUID] = frozenset()
    """To whom the group was offered before: who has declined it wants it no more, and whom it left it does not want."""

    def waited_at(self, time: datetime) -> bool:
        """Return whether it waited when somebody else got a place at that time."""
        return self.opened_at <= time and (self.agreed_at is None or time < self.agreed_at)

    def count_points(self, time: datetime, rules: MatchingRules) -> int:
        """Count the points for waiting that it had at a time, as a round counts them."""
        return rules.count_waiting_points(max(0, (time - self.opened_at).days // 7))


def count_envy(asking: Sequence[Asking], candidates: Sequence[Candidate], rules: MatchingRules) -> int:
    """Count the pairs of justified envy: a request, and a full adviser who fits it better than whom it has.

    The adviser gave a place to a request of a lower priority (the score, and the points for waiting) while the first
    one waited. A free place makes no envy: the group may have it. Who has no hours for one more group is full as well.
    """
    index = AdviserIndex(candidates, rules.weights)
    places = {each.id: place for place, each in enumerate(candidates)}
    held = _list_held(asking, candidates, places, rules)
    return sum(_count_envied(each, index, places, held, rules) for each in asking)


Held = Mapping[int, Sequence[tuple[datetime, int]]]
"""By the place of a full adviser in the index: when each place was given, and the priority of who got it."""


def _list_held(
    asking: Iterable[Asking], candidates: Sequence[Candidate], places: Mapping[UUID, int], rules: MatchingRules
) -> Held:
    held: dict[int, list[tuple[datetime, int]]] = {}
    for each in asking:
        place = None if each.adviser_id is None else places.get(each.adviser_id)
        if place is not None and each.agreed_at is not None and candidates[place].free == 0:
            points = score(each.need, candidates[place], rules.weights).score
            priority = points + each.count_points(each.agreed_at, rules)
            held.setdefault(place, []).append((each.agreed_at, priority))
    return held


def _count_envied(
    each: Asking, index: AdviserIndex, places: Mapping[UUID, int], held: Held, rules: MatchingRules
) -> int:
    has = -1
    if each.adviser_id is not None:
        if each.adviser_id not in places:  # taken off since: what they are worth is not known
            return 0
        has = score(each.need, index.candidates[places[each.adviser_id]], rules.weights).score
    fitting, excluded = index.narrow(each.need)
    full = excluded.get(Ground.NO_FREE_CAPACITY, 0) | excluded.get(Ground.NO_HOURS, 0)
    able = (fitting | full) & make_set(held)
    able &= ~make_set(places[asked] for asked in each.asked if asked in places)
    listed = index.list_best(each.need, able, at_most=COMPARED, seed="1") if able else []
    return sum(
        points > has
        and any(each.waited_at(at) and lower < points + each.count_points(at, rules) for at, lower in held[place])
        for place, points in listed
    )
