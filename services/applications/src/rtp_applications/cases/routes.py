"""Cases over HTTP: open, read and edit. Their list is in `search`. Their actions are in `action_routes`."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import AfterValidator

from rtp_applications.auth import CaseReader, CaseWriter
from rtp_applications.bodies.queries import find_names
from rtp_applications.cases import commands, queries
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.dependencies import CaseId, Context
from rtp_applications.cases.schemas import CaseChanges, CaseOpening, CaseView
from rtp_applications.cases.views import build_past_view, build_view
from rtp_applications.history import reading
from rtp_applications.history.entries import convert_to_utc
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.dependencies import ExpectedVersion
from rtp_shared.etags import format_etag
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Instant
from rtp_shared.web import create_router

cases = create_router(prefix="/v1/cases", tags=["Cases"])


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
