"""Request and response bodies of erasures."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from rtp_advice_matching.erasures.models import Eraser, ErasureReason, ErasureScope
from rtp_shared.schemas import Input, Line, Output


class SupportErasureOpening(Input):
    """What is to be erased, and why."""

    scope: ErasureScope
    id: UUID | None = Field(default=None, description="Of the engagement, the support request or the adviser")
    reference: Line | None = Field(
        default=None, description="Of a person: the reference by which a client named them (`On-Behalf-Of`)"
    )
    reason: ErasureReason


class ErasureCounts(Output):
    """How many texts and people go, or went, by kind."""

    session_notes: int = 0
    goals: int = Field(default=0, description="Goals whose text goes; their state stays")
    feedback_comments: int = Field(default=0, description="The rating stays")
    follow_up_notes: int = Field(default=0, description="How it goes stays")
    profiles: int = Field(default=0, description="Name, description, calendar and conflicts of an adviser")
    override_reasons: int = Field(default=0, description="Why a pair was set against a round's advice")
    certificate_entries: int = Field(
        default=0, description="What certificates of rounds say of the group's needs; the place that it takes stays"
    )
    person_references: int = Field(default=0, description="Places where the person was named")


class SupportErasurePreview(Output):
    """What would be erased."""

    scope: ErasureScope
    counts: ErasureCounts


class SupportErasureView(Output):
    """An erasure that was done."""

    id: UUID
    scope: ErasureScope
    subject_id: UUID = Field(description="Of what it was; of a person, the id that stands in place of the reference")
    reason: ErasureReason
    eraser: Eraser = Field(description="Whose texts went: of that side of engagements, or of all")
    client_id: str = Field(description="The client that had it erased")
    counts: ErasureCounts
    erased_at: datetime
