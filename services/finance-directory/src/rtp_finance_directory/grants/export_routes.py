"""The export of grants over HTTP: it streams, and holds no connection of the database while it does."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response, StreamingResponse

from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.grants import export
from rtp_finance_directory.grants.filters import Filters
from rtp_finance_directory.grants.routes import TAGS, read_filters
from rtp_shared.dependencies import Now
from rtp_shared.service import Runtime
from rtp_shared.streaming import Transactions, create_streaming_router

grant_exports = create_streaming_router(prefix="/v1/grant-exports", tags=TAGS)

BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
Asked = Annotated[Filters, Depends(read_filters)]


def _describe(media_type: str) -> dict[int | str, dict[str, Any]]:
    # The first is never sent: by it generated clients read bytes.
    content = {"application/octet-stream": BINARY, media_type: BINARY}
    return {200: {"content": content}, 404: {"description": "No grant matches"}}


@grant_exports.get("/360giving.json", response_class=Response, responses=_describe("application/json"))
async def export_grants_as_json(
    _: Anyone, request: Request, transactions: Transactions, asked: Asked, now: Now
) -> Response:
    """Take the grants that match as a package of the 360Giving standard 1.4, in JSON.

    Each is as its publisher has it, without names and contacts of persons. There is no limit to how many.
    """
    await export.require_some(transactions, asked)
    runtime: Runtime = request.app.state.runtime
    pages = export.read_pages(transactions, asked)
    content = export.write_json(pages, publisher=runtime.settings.public_url, now=now)
    return _send(content, "application/json", "grants.json")


@grant_exports.get("/360giving.csv", response_class=Response, responses=_describe("text/csv"))
async def export_grants_as_csv(_: Anyone, transactions: Transactions, asked: Asked) -> Response:
    """Take the grants that match as a table, under the titles of the 360Giving standard 1.4, in CSV.

    A list has as many columns as the longest needs, up to twenty; of a list within a list the first item is there.
    """
    await export.require_some(transactions, asked)
    items = await export.count_items(transactions, asked)
    content = export.write_csv(export.read_pages(transactions, asked), items)
    return _send(content, "text/csv", "grants.csv")


def _send(content: AsyncIterator[bytes], media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type=media_type, headers=headers)
