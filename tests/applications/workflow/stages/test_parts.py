"""A part of what was asked is accepted, and the rest refused."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from rtp_applications.workflow.enums import Decision, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.publication.decisions import find_decisions
from rtp_applications.workflow.stages.review.by_service import ChallengeModification
from rtp_applications.workflow.stages.review.payloads import PartialAcceptance, Parts
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, attempt, breaks, build_snapshot, on_payload, ready, take
from tests.applications.workflow.stages.interest_cases import CHALLENGE_OFFERED, DECIDER, LEAD, OFFICER

PARTS = Parts(accepted="The day service", refused="The night service")
IN_PART = PartialAcceptance(
    parts=PARTS, reasons="Nights cannot be staffed by names.", publishedReasons="Nights.", equalityNote="No impact."
)
under_review = build_snapshot(Status.EOI_UNDER_REVIEW)
ready("accept-part", ground.Ready(under_review, (DECIDER, OFFICER), IN_PART))
accepted = take("accept-part", attempt(RIGHT_TO_PROVIDE, "accept-part")).after
ready("decline-part", ground.Ready(accepted, (LEAD,)))
breaks("accept-part", "reasons-given")(on_payload(reasons=""))
breaks("accept-part", "equality-noted")(on_payload(equality_note=None))
breaks("accept-part", "deciders-are-independent")(ground.bar_last_signer)
breaks("decline-part", "part-was-accepted")(ground.on_snapshot(ground.without, PartialAcceptance))


def test_the_group_goes_on_with_the_part_or_takes_its_refusal_to_the_escalation_point() -> None:
    assert accepted.status is Status.EOI_ACCEPTED
    declined = take("decline-part", attempt(RIGHT_TO_PROVIDE, "decline-part")).after
    assert (declined.status, declined.case.refused_from) == (Status.REFUSED, Status.EOI_ACCEPTED)
    assert ground.get_open_deadline(declined, "appeal-window").due_on > NOW.date()
    assert find_decisions(accepted)[Decision.ACCEPTED_IN_PART].text == "Nights."
    assert find_decisions(declined)[Decision.REFUSED].text == "Nights."


def test_a_part_is_declined_no_more_once_all_is_accepted() -> None:
    declined = take("decline-part", attempt(RIGHT_TO_PROVIDE, "decline-part")).after
    remitted = declined.with_case(status=Status.EOI_UNDER_REVIEW)
    whole = take("accept-eoi", replace(attempt(RIGHT_TO_PROVIDE, "accept-eoi"), snapshot=remitted)).after
    declining = replace(attempt(RIGHT_TO_PROVIDE, "decline-part"), snapshot=whole)
    assert ground.refused_for("decline-part", declining) == ["part-was-accepted"]


def test_one_person_alone_refuses_no_part() -> None:
    one = take("accept-part", replace(attempt(RIGHT_TO_PROVIDE, "accept-part"), signers=(DECIDER,)))
    assert (one.after.status, bool(one.awaiting)) == (Status.EOI_UNDER_REVIEW, True)


def test_a_challenge_is_accepted_in_part_by_a_modification_on_which_the_group_agrees() -> None:
    """Localism Act 2011 s.84(1), (2): there is no other way than to accept, to reject or to modify."""
    assert "accept-part" not in COMMUNITY_RIGHT_TO_CHALLENGE.by_name
    said = {**CHALLENGE_OFFERED.model_dump(by_alias=True, exclude_none=True), "parts": PARTS.model_dump(by_alias=True)}
    offering = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "offer-modification")
    offered = take("offer-modification", replace(offering, payload=ChallengeModification.model_validate(said))).after
    assert ground.get_payload(offered, ChallengeModification).parts == PARTS
    former = PROCESSES[COMMUNITY_RIGHT_TO_CHALLENGE.route, 2].by_name["offer-modification"].payload_model
    with pytest.raises(ValidationError, match="parts"):
        former.model_validate(said)
