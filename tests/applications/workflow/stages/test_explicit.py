"""What is given is what it says: documents of the case, one answer, chosen reasons, a notice that can serve."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from rtp_applications.workflow.common.payloads import ConflictOfInterest, Publication
from rtp_applications.workflow.enums import Audience, Decision
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import NEWEST, PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import HeldDocument, Payload
from rtp_applications.workflow.stages.panel.payloads import KeyDecisionAnnouncement
from rtp_applications.workflow.stages.screening.payloads import ItemAnswer
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, attempt, breaks, giving, on_payload, refused_for, take
from tests.applications.workflow.stages import decided_cases as decided
from tests.applications.workflow.stages.test_panel import agreed, excepted

TODAY = NOW.date()
OF_DOCUMENTS = [
    (process, action)
    for process in NEWEST
    for action in process.actions
    if "documents" in action.payload_model.model_fields
]
breaks(["answer-question", "evidence-condition"], "documents-are-on-file")(on_payload(documents=["the lease"]))
breaks("publish-key-decision-notice", "notice-can-serve")(on_payload(decision_by=TODAY + timedelta(days=28)))


def test_every_action_that_names_documents_asks_whether_they_are_the_case_s() -> None:
    assert {action.name for _, action in OF_DOCUMENTS} == {"answer-item", "answer-question", "evidence-condition"}
    for _, action in OF_DOCUMENTS:
        assert "documents-are-on-file" in {each.name for each in action.guards}, action.name


@pytest.mark.parametrize(
    ("version", "audience", "refused"),
    [(1, Audience.EVERYBODY, []), (0, Audience.EVERYBODY, [1]), (1, Audience.BODIES, [1])],
    ids=["on file", "without content", "of the bodies"],
)
def test_a_document_that_is_named_is_one_of_the_case(version: int, audience: Audience, refused: list[int]) -> None:
    answering = attempt(RIGHT_TO_PROVIDE, "answer-item")
    held = HeldDocument(uuid4(), "other", version, "clean", "0" * 64, frozen=False, audience=audience)
    snapshot = answering.snapshot.with_document(held)
    naming = giving(replace(answering, snapshot=snapshot), documents=[str(held.id).upper()])
    assert refused_for("answer-item", naming) == ["documents-are-on-file"] * len(refused)


def test_an_item_is_answered_or_declined_and_not_both() -> None:
    both = ItemAnswer.model_validate({"item": "finances-2025", "answer": "Enclosed.", "declined": True})
    answering = replace(attempt(RIGHT_TO_PROVIDE, "answer-item"), payload=both)
    with pytest.raises(GuardsNotMet, match="answered is not declined"):
        take("answer-item", answering)
    former = replace(attempt(PROCESSES[RIGHT_TO_PROVIDE.route, 2], "answer-item"), payload=both)
    assert refused_for("answer-item", former) == []


def test_reasons_on_file_are_published_only_where_somebody_says_so() -> None:
    publishing = attempt(RIGHT_TO_PROVIDE, "publish-decision")
    silent = replace(publishing, payload=Publication(decision=Decision.ACCEPTED))
    with pytest.raises(GuardsNotMet, match="say reasonsOnFile"):
        take("publish-decision", silent)
    said = Publication.model_validate({"decision": "accepted", "reasonsOnFile": True})
    assert refused_for("publish-decision", replace(publishing, payload=said)) == []
    both = said.model_copy(update={"text": "It is sound."})
    assert refused_for("publish-decision", replace(publishing, payload=both)) == ["reasons-to-publish"]


def test_a_notice_that_can_never_serve_is_refused_with_the_first_day_that_could() -> None:
    """Published on Tuesday 1 September 2026, 28 clear days end on the 29th: the decision is open from the 30th on."""
    announcing = attempt(RIGHT_TO_PROVIDE, "publish-key-decision-notice")
    early = giving(announcing, published_on=TODAY, decision_by=date(2026, 9, 29))
    with pytest.raises(GuardsNotMet, match=r"from 2026-09-30 on .*general exception first \(SI 2012/2089 reg 10\)"):
        take("publish-key-decision-notice", early)
    assert refused_for("publish-key-decision-notice", giving(early, decision_by=date(2026, 9, 30))) == []


@pytest.mark.parametrize("exception", [excepted(TODAY), agreed()], ids=["general exception", "special urgency"])
def test_beside_an_exception_a_late_notice_is_put_on_file(exception: Payload) -> None:
    announcing = attempt(RIGHT_TO_PROVIDE, "publish-key-decision-notice")
    beside = replace(announcing, snapshot=ground.put(announcing.snapshot, exception))
    early = giving(beside, published_on=TODAY, decision_by=TODAY + timedelta(days=6))
    assert refused_for("publish-key-decision-notice", early) == []


def test_who_gives_a_name_is_told_that_a_reference_is_meant() -> None:
    named = {
        **decided.notice(TODAY).model_dump(mode="json", by_alias=True, exclude_none=True),
        "members": ["Cllr Smith"],
    }
    with pytest.raises(ValidationError, match="opaque reference of a person, as the case's parties have it"):
        KeyDecisionAnnouncement.model_validate(named)


def test_a_conflict_of_somebody_unknown_is_declared_in_advance_or_not_at_all() -> None:
    declaring = attempt(RIGHT_TO_PROVIDE, "declare-conflict")
    stranger = replace(declaring, payload=ConflictOfInterest(person="p-1", nature="Owns shares."))
    assert refused_for("declare-conflict", stranger) == ["person-is-of-the-case"]
    ahead = ConflictOfInterest.model_validate({"person": "p-1", "nature": "Owns shares.", "inAdvance": True})
    declared = take("declare-conflict", replace(declaring, payload=ahead)).after
    ended = ahead.model_copy(update={"ended": True, "in_advance": False})
    assert refused_for("declare-conflict", replace(declaring, snapshot=declared, payload=ended)) == []
