"""Refusal of a challenge for a staff mutual's sake: by an intention for the same service, wherever it was published."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from rtp_applications.deadlines.rules.days import ONE_DAY, civil_date
from rtp_applications.workflow.bounds import Limit, bound
from rtp_applications.workflow.common.days import ByTheRules
from rtp_applications.workflow.common.effects import note_supporting_intention
from rtp_applications.workflow.common.guards import GIVEN_UP, ground_is_supported
from rtp_applications.workflow.common.payloads import NotifiedRefusal, Refusal
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import Audience, Ground
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload, SignedRecord
from rtp_applications.workflow.stages.review.payloads import Modification
from rtp_shared.schemas import Day, Line, Prose

EMPLOYEES_NEEDED = 2
"""Of a body whose proposal may stand against a challenge (SI 2012/1647 Sch para 8)."""


class ShownIntention(Payload):
    """The published intention that a refusal for a staff mutual's sake rests on (SI 2012/1647 Sch para 8)."""

    intention_case: UUID | None = Field(
        default=None,
        description="The case on this platform in which it was published, where that names the service otherwise. It "
        "is kept from the record: who challenges does not learn of a rival's case",
    )
    intention_where: Line | None = Field(
        default=None, description="Address of one that was published outside this platform"
    )
    intention_dated: Day | None = Field(default=None, description="When that was published there")
    intention_document: Line | None = Field(default=None, description="Reference of the document published there")
    same_service_because: Prose | None = Field(
        default=None,
        description="Why it is for the service of this challenge: needed unless a case on this platform names it alike",
    )


class RivalCase(Payload):
    """The case of the staff mutual for whose sake a challenge is refused, for the body that sees both cases."""

    KIND: ClassVar[str] = "rival-case"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    case_id: UUID


class ChallengeRefusal(ShownIntention, NotifiedRefusal):
    """The refusal of a challenge: its ground, its reasons and, for a staff mutual's sake, the published intention."""

    KIND: ClassVar[str] = Refusal.KIND


class ChallengeModification(ShownIntention, Modification, ByTheRules):
    """A change that the authority offers to a challenge instead of refusing it."""

    KIND: ClassVar[str] = Modification.KIND

    well_being: Prose | None = Field(
        default=None,
        description="Whether accepting it so modified promotes or improves the social, economic or environmental "
        "well-being of the authority's area (Localism Act 2011 s.83(8)). Always asked",
    )


def list_supporting_days(snapshot: CaseSnapshot, said: ShownIntention) -> Iterator[date]:
    """Yield when each intention for the same service was published: in a case that goes on, or outside the platform."""
    case = snapshot.case
    for each in snapshot.intentions:
        alike = each.sector is case.sector and _fold(each.service_name) == _fold(case.service_name)
        shown = each.case_id == said.intention_case and said.same_service_because is not None
        proposed = each.applicants is not None and each.applicants >= EMPLOYEES_NEEDED
        if each.case_id != case.id and each.status not in GIVEN_UP and proposed and (alike or shown):
            yield each.published_on
    if said.intention_where and said.intention_document and said.same_service_because and said.intention_dated:
        yield said.intention_dated


def find_supporting_day(snapshot: CaseSnapshot, said: ShownIntention) -> date | None:
    """Return the first day of those before the submission; one published on the day itself may have come after it."""
    submitted = snapshot.case.submitted_at
    before = (each for each in list_supporting_days(snapshot, said) if submitted and each < civil_date(submitted))
    return min(before, default=None)


def _fold(name: str | None) -> str:
    return " ".join(re.findall(r"\w+", (name or "").casefold()))


@guard("/ground", payload=True)
def intention_is_for_the_service(step: Step) -> str | None:
    """A refusal for a staff mutual's sake rests on a published intention to consider provision of this very service by
    a body that two or more employees propose: one of a case here that was not given up, or one published elsewhere with
    its address, day and document (SI 2012/1647 Sch para 8). That it was published before the challenge was submitted is
    the platform's own condition: nobody is refused for what was published upon the challenge.
    """
    if step.payload.ground is not Ground.STAFF_MUTUAL_INTENTION_PUBLISHED:
        return None
    if find_supporting_day(step.snapshot, step.payload):
        return None
    return (
        "no intention for this service is known to have been published before: name intentionCase, or intentionWhere, "
        "intentionDated and intentionDocument, and say sameServiceBecause (SI 2012/1647 Sch para 8)"
    )


def note_intention_for_the_service(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Note in a refusal for a staff mutual's sake when the intention that it rests on was published."""
    recorded = snapshot.find_record(step.action.payload_model, step.payload.key)
    if recorded is None:
        return snapshot
    content: dict[str, Any] = {name: said for name, said in recorded.content.items() if name != "intentionPublishedOn"}
    found = find_supporting_day(snapshot, step.payload)
    if found and step.payload.ground is Ground.STAFF_MUTUAL_INTENTION_PUBLISHED:
        content["intentionPublishedOn"] = found.isoformat()
    return snapshot.with_record(replace(recorded, content=content))


def withhold_rival_case(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Take the rival's case out of the record, which everybody in this case reads. A record for bodies keeps it where
    the body that published the intention is the only one of this case, and so sees both.
    """
    recorded = snapshot.find_record(step.action.payload_model, step.payload.key)
    rival = step.payload.intention_case
    if recorded is None or rival is None:
        return snapshot
    content = {name: said for name, said in recorded.content.items() if name != "intentionCase"}
    snapshot = snapshot.with_record(replace(recorded, content=content))
    publisher = next((each.body_id for each in snapshot.intentions if each.case_id == rival), None)
    if publisher is None or set(snapshot.case.bodies) != {publisher}:
        return snapshot
    kept = RivalCase.model_validate({"caseId": rival})
    said = kept.model_dump(mode="json", by_alias=True)
    return snapshot.with_record(SignedRecord(kept.KIND, kept.key, said, step.signed, kept.AUDIENCE))


def _find_day_before_submission(step: Step) -> date | None:
    submitted = step.snapshot.case.submitted_at
    return civil_date(submitted) - ONE_DAY if submitted else None


IN_FORCE = Limit("27 June 2012, on which the right came into force", lambda _: date(2012, 6, 27))
BEFORE_SUBMISSION = Limit("the day before the challenge was submitted", _find_day_before_submission)
OF_THE_INTENTION = bound("intention_dated", IN_FORCE, BEFORE_SUBMISSION, law="SI 2012/1647 Sch para 8")
NOW: Mapping[str, type[Payload]] = {
    "find-not-eligible": ChallengeRefusal,
    "offer-modification": ChallengeModification,
    "refuse-eoi": ChallengeRefusal,
}
THEN: Mapping[str, type[Payload]] = {**dict.fromkeys(NOW, Refusal), "offer-modification": Modification}


def refuse_by_service(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions of a challenge, with those that refuse asking for an intention for the same service."""
    return tuple(_refuse_by_service(each) if each.name in NOW else each for each in actions)


def _refuse_by_service(action: Action) -> Action:
    changed = action.replace_guard(ground_is_supported.name, intention_is_for_the_service)
    effects = _exchange(action, note_supporting_intention, note_intention_for_the_service)
    effects = (*effects, withhold_rival_case)
    return replace(changed.with_guards(OF_THE_INTENTION), payload_model=NOW[action.name], effects=effects)


def _refuse_by_sector(now: Action) -> Action:
    if intention_is_for_the_service not in now.guards:
        return now
    then = now.replace_guard(intention_is_for_the_service.name, ground_is_supported)
    kept = tuple(each for each in then.guards if each is not OF_THE_INTENTION)
    effects = _exchange(now, note_intention_for_the_service, note_supporting_intention)
    effects = tuple(each for each in effects if each is not withhold_rival_case)
    return replace(then, guards=kept, payload_model=THEN[now.name], effects=effects)


def _exchange(action: Action, old: Any, new: Any) -> tuple[Any, ...]:
    return tuple(new if each is old else each for each in action.effects)


VERSION_2 = Earlier(actions=dict.fromkeys(NOW, _refuse_by_sector))
