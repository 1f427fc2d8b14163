"""The list of cases over HTTP."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic_core import to_json

from rtp_applications.access_log.routing import LoggedRoute, Reads
from rtp_applications.auth import CaseReader
from rtp_applications.cases.dependencies import Context
from rtp_applications.history.entries import parse_instant
from rtp_applications.search import counting, expansion, listing
from rtp_applications.search.expansion import Parts
from rtp_applications.search.listing import Place
from rtp_applications.search.orders import CaseOrder
from rtp_applications.search.parameters import AskedFor
from rtp_applications.search.schemas import CaseField, CaseLine, CasePage, CasePart, Facet
from rtp_shared.db import AnyRow
from rtp_shared.dependencies import After, Limit
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.web import create_router

search = create_router(prefix="/v1/cases", tags=["Cases"])
search.route_class = LoggedRoute
_NAMES = {name: field.serialization_alias for name, field in CaseLine.model_fields.items()}
_FIELDS = tuple(str(_NAMES[column.name]) for column in listing.LINE)
"""The fields of a line, in the order of the columns. They are no enums, of which each would be asked for its value."""


@search.get("", response_model=CasePage)
async def list_cases(
    _: CaseReader,
    context: Context,
    question: AskedFor,
    response: Response,
    reads: Reads,
    limit: Limit = 50,
    after: After = None,
    fields: Annotated[
        list[CaseField], Query(max_length=30, description="May be repeated: only these, and `id`. Without it, all")
    ] = [],  # noqa: B006 - FastAPI copies it
    expand: Annotated[
        list[CasePart],
        Query(
            max_length=10,
            description="May be repeated: with what hangs on each case, as the case's own addresses show it to you. "
            f"With it a page has {expansion.MOST_CASES} cases at most",
        ),
    ] = [],  # noqa: B006
    count: Annotated[
        bool, Query(description=f"Count the cases of all pages too, exactly up to {counting.MOST_COUNTED}")
    ] = False,
    facet: Annotated[
        list[Facet], Query(max_length=10, description="May be repeated: count by the values of this field too")
    ] = [],  # noqa: B006
) -> Response:
    """List the cases you may see, newest first.

    A draft is listed for the client that opened it; a submitted case for every client of the bodies it names. Words are
    found in what you may see alone: not in the confidential papers of another side, nor in a barrier that is not
    disclosed. Lists are in an order of times, never by rank, so that no order tells of words that you do not see.
    """
    if expand and limit > expansion.MOST_CASES:
        raise Invalid(errors=[FieldError("limit", f"is {expansion.MOST_CASES} at most with expand", "query")])
    place = _read_place(after, question.order)
    rows = await listing.list_cases(context.session, question, limit=limit, after=place)
    page, last = cut(rows, limit)
    parts = await expansion.expand(context, [UUID(row.id) for row in page], expand, reads) if expand else {}
    shown: dict[str, Any] = {
        "items": _show(page, [CaseField.ID, *fields] if fields else [*CaseField], parts),
        "next": last and _write_place(last, question.order),
    }
    if count or facet:
        shown["count"] = await counting.count_cases(context.session, question, facets=facet)
    return Response(to_json(shown), media_type="application/json", headers={"Vary": response.headers["Vary"]})


def _show(rows: Sequence[AnyRow], fields: Collection[CaseField], parts: Mapping[UUID, Parts]) -> list[dict[str, Any]]:
    """Return the lines by their names on the wire. They are written as JSON at once: a model of each costs too much.

    A test holds that they are what `CaseLine` says.
    """
    chosen = [(place, name) for place, name in enumerate(_FIELDS) if name in fields]
    lines = [{name: row[place] for place, name in chosen} for row in rows]
    return [line | parts[UUID(line["id"])] for line in lines] if parts else lines


def _read_place(after: str | None, order: CaseOrder) -> Place | None:
    key = decode_cursor(after, CaseOrder, UUID, *((parse_instant,) if order.is_by_time else ()))
    if key is None:
        return None
    if key[0] is not order:
        raise Invalid(errors=[FieldError("after", f"is a cursor of the order {key[0]}", "query")])
    return Place(key[1], key[2] if order.is_by_time else None)


def _write_place(last: AnyRow, order: CaseOrder) -> str:
    times = {CaseOrder.CHANGED: last.changed_at, CaseOrder.SUBMITTED: last.submitted_at}
    return encode_cursor(order, last.id, *((times[order],) if order.is_by_time else ()))
