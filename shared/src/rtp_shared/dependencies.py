"""FastAPI dependencies that a route names in its signature: session, outbox, time, version and page."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.etags import ANY_VERSION, Expected, parse_if_match
from rtp_shared.openapi import OPTIONAL_IF_MATCH
from rtp_shared.outbox import Outbox
from rtp_shared.service import Runtime

_AS_PROXIES_HAVE_IT = 'For example "3", or as a proxy that compresses has it: W/"3", "3-gzip"'


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
    if_match: Annotated[
        list[str] | None,
        Header(alias="If-Match", description=f"The ETag of what you read. {_AS_PROXIES_HAVE_IT}"),
    ] = None,
) -> Expected:
    return parse_if_match(if_match or ())


async def _read_offered_version(
    if_match: Annotated[
        list[str] | None,
        Header(alias="If-Match", description=f"{OPTIONAL_IF_MATCH} {_AS_PROXIES_HAVE_IT}"),
    ] = None,
) -> Expected:
    return parse_if_match(if_match) if if_match else ANY_VERSION


Session = Annotated[AsyncSession, Depends(get_session)]
"""The request's session, in the transaction that the route commits. Read-only for GET."""

Events = Annotated[Outbox, Depends(_get_outbox)]
"""The outbox, for publishing events in the same transaction."""

Now = Annotated[datetime, Depends(_get_time)]
"""The time of the request, by the clock that the platform runs on."""

ExpectedVersion = Annotated[Expected, Depends(_read_expected_version)]
"""The version that the caller has read, from If-Match: 428 where it is missing."""

OfferedVersion = Annotated[Expected, Depends(_read_offered_version)]
"""The same where nothing is lost by a write on what changed: any version, if the caller names none."""

Limit = Annotated[int, Query(ge=1, le=200, description="How many at the most")]
After = Annotated[str | None, Query(max_length=500, description="Cursor from `next` of the page before")]
