"""Request and response bodies of support requests."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from rtp_advice_matching.constraints import Meeting
from rtp_advice_matching.directory.facets import AccessNeed, AdviserKind
from rtp_advice_matching.directory.schemas import Language
from rtp_advice_matching.matching import Ground, PartName
from rtp_advice_matching.requests.models import SupportStatus
from rtp_advice_matching.resources.schemas import ResourceLink
from rtp_advice_matching.ways import Remedy
from rtp_shared.contracts.vocabulary import Stage
from rtp_shared.schemas import Input, Output


class PartView(Output):
    """One part of a score."""

    part: PartName
    points: int
    max: int = Field(description="Points that the best fit would get; those of all parts are 100")
    reason: str = Field(
        description="Why, in words for the staff group", examples=["Knows services like yours: libraries"]
    )


class ProposalView(Output):
    """An adviser who was proposed, and why."""

    rank: int = Field(description="1 is the best match of those that you see")
    adviser_id: UUID
    adviser_name: str
    adviser_kind: AdviserKind
    network_id: UUID
    score: int = Field(description="Sum of the points of its parts, 0 to 100")
    parts: list[PartView]


class NotProposedView(Output):
    """An adviser who was not proposed, and the first reason why not."""

    adviser_id: UUID
    ground: Ground
    reason: str


class WayView(Output):
    """Something with which somebody could be proposed to a group that nobody can be proposed to."""

    change: Remedy
    reason: str = Field(description="The same in words for the staff group")
    by: int | None = Field(description="How many more hours a month, or places; null where no number says it")
    count: int = Field(description="Advisers whom nothing else keeps out")
    advisers: list[UUID] = Field(description="The first twenty of them")


class StrandView(Output):
    """How the search for one kind of support stands."""

    kind: AdviserKind
    status: SupportStatus = Field(
        description="`offered` and `agreed`: nobody else of this kind can be asked; somebody of another kind can"
    )
    adviser_id: UUID | None = Field(description="Who was agreed on, where you see that proposal")
    agreed_at: datetime | None = Field(description="When, where you see that proposal")


class PreferencesGiven(Input):
    """What a staff group asks of its adviser. What is left out is not asked."""

    languages: Annotated[list[Language], Field(max_length=20)] = Field(
        default=[], description="Language tags (BCP 47), of which the adviser speaks one; `cy` finds cy-GB too"
    )
    access_needs: Annotated[list[AccessNeed], Field(max_length=20)] = Field(
        default=[], description="Access needs of people in the group; the adviser can meet all of them"
    )
    meeting: Meeting = Field(default=Meeting.ANY, description="How the group would meet its adviser")
    kinds: Annotated[list[AdviserKind], Field(max_length=3)] = Field(
        default=[], description="The kinds of adviser that the group looks for; none named means any"
    )
    funders: Annotated[list[UUID], Field(max_length=50)] = Field(
        default=[], description="Ids of organisations that fund the group: the adviser is independent of them"
    )
    prior_advisers: Annotated[list[UUID], Field(max_length=50)] = Field(
        default=[],
        description="Ids of advisers or networks who have advised somebody in this matter: they are not proposed",
    )


class PreferencesView(Output):
    """What a staff group asks of its adviser."""

    languages: list[str]
    access_needs: list[str]
    meeting: Meeting
    kinds: list[AdviserKind]
    funders: list[UUID]
    prior_advisers: list[UUID]


class NotProposedCount(Output):
    """How many advisers were not proposed on one ground."""

    ground: Ground
    reason: str
    count: int


class SupportRequestLine(Output):
    """A support request in a list."""

    id: UUID
    case_id: UUID
    status: SupportStatus
    version: int = Field(description="Grows by one with every change; the ETag")
    number: str | None = Field(description="The case's number; null where you may not know it")
    sector: str | None
    region: str | None = Field(description="ONS region code of the employing body")
    agreed_adviser_id: UUID | None = Field(
        description="Who was agreed on, where you see that proposal; of several kinds, the first in the order adviser, "
        "mentor, ambassador"
    )
    opened_at: datetime
    changed_at: datetime


class SupportRequestView(SupportRequestLine):
    """A support request, as its reader may see it."""

    route: str | None
    stage: Stage | None = Field(description="How far the case has come; advisers are matched to it")
    employer_id: UUID | None = Field(serialization_alias="employer", description="Id of the body")
    commissioner_id: UUID | None = Field(serialization_alias="commissioner", description="Id of the body")
    decision_body_id: UUID | None = Field(serialization_alias="decisionBody", description="Id of the body")
    headcount: int | None
    legal_form: str | None
    topics: list[str] = Field(description="What the staff group needs advice on now: the topics of its needs")
    proposed_at: datetime | None
    agreed_at: datetime | None = Field(description="Null for a network of whose people none was agreed on")
    closed_at: datetime | None
    proposals: list[ProposalView] = Field(
        description="Best match first. A network of advisers is shown the proposals of its own ones only"
    )
    strands: list[StrandView] = Field(
        description="How the search for each kind of support stands. A network is shown the kinds of its own proposals"
    )
    resources: list[ResourceLink] = Field(
        description="Guides, toolkits and templates for its stage, those about its topics first; the first ten"
    )
    preferences: PreferencesView | None = Field(
        description="What the group asks of its adviser; null where you may not know more of the case"
    )
    would_change: list[WayView] | None = Field(
        description="What would change it, while nobody can be proposed; null for everybody but the client that opened "
        "the case"
    )
    not_proposed: list[NotProposedView] | None = Field(
        description="Who else was looked at, and why not: of each ground the first twenty whose profile is shown now; "
        "null for everybody but the client that opened the case"
    )
    not_proposed_counts: list[NotProposedCount] | None = Field(
        description="How many there were on each ground when the request was matched, also of those proposed since; "
        "null where `notProposed` is"
    )


class ConstraintView(Output):
    """A ground on which somebody is not proposed."""

    ground: Ground
    reason: str


class MatchingRulesView(Output):
    """What matching goes by now, as the operator has set it."""

    constraints: list[ConstraintView] = Field(
        description="The grounds on which nobody is proposed, in the order in which the first that holds is said"
    )
    weights: dict[PartName, int] = Field(description="The points of each part of a score, 100 in all")
    proposed_at_most: int = Field(description="Advisers proposed at a time; an ambassador who is sought comes besides")
    points_per_week: int = Field(description="Points that a request has in a round for each week that it waits")
    points_for_waiting: int = Field(description="The most of them")
    hours_each: int = Field(
        description="Hours a month that a staff group takes of an adviser; who says how many they have is proposed to "
        "no more groups than these suffice for"
    )
