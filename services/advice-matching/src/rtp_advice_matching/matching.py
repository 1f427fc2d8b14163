"""Which advisers and mentors fit a staff group, and why: a pure rule.

Its laws, each tested over generated cases: candidates may come in any order; whoever fits better never ranks lower;
more free capacity never hurts; among equals whoever has the smaller share of their places taken comes first, and among
those still equal it is another one for another case.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple
from uuid import UUID

PROPOSED_AT_MOST = 3
"""Enough to choose from, few enough that each adviser proposed may expect to be asked."""

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
"""For whoever serves a group without being chosen for it: any sector, any stage, any legal form, online only."""


class Ground(StrEnum):
    """Why somebody was not proposed. The first that holds is said: what lasts before what passes."""

    CONFLICT_OF_INTEREST = "conflict-of-interest"
    OTHER_SECTOR = "does-not-serve-sector"
    OTHER_REGION = "does-not-serve-region"
    OTHER_STAGE = "does-not-serve-stage"
    NO_FREE_CAPACITY = "no-free-capacity"
    OTHERS_COME_FIRST = "others-come-first"


IN_WORDS: dict[Ground, str] = {
    Ground.CONFLICT_OF_INTEREST: "Declared a conflict of interest with a body that employs, commissions or decides",
    Ground.OTHER_SECTOR: "Does not advise services of your sector",
    Ground.OTHER_REGION: "Does not meet groups in your region, nor online",
    Ground.OTHER_STAGE: "Does not advise groups at your stage",
    Ground.NO_FREE_CAPACITY: "Has no free place now",
    Ground.OTHERS_COME_FIRST: "Could help as well; others come first",
}


@dataclass(frozen=True, slots=True)
class Need:
    """What a staff group needs, and which bodies an adviser must be independent of."""

    case_id: UUID
    bodies: frozenset[UUID]
    sector: str
    region: str | None
    """ONS region code; None where the employing body lies in no region of England."""
    stage: str
    topics: tuple[str, ...] = ()
    legal_form: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What counts of an adviser or mentor. No sectors, stages or legal forms named means any of them."""

    id: UUID
    network_id: UUID
    sectors: Collection[str]
    regions: Collection[str]
    """Where they meet groups in person."""
    remote: bool
    topics: Collection[str]
    stages: Collection[str]
    legal_forms: Collection[str]
    capacity: int
    engaged: int
    conflicts: Collection[UUID]

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.engaged)

    @property
    def load(self) -> Fraction:
        """Share of the places that is taken."""
        return Fraction(self.capacity - self.free, self.capacity) if self.capacity > 0 else Fraction(1)


class Part(NamedTuple):
    """One part of a score, and the reason in words for a staff group."""

    part: PartName
    points: int
    max: int
    reason: str


class Fit(NamedTuple):
    candidate: Candidate
    score: int
    parts: tuple[Part, ...]


class PassedOver(NamedTuple):
    adviser_id: UUID
    ground: Ground


class Ranking(NamedTuple):
    proposed: tuple[Fit, ...]
    """Best first."""
    passed_over: tuple[PassedOver, ...]
    """Those who could help first, best first; then the others by id."""


def rank(need: Need, candidates: Iterable[Candidate], *, at_most: int = PROPOSED_AT_MOST) -> Ranking:
    """Choose whom to propose, and say of everybody else why not."""
    fits: list[Fit] = []
    excluded: list[PassedOver] = []
    for candidate in candidates:
        if ground := obstacle(need, candidate):
            excluded.append(PassedOver(candidate.id, ground))
        else:
            fits.append(_fit(need, candidate))
    fits.sort(key=lambda fit: _order(need, fit))
    outranked = (PassedOver(fit.candidate.id, Ground.OTHERS_COME_FIRST) for fit in fits[at_most:])
    return Ranking(tuple(fits[:at_most]), (*outranked, *sorted(excluded)))


def obstacle(need: Need, candidate: Candidate) -> Ground | None:
    """The first thing that keeps this candidate from helping at all."""
    obstacles = (
        (Ground.CONFLICT_OF_INTEREST, not need.bodies.isdisjoint(candidate.conflicts)),
        (Ground.OTHER_SECTOR, bool(candidate.sectors) and need.sector not in candidate.sectors),
        (
            Ground.OTHER_REGION,
            not candidate.remote and need.region is not None and need.region not in candidate.regions,
        ),
        (Ground.OTHER_STAGE, bool(candidate.stages) and need.stage not in candidate.stages),
        (Ground.NO_FREE_CAPACITY, candidate.free == 0),
    )
    return next((ground for ground, holds in obstacles if holds), None)


def explain(need: Need, candidate: Candidate) -> tuple[Part, ...]:
    """The parts of the score of a candidate whom nothing keeps from helping."""
    return (
        _topics(need, candidate),
        _sector(need, candidate),
        _region(need, candidate),
        _stage(need, candidate),
        _capacity(candidate),
        _legal_form(need, candidate),
    )


def _fit(need: Need, candidate: Candidate) -> Fit:
    parts = explain(need, candidate)
    return Fit(candidate, sum(part.points for part in parts), parts)


def _order(need: Need, fit: Fit) -> tuple[int, Fraction, bytes]:
    """Best first. The draw differs from case to case, so that no adviser always comes first among equals."""
    draw = hashlib.sha256(need.case_id.bytes + fit.candidate.id.bytes).digest()
    return -fit.score, fit.candidate.load, draw


def _part(name: PartName, share: Fraction | int, reason: str) -> Part:
    return Part(name, int(share * WEIGHTS[name]), WEIGHTS[name], reason)


def _topics(need: Need, candidate: Candidate) -> Part:
    if not need.topics:
        return _part("topics", 1, "You asked for no particular topic")
    covered = [topic for topic in need.topics if topic in candidate.topics]
    missing = [topic for topic in need.topics if topic not in candidate.topics]
    if not covered:
        return _part("topics", 0, f"Advises on none of the topics you asked for: {_words(missing)}")
    reason = f"Advises on {_words(covered)}" + (
        f", but not on {_words(missing)}" if missing else ", all that you asked for"
    )
    return _part("topics", Fraction(len(covered), len(need.topics)), reason)


def _sector(need: Need, candidate: Candidate) -> Part:
    if need.sector in candidate.sectors:
        return _part("sector", 1, f"Knows services like yours: {_words([need.sector])}")
    return _part("sector", HALF, "Advises services of any sector")


def _region(need: Need, candidate: Candidate) -> Part:
    if need.region is None:
        return _part("region", HALF if candidate.remote else 0, "Your employer lies in no region of England")
    if need.region in candidate.regions:
        also = ", and online" if candidate.remote else ""
        return _part("region", 1, f"Meets groups in your region{also}")
    return _part("region", HALF, "Meets you online, not in your region")


def _stage(need: Need, candidate: Candidate) -> Part:
    if need.stage in candidate.stages:
        return _part("stage", 1, f"Advises groups at your stage: {_words([need.stage])}")
    return _part("stage", HALF, "Advises groups at any stage")


def _capacity(candidate: Candidate) -> Part:
    reason = f"Has {candidate.free} of {candidate.capacity} places free"
    return _part("capacity", 1 - candidate.load, reason)


def _legal_form(need: Need, candidate: Candidate) -> Part:
    if need.legal_form is None:
        return _part("legal-form", 1, "You have not settled on a legal form")
    if need.legal_form in candidate.legal_forms:
        return _part("legal-form", 1, f"Knows the legal form you intend: {_words([need.legal_form])}")
    if not candidate.legal_forms:
        return _part("legal-form", HALF, "Advises on any legal form")
    return _part("legal-form", 0, f"Knows other legal forms than {_words([need.legal_form])}")


def _words(terms: list[str]) -> str:
    """Words of the closed lists as people write them."""
    *most, last = (term.replace("-", " ") for term in terms)
    return f"{', '.join(most)} and {last}" if most else last
