"""The feed of events: HTTP in, HTTP out."""

import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from rtp_gateway.cursors import CursorRule
from rtp_gateway.feed import queries
from rtp_gateway.feed.schemas import EventPage, EventType
from rtp_shared.auth import Access, Principal
from rtp_shared.db import AnyRow
from rtp_shared.paging import Limit, cut
from rtp_shared.web import Session, router

feed = router(prefix="/v1/events", tags=["Events"])

LIST = "events"
EventReader = Annotated[Principal, Depends(Access("events:read"))]
FromCursor = Annotated[
    str | None, Query(max_length=500, description="`cursor` or `next` of an answer before; left out: from the start")
]
OfType = Annotated[EventType | None, Query(alias="type", description="Only events of this type")]


@feed.get("", response_model=EventPage)
async def list_events(
    principal: EventReader,
    session: Session,
    cursors: CursorRule,
    limit: Limit = 50,
    after: FromCursor = None,
    type_: OfType = None,
) -> Response:
    """Read the events of the cases you may see, oldest first.

    The order is one for all, and nothing is ever put in before an event that you have read: keep `cursor`, ask again
    with it, and you miss nothing. Events of one case come in the order of their `sequence`. Nobody but the client that
    opened a draft gets events about it.
    """
    start = cursors.position(LIST, after) or 0
    rows = await queries.list_events(session, readers=principal.readers, after=start, limit=limit, type_=type_)
    page, last = cut(rows, limit)
    # Where nothing is new the reader keeps what it has, also to see by it that nothing is.
    cursor = after if after and not page else cursors.make(LIST, page[-1].position if page else start)
    return Response(_joined(page, next_=cursor if last else None, cursor=cursor), media_type="application/json")


def _joined(page: Sequence[AnyRow], *, next_: str | None, cursor: str) -> bytes:
    # The events are put together as bytes: reading and writing them again could change what was signed elsewhere.
    items = b",".join(row.body for row in page)
    return b'{"items":[%b],"next":%b,"cursor":%b}' % (items, json.dumps(next_).encode(), json.dumps(cursor).encode())
