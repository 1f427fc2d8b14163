"""Which needs a case brings at its stages and by its barriers, and what lets one rest: pure rules.

What is heard of a case (`HeardCase`) may come in any order, and twice: the rules go by all that is known by now.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.resources.rules import STAGE_OF
from rtp_shared.contracts.vocabulary import Stage

WITHDRAWN = "withdrawn"
ENDED = frozenset({"refused", "not-eligible", WITHDRAWN, "lapsed", "tender-lost", "quashed", "superseded", "stopped"})
"""The statuses in which a case has ended without a launch. Some can be taken back."""


class KindSought(StrEnum):
    """Who is to meet a need."""

    ADVISER = "adviser"
    MENTOR = "mentor"
    AMBASSADOR = "ambassador"
    INFORMATION = "information"
    """Nobody: a guide, toolkit or template is enough."""


class NeedSource(StrEnum):
    """What brought a need."""

    STAGE = "stage"
    BARRIER = "barrier"
    APPLICANTS = "applicants"


class RestReason(StrEnum):
    """Why a need rests by the course of the case. It wakes where that is taken back."""

    STAGE_LEFT = "stage-left"
    BARRIER_CLOSED = "barrier-closed"
    REFUSED = "case-refused"
    NOT_ELIGIBLE = "case-not-eligible"
    WITHDRAWN = "case-withdrawn"
    LAPSED = "case-lapsed"
    TENDER_LOST = "case-tender-lost"
    QUASHED = "case-quashed"
    SUPERSEDED = "case-superseded"
    STOPPED = "case-stopped"


@dataclass(frozen=True, slots=True)
class HeardBarrier:
    """What was heard of a barrier. Its readers are those of the event that told of it."""

    kind: str
    on: date
    closed: bool
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeardCase:
    """What was heard of a case, in whatever order."""

    route: str | None = None
    asked: tuple[str, ...] = ()
    """The topics that the staff group asked advice on as it submitted."""
    reached: Mapping[str, date] = field(default_factory=dict)
    """The stages at which the case was seen, each with the first day."""
    stage: str | None = None
    status: str | None = None
    barriers: Mapping[str, HeardBarrier] = field(default_factory=dict)

    @property
    def ended_as(self) -> str | None:
        return self.status if self.status in ENDED else None


@dataclass(frozen=True, slots=True)
class NeedDue:
    """A need that a case has by what was heard of it, and why it rests, if it does."""

    key: str
    """What makes it one need, however often it is heard of."""
    source: NeedSource
    kind: KindSought
    topic: str | None
    stage: str
    rests: RestReason | None
    readers: tuple[str, ...] | None = None
    """Who alone may know of it; None for whoever sees the case."""


def find_stage(status: str) -> Stage | None:
    """Return the stage of a case that goes on; None for an end, and for a status that is new here.

    Exploring ends with the submission: what comes next is to make the case to the employing body.
    """
    stage = None if status in ENDED else STAGE_OF.get(status)
    return Stage.MAKE_THE_CASE if stage is Stage.EXPLORE else stage


def list_due(facts: HeardCase) -> list[NeedDue]:
    """List the needs of a case: those it asked for, those of the stages that it has reached, those of its barriers."""
    return [*_list_asked(facts), *_list_of_stages(facts), *_list_of_barriers(facts)]


def find_end(facts: HeardCase) -> RestReason | None:
    """Return why every need rests, if the case has ended."""
    return RestReason(f"case-{facts.ended_as}") if facts.ended_as else None


def make_own_key(kind: KindSought, topic: str | None) -> str:
    """Return the key of a need that the staff group has by its own word."""
    return f"{NeedSource.APPLICANTS}:{kind}:{topic or ''}"


def is_covered(kind: KindSought, topic: str | None, *, adviser: AdviserKind, topics: Collection[str]) -> bool:
    """Return whether an adviser meets a need: by the topic. An ambassador opens doors, which nobody else does; what
    asks for a mentor, who has made the way, is not met by an adviser who has not.
    """
    match kind:
        case KindSought.INFORMATION:
            return False
        case KindSought.AMBASSADOR:
            return adviser is AdviserKind.AMBASSADOR
        case KindSought.MENTOR:
            return adviser is not AdviserKind.ADVISER and topic in topics
        case KindSought.ADVISER:
            return topic in topics


def _list_asked(facts: HeardCase) -> Iterator[NeedDue]:
    for topic in dict.fromkeys(facts.asked):
        key = make_own_key(KindSought.ADVISER, topic)
        yield NeedDue(key, NeedSource.APPLICANTS, KindSought.ADVISER, topic, Stage.MAKE_THE_CASE, rests=find_end(facts))


def _list_of_stages(facts: HeardCase) -> Iterator[NeedDue]:
    """What the group itself asked for stands in place of what somebody is usually needed for as it makes its case."""
    for stage, day in facts.reached.items():
        rests = find_end(facts) or (None if stage == facts.stage else RestReason.STAGE_LEFT)
        for line in find_list(day)["stages"]:
            kind = KindSought(line["kind"])
            spoken_for = stage == Stage.MAKE_THE_CASE and bool(facts.asked) and kind is not KindSought.INFORMATION
            of_route = facts.route in line.get("routes", (facts.route,))
            if line["stage"] == stage and of_route and not spoken_for:
                key = f"{NeedSource.STAGE}:{stage}:{kind}:{line['topic']}"
                yield NeedDue(key, NeedSource.STAGE, kind, line["topic"], stage, rests)


def _list_of_barriers(facts: HeardCase) -> Iterator[NeedDue]:
    stage = facts.stage or Stage.MAKE_THE_CASE
    for barrier_id, barrier in facts.barriers.items():
        rests = find_end(facts) or (RestReason.BARRIER_CLOSED if barrier.closed else None)
        for line in find_list(barrier.on)["barriers"]:
            if line["barrier"] == barrier.kind:
                kind, key = KindSought(line["kind"]), f"{NeedSource.BARRIER}:{barrier_id}"
                yield NeedDue(key, NeedSource.BARRIER, kind, line.get("topic"), stage, rests, barrier.readers)


@cache
def read_lists() -> Sequence[Mapping[str, list[Mapping[str, str]]]]:
    """Return the lists of needs, the newest first. Each holds from its day on."""
    content = json.loads((files("rtp_advice_matching") / "reference" / "needs.json").read_text("utf-8"))
    return sorted(content["lists"], key=lambda each: str(each["from"]), reverse=True)


def find_list(day: date) -> Mapping[str, list[Mapping[str, str]]]:
    """Return the list of needs that held on a day; of a day before all lists, the first."""
    lists = read_lists()
    return next((each for each in lists if str(each["from"]) <= day.isoformat()), lists[-1])
