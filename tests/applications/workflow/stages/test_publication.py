"""Publishing a decision: what the action needs, what breaks each guard, and what is published of itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rtp_applications.registers.decisions.commands import announce
from rtp_applications.workflow.common.payloads import Findings, Publication, Refusal
from rtp_applications.workflow.enums import Decision, Ground, Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.decision.payloads import Approval
from rtp_applications.workflow.stages.publication.decisions import find_decisions
from rtp_applications.workflow.stages.review.payloads import Acceptance
from rtp_shared.contracts.applications import DecisionPublished
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    attempt,
    breaks,
    build_snapshot,
    put,
    ready,
    refused_for,
    take,
)
from tests.applications.workflow.stages.decided_cases import ON_CONDITIONS

OFFICER = ground.person(Role.CASE_OFFICER)
ACCEPTED = Acceptance(reasons="It is sound.", equalityNote="Impact was assessed.")
FOUND = Findings(desirability="Yes", viability="Yes", feasibility="Yes", valueForMoney="Yes")
REDACTED = "It is wanted, and would survive."


accepted = put(build_snapshot(Status.EOI_ACCEPTED), ACCEPTED)
approved = put(build_snapshot(Status.APPROVED, process=EMPLOYER_LED), Approval(findings=FOUND))
APPROVED = Publication(decision=Decision.APPROVED, text=REDACTED)
ON_FILE = Publication.model_validate({"decision": "refused", "reasonsOnFile": True})
ready("publish-decision", Ready(accepted, (OFFICER,), Publication(decision=Decision.ACCEPTED, text=REDACTED)))
ready("publish-decision", Ready(approved, (OFFICER,), APPROVED, process=EMPLOYER_LED))
breaks("publish-decision", "decision-was-made")(ground.on_payload(decision=Decision.TENDER_LOST))


@breaks("publish-decision", "not-published-yet")
def _(attempt: Ready) -> Ready:
    assert attempt.payload is not None
    return replace(attempt, snapshot=put(attempt.snapshot, attempt.payload))


@breaks("publish-decision", "reasons-to-publish")
def _(attempt: Ready) -> Ready:
    silent = put(ground.without(attempt.snapshot, Acceptance), Approval(findings=FOUND))
    return ground.giving(replace(attempt, snapshot=silent), decision=Decision.APPROVED, text=None)


def published(ready: Ready, action: str = "publish-decision") -> DecisionPublished:
    [event] = [each for each in announce(take(action, ready)).events if isinstance(each, DecisionPublished)]
    return event


@pytest.mark.parametrize(
    ("action", "decided"),
    [
        ("find-not-eligible", Decision.NOT_ELIGIBLE),
        ("accept-eoi", Decision.ACCEPTED),
        ("refuse-eoi", Decision.REFUSED),
        ("accept-modification", Decision.ACCEPTED_AS_MODIFIED),
        ("decline-modification", Decision.REFUSED),
        ("let-modification-lapse", Decision.REFUSED),
    ],
)
def test_under_the_challenge_an_answer_on_the_interest_is_published_of_itself(action: str, decided: Decision) -> None:
    event = published(attempt(COMMUNITY_RIGHT_TO_CHALLENGE, action), action)
    assert event.decision == decided
    elsewhere = announce(take(action, attempt(RIGHT_TO_PROVIDE, action)))
    assert not [each for each in elsewhere.events if isinstance(each, DecisionPublished)]


def test_what_published_itself_is_not_published_again() -> None:
    refused = take("refuse-eoi", attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "refuse-eoi")).after
    again = Ready(refused, (OFFICER,), ON_FILE, process=COMMUNITY_RIGHT_TO_CHALLENGE)
    assert refused_for("publish-decision", again) == ["not-published-yet"]


def test_one_signature_of_two_publishes_nothing() -> None:
    two = attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "refuse-eoi")
    change = announce(take("refuse-eoi", replace(two, signers=two.signers[:1])))
    assert change.awaiting
    assert change.events == ()


def test_a_refusal_publishes_its_redacted_reasons_and_its_ground() -> None:
    refused = take("refuse-eoi", attempt(RIGHT_TO_PROVIDE, "refuse-eoi")).after
    [found] = find_decisions(refused).values()
    assert (found.text, found.ground, found.at) == ("A duty.", Ground.UNLAWFUL, NOW)
    assert published(Ready(refused, (OFFICER,), ON_FILE)).ground == Ground.UNLAWFUL


def test_a_modification_is_published_with_its_reasons() -> None:
    """Localism Act 2011 s.84(8)(b), (9)."""
    modified = take("accept-modification", attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "accept-modification")).after
    offer = modified.records["modification", ""].content
    published_text = find_decisions(modified)[Decision.ACCEPTED_AS_MODIFIED].text
    assert published_text == f"{offer['text']}\n\n{offer['otherwiseRefusedFor']}"


def test_a_former_refusal_lends_its_reasons_to_no_later_one() -> None:
    later = NOW + timedelta(days=60)
    lapsed = put(
        build_snapshot(Status.REFUSED, now=later, refused_from=Status.APPROVED_CONDITIONAL),
        Refusal(reasons="Old ones."),
    )
    assert find_decisions(lapsed)[Decision.REFUSED].text is None


def test_the_same_decision_made_anew_may_be_published_anew() -> None:
    again = attempt(RIGHT_TO_PROVIDE, "publish-decision")
    once = take("publish-decision", again).after
    later = NOW + timedelta(days=30)
    [accepted] = [each for each in once.records.values() if each.kind == Acceptance.KIND]
    signed = tuple(replace(each, at=later) for each in accepted.signed)
    anew = once.with_record(replace(accepted, signed=signed))
    assert refused_for("publish-decision", replace(again, snapshot=once, now=later)) == ["not-published-yet"]
    assert published(replace(again, snapshot=anew, now=later)).published_at == later


def test_what_a_court_quashed_is_not_published_any_more() -> None:
    accepted = replace(attempt(RIGHT_TO_PROVIDE, "quash"), snapshot=put(build_snapshot(Status.EOI_ACCEPTED), ACCEPTED))
    assert set(find_decisions(accepted.snapshot)) == {Decision.ACCEPTED}
    struck = take("quash", replace(accepted, now=NOW + timedelta(days=1))).after
    assert set(find_decisions(struck)) == {Decision.QUASHED}
    assert "[2026] EWHC 1234 (Admin)" in str(find_decisions(struck)[Decision.QUASHED].text)


def test_conditions_are_counted() -> None:
    snapshot = put(build_snapshot(Status.APPROVED_CONDITIONAL), ON_CONDITIONS)
    payload = Publication(decision=Decision.APPROVED_CONDITIONALLY, text=REDACTED)
    assert published(Ready(snapshot, (OFFICER,), payload)).conditions == len(ON_CONDITIONS.conditions) == 2


def test_a_refusal_for_want_of_consent_has_the_ground_that_the_offer_named() -> None:
    declined = take("decline-modification", attempt(COMMUNITY_RIGHT_TO_CHALLENGE, "decline-modification")).after
    [found] = find_decisions(declined).values()
    assert (found.ground, found.text) == (Ground.UNLAWFUL, "Nights cannot be staffed.")
