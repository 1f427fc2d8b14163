"""Request and response bodies of support plans."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator

from rtp_advice_matching.needs.models import NeedState, NotNeededReason
from rtp_advice_matching.needs.rules import KindSought, NeedSource
from rtp_advice_matching.resources.schemas import ResourceLink
from rtp_advice_matching.sessions.schemas import EntitlementView
from rtp_shared.contracts.vocabulary import Stage, SupportTopic
from rtp_shared.paging import Page
from rtp_shared.schemas import Input, Output

SaidState = Literal[NeedState.OPEN, NeedState.MET, NeedState.NOT_NEEDED]
_REASON = "Why it is not needed, which is required for `not-needed` and refused for everything else"


class OwnNeed(Input):
    """A need that the staff group has by its own word."""

    kind_sought: KindSought = Field(description="Who is to meet it; information: a guide or toolkit is enough")
    topic: SupportTopic | None = Field(
        default=None, description="What it is about; only an ambassador is sought without a topic"
    )

    @model_validator(mode="after")
    def _require_topic(self) -> "OwnNeed":
        if self.topic is None and self.kind_sought is not KindSought.AMBASSADOR:
            raise ValueError("names no topic, without which only an ambassador is sought")
        return self


class NeedChange(Input):
    """What the staff group says of a need. Being met is for engagements to say."""

    state: SaidState
    reason: NotNeededReason | None = Field(default=None, description=_REASON)


class NeedView(Output):
    """One thing that a staff group needs."""

    id: UUID
    support_request_id: UUID
    source: NeedSource = Field(description="What brought it: a stage of the case, a barrier, or the group's own word")
    kind_sought: KindSought
    topic: str | None = Field(description="What it is about; null for what only opens doors")
    stage: Stage | None = Field(description="The stage of the case that it belongs to")
    state: NeedState = Field(
        description="`being-met` while an engagement is under way with somebody who covers it; `not-needed` also while "
        "it rests by the course of the case"
    )
    reason: str | None = Field(
        description="Why it is not needed, by the group's word (`met-otherwise`, `no-longer-relevant`, `other`) or by "
        "the course of the case (`stage-left`, `barrier-closed`, `case-refused` and the like)"
    )
    version: int = Field(description="Grows by one with every change; the ETag")
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None = Field(description="When it was met or not needed any more, where it is")
    resources: list[ResourceLink] = Field(description="Guides, toolkits and templates about it, the first five")


class SupportPlanPage(Page[NeedView]):
    """One page of a staff group's needs, with what is left of its entitlement."""

    entitlement: EntitlementView
