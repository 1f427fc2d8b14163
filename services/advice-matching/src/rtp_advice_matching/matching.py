"""Matching advisers and mentors to a staff group, with reasons: a pure rule.

Its laws, each tested over generated cases: candidates may come in any order; whoever fits better never ranks lower;
more free capacity never hurts; among equals whoever has the smaller share of their places taken comes first, and among
those still equal it is another one for another case.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple
from uuid import UUID

from rtp_advice_matching.constraints import HOURS_EACH
from rtp_advice_matching.constraints import IN_WORDS as IN_WORDS
from rtp_advice_matching.constraints import Candidate as Candidate
from rtp_advice_matching.constraints import Ground as Ground
from rtp_advice_matching.constraints import Need as Need
from rtp_advice_matching.constraints import find_obstacle as find_obstacle

PROPOSED_AT_MOST = 3
"""Enough to choose from, few enough that each adviser proposed may expect to be asked."""
NAMED = 20
"""The number of advisers that are named for one ground in a summary; all of them are counted."""

PartName = Literal["sector", "topics", "region", "stage", "capacity", "legal-form"]

WEIGHTS: dict[PartName, int] = {
    "topics": 30,  # managers know their service and are new to business: what they ask to learn is the reason to meet
    "sector": 30,  # as much, because staff believe somebody who ran a service like theirs
    "region": 16,  # meeting on site helps, and online does as well for much of it
    "stage": 10,  # most advice carries over from one stage to the next
    "capacity": 10,  # spreads the work; less than a topic or the sector, so it never sends the wrong adviser
    "legal-form": 4,  # often still open at this stage, and changed later
}
HALF = Fraction(1, 2)
"""Share for those who serve a group without being chosen for it: any sector, stage or legal form, online only."""


@dataclass(frozen=True, slots=True)
class MatchingRules:
    """What the operator sets of the rule: the points of each part of a score, of waiting, and the hours of a group."""

    weights: Mapping[PartName, int] = field(default_factory=lambda: dict(WEIGHTS))
    points_per_week: int = 2
    """What a whole week of waiting is worth to an adviser in a round, beside the score."""
    points_for_waiting: int = 20
    """The most of it: whoever waits ten weeks comes before somebody who fits better by one topic of two."""
    hours_each: int = HOURS_EACH
    """Hours a month that each group takes of an adviser who says how many they have."""

    def count_waiting_points(self, weeks: int) -> int:
        return min(weeks * self.points_per_week, self.points_for_waiting)


class Part(NamedTuple):
    """One part of a score, and the reason in words for a staff group."""

    part: PartName
    points: int
    max: int
    reason: str


class Fit(NamedTuple):
    """A candidate who fits a need, with the score and its parts."""

    candidate: Candidate
    score: int
    parts: tuple[Part, ...]


class PassedOver(NamedTuple):
    """A candidate who was not proposed, and the ground."""

    adviser_id: UUID
    ground: Ground


class Ranking(NamedTuple):
    """The candidates for a need: those proposed, and those passed over."""

    proposed: tuple[Fit, ...]
    """Best first."""
    passed_over: tuple[PassedOver, ...]
    """Those who could help first, best first; then the others by id."""


@dataclass(frozen=True, slots=True)
class GroundSummary:
    """How many candidates were passed over on one ground, and some of them."""

    ground: Ground
    count: int
    named: tuple[UUID, ...]
    """The first of them in the order of a ranking, at most NAMED."""

    def leave_out(self, adviser_id: UUID) -> "GroundSummary":
        """Return the summary without one whom it counts."""
        return GroundSummary(self.ground, self.count - 1, tuple(each for each in self.named if each != adviser_id))


class RankingSummary(NamedTuple):
    """A ranking that is as short for 20,000 candidates as for twenty."""

    proposed: tuple[Fit, ...]
    passed_over: tuple[GroundSummary, ...]
    """Those who could help first; then the grounds in their order. A ground that holds for nobody is left out."""

    def add(self, fit: Fit) -> "RankingSummary":
        """Return the ranking with one more proposed, who came after them."""
        passed_over = (
            each.leave_out(fit.candidate.id) if each.ground is Ground.OTHERS_COME_FIRST else each
            for each in self.passed_over
        )
        return RankingSummary((*self.proposed, fit), tuple(each for each in passed_over if each.count))


def rank(
    need: Need,
    candidates: Iterable[Candidate],
    *,
    at_most: int = PROPOSED_AT_MOST,
    weights: Mapping[PartName, int] = WEIGHTS,
) -> Ranking:
    """Choose the candidates to propose, and give a reason for everybody else."""
    fits: list[Fit] = []
    excluded: list[PassedOver] = []
    for candidate in candidates:
        if ground := find_obstacle(need, candidate):
            excluded.append(PassedOver(candidate.id, ground))
        else:
            fits.append(score(need, candidate, weights))
    fits.sort(key=lambda fit: make_sort_key(need, fit.candidate, fit.score))
    outranked = (PassedOver(fit.candidate.id, Ground.OTHERS_COME_FIRST) for fit in fits[at_most:])
    return Ranking(tuple(fits[:at_most]), (*outranked, *sorted(excluded)))


GROUNDS_IN_ORDER = (Ground.OTHERS_COME_FIRST, *(each for each in Ground if each is not Ground.OTHERS_COME_FIRST))


def summarise(ranking: Ranking) -> RankingSummary:
    """Count who was passed over by ground, and name the first of each."""
    by_ground: dict[Ground, list[UUID]] = {}
    for adviser_id, ground in ranking.passed_over:
        by_ground.setdefault(ground, []).append(adviser_id)
    grounds = (
        GroundSummary(ground, len(by_ground[ground]), tuple(by_ground[ground][:NAMED]))
        for ground in GROUNDS_IN_ORDER
        if ground in by_ground
    )
    return RankingSummary(ranking.proposed, tuple(grounds))


def explain(need: Need, candidate: Candidate, weights: Mapping[PartName, int] = WEIGHTS) -> tuple[Part, ...]:
    """Return the parts of the score of a candidate whom nothing keeps from helping."""
    shares = (
        _rate_topics(need, candidate),
        _rate_sector(need, candidate),
        _rate_region(need, candidate),
        _rate_stage(need, candidate),
        _rate_capacity(candidate),
        _rate_legal_form(need, candidate),
    )
    return tuple(share.weigh(weights) for share in shares)


def score(need: Need, candidate: Candidate, weights: Mapping[PartName, int] = WEIGHTS) -> Fit:
    """Return the score of a candidate whom nothing keeps from helping."""
    parts = explain(need, candidate, weights)
    return Fit(candidate, sum(part.points for part in parts), parts)


SortKey = tuple[int, Fraction, bytes]


def make_sort_key(need: Need, candidate: Candidate, points: int) -> SortKey:
    """Make the key that sorts the best first. It differs by case, so that no adviser always wins among equals."""
    draw = hashlib.sha256(need.case_id.bytes + candidate.id.bytes).digest()
    return -points, candidate.load, draw


class _Share(NamedTuple):
    """The share of a part's points that a candidate gets, and the reason."""

    part: PartName
    share: Fraction | int
    reason: str

    def weigh(self, weights: Mapping[PartName, int]) -> Part:
        most = weights[self.part]
        return Part(self.part, int(self.share * most), most, self.reason)


def _rate_topics(need: Need, candidate: Candidate) -> _Share:
    if not need.topics:
        return _Share("topics", 1, "You asked for no particular topic")
    covered = [topic for topic in need.topics if topic in candidate.topics]
    missing = [topic for topic in need.topics if topic not in candidate.topics]
    if not covered:
        return _Share("topics", 0, f"Advises on none of the topics you asked for: {_join_words(missing)}")
    reason = f"Advises on {_join_words(covered)}" + (
        f", but not on {_join_words(missing)}" if missing else ", all that you asked for"
    )
    return _Share("topics", Fraction(len(covered), len(need.topics)), reason)


def _rate_sector(need: Need, candidate: Candidate) -> _Share:
    if need.sector in candidate.sectors:
        return _Share("sector", 1, f"Knows services like yours: {_join_words([need.sector])}")
    return _Share("sector", HALF, "Advises services of any sector")


def _rate_region(need: Need, candidate: Candidate) -> _Share:
    if need.region is None:
        return _Share("region", HALF if candidate.remote else 0, "Your employer lies in no region of England")
    if need.region in candidate.regions:
        also = ", and online" if candidate.remote else ""
        return _Share("region", 1, f"Meets groups in your region{also}")
    return _Share("region", HALF, "Meets you online, not in your region")


def _rate_stage(need: Need, candidate: Candidate) -> _Share:
    if need.stage in candidate.stages:
        return _Share("stage", 1, f"Advises groups at your stage: {_join_words([need.stage])}")
    return _Share("stage", HALF, "Advises groups at any stage")


def _rate_capacity(candidate: Candidate) -> _Share:
    reason = f"Has {candidate.unfilled} of {candidate.capacity} places free"
    return _Share("capacity", 1 - candidate.load, reason)


def _rate_legal_form(need: Need, candidate: Candidate) -> _Share:
    if need.legal_form is None:
        return _Share("legal-form", 1, "You have not settled on a legal form")
    if need.legal_form in candidate.legal_forms:
        return _Share("legal-form", 1, f"Knows the legal form you intend: {_join_words([need.legal_form])}")
    if not candidate.legal_forms:
        return _Share("legal-form", HALF, "Advises on any legal form")
    return _Share("legal-form", 0, f"Knows other legal forms than {_join_words([need.legal_form])}")


def _join_words(terms: list[str]) -> str:
    """Join words of the closed lists as people write them."""
    *most, last = (term.replace("-", " ") for term in terms)
    return f"{', '.join(most)} and {last}" if most else last
