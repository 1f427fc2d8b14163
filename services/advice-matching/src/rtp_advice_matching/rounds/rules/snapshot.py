"""The input of a round as JSON, and its hash: whoever has it can work out everything again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from rtp_advice_matching.matching import HALF, WEIGHTS, Candidate, Need, PartName

Json = dict[str, Any]

POINTS_PER_WEEK = 2
"""What a whole week of waiting is worth to an adviser, beside the score."""
POINTS_FOR_WAITING = 20
"""The most of it: whoever waits ten weeks comes before somebody who fits better by one topic of two."""


class Method(StrEnum):
    """How a round is worked out."""

    FAST = "fast"
    """In linear time: at least two thirds of the largest stable assignment."""
    EXACT = "exact"
    """By integer programming: the largest, as far as the time allows to prove it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that takes part in a round."""

    id: UUID
    need: Need
    weeks: int
    """Whole weeks since it was opened."""
    version: int = 1
    """The version of the request that the round looked at."""

    @property
    def points(self) -> int:
        return min(self.weeks * POINTS_PER_WEEK, POINTS_FOR_WAITING)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What an operator chooses for a round."""

    list_length: int = 50
    """How many advisers are on a request's list at the most, the best first."""
    seed: str = "1"
    """Decides among equals; the same seed decides in the same way."""
    method: Method = Method.FAST
    weights: Mapping[PartName, int] = field(default_factory=lambda: dict(WEIGHTS))
    """The points of each part of a score."""

    def write(self) -> Json:
        return {
            "weights": dict(self.weights),
            "half": [HALF.numerator, HALF.denominator],
            "pointsPerWeek": POINTS_PER_WEEK,
            "pointsForWaiting": POINTS_FOR_WAITING,
            "listLength": self.list_length,
            "seed": self.seed,
            "method": self.method,
        }


def write_input(waiting: Sequence[Waiting], candidates: Sequence[Candidate], parameters: Parameters) -> Json:
    return {
        "parameters": parameters.write(),
        "requests": [_write_request(each) for each in waiting],
        "advisers": [_write_adviser(each) for each in candidates],
    }


def _write_request(waiting: Waiting) -> Json:
    need = waiting.need
    return {
        "id": str(waiting.id),
        "version": waiting.version,
        "caseId": str(need.case_id),
        "bodies": sorted(map(str, need.bodies)),
        "sector": need.sector,
        "region": need.region,
        "stage": need.stage,
        "topics": list(need.topics),
        "legalForm": need.legal_form,
        "weeksWaited": waiting.weeks,
    }


def _write_adviser(candidate: Candidate) -> Json:
    written = asdict(candidate)
    return {
        "id": str(candidate.id),
        "remote": candidate.remote,
        "capacity": candidate.capacity,
        "engaged": candidate.engaged,
        "legalForms": sorted(candidate.legal_forms),
        **{name: sorted(map(str, written[name])) for name in ("sectors", "regions", "topics", "stages", "conflicts")},
    }


def read_need(written: Mapping[str, Any]) -> Need:
    """Return the need of a request of an input."""
    return Need(
        case_id=UUID(written["caseId"]),
        bodies=frozenset(map(UUID, written["bodies"])),
        sector=written["sector"],
        region=written["region"],
        stage=written["stage"],
        topics=tuple(written["topics"]),
        legal_form=written["legalForm"],
    )


def read_candidate(written: Mapping[str, Any]) -> Candidate:
    """Return an adviser of an input. The network is not in it, and no rule asks for it."""
    return Candidate(
        id=UUID(written["id"]),
        network_id=UUID(int=0),
        remote=written["remote"],
        capacity=written["capacity"],
        engaged=written["engaged"],
        legal_forms=written["legalForms"],
        conflicts=[UUID(each) for each in written["conflicts"]],
        **{name: written[name] for name in ("sectors", "regions", "topics", "stages")},
    )


def write_canonical(content: Mapping[str, Any]) -> bytes:
    """Write JSON in the one way in which it is hashed: names sorted, no blanks, UTF-8; whole numbers only."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_input(content: Mapping[str, Any]) -> str:
    return f"sha256:{hashlib.sha256(write_canonical(content)).hexdigest()}"
