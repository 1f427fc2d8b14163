"""Request and response bodies of matching rounds."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from rtp_advice_matching.directory.facets import AdviserKind
from rtp_advice_matching.rounds.models import RoundStatus
from rtp_advice_matching.rounds.rules.snapshot import Method
from rtp_shared.schemas import Input, Line, Output, Whole


class RoundOpening(Input):
    """What may be chosen for a round."""

    list_length: Annotated[Whole, Field(ge=1, le=200)] = Field(
        default=50, description="How many advisers are looked at for each request, the best first"
    )
    seed: Line = Field(default="1", description="Decides among equals; the same seed decides in the same way")
    method: Method = Field(
        default=Method.FAST,
        description="`fast` gives somebody to two thirds of the most who can have somebody, at the least. `exact` "
        "gives somebody to the most, for at most 20,000 pairs (requests times `listLength`) and within 15 seconds; "
        "`largestAtMost` says what is proved",
    )
    kind: AdviserKind | None = Field(
        default=None,
        description="Of one kind of support: over all groups that need it by name, also beside somebody of another "
        "kind. An adviser is of one kind, so that rounds of several kinds never share a place. Left out: over all "
        "groups that have nobody, for whom whoever fits best of any kind is found",
    )


class RoundFigures(Output):
    """What a round comes to."""

    kind: AdviserKind | None = Field(default=None, description="The kind of support that it was of; null for any")

    requests: int = Field(description="Requests that took part: open or proposed, who waits longest first")
    more_waiting: bool = Field(description="Whether more wait than take part in one round")
    advisers: int = Field(description="Advisers who take part now")
    placed: int = Field(description="Requests that got an adviser")
    first_choices: int = Field(description="Those of them for whom nobody fits better")
    nobody_may_help: int = Field(description="Requests whom nobody may help as things stand")
    fewest_places: int | None = Field(
        default=None,
        description="The fewest more places with which everybody could have somebody whom places help at all; exactly. "
        "The certificate names whose. Rounds worked out before release 1.5.0 do not say it",
    )
    no_place_helps: int | None = Field(
        default=None, description="Requests whom no place of anybody helps; the certificate names them"
    )
    at_least: int = Field(
        description="A stable result needs so many more places at the least so that everybody gets somebody for whom "
        "there is somebody with a free place now"
    )
    at_most: int = Field(description="So many are enough for it; the certificate names them")
    method: Method = Method.FAST
    largest_at_most: int | None = Field(
        default=None,
        description="No stable result gives somebody to more; `placed` is the most if it is as many",
    )


class PairView(Output):
    """An adviser for a request."""

    request_id: UUID
    adviser_id: UUID


class RoundPreview(Output):
    """A round that was worked out and not saved."""

    input_hash: str = Field(description="SHA-256 of the canonical JSON of all that went in")
    figures: RoundFigures
    pairs: list[PairView]


class LeftOutView(Output):
    """A pair that was not proposed when its round was committed."""

    request_id: UUID
    adviser_id: UUID
    reason: str = Field(
        description="`request-changed`, `adviser-left`, or the ground on which the adviser may not help any more"
    )


class CommitPreview(Output):
    """What would come of committing a round now; nothing was done."""

    proposed: int = Field(description="Pairs that would be proposed")
    left_out: list[LeftOutView] = Field(description="Pairs that would not be, because something has changed since")


class RoundView(Output):
    """A matching round that was saved."""

    id: UUID
    status: RoundStatus
    version: int = Field(description="Grows by one with every change; the ETag")
    list_length: int
    seed: str
    input_hash: str = Field(description="SHA-256 of the canonical JSON of all that went in; the certificate holds it")
    figures: RoundFigures
    created_at: datetime
    committed_at: datetime | None
    proposed: int | None = Field(description="Pairs that were proposed when it was committed")
    left_out: list[LeftOutView] = Field(description="Pairs that were not, because something had changed since")
