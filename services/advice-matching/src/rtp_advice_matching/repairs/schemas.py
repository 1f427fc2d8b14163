"""Request and response bodies of repairs, simulations and overrides."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from rtp_advice_matching.directory.facets import AccessNeed, AdviserKind
from rtp_advice_matching.directory.schemas import Language
from rtp_advice_matching.engagements.models import EngagementStatus
from rtp_advice_matching.repairs.models import OverrideStatus
from rtp_advice_matching.rounds.models import RoundStatus
from rtp_advice_matching.rounds.schemas import CommitPreview, LeftOutView
from rtp_shared.contracts.vocabulary import LegalForm, Sector, Stage, SupportTopic
from rtp_shared.schemas import Input, Output, Prose, Storable, Whole

Ids = Annotated[list[UUID], Field(max_length=200)]


class PlacesNow(Input):
    adviser_id: UUID
    free_places: Annotated[Whole, Field(ge=0, le=100)] = Field(description="How many more groups they can help")


class RepairOpening(Input):
    """What an operator names beside what has changed already; all of it may be left out."""

    advisers_left: Ids = Field(default=[], description="Advisers who drop out")
    places: Annotated[list[PlacesNow], Field(max_length=200)] = Field(
        default=[], description="Advisers with more or fewer places; who also drops out has none"
    )
    requests_withdrawn: Ids = Field(default=[], description="Support requests that take part no more")


class AdviserProfile(Input):
    """An adviser who is not there, as the rule of matching sees one."""

    sectors: list[Sector] = Field(default=[], description="None named means any")
    regions: list[Annotated[str, Field(max_length=9), Storable]] = Field(default=[], description="ONS region codes")
    remote: StrictBool = True
    topics: list[SupportTopic] = Field(default=[])
    stages: list[Stage] = Field(default=[], description="None named means any")
    legal_forms: list[LegalForm] = Field(default=[], description="None named means any")
    capacity: Annotated[Whole, Field(ge=0, le=100)] = 1
    kind: AdviserKind = AdviserKind.ADVISER
    languages: Annotated[list[Language], Field(max_length=20)] = Field(default=["en"])
    access_needs: Annotated[list[AccessNeed], Field(max_length=20)] = Field(default=[])


class MorePlaces(Input):
    adviser_id: UUID
    more: Annotated[Whole, Field(ge=-100, le=100)] = Field(description="Added to the capacity; fewer if negative")


Points = Annotated[Whole, Field(ge=0, le=100)]


class Weights(Input):
    """The points of each part of a score; those left out keep theirs."""

    topics: Points | None = None
    sector: Points | None = None
    region: Points | None = None
    stage: Points | None = None
    capacity: Points | None = None
    legal_form: Points | None = None


class Supposition(Input):
    """What a simulation supposes to be otherwise in the round."""

    more_places: Annotated[list[MorePlaces], Field(max_length=200)] = Field(default=[])
    without_advisers: Ids = Field(default=[])
    with_advisers: Annotated[list[AdviserProfile], Field(max_length=50)] = Field(default=[])
    weights: Weights = Weights()


class MoveView(Output):
    """A request that gets another adviser, loses the one it had, or gets one."""

    request_id: UUID
    before: UUID | None = Field(description="The adviser it had; null for who had none")
    rank_before: int | None = Field(description="1 if nobody on its list fitted better")
    after: UUID | None = Field(description="The adviser it gets; null for who is left without")
    rank_after: int | None
    directly: bool = Field(description="Its pair may stand no more; all others are moved because of such")


class HarmView(Output):
    """Who is moved, counted."""

    moved: int = Field(description="Requests that lose the adviser they had")
    directly: int
    indirectly: int
    worse: int = Field(description="Of the moved, those whose new adviser fits less")
    as_good: int
    better: int
    left_without: int = Field(description="Of the moved, those who get nobody")
    gained: int = Field(description="Requests that had nobody and get somebody")
    engagements_ending: int = Field(
        default=0, description="Engagements and offers of advisers who have left; their groups are not among the moved"
    )
    at_least: int | None = Field(
        default=None, description="No stable repair moves fewer; `moved` is the fewest if it is as many"
    )


class EndingView(Output):
    """A group that has agreed on an adviser who has left, or has an offer there."""

    request_id: UUID
    adviser_id: UUID
    status: EngagementStatus


class RepairPreview(Output):
    """A repair that was worked out and not saved."""

    basis_hash: str = Field(description="SHA-256 of all that the repair depends on")
    figures: HarmView
    moves: list[MoveView]
    ending: list[EndingView] = Field(
        description="Engagements, and offers that wait, of the round's advisers who have left: no repair moves these, "
        "and committing one ends them"
    )


class RepairCommitPreview(CommitPreview):
    """What would come of committing a repair now; nothing was done."""

    ending: list[EndingView] = Field(description="Engagements that would end, and offers that would be taken back")


class RepairView(RepairPreview):
    """A repair that was saved."""

    id: UUID
    round_id: UUID
    status: RoundStatus
    version: int = Field(description="Grows by one with every change; the ETag")
    created_at: datetime
    committed_at: datetime | None
    proposed: int | None = Field(description="Pairs that were proposed when it was committed")
    left_out: list[LeftOutView] = Field(description="Pairs that were not, because they may not be")


class SimulationView(Output):
    """A round as it would have come out otherwise, beside the one that is."""

    placed_before: int
    placed: int
    figures: HarmView
    moves: list[MoveView] = Field(description="Ranks after are those in the simulation's lists")


class OverrideOpening(Input):
    request_id: UUID
    adviser_id: UUID
    reason: Prose = Field(description="Why it is right against the round's advice; no names of people")


class OverrideView(Output):
    """A pair set against a round's advice."""

    id: UUID
    round_id: UUID
    status: OverrideStatus
    version: int = Field(description="Grows by one with every change; the ETag")
    request_id: UUID
    adviser_id: UUID
    advised_adviser_id: UUID | None = Field(description="Whom the round had chosen")
    reason: str
    proposed_by: str = Field(description="Reference of the person who proposed it")
    proposed_at: datetime
    ended_by: str | None = Field(description="Reference of the person who confirmed or withdrew it")
    ended_at: datetime | None
