"""Cases over HTTP: open, list, read and edit. Their actions are in `action_routes`."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import AfterValidator

from rtp_applications.auth import CaseReader, CaseWriter
from rtp_applications.bodies.queries import find_bodies, find_names
from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.cases import commands, queries
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.dependencies import CaseId, Context
from rtp_applications.cases.listing import After as Place
from rtp_applications.cases.listing import list_cases as find_cases
from rtp_applications.cases.numbers import read_number
from rtp_applications.cases.schemas import BY_EMPLOYER, CaseChanges, CaseLine, CaseOpening, CaseView
from rtp_applications.cases.views import build_past_view, build_view
from rtp_applications.history import reading
from rtp_applications.history.entries import convert_to_utc, parse_instant
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.db import AnyRow
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Day, Instant, OneLine, Storable
from rtp_shared.web import create_router

cases = create_router(prefix="/v1/cases", tags=["Cases"])


class CaseOrder(StrEnum):
    """The order of a list of cases."""

    NEWEST = "newest"
    CHANGED = "changed"


Moment = Annotated[Instant, AfterValidator(convert_to_utc)]
AsAt = Annotated[
    Instant | None,
    AfterValidator(convert_to_utc),
    Query(alias="asAt", description="A time with its zone", examples=["2026-11-01T12:00:00Z"]),
]


@cases.post("", status_code=201)
async def open_case(details: CaseOpening, _: CaseWriter, context: Context, response: Response) -> CaseView:
    """Open a case as a draft.

    Nobody but the client that opens it can see the draft or learn that it exists: not the employing body, and not
    another client of the same organisation. Everything but the route may be filled in later. The person who opens it,
    named by On-Behalf-Of, leads the staff group. The client speaks for the staff group alone, in this case and for
    good: a council with one case system has another client in it for the council's own side. Guides, toolkits and
    templates for a group at this stage are at `/v1/resources?stage=explore`, which everybody may read.
    """
    fields = details.model_dump(exclude_unset=True, exclude={"route"})
    snapshot = await commands.open_case(context, details.route, fields)
    response.headers["Location"] = f"/v1/cases/{snapshot.case.id}"
    return present_case(context, snapshot, response)


@cases.get("")
async def list_cases(
    principal: CaseReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    sort: Annotated[
        CaseOrder, Query(description="newest: opened last first; changed: changed longest ago first, to follow changes")
    ] = CaseOrder.NEWEST,
    status: Annotated[list[Status], Query(max_length=50, description="May be repeated: any of them")] = [],  # noqa: B006 - FastAPI copies it
    route: Route | None = None,
    sector: Sector | None = None,
    region: Annotated[str | None, Query(pattern=r"^[A-Z][0-9]{8}$", description="ONS code")] = None,
    employer: Annotated[BodyReference | None, Query(description=BY_EMPLOYER)] = None,
    number: Annotated[
        str | None, Query(max_length=40, description="A case number, however it is typed"), OneLine
    ] = None,
    q: Annotated[
        str | None, Query(max_length=200, description="Words of the service's name, however they are typed"), Storable
    ] = None,
    suspended: Annotated[bool | None, Query(description="Whether it rests")] = None,
    escalated: Annotated[bool | None, Query(description="Whether it was escalated")] = None,
    final: Annotated[bool | None, Query(description="Whether its end stands")] = None,
    submitted_since: Annotated[
        Moment | None, Query(alias="submittedSince", description="Submitted then or later; no draft was")
    ] = None,
    submitted_before: Annotated[Moment | None, Query(alias="submittedBefore", description="Submitted earlier")] = None,
    changed_since: Annotated[
        Moment | None,
        Query(
            alias="changedSince",
            description="Changed then or later, as far as you see. A change shows once it is saved, some moments after "
            "its time: ask again from a minute before the last time, or follow the events, of which none is left out",
        ),
    ] = None,
    due_before: Annotated[
        Day | None, Query(alias="dueBefore", description="With a deadline that runs or rests, due before this day")
    ] = None,
    awaits_successor: Annotated[
        bool,
        Query(
            alias="awaitsSuccessor",
            description="Only those that name a body that ends and is followed by several, until it is chosen by "
            "`choose-successor` which of them takes the case",
        ),
    ] = False,
) -> Page[CaseLine]:
    """List the cases you may see, newest first.

    A draft is listed for the client that opened it; a submitted case for every client of the bodies it names.
    """
    by_change = sort is CaseOrder.CHANGED
    rows = await find_cases(
        session,
        readers=principal.identities,
        limit=limit,
        by_change=by_change,
        after=_read_place(after, by_change=by_change),
        filters={
            "status": [str(each) for each in status] or None,
            "route": route,
            "sector": sector,
            "region": region,
            "employer": await find_bodies(session, employer, parameter="employer"),
            "number": _read_number(number),
            "q": q,
            "suspended": suspended,
            "escalated_at": escalated,
            "final_at": final,
            "submitted_since": submitted_since,
            "submitted_before": submitted_before,
            "changed_since": changed_since,
            "due_before": due_before,
            "awaits_successor": awaits_successor or None,
        },
    )
    page, last = cut(rows, limit)
    items = [CaseLine.model_validate(row) for row in page]
    return Page(items=items, next=last and _write_place(last, by_change=by_change))


def _read_place(after: str | None, *, by_change: bool) -> Place | None:
    if by_change:
        key = decode_cursor(after, parse_instant, UUID)
        return Place(key[1], key[0]) if key else None
    key = decode_cursor(after, UUID)
    return Place(key[0], None) if key else None


def _write_place(last: AnyRow, *, by_change: bool) -> str:
    return encode_cursor(last.changed_at.isoformat(), last.id) if by_change else encode_cursor(last.id)


@cases.get("/{case_id}")
async def get_case(
    case_id: CaseId, principal: CaseReader, context: Context, response: Response, as_at: AsAt = None
) -> CaseView:
    """Read a case, with what may be done with it now and, of what may not, every reason.

    Send the ETag back as If-None-Match to be told cheaply that nothing changed. With asAt it is read as it was at that
    time, as far as you may see its history, and nothing can be done with it.
    """
    snapshot = await queries.get_case(context.session, case_id, readers=principal.identities, now=context.now)
    if as_at is None:
        return present_case(context, snapshot, response)
    if as_at > context.now:
        raise Invalid(errors=[FieldError("asAt", f"is to come: it is {context.now.isoformat()} now", "query")])
    then = await reading.read_as_at(context.session, snapshot, context.caller, as_at)
    names = await find_names(context.session, then.case.bodies)
    return build_past_view(then, context.get_process(then), names)


@cases.patch("/{case_id}")
async def edit_case(
    case_id: CaseId,
    changes: CaseChanges,
    version: ExpectedVersion,
    _: CaseWriter,
    context: Context,
    response: Response,
) -> CaseView:
    """Change a draft. Fields that are left out stay as they are; null takes a value out (RFC 7396).

    No further body is named, and none is left out, while clients from outside are in the draft, because one could be
    that body's own: end their parties first, and appoint them anew. Clients of a body that it names see nothing of it.
    """
    fields = changes.model_dump(exclude_unset=True)
    snapshot = await commands.edit_case(context, case_id, fields, version=version)
    return present_case(context, snapshot, response)


def present_case(context: CommandContext, snapshot: CaseSnapshot, response: Response) -> CaseView:
    """Return the case as the caller sees it, with its version as the ETag."""
    view = build_view(snapshot, context.caller, context.get_process(snapshot), context.now)
    response.headers["ETag"] = format_etag(view.version)
    return view


def _read_number(said: str | None) -> str | None:
    if said is None:
        return None
    number = read_number(said)
    if number is None:
        raise Invalid(errors=[FieldError("number", "not a case number, or a digit is wrong", "query")])
    return number
