"""Payloads of the panel: votes, their count, the notices before a decision, and the record of it."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rtp_applications.workflow.bounds import Dated
from rtp_applications.workflow.common.days import DecidedByDocument
from rtp_applications.workflow.enums import Audience, PanelOutcome
from rtp_applications.workflow.identities import PersonRef
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Count, Day, Input, Line, Prose, not_before


class Vote(DecidedByDocument):
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


class AnnouncedDecision(Dated):
    """The public notice that a key decision will be taken (SI 2012/2089 reg. 9)."""

    KIND: ClassVar[str] = "key-decision-notice"

    published_on: Day
    decision_by: Annotated[Day, not_before("published_on")] = Field(
        description="The day of the decision, or the last of the period, that the notice names"
    )
    where: Line = Field(description="Address or reference of the publication")


Members = Annotated[list[PersonRef], Field(max_length=200)]


class KeyDecisionAnnouncement(AnnouncedDecision):
    """The public notice that a key decision will be taken (SI 2012/2089 reg. 9; SI 2017/68 art. 11)."""

    decision_maker: Line | None = Field(
        default=None, description="Name or title of whoever decides", examples=["Cabinet", "Director of Adult Care"]
    )
    members: Members = Field(
        default=[],
        description="Who they are, one by one, as the notice lists them: none of them may call the decision in",
    )


class PublishedAgenda(Dated):
    """The public notice of the meeting with its agenda and papers."""

    KIND: ClassVar[str] = "agenda-notice"

    published_on: Day
    where: Line = Field(description="Address or reference of the publication")


class AgendaPublication(PublishedAgenda):
    """The public notice of the meeting with its agenda and papers, and whether the public is let in."""

    in_private: bool = Field(
        default=False, strict=True, description="The public is excluded while the meeting deals with the case"
    )


class GeneralException(Dated):
    """Notice to the chair of scrutiny of a key decision that could not be announced (SI 2012/2089 reg. 10)."""

    KIND: ClassVar[str] = "general-exception"

    informed: Literal["chair", "every-member"] = Field(
        description="Who of the scrutiny committee was told in writing: its chair, or every member if it has none"
    )
    published_on: Day = Field(description="When a copy of that notice was made public; five clear days follow")
    where: Line = Field(description="Address or reference of the publication")
    reasons: Prose = Field(description="Why notice of 28 clear days is impracticable; it is published as well")


class AgreedBy(StrEnum):
    """Who agrees that something is urgent, in the order of the law (SI 2012/2089 regs 5(6), 11(1))."""

    SCRUTINY_CHAIR = "scrutiny-chair"
    CHAIR_OF_THE_AUTHORITY = "chair-of-the-authority"
    VICE_CHAIR_OF_THE_AUTHORITY = "vice-chair-of-the-authority"


class Urgent(StrEnum):
    KEY_DECISION = "key-decision"
    PRIVATE_MEETING = "private-meeting"


class SpecialUrgency(Dated):
    """The agreement that a decision, or a private meeting, is urgent and cannot reasonably be deferred."""

    KIND: ClassVar[str] = "special-urgency"
    KEY: ClassVar[str | None] = "what"

    what: Urgent
    agreed_by: AgreedBy
    agreed_on: Day
    instead_because: Prose | None = Field(
        default=None, description="Why not the chair of scrutiny: there is none, or who is cannot act"
    )
    reference: Line | None = Field(
        default=None, description="Where the agreement is on paper, if it is not the chair of scrutiny's own entry"
    )
    reasons: Prose = Field(description="Why it is urgent and cannot reasonably be deferred; they are published")
    where: Line | None = Field(default=None, description="Address or reference of the publication of the reasons")


class PrivateMeetingNotice(Dated):
    """Notice that the meeting will be held in private: 28 clear days before, and again 5 (SI 2012/2089 reg. 5)."""

    KIND: ClassVar[str] = "private-meeting-notice"
    KEY: ClassVar[str | None] = "stage"

    stage: Literal["intention", "further"] = Field(description="The first notice, or the one five clear days before")
    published_on: Day
    where: Line = Field(description="Address or reference of the publication")
    reasons: Prose = Field(description="Why the public is excluded")
    representations: Prose | None = Field(
        default=None, description="In the further notice: what was said for a public meeting; that nothing was, if so"
    )
    response: Prose | None = Field(default=None, description="In the further notice: what the body answered")


class ShorterNotice(Dated):
    """The meeting is convened at shorter notice than five clear days (SI 2012/2089 reg. 6(1)(b))."""

    KIND: ClassVar[str] = "shorter-notice"

    convened_on: Day = Field(description="When it was convened: its notice, agenda and papers are public from then on")
    where: Line = Field(description="Address or reference of the notice of time and place")
    reasons: Prose = Field(description="Why it is convened at shorter notice")


class DeclaredConflict(Input):
    """A conflict of interest that somebody who decided, or was consulted, declared. No names."""

    nature: Prose
    dispensation: Line | None = Field(default=None, description="The dispensation of the head of paid service, if any")


class DecisionRecord(Dated):
    """The written statement of the decision (SI 2012/2089 regs 12 and 13; SI 2014/2095 reg. 7)."""

    KIND: ClassVar[str] = "decision-record"

    decided_on: Day
    decision: Prose = Field(description="What was decided")
    reasons: Prose
    alternatives: Prose = Field(description="What else was considered and rejected; that nothing was, if so")
    conflicts: list[DeclaredConflict] = Field(default=[], max_length=50)
    where: Line = Field(description="Address or reference of its publication")
