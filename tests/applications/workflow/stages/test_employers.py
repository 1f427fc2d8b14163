"""Several employers in one application: each of those besides the one that leads answers for itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.body_facts import BodyFacts
from rtp_applications.workflow.definition import Caller, Process
from rtp_applications.workflow.engine import update_deadlines
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.interest.employers import BEGINNINGS, CLOCK, EmployerAnswer, list_unanswered
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    COMMISSIONER,
    FURTHER,
    NOW,
    Ready,
    attempt,
    breaks,
    build_snapshot,
    on_facts,
    on_payload,
    person,
    take,
)

TRUST = person(Role.FURTHER_EMPLOYER)
SAID = {
    "employer": str(FURTHER), "answer": "takes-part", "reasons": "The nurses asked for it.",
    "decidedOn": "2026-09-01", "reference": "Board minute 2026/14",
}  # fmt: skip
TAKES_PART = EmployerAnswer.model_validate(SAID)
joint = build_snapshot(Status.EOI_UNDER_REVIEW, further_employer_ids=[FURTHER])
ground.ready("record-employer-answer", Ready(joint, (TRUST,), TAKES_PART))
breaks("record-employer-answer", "is-a-further-employer")(on_payload(employer=COMMISSIONER))
breaks("record-employer-answer", "reasons-given")(on_payload(reasons=""))
breaks("record-employer-answer", "deciders-are-independent")(ground.bar_last_signer)
breaks(BEGINNINGS, "further-employers-answered")(on_facts(further_employer_ids=[FURTHER]))


@breaks("record-employer-answer", "answers-for-itself")
def _(attempt: Ready) -> Ready:
    both = ground.with_facts(attempt, further_employer_ids=[FURTHER, COMMISSIONER])
    return ground.giving(both, employer=COMMISSIONER)


def submitted(process: Process, *further: object) -> CaseSnapshot:
    """A case of several employers, as it stands after the submission."""
    status = process.by_name["submit"].leads_to[0]
    drafted = build_snapshot(Status.DRAFT, process=process, further_employer_ids=further or [FURTHER])
    return update_deadlines(process, Status.DRAFT, drafted.with_case(status=status), "submit", NOW)


@pytest.mark.parametrize(("process", "action"), [(RIGHT_TO_PROVIDE, BEGINNINGS[0]), (EMPLOYER_LED, BEGINNINGS[1])])
def test_the_appraisal_begins_once_the_others_have_answered_or_their_time_is_over(
    process: Process, action: str
) -> None:
    """Forty working days after Tuesday 1 September 2026 end on Tuesday 27 October."""
    case = submitted(process)
    asked = ground.get_open_deadline(case, CLOCK)
    assert asked.due_on.isoformat() == "2026-10-27"
    waiting = ground.with_facts(attempt(process, action), further_employer_ids=[FURTHER])
    waiting = replace(waiting, snapshot=waiting.snapshot.with_deadline(asked))
    assert ground.refused_for(action, waiting) == ["further-employers-answered"]
    late = [each for each in ground.refused_for(action, replace(waiting, now=asked.due_at)) if "late" not in each]
    assert late == []
    for answer in ("takes-part", "declines"):
        said = EmployerAnswer.model_validate({**SAID, "answer": answer})
        answered = take("record-employer-answer", Ready(case, (TRUST,), said, process=process)).after
        assert ground.get_deadline(answered, CLOCK).state is DeadlineState.MET
        held = waiting.snapshot.with_record(answered.records[EmployerAnswer.KIND, str(FURTHER)])
        assert ground.refused_for(action, replace(waiting, snapshot=held)) == []


def test_the_first_answer_of_two_does_not_stop_the_clock() -> None:
    case = submitted(RIGHT_TO_PROVIDE, FURTHER, COMMISSIONER)
    answered = take("record-employer-answer", Ready(case, (TRUST,), TAKES_PART)).after
    assert ground.get_open_deadline(answered, CLOCK).is_open
    assert list_unanswered(answered, NOW.date()) == [COMMISSIONER]


def test_a_body_that_ended_is_not_waited_for() -> None:
    ended = BodyFacts(FURTHER, "Example NHS Trust", "nhs-trust", NOW.date())
    gone = replace(joint, bodies={**joint.bodies, FURTHER: ended})
    assert list_unanswered(gone, NOW.date() - timedelta(days=1)) == [FURTHER]
    assert list_unanswered(gone, NOW.date()) == []


def test_a_case_of_one_employer_waits_for_nobody() -> None:
    assert build_snapshot(Status.EOI_SUBMITTED).find_deadline(CLOCK) is None


def test_the_employer_that_leads_does_not_answer_for_the_others() -> None:
    officer = ground.party(Role.FURTHER_EMPLOYER, 7, holder=ground.OF_THE_EMPLOYER)
    speaking = Ready(joint.with_party(officer), (Caller(officer.person, (ground.OF_THE_EMPLOYER,)),), TAKES_PART)
    assert ground.refused_for("record-employer-answer", speaking) == ["answers-for-itself"]


def test_a_challenge_and_earlier_versions_have_one_employer() -> None:
    """An authority considers challenges to its own services (Localism Act 2011 s.81(1), (5))."""
    knowing = {at for at, process in PROCESSES.items() if "record-employer-answer" in process.by_name}
    assert knowing == {(each.route, version) for each in (RIGHT_TO_PROVIDE, EMPLOYER_LED) for version in (3, 4)}
    assert COMMUNITY_RIGHT_TO_CHALLENGE.find_clock(CLOCK) is None
