"""Version 2: nothing was accepted in part, and where no text was given the reasons on file were published."""

from dataclasses import replace
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.common import payloads
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.publication.decisions import find_decisions
from rtp_shared.schemas import Prose


class Decision(StrEnum):
    """What version 2 knew to be decided of a case."""

    ACCEPTED = "accepted"
    ACCEPTED_AS_MODIFIED = "accepted-as-modified"
    REFUSED = "refused"
    NOT_ELIGIBLE = "not-eligible"
    APPROVED = "approved"
    APPROVED_CONDITIONALLY = "approved-conditionally"
    DEFERRED = "deferred"
    AWARDED = "awarded"
    TENDER_LOST = "tender-lost"
    QUASHED = "quashed"
    STOPPED = "stopped"


class FormerPublication(Payload):
    """A decision is published in the public register."""

    KIND: ClassVar[str] = payloads.Publication.KIND
    KEY: ClassVar[str | None] = payloads.Publication.KEY

    decision: Decision = Field(description="Which of the decisions that stand in the case")
    text: Prose | None = Field(
        default=None,
        description="The reasons as they may be published: no names, nothing by which a person can be known. Left "
        "out, those on file are published: for a refusal its published reasons, or else its reasons",
    )
    show_number: bool = Field(
        default=False, strict=True, description="The staff group agreed that its case number is shown"
    )


@guard("/text", payload=True)
def reasons_to_publish(step: Step) -> str | None:
    """There are reasons to publish: those given, or those on file."""
    decided = find_decisions(step.snapshot).get(step.payload.decision)
    if step.payload.text or decided is None or decided.text:
        return None
    return "no reasons that may be published are on file; give them"


def _publish(now: Action) -> Action:
    return replace(now.replace_guard(reasons_to_publish.name, reasons_to_publish), payload_model=FormerPublication)


VERSION_2 = Earlier(actions={"publish-decision": _publish})
