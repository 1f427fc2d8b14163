"""Exports of cases and the feed of their changes, over HTTP."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from rtp_applications.auth import CaseReader
from rtp_applications.documents.uploads import describe_streamed_answer
from rtp_applications.exports import queries
from rtp_applications.exports.dictionary import describe_columns
from rtp_applications.exports.queries import FeedPosition
from rtp_applications.exports.schemas import CaseChangePage, CaseChangeView, DictionaryView, ExportedCase, SeenChange
from rtp_applications.exports.writing import WRITERS, ExportSlots, read_pages
from rtp_applications.workflow.enums import Status
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.identities import Principal
from rtp_shared.paging import decode_cursor, encode_cursor
from rtp_shared.service import Runtime
from rtp_shared.streaming import OpenTransaction, Transactions, create_streaming_router
from rtp_shared.web import create_router

TAGS: list[Any] = ["Bulk"]
CURSOR = "Changes-Cursor"
case_changes = create_router(prefix="/v1/cases/changes", tags=TAGS)
case_exports = create_streaming_router(prefix="/v1/case-exports", tags=TAGS)
export_dictionary = create_router(prefix="/v1/case-exports", tags=TAGS)


async def _get_slots(request: Request) -> ExportSlots:
    runtime: Runtime = request.app.state.runtime
    slots = cast("ExportSlots", runtime.resources.export_slots)
    slots.require_free()
    return slots


Slots = Annotated[ExportSlots, Depends(_get_slots)]
Statuses = Annotated[list[Status], Query(max_length=50, description="May be repeated: any of them")]


def _describe(media_type: str) -> dict[int | str, dict[str, Any]]:
    header = {"description": "Cursor to follow the changes from, since the export began", "schema": {"type": "string"}}
    return {
        200: {"content": describe_streamed_answer([media_type]), "headers": {CURSOR: header}},
        503: {"description": "Enough exports are under way: try again after Retry-After"},
    }


@case_exports.get("/cases.ndjson", response_class=Response, responses=_describe("application/x-ndjson"))
async def export_cases_as_ndjson(
    principal: CaseReader,
    transactions: Transactions,
    slots: Slots,
    status: Statuses = [],  # noqa: B006 - FastAPI copies it
    route: Route | None = None,
) -> Response:
    """Take all cases that you may see, one in each line of JSON: each as you would read it, in the order of their ids.

    There is no limit to how many. An export gives way to people's requests, so a long one takes its time; what changes
    meanwhile follows from the cursor in `Changes-Cursor`, at `/v1/cases/changes`.
    """
    return await _export(principal, transactions, slots, status, route, "application/x-ndjson")


@case_exports.get("/cases.csv", response_class=Response, responses=_describe("text/csv"))
async def export_cases_as_csv(
    principal: CaseReader,
    transactions: Transactions,
    slots: Slots,
    status: Statuses = [],  # noqa: B006 - FastAPI copies it
    route: Route | None = None,
) -> Response:
    """Take all cases that you may see as a table in CSV (RFC 4180, UTF-8), under the names of the dictionary.

    A list is one cell, its parts parted by semicolons. A text that would be calculated begins with an
    apostrophe.
    """
    return await _export(principal, transactions, slots, status, route, "text/csv")


async def _export(
    principal: Principal,
    transactions: OpenTransaction,
    slots: ExportSlots,
    status: list[Status],
    route: Route | None,
    media_type: str,
) -> Response:
    async with transactions(read_only=True) as session:
        horizon = await queries.find_horizon(session)
    filters = {"status": [str(each) for each in status], "route": route}
    content = WRITERS[media_type](read_pages(transactions, principal, filters, slots))
    name = "cases.csv" if media_type == "text/csv" else "cases.ndjson"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        CURSOR: encode_cursor(*FeedPosition(horizon)),
    }
    return StreamingResponse(content, media_type=media_type, headers=headers)


@export_dictionary.get("/dictionary")
async def get_export_dictionary(_: CaseReader) -> DictionaryView:
    """Read what the columns of an export are, in their order, and what codes there are."""
    return describe_columns()


def _read_position(part: int) -> int:
    if not 0 <= part < 2**63:
        raise ValueError("no change has that position")
    return part


@case_changes.get("")
async def list_case_changes(
    principal: CaseReader, session: Session, limit: Limit = 50, after: After = None
) -> CaseChangePage:
    """Follow which cases changed for you, from the first on, in the order of the commits: each once, as it is now.

    Follow `next` until it is null, keep `cursor` and ask again with it, soon or late: no change is left out, however
    many write at once. A case that you see no more comes as `gone`; one that you come to see, as `current`.
    """
    key = decode_cursor(after, _read_position, UUID)
    start = FeedPosition(*key) if key else FeedPosition()
    found = await queries.list_changes(session, principal, after=start, limit=limit)
    cursor = encode_cursor(*found.last)
    items = [
        CaseChangeView(
            id=id_,
            change=SeenChange.GONE if row is None else SeenChange.CURRENT,
            case=None if row is None else ExportedCase.model_validate(row),
        )
        for id_, row in found.changes
    ]
    return CaseChangePage(items=items, next=cursor if found.more else None, cursor=cursor)
