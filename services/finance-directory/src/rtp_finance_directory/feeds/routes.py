"""Closing dates over HTTP, as calendars and feed readers take them."""

import hashlib
from datetime import UTC, datetime, time
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.feeds.atom import write_feed
from rtp_finance_directory.feeds.calendar import write_calendar
from rtp_finance_directory.feeds.queries import ClosingDate, list_closing_dates
from rtp_finance_directory.patience import answer_soon
from rtp_finance_directory.search.criteria import ProductCriteria
from rtp_finance_directory.search.parameters import Asked
from rtp_shared.clock import LONDON
from rtp_shared.dependencies import Now, Session
from rtp_shared.service import Runtime
from rtp_shared.web import create_router

closing_dates = create_router(prefix="/v1/products", tags=["Finance products"])

CACHED = "public, max-age=3600"


def _describe(media_type: str) -> dict[int | str, dict[str, Any]]:
    # The first is never sent: by it generated clients read bytes.
    binary: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
    content = {"application/octet-stream": binary, media_type: binary}
    return {200: {"content": content, "headers": {"ETag": {"schema": {"type": "string"}}}}}


@closing_dates.get("/closing-dates.ics", response_class=Response, responses=_describe("text/calendar"))
async def get_closing_dates_as_calendar(
    _: Anyone, request: Request, session: Session, now: Now, asked: Asked
) -> Response:
    """Subscribe a calendar (RFC 5545) to the closing dates to come of products, by the parameters of the search.

    Each is a whole day, under a UID that stays when the day is moved; what is taken off is cancelled for 60 days. The
    soonest 500 are in it.
    """
    dates = await _list(session, asked, now)
    runtime: Runtime = request.app.state.runtime
    return _send(write_calendar(dates, url=runtime.settings.public_url), "text/calendar")


@closing_dates.get("/closing-dates.atom", response_class=Response, responses=_describe("application/atom+xml"))
async def get_closing_dates_as_feed(_: Anyone, request: Request, session: Session, now: Now, asked: Asked) -> Response:
    """Follow the closing dates to come of products in a feed reader (Atom, RFC 4287), by the parameters of the search.

    An entry's id stays when its day is moved; what is taken off says so for 60 days. The soonest 500 are in it.
    """
    dates = await _list(session, asked, now)
    runtime: Runtime = request.app.state.runtime
    url, query = runtime.settings.public_url, request.url.query
    self_url = f"{url}{request.url.path}{'?' if query else ''}{query}"
    midnight = datetime.combine(now.astimezone(LONDON).date(), time(), UTC)
    return _send(write_feed(dates, url=url, self_url=self_url, since=midnight), "application/atom+xml")


async def _list(session: AsyncSession, asked: ProductCriteria, now: datetime) -> list[ClosingDate]:
    async with answer_soon(session):
        return await list_closing_dates(session, asked, today=now.astimezone(LONDON).date(), now=now)


def _send(content: bytes, media_type: str) -> Response:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Response(content, media_type=media_type, headers={"ETag": etag, "Cache-Control": CACHED})
