"""Correcting an expression of interest by agreement, once it is submitted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, NEWEST
from rtp_applications.workflow.stages.interest.corrections import InterestCorrection
from rtp_applications.workflow.stages.interest.payloads import ChallengeContent
from rtp_shared.schemas import STORED
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    attempt,
    breaks,
    build_snapshot,
    giving,
    on_payload,
    refused_for,
    take,
)
from tests.applications.workflow.stages import interest_cases
from tests.applications.workflow.stages.interest_cases import LEAD, OFFICER

CONTENT = interest_cases.CHALLENGED
NORTH = CONTENT.model_copy(update={"area": "The north of the county"})
WHY = "The area was copied from another service's paper."
submitted = ground.put(build_snapshot(Status.EOI_UNDER_REVIEW), CONTENT)
ground.ready(
    "correct-interest", Ready(submitted, (LEAD, OFFICER), InterestCorrection(id="area-1", content=NORTH, reasons=WHY))
)
breaks("correct-interest", "reasons-given")(on_payload(reasons=""))
breaks("correct-interest", "something-is-corrected")(on_payload(content=CONTENT))
breaks("correct-interest", "corrected-content-is-complete")(
    on_payload(content=NORTH.model_copy(update={"finances": None}))
)


@breaks("correct-interest", "correction-is-new")
def _(attempt: Ready) -> Ready:
    assert attempt.payload is not None
    return replace(attempt, snapshot=ground.put(attempt.snapshot, attempt.payload))


CORRECTING = [each for each in NEWEST if "correct-interest" in each.by_name]


@pytest.mark.parametrize("process", CORRECTING, ids=lambda each: str(each.route))
def test_the_record_keeps_both_texts_and_the_day_of_receipt_stays(process: Process) -> None:
    correcting = replace(attempt(process, "correct-interest"), now=NOW + timedelta(days=12))
    before = correcting.snapshot
    correcting = giving(correcting, service_name="Day service, north")
    after = take("correct-interest", correcting).after
    assert after.find(ChallengeContent) == NORTH
    assert after.case.service_name == "Day service, north"
    kept = after.find(InterestCorrection, "area-1")
    assert kept is not None
    assert kept.former is not None
    assert (kept.content, kept.former.content, kept.former.service_name) == (NORTH, CONTENT, before.case.service_name)
    assert after.case.submitted_at == before.case.submitted_at
    assert after.deadlines == before.deadlines


@pytest.mark.parametrize("said", [None, True])
def test_a_challenge_is_not_corrected_into_one_that_the_right_leaves_out(said: bool | None) -> None:
    content = NORTH.model_copy(update={"for_a_named_person": said})
    correcting = giving(attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "correct-interest"), content=content)
    assert refused_for("correct-interest", correcting) == ["corrected-content-is-complete"]


def test_a_second_correction_stands_beside_the_first() -> None:
    once = take("correct-interest", attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "correct-interest")).after
    second = InterestCorrection(id="name", serviceName="Day service of the north", reasons=WHY)
    again = replace(attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "correct-interest"), snapshot=once, payload=second)
    after = take("correct-interest", again).after
    assert {key for kind, key in after.records if kind == InterestCorrection.KIND} == {"area-1", "name"}
    assert after.find(ChallengeContent) == NORTH


def test_neither_side_corrects_alone() -> None:
    for signer in (LEAD, OFFICER):
        change = take("correct-interest", replace(attempt(CORRECTING[0], "correct-interest"), signers=(signer,)))
        assert change.awaiting
        assert change.after.find(ChallengeContent) == CONTENT


def test_nobody_says_themselves_what_the_former_text_was() -> None:
    given = {"id": "a", "reasons": WHY, "summary": "New", "former": {"summary": "Old"}}
    with pytest.raises(ValidationError, match="the platform keeps"):
        InterestCorrection.model_validate(given)
    assert InterestCorrection.model_validate(given, context=STORED).former is not None
