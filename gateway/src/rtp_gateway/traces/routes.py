"""Traces: HTTP in, HTTP out."""

from typing import Annotated

from fastapi import Depends, Path

from rtp_gateway.traces.assembly import assemble_trace
from rtp_gateway.traces.schemas import TraceOut
from rtp_shared.auth import Access
from rtp_shared.dependencies import Session
from rtp_shared.identities import Principal
from rtp_shared.schemas import Storable
from rtp_shared.web import create_router

traces = create_router(prefix="/v1/traces", tags=["Events"])

EventReader = Annotated[Principal, Depends(Access("events:read"))]
CorrelationId = Annotated[
    str, Path(max_length=128, description="As `Correlation-Id` of the call or its answer had it"), Storable
]


@traces.get("/{correlation_id:path}")
async def get_trace(principal: EventReader, session: Session, correlation_id: CorrelationId) -> TraceOut:
    """Follow a call to what came of it: events, deliveries, and what the subscribers answered.

    Every answer names its correlation id in the header `Correlation-Id`; send that header to choose your own. Of the
    calls you see your own writes (GET leaves no trace), of the events those of the feed, and of the deliveries those to
    subscriptions of yours. A call is shown within a second. Where there is nothing that you may see the answer is 404,
    whether or not others know the id.
    """
    return await assemble_trace(session, principal, correlation_id)
