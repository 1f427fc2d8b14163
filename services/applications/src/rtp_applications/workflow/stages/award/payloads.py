"""Payloads of notices, representations, challenges and the award."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import Dated, DatedByDocument
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.stages.award.tendering import TimeLimits
from rtp_shared.schemas import Day, Line, Prose, not_before


class NoticeKind(StrEnum):
    """Notices on the central digital platform: UK1 to UK17 under the Procurement Act 2023, then SI 2023/1348."""

    UK1 = "UK1"
    UK2 = "UK2"
    UK3 = "UK3"
    UK4 = "UK4"
    UK5 = "UK5"
    UK6 = "UK6"
    UK7 = "UK7"
    UK8 = "UK8"
    UK9 = "UK9"
    UK10 = "UK10"
    UK11 = "UK11"
    UK12 = "UK12"
    UK13 = "UK13"
    UK14 = "UK14"
    UK15 = "UK15"
    UK16 = "UK16"
    UK17 = "UK17"
    SELECTION_CONTRACT = "provider-selection-contract-notice"
    SELECTION_INTENTION = "provider-selection-notice-of-intention"
    SELECTION_AWARD = "provider-selection-award-notice"
    SELECTION_MODIFICATION = "provider-selection-modification-notice"
    SELECTION_ABANDONMENT = "provider-selection-abandonment-notice"


SUBMITTED = frozenset({NoticeKind.SELECTION_AWARD, NoticeKind.SELECTION_MODIFICATION, NoticeKind.SELECTION_ABANDONMENT})
"""Notices that are to be submitted for publication within 30 days, whenever they are published: SI 2023/1348 regs 7 to
11, 13(5)(a), 14(5)(a), 15(5).
"""
OF_AN_AWARD = frozenset(
    {NoticeKind.UK6, NoticeKind.UK7, NoticeKind.SELECTION_INTENTION, NoticeKind.SELECTION_AWARD}
)  # fmt: skip


class PublishedNotice(Dated):
    """A published notice; the newest of its kind counts."""

    KIND: ClassVar[str] = "notice"
    KEY: ClassVar[str | None] = "kind"

    kind: NoticeKind = Field(description="UK1 to UK17, or a notice of the Provider Selection Regime")
    notice_id: Line = Field(description="The platform's number of the notice", examples=["2026/S 000-012345"])
    ocid: Line | None = Field(default=None, description="Open contracting id", examples=["ocds-h6vhtk-04a1b2"])
    published_on: Day


class AwardNotice(PublishedNotice):
    """A published notice that announces an award, with the standstill for which it provides."""

    standstill_ends_on: Annotated[Day | None, not_before("published_on")] = Field(
        default=None,
        description="Last day of the standstill that a contract award notice provides for, where that is longer than "
        "eight working days (Procurement Act 2023 s.51(1)(b), (4))",
    )


class TenderNotice(PublishedNotice, TimeLimits):
    """A published notice that opens a tender, with its time limits."""

    requests_due_on: Annotated[Day | None, not_before("published_on")] = Field(
        default=None,
        description="Where the notice invites requests to participate in a competitive flexible procedure, the day by "
        "which they must be submitted: the last of the participation period (s.54(3), (5))",
    )


class Notice(AwardNotice, TenderNotice):
    """A published notice with all that one of any kind may say. Every notice on file can be read so."""

    submitted_on: Day | None = Field(
        default=None,
        description="When it was submitted for publication. Of a notice of an award, a modification or an abandonment "
        "under SI 2023/1348 the 30 days go by it; left out, they go by publishedOn",
    )

    @property
    def given_on(self) -> date:
        """Return the day by which the duty to give the notice is met: of its submission where that is what the law
        asks for and it is on file, else of its publication.
        """
        return self.submitted_on if self.submitted_on and self.kind in SUBMITTED else self.published_on


class TimelyRepresentation(Dated):
    """Written representations of an aggrieved provider (SI 2023/1348 reg 12)."""

    KIND: ClassVar[str] = "representation"
    KEY: ClassVar[str | None] = "reference"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    reference: Line
    received_on: Day


class Representation(TimelyRepresentation):
    """Written representations of an aggrieved provider (SI 2023/1348 reg 12), in time or late."""

    late: bool = Field(
        default=False,
        strict=True,
        description="Received after the last day for representations: it is put on file and blocks nothing",
    )


class FurtherChoice(StrEnum):
    AWARD = "award-as-intended"
    EARLIER_STEP = "return-to-earlier-step"
    ABANDON = "abandon"


class PlainFurtherDecision(DatedByDocument):
    """What the authority decided anew, having reviewed a representation (SI 2023/1348 reg 12)."""

    KIND: ClassVar[str] = "further-decision"
    KEY: ClassVar[str | None] = "reference"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    reference: Line = Field(description="Reference of the representation")
    decision: FurtherChoice
    communicated_on: Day


class FurtherDecision(PlainFurtherDecision):
    """What the authority decided anew on a representation, with its review and its reasons (SI 2023/1348 reg 12(4) to
    (8)).
    """

    review: Prose | None = Field(
        default=None,
        description="How the decision was reviewed in view of the representations, which opportunity to explain them "
        "was given, and which information that was asked for was provided, or why not (reg 12(4)(a) to (c), (5))",
    )
    reasons: Prose | None = Field(
        default=None, description="The reasons, as they were communicated in writing (reg 12(6), (8))"
    )


class Challenge(Dated):
    """A legal challenge to the award or to the decision before it: a claim or a judicial review."""

    KIND: ClassVar[str] = "challenge"
    KEY: ClassVar[str | None] = "reference"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    reference: Line = Field(description="The court's or the authority's reference")
    opened_on: Day
    closed_on: Annotated[Day | None, not_before("opened_on")] = Field(
        default=None, description="When it ended; it is live until then"
    )
    outcome: Prose | None = None


class Award(Dated):
    """The contract, grant or in-house arrangement is entered into."""

    KIND: ClassVar[str] = "award"

    entered_into_on: Day
    reference: Line | None = None


class TenderLoss(DatedByDocument):
    """Somebody else won: a legitimate end."""

    KIND: ClassVar[str] = "tender-loss"

    award_notice_id: Line = Field(description="Number of the notice of the award, which is on file")
    feedback_given_on: Day | None = Field(default=None, description="When the applicants were given feedback")
