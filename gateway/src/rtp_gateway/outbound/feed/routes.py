"""The feed of events: HTTP in, HTTP out."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Query, Request
from starlette.responses import Response

from rtp_gateway.outbound.cursors import CursorRule
from rtp_gateway.outbound.events.schemas import EventType
from rtp_gateway.outbound.feed import queries
from rtp_gateway.outbound.feed.limiter import LongPollLimiter, end_on_disconnect, read_first
from rtp_gateway.outbound.feed.queries import EventQuery
from rtp_gateway.outbound.feed.schemas import AttributeValue, EventPage
from rtp_gateway.outbound.feed.stream import PAGE, EventStream, StreamReader, StreamTimings
from rtp_gateway.outbound.subscriptions.queries import get_subscription
from rtp_shared.auth import Access
from rtp_shared.db import AnyRow
from rtp_shared.dependencies import Limit, Now
from rtp_shared.identities import Principal
from rtp_shared.paging import cut
from rtp_shared.streaming import Transactions, create_streaming_router

feed = create_streaming_router(prefix="/v1/events", tags=["Events"])

LIST = "events"
BODY_ID = "its id, as events carry it; GET /v1/bodies/GB-LAE-CMD finds it by an identifier"
EventReader = Annotated[Principal, Depends(Access("events:read"))]
FromCursor = Annotated[
    str | None, Query(max_length=500, description="`cursor` or `next` of an answer before; left out: from the start")
]
LastEventId = Annotated[
    str | None, Header(max_length=500, description="`id` of the last event that was received; goes before `after`")
]
Seconds = Annotated[
    int, Query(ge=0, le=30, description="How long to wait, in seconds, where there is nothing new; 0: not at all")
]


async def _read_query(
    principal: EventReader,
    transactions: Transactions,
    types: Annotated[
        list[EventType] | None,
        Query(alias="type", max_length=50, description="Only of this type. May be repeated"),
    ] = None,
    route: Annotated[AttributeValue | None, Query(description="Only about cases of this route")] = None,
    sector: Annotated[AttributeValue | None, Query(description="Only about cases of this sector")] = None,
    region: Annotated[AttributeValue | None, Query(description="Only about cases in this region (ONS code)")] = None,
    employer: Annotated[UUID | None, Query(description=f"Only about cases of this employing body: {BODY_ID}")] = None,
    commissioner: Annotated[
        UUID | None, Query(description=f"Only about cases with this commissioner: {BODY_ID}")
    ] = None,
    subscription: Annotated[UUID | None, Query(description="Only what was made for this subscription of yours")] = None,
) -> EventQuery:
    if subscription is not None:
        async with transactions(read_only=True) as session:
            await get_subscription(session, subscription, client_id=principal.client_id)
    attributes = {
        "route": route,
        "sector": sector,
        "region": region,
        "employer": employer,
        "commissioner": commissioner,
    }
    about = {name: str(value) for name, value in attributes.items() if value is not None}
    return EventQuery(tuple(types or ()), about, subscription)


class FeedReader:
    """Reads the feed for one caller, each time in a short transaction of its own."""

    def __init__(
        self, principal: EventReader, transactions: Transactions, query: Annotated[EventQuery, Depends(_read_query)]
    ) -> None:
        self._principal, self._begin, self._query = principal, transactions, query

    async def read_page(self, after: int, *, limit: int) -> Sequence[AnyRow]:
        async with self._begin(read_only=True) as session:
            return await queries.list_events(
                session, principal=self._principal, after=after, limit=limit, query=self._query
            )


Feed = Annotated[FeedReader, Depends(FeedReader)]


_REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"description": "You have no such subscription"},
    429: {"description": "This client waits for events too many times at once"},
}


@feed.get("", response_model=EventPage, responses=_REFUSALS)
async def list_events(
    principal: EventReader,
    request: Request,
    reader: Feed,
    cursors: CursorRule,
    now: Now,
    limit: Limit = 50,
    after: FromCursor = None,
    wait: Seconds = 0,
) -> Response:
    """Read the events of the cases you may see, oldest first.

    The order is one for all, and nothing is ever put in before an event that you have read: keep `cursor`, ask again
    with it, and you miss nothing. Events of one case come in the order of their `sequence`, as they do by webhook.
    Nobody but the client that opened a draft gets events about it.

    With `wait` the answer comes as soon as there is something new, and without events at the end of that time. A client
    may wait ten times at once; more is refused (429). With `subscription` a subscriber that missed some catches up with
    just what was made for it. The other parameters choose by what the event is about; a cursor is a place in the one
    order and holds for any choice.
    """
    start = cursors.read(LIST, after) or 0
    rows = await reader.read_page(start, limit=limit)
    if not rows and wait:
        seconds_left = principal.expires - now.timestamp()
        rows = await _wait(request, principal, reader, after=start, limit=limit, seconds=min(wait, seconds_left))
        await request.app.state.runtime.verifier.require_current(principal)
    page, last = cut(rows, limit)
    # Where nothing is new the reader keeps what it has, also to see by it that nothing is.
    cursor = after if after and not page else cursors.make(LIST, page[-1].position if page else start)
    return Response(_join(page, next_=cursor if last else None, cursor=cursor), media_type="application/json")


async def _wait(
    request: Request, principal: Principal, reader: FeedReader, *, after: int, limit: int, seconds: float
) -> Sequence[AnyRow]:
    limiter: LongPollLimiter = request.app.state.long_poll_limiter
    until = asyncio.get_running_loop().time() + seconds
    with limiter.take_slot(principal) as waiter:
        async with end_on_disconnect(request.receive, waiter):
            read = partial(reader.read_page, limit=limit)
            return await read_first(read, limiter, waiter, principal, after=after, until=until)


def _join(page: Sequence[AnyRow], *, next_: str | None, cursor: str) -> bytes:
    # The events are put together as bytes: reading and writing them again could change what was signed elsewhere.
    items = b",".join(row.body for row in page)
    return b'{"items":[%b],"next":%b,"cursor":%b}' % (items, json.dumps(next_).encode(), json.dumps(cursor).encode())


_STREAM = {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}


@feed.get("/stream", response_class=Response, responses={200: _STREAM, **_REFUSALS})
async def stream_events(
    principal: EventReader,
    request: Request,
    reader: Feed,
    cursors: CursorRule,
    now: Now,
    after: FromCursor = None,
    last_event_id: LastEventId = None,
) -> Response:
    """Receive the events of the cases you may see as they come (server-sent events), the old ones first.

    Of every event, `id` is the feed's cursor, `event` its type and `data` the event itself, as it was published. The
    order and what you get are those of the feed. After 15 seconds without an event comes a comment.

    The stream ends after ten minutes at the latest, and when your access token expires or holds no more. Come again
    with the last `id` in `Last-Event-ID`, with a new token if need be, and you miss nothing and get nothing twice. A
    client may have ten streams and waiting reads at once; more is refused (429).
    """
    place = cursors.read(LIST, last_event_id, "Last-Event-ID") if last_event_id else cursors.read(LIST, after)
    stream = StreamReader(
        principal,
        partial(reader.read_page, limit=PAGE),
        after=place or 0,
        seconds_left=principal.expires - now.timestamp(),
        make_cursor=partial(cursors.make, LIST),
    )
    timings: StreamTimings = request.app.state.stream_timings
    return EventStream(stream, request.app.state.long_poll_limiter, timings)
