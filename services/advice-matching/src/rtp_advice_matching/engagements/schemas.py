"""Request and response bodies of engagements."""

from datetime import date, datetime
from uuid import UUID

from pydantic import AliasChoices, Field

from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.engagements.models import DeclineReason, EndReason, EngagementSide, EngagementStatus
from rtp_shared.schemas import Day, Input, Output


class Acceptance(Input):
    adviser_id: UUID = Field(
        validation_alias=AliasChoices("adviserId", "adviser"),
        serialization_alias="adviserId",
        description="Which of the proposed advisers",
    )


class EngagementOffer(Input):
    """An offer to a proposed adviser."""

    support_request_id: UUID
    adviser_id: UUID = Field(description="Which of the proposed advisers")
    consent: bool = Field(
        default=False,
        strict=True,
        description="The staff group consents that the network sees its case once it has accepted; it can follow later",
    )


class Decline(Input):
    reason: DeclineReason


class FirstContact(Input):
    on: Day = Field(description="The civil date in London: from the acceptance until today")


class EarlyEnd(Input):
    reason: EndReason


class EngagementView(Output):
    """An engagement of an adviser with a staff group, from the offer to the end."""

    id: UUID
    support_request_id: UUID
    adviser_id: UUID
    network_id: UUID = Field(description="Organisation id of the adviser's network")
    kind: AdviserKind
    status: EngagementStatus
    version: int = Field(description="Grows by one with every change; the ETag")
    by_itself: bool | None = Field(
        description="Whether it was offered by itself, after another adviser did not take it; null for the network, "
        "which is not told whether others were asked"
    )
    sector: str | None = Field(description="The staff group's service sector")
    region: str | None = Field(description="ONS region code of the employing body")
    stage: str | None = Field(description="How far the case has come")
    topics: list[str] = Field(description="What the staff group needs advice on now")
    offered_at: datetime
    answer_by: date | None = Field(description="The last day to answer; null for what was accepted beforehand")
    accepted_at: datetime | None
    consented_at: datetime | None = Field(description="When the staff group consented that the network sees its case")
    contact_by: date | None = Field(description="The last day for the first contact")
    contact_missed_at: datetime | None = Field(description="When that time was up without a contact that was in time")
    first_contact_on: date | None
    reason: str | None = Field(description="Why it was declined or ended early, from the closed lists")
    ended_by: EngagementSide | None = Field(description="Who ended it; null where a clock or the case did")
    ended_at: datetime | None
    changed_at: datetime
