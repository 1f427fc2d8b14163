"""Payloads of all that may happen at any stage: suspension, escalation, court orders, succession."""

from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AliasChoices, Field

from rtp_applications.workflow.bounds import Dated
from rtp_applications.workflow.common.days import DecidedByDocument
from rtp_applications.workflow.enums import Status, Suspension
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Line, Prose


class FormerSuspensionNote(Payload):
    """Why the case rests, and when it is looked at again whether it must."""

    KIND: ClassVar[str] = "suspension"

    because: Literal[
        Suspension.LITIGATION, Suspension.PRE_ELECTION, Suspension.REORGANISATION, Suspension.STATUTORY_CONSULTATION
    ]
    reasons: Prose
    review_on: Day = Field(description="Civil date in London by which the suspension is ended or renewed")


class SuspensionNote(Payload):
    """Why the case rests, and when it is looked at again whether it must. Every one on file can be read so."""

    KIND: ClassVar[str] = "suspension"

    because: Suspension = Field(
        description="`section-114-notice`: a report under section 114 of the Local Government Finance Act 1988"
    )
    reasons: Prose
    review_on: Day = Field(description="Civil date in London by which the suspension is ended or renewed")


class StopReason(StrEnum):
    """For what a body may stop a case."""

    FUNDING_GONE = "funding-gone"
    POLICY_REVERSED = "policy-reversed"
    SECTION_114_NOTICE = "section-114-notice"
    SERVICE_ENDS = "service-ends"
    REORGANISATION = "reorganisation"
    NOT_BEGUN_BY_THE_EMPLOYER = "not-begun-by-the-employer"
    """Of a spin-out that was put to the employer, and is not its own."""


class Stop(DecidedByDocument):
    """The body stops the case: no finding on its merits."""

    KIND: ClassVar[str] = "stop"

    because: StopReason
    reasons: Prose = Field(description="Why; it is published in the public register unless a redacted text is given")
    published_reasons: Prose | None = Field(
        default=None, description="The reasons as they may be published, where the full ones may not"
    )


class Escalation(Payload):
    """The staff group takes a refusal to the escalation point."""

    KIND: ClassVar[str] = "escalation"

    grounds: Prose = Field(description="What was not duly considered, and what is asked for")


class Remittal(DecidedByDocument):
    """What the reviewer found, and to which stage the case goes back. A reviewer recommends or remits; never awards."""

    KIND: ClassVar[str] = "review-finding"

    to: Literal[Status.EOI_UNDER_REVIEW, Status.FEASIBILITY, Status.PANEL_READY]
    reasons: Prose
    recommendations: Prose | None = None


class Finding(DecidedByDocument):
    """The reviewer upholds the refusal."""

    KIND: ClassVar[str] = "review-finding"

    reasons: Prose
    recommendations: Prose | None = None


class Recommendation(DecidedByDocument):
    """What a reviewer recommends to an authority that refused on a statutory ground, and decides on it itself."""

    KIND: ClassVar[str] = "review-recommendation"

    reasons: Prose
    recommendations: Prose


class Reopening(DecidedByDocument):
    """The authority takes its own refusal up again."""

    KIND: ClassVar[str] = "reopening"

    to: Literal[Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW]
    reasons: Prose


class StopReopening(DecidedByDocument):
    """The authority takes a case up again that it stopped."""

    KIND: ClassVar[str] = "stop-reopening"

    to: Literal[Status.AWARDED, Status.TRANSITION]
    reasons: Prose


class KeptRefusal(DecidedByDocument):
    """The authority keeps to its refusal, whatever the reviewer recommended."""

    KIND: ClassVar[str] = "kept-refusal"

    reasons: Prose


class CourtOrder(Dated):
    """An order of a court that quashes the decision."""

    KIND: ClassVar[str] = "court-order"

    reference: Line = Field(description="The court's own reference", examples=["[2026] EWHC 1234 (Admin)"])
    made_on: Day


class CourtRemittal(CourtOrder):
    """An order of a court that sends the case back."""

    to: Literal[Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW, Status.ASSURANCE, Status.PANEL_READY]


class StopQuashed(CourtOrder):
    """An order of a court that quashes a stop: the case goes on where it was."""

    to: Literal[Status.AWARDED, Status.TRANSITION]


class InterestRemittal(Remittal):
    """As the Community Right to Challenge has it: the expression of interest is all that was decided on."""

    to: Literal[Status.EOI_UNDER_REVIEW]


class SpinOutRemittal(Remittal):
    """As an employer-led case has it, which has no expression of interest."""

    to: Literal[Status.FEASIBILITY, Status.PANEL_READY]


class InterestCourtRemittal(CourtRemittal):
    to: Literal[Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW]


class PanelCourtRemittal(CourtRemittal):
    to: Literal[Status.ASSURANCE, Status.PANEL_READY]


class Succession(Payload):
    """The case that goes on in this one's place."""

    KIND: ClassVar[str] = "succession"

    successor_case_id: UUID = Field(
        validation_alias=AliasChoices("successorCaseId", "successorCase"),
        serialization_alias="successorCaseId",
        description="The case that takes its place",
    )
    reasons: Prose


class PublishedIntention(Dated):
    """The body's published intention to consider provision by a mutual of its staff (it bars rival challenges)."""

    KIND: ClassVar[str] = "published-intention"

    published_on: Day
    where: Line = Field(description="Address or reference of the publication")
