"""Version 2: nothing was accepted in part, so that no such decision was published."""

from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.common import payloads
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.snapshot import Payload
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


VERSION_2 = Earlier(actions={"publish-decision": partial(replace, payload_model=FormerPublication)})
