"""What a route of engagements names in its signature."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request

from rtp_advice_matching.engagements.context import AdviceResources, EngagementContext
from rtp_shared.dependencies import Events, Now, Session

EngagementId = Annotated[UUID, Path(description="The engagement's id")]


async def _build_context(request: Request, session: Session, events: Events, now: Now) -> EngagementContext:
    resources: AdviceResources = request.app.state.runtime.resources
    return EngagementContext(session, events, now, resources)


Context = Annotated[EngagementContext, Depends(_build_context)]
