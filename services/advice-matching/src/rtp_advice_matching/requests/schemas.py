"""Request and response bodies of support requests."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.matching import Ground, PartName
from rtp_advice_matching.requests.models import SupportStatus
from rtp_advice_matching.resources.schemas import ResourceLink
from rtp_shared.contracts.vocabulary import Stage
from rtp_shared.schemas import Output


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
    agreed_adviser_id: UUID | None = Field(description="Who was agreed on, where you see that proposal")
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
    resources: list[ResourceLink] = Field(
        description="Guides, toolkits and templates for its stage, those about its topics first; the first ten"
    )
    not_proposed: list[NotProposedView] | None = Field(
        description="Who else was looked at, and why not: of each ground the first twenty whose profile is shown now; "
        "null for everybody but the client that opened the case"
    )
    not_proposed_counts: list[NotProposedCount] | None = Field(
        description="How many there were on each ground when the request was matched, also of those proposed since; "
        "null where `notProposed` is"
    )
