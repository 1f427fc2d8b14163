"""Cases over HTTP: open, list, read, edit, and one route for every action of any process."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Path, Query, Response
from pydantic import AfterValidator, AwareDatetime

from rtp_applications.auth import Acting, CaseReader, CaseWriter
from rtp_applications.cases import commands, queries
from rtp_applications.cases.numbers import read_number
from rtp_applications.cases.schemas import CaseChanges, CaseLine, CaseOpening, CaseView, Preview
from rtp_applications.cases.views import preview, shown, shown_then
from rtp_applications.history import reading
from rtp_applications.history.entries import in_utc
from rtp_applications.workflow.definition import Action, Caller
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import PROCESSES, Processes
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.version_move import VersionMove
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.etags import ExpectedVersion, etag
from rtp_shared.paging import After, Limit, Page, cut, decode_cursor, encode_cursor
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.web import Events, Now, Session, router

cases = router(prefix="/v1/cases", tags=["Cases"])
actions = router(prefix="/v1/cases", tags=["Actions"])

CaseId = Annotated[UUID, Path(description="The case's id")]
DryRun = Annotated[bool, Query(alias="dryRun", description="Say what would come of it, and save nothing")]
AsAt = Annotated[
    AwareDatetime | None,
    AfterValidator(in_utc),
    Query(alias="asAt", description="A time with its zone", examples=["2026-11-01T12:00:00Z"]),
]
processes = Processes()


@cases.post("", status_code=201)
async def open_case(
    details: CaseOpening,
    _: CaseWriter,
    caller: Acting,
    session: Session,
    events: Events,
    now: Now,
    response: Response,
) -> CaseView:
    """Open a case as a draft.

    Nobody but the client that opens it can see the draft or learn that it exists: not the employing body, and not
    another client of the same organisation. Everything but the route may be filled in later. The person who opens it
    leads the staff group.
    """
    given = details.model_dump(exclude_unset=True, exclude={"route"})
    file = await commands.open_case(
        session, route=details.route, details=given, caller=caller, now=now, outbox=events, processes=processes
    )
    response.headers["Location"] = f"/v1/cases/{file.case.id}"
    return _shown(file, caller, now, response)


@cases.get("")
async def list_cases(
    principal: CaseReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    status: Status | None = None,
    route: Route | None = None,
    sector: Sector | None = None,
    employer: Annotated[UUID | None, Query(description="Id of the employing body")] = None,
    number: Annotated[str | None, Query(max_length=40, description="A case number, however it is typed")] = None,
) -> Page[CaseLine]:
    """List the cases you may see, newest first.

    A draft is listed for the client that opened it; a submitted case for every client of the bodies it names.
    """
    key = decode_cursor(after, UUID)
    rows = await queries.list_cases(
        session,
        readers=principal.readers,
        limit=limit,
        after=key[0] if key else None,
        status=status,
        route=route,
        sector=sector,
        employer=employer,
        number=_number(number),
    )
    page, last = cut(rows, limit)
    return Page(items=[CaseLine.model_validate(row) for row in page], next=last and encode_cursor(last.id))


@cases.get("/{case_id}")
async def get_case(
    case_id: CaseId,
    principal: CaseReader,
    caller: Acting,
    session: Session,
    now: Now,
    response: Response,
    as_at: AsAt = None,
) -> CaseView:
    """Read a case, with what may be done with it now and, of what may not, every reason.

    Send the ETag back as If-None-Match to be told cheaply that nothing changed. With asAt it is read as it was at that
    time, as far as you may see its history, and nothing can be done with it.
    """
    file = await queries.get_case(session, case_id, readers=principal.readers, now=now)
    if as_at is None:
        return _shown(file, caller, now, response)
    then = await reading.as_at(session, file, caller, as_at)
    return shown_then(then, processes[then.case.route, then.case.process_version])


@cases.patch("/{case_id}")
async def edit_case(
    case_id: CaseId,
    changes: CaseChanges,
    version: ExpectedVersion,
    _: CaseWriter,
    caller: Acting,
    session: Session,
    events: Events,
    now: Now,
    response: Response,
) -> CaseView:
    """Change a draft. Fields that are left out stay as they are; null takes a value out (RFC 7396)."""
    given = changes.model_dump(exclude_unset=True)
    file = await commands.edit_case(
        session, case_id, version=version, changes=given, caller=caller, now=now, outbox=events, processes=processes
    )
    return _shown(file, caller, now, response)


@actions.post("/{case_id}/actions/move-to-version")
async def move_case_to_version(
    case_id: CaseId,
    given: VersionMove,
    version: ExpectedVersion,
    _: CaseWriter,
    caller: Acting,
    session: Session,
    events: Events,
    now: Now,
    response: Response,
) -> CaseView:
    """Move the case to a newer version of its route's process; its status stays.

    Clocks that both versions have run on; those that the newer one has besides start now.
    """
    outcome = await commands.move_to_version(
        session, case_id, given, version=version, caller=caller, now=now, outbox=events, processes=processes
    )
    return _shown(outcome.after, caller, now, response)


def _route_of(action: Action) -> Callable[..., Any]:
    takes = action.payload_model
    Given = Annotated[takes | None, Body(description="May be left out to sign what another proposed")]  # type: ignore[valid-type]  # noqa: N806

    async def take(
        case_id: CaseId,
        version: ExpectedVersion,
        _: CaseWriter,
        caller: Acting,
        session: Session,
        events: Events,
        now: Now,
        response: Response,
        given: Given = None,
        dry_run: DryRun = False,
    ) -> CaseView | Preview:
        outcome = await commands.act(
            session,
            case_id,
            action.name,
            given,
            version=version,
            caller=caller,
            now=now,
            outbox=events,
            processes=processes,
            dry_run=dry_run,
        )
        return preview(outcome, caller) if dry_run else _shown(outcome.after, caller, now, response)

    take.__name__ = action.name.removesuffix("-case").replace("-", "_") + "_case"
    take.__doc__ = f"{action.description}\n\nBy: {_signing(action)}."
    return take


def _signing(action: Action) -> str:
    """Who signs, in words: one person for each part."""
    slots = (" or ".join(role.replace("-", " ") for role in Role if role in slot) for slot in action.signatories)
    return ", and another person as ".join(slots)


def _every_action() -> dict[str, Action]:
    """Of every process; one that several have is described as the first has it, and takes what any of them takes."""
    found: dict[str, Action] = {}
    for process in PROCESSES.values():
        for action in process.actions:
            known = found.setdefault(action.name, action)
            if len(action.payload_model.model_fields) > len(known.payload_model.model_fields):
                found[action.name] = replace(known, payload_model=action.payload_model)
    return found


for _action in _every_action().values():
    actions.add_api_route(f"/{{case_id}}/actions/{_action.name}", _route_of(_action), methods=["POST"])


def _shown(file: CaseSnapshot, caller: Caller, now: Now, response: Response) -> CaseView:
    response.headers["ETag"] = etag(file.case.version)
    return shown(file, caller, processes[file.case.route, file.case.process_version], now)


def _number(said: str | None) -> str | None:
    if said is None:
        return None
    number = read_number(said)
    if number is None:
        raise Invalid(errors=[FieldError("number", "not a case number, or a digit is wrong", "query")])
    return number
