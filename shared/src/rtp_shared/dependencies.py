"""FastAPI dependencies that a route names in its signature: session, outbox, time, version and page."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.etags import Expected, parse_if_match
from rtp_shared.outbox import Outbox
from rtp_shared.service import Runtime


async def get_session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


async def _get_outbox(request: Request) -> Outbox:
    runtime: Runtime = request.app.state.runtime
    return runtime.outbox


async def _get_time(request: Request) -> datetime:
    runtime: Runtime = request.app.state.runtime
    return runtime.clock()


async def _read_expected_version(
    if_match: Annotated[str | None, Header(description='The ETag of what you read, for example "3"')] = None,
) -> Expected:
    return parse_if_match(if_match)


Session = Annotated[AsyncSession, Depends(get_session)]
"""The request's session, in the transaction that the route commits. Read-only for GET."""

Events = Annotated[Outbox, Depends(_get_outbox)]
"""The outbox, for publishing events in the same transaction."""

Now = Annotated[datetime, Depends(_get_time)]
"""The time of the request, by the clock that the platform runs on."""

ExpectedVersion = Annotated[Expected, Depends(_read_expected_version)]
"""The version that the caller has read, from If-Match: 428 where it is missing."""

Limit = Annotated[int, Query(ge=1, le=200, description="How many at the most")]
After = Annotated[str | None, Query(max_length=500, description="Cursor from `next` of the page before")]
