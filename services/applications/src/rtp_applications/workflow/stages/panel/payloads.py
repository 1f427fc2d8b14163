"""Payloads of the panel: votes, their count, and the notices that a council must give."""

from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import Dated
from rtp_applications.workflow.enums import Audience, PanelOutcome
from rtp_applications.workflow.identities import PersonRef
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Count, Day, Line, Prose, not_before


class Vote(Payload):
    """How one member votes. It is cast anew in every round, and may be changed until the panel has decided."""

    KIND: ClassVar[str] = "vote"
    KEY: ClassVar[str | None] = "member"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    member: PersonRef = Field(description="Whoever casts it: a vote is cast by nobody else")
    outcome: PanelOutcome
    note: Prose | None = None


class VoteCount(Payload):
    """The count of the panel's votes when it last decided: the single votes are struck with the decision."""

    KIND: ClassVar[str] = "vote-count"

    outcome: PanelOutcome = Field(description="What was decided")
    votes: dict[PanelOutcome, Count]
    members: Count = Field(description="Members of the panel on that day")
    members_voting: Count = Field(description="Those of them whose vote counted, abstentions among them")


class KeyDecisionAnnouncement(Dated):
    """The public notice that a key decision will be taken (SI 2012/2089 reg. 9)."""

    KIND: ClassVar[str] = "key-decision-notice"

    published_on: Day
    decision_by: Annotated[Day, not_before("published_on")] = Field(
        description="The day of the decision, or the last of the period, that the notice names"
    )
    where: Line = Field(description="Address or reference of the publication")


class AgendaPublication(Dated):
    """The public notice of the meeting with its agenda and papers."""

    KIND: ClassVar[str] = "agenda-notice"

    published_on: Day
    where: Line = Field(description="Address or reference of the publication")
