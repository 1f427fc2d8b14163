"""The input of a round as JSON, and its hash: whoever has it can work out everything again."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from rtp_advice_matching.constraints import HOURS_EACH, Candidate, Meeting, Need
from rtp_advice_matching.matching import HALF, MatchingRules
from rtp_advice_matching.ways import NAMED

Json = dict[str, Any]


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
    salt: str = ""
    """Drawn for the request, so that its facts cannot be guessed from their hash once they are withheld."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What an operator chooses for a round."""

    list_length: int = 50
    """How many advisers are on a request's list at the most, the best first."""
    seed: str = "1"
    """Decides among equals; the same seed decides in the same way."""
    method: Method = Method.FAST
    rules: MatchingRules = field(default_factory=MatchingRules)
    """What the operator has set of the rule: the round's certificate carries it."""
    named: int = NAMED
    """How many advisers are named for one reason or way out; all are counted."""
    kind: str | None = None
    """The kind of support that is sought; None for whoever of any kind fits a group that has nobody."""

    def write(self) -> Json:
        return {
            "weights": dict(self.rules.weights),
            "half": [HALF.numerator, HALF.denominator],
            "pointsPerWeek": self.rules.points_per_week,
            "pointsForWaiting": self.rules.points_for_waiting,
            "hoursEach": self.rules.hours_each,
            "listLength": self.list_length,
            "seed": self.seed,
            "method": self.method,
            "named": self.named,
            **({"kind": self.kind} if self.kind else {}),
        }


def write_input(waiting: Sequence[Waiting], candidates: Sequence[Candidate], parameters: Parameters) -> Json:
    return {
        "parameters": parameters.write(),
        "requests": [_write_request(each) for each in waiting],
        "advisers": [write_adviser(each) for each in candidates],
    }


def read_rules(parameters: Mapping[str, Any]) -> MatchingRules:
    """Return what the operator had set when an input was written; earlier ones say nothing of hours."""
    return MatchingRules(
        weights=parameters["weights"],
        points_per_week=parameters["pointsPerWeek"],
        points_for_waiting=parameters["pointsForWaiting"],
        hours_each=parameters.get("hoursEach", HOURS_EACH),
    )


def _write_request(waiting: Waiting) -> Json:
    return {
        "id": str(waiting.id),
        "salt": waiting.salt,
        "version": waiting.version,
        "weeksWaited": waiting.weeks,
        **write_need(waiting.need),
    }


def write_need(need: Need) -> Json:
    """Write the need of a request as it stands in an input."""
    return {
        "caseId": str(need.case_id),
        "sector": need.sector,
        "region": need.region,
        "stage": need.stage,
        "topics": list(need.topics),
        "legalForm": need.legal_form,
        "headcount": need.headcount,
        "meeting": need.meeting,
        "languages": sorted(need.languages),
        "accessNeeds": sorted(need.access_needs),
        "kinds": sorted(need.kinds),
        "bodies": sorted(map(str, need.bodies)),
        "funders": sorted(map(str, need.funders)),
        "priorAdvisers": sorted(map(str, need.prior_advisers)),
        "refusedBy": sorted(map(str, need.refused_by)),
    }


def read_need(written: Mapping[str, Any]) -> Need:
    """Return the need of a request of an input. Those of the first format say less of it."""
    return Need(
        case_id=UUID(written["caseId"]),
        sector=written["sector"],
        region=written["region"],
        stage=written["stage"],
        topics=tuple(written["topics"]),
        legal_form=written["legalForm"],
        headcount=written.get("headcount"),
        meeting=written.get("meeting", Meeting.ANY),
        languages=frozenset(written.get("languages", ())),
        access_needs=frozenset(written.get("accessNeeds", ())),
        kinds=frozenset(written.get("kinds", ())),
        bodies=_read_ids(written["bodies"]),
        funders=_read_ids(written.get("funders", ())),
        prior_advisers=_read_ids(written.get("priorAdvisers", ())),
        refused_by=_read_ids(written.get("refusedBy", ())),
    )


def write_adviser(candidate: Candidate) -> Json:
    """Write an adviser as they stand in an input."""
    return {
        "id": str(candidate.id),
        "network": str(candidate.network_id),
        "kind": candidate.kind,
        "remote": candidate.remote,
        "capacity": candidate.capacity,
        "engaged": candidate.engaged,
        "hours": candidate.hours,
        "headcountFrom": candidate.headcount_from,
        "headcountTo": candidate.headcount_to,
        "sectors": sorted(candidate.sectors),
        "regions": sorted(candidate.regions),
        "topics": sorted(candidate.topics),
        "stages": sorted(candidate.stages),
        "legalForms": sorted(candidate.legal_forms),
        "languages": sorted(candidate.languages),
        "accessNeeds": sorted(candidate.access_needs),
        "conflicts": sorted(map(str, candidate.conflicts)),
    }


def read_candidate(written: Mapping[str, Any], rules: MatchingRules) -> Candidate:
    """Return an adviser of an input. Those of the first format say less of them, and nothing of the network."""
    return Candidate(
        id=UUID(written["id"]),
        network_id=UUID(written.get("network", str(UUID(int=0)))),
        kind=written.get("kind", "adviser"),
        remote=written["remote"],
        capacity=written["capacity"],
        engaged=written["engaged"],
        hours=written.get("hours"),
        hours_each=rules.hours_each,
        headcount_from=written.get("headcountFrom"),
        headcount_to=written.get("headcountTo"),
        legal_forms=written["legalForms"],
        languages=written.get("languages", ("en",)),
        access_needs=written.get("accessNeeds", ()),
        conflicts=_read_ids(written["conflicts"]),
        **{name: written[name] for name in ("sectors", "regions", "topics", "stages")},
    )


def _read_ids(written: Collection[str]) -> frozenset[UUID]:
    return frozenset(map(UUID, written))


def write_canonical(content: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """Write JSON in the one way in which it is hashed: names sorted, no blanks, UTF-8; whole numbers only."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_content(content: Mapping[str, Any]) -> str:
    return f"sha256:{hashlib.sha256(write_canonical(content)).hexdigest()}"


def hash_input(content: Mapping[str, Any]) -> str:
    """Hash an input by the hashes of its requests, so that one of them can be withheld and the rest checked still."""
    digests = [each["withheld"] if "withheld" in each else hash_content(each) for each in content["requests"]]
    return hash_content({**content, "requests": digests})
