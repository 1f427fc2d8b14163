"""HTTP in, HTTP out."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Path, Query, Response

from rtp_applications import commands, queries
from rtp_applications.auth import Anyone, CaseReader, CaseWriter
from rtp_applications.models import BodyKind, CaseStatus
from rtp_applications.numbers import read_number
from rtp_applications.schemas import (
    BodyView,
    CaseChanges,
    CaseLine,
    CaseOpening,
    CaseView,
    IdentifierView,
    Withdrawal,
)
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.etags import ExpectedVersion, etag
from rtp_shared.paging import After, Limit, Page, cut, decode_cursor, encode_cursor
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Storable
from rtp_shared.web import Events, Session, router

cases = router(prefix="/v1/cases", tags=["Cases"])
bodies = router(prefix="/v1/bodies", tags=["Bodies"])

CaseId = Annotated[UUID, Path(description="The case's id")]
Text = Annotated[str | None, Query(max_length=200), Storable]


@cases.post("", status_code=201)
async def open_case(
    details: CaseOpening, principal: CaseWriter, session: Session, events: Events, response: Response
) -> CaseView:
    """Open a case as a draft.

    Nobody but the client that opens it can see the draft or learn that it exists: not the employing body, and not
    another client of the same organisation. Everything but the route may be filled in later.
    """
    given = details.model_dump(exclude_unset=True, exclude={"route"})
    case = await commands.open_case(session, route=details.route, details=given, actor=principal, outbox=events)
    response.headers["Location"] = f"/v1/cases/{case.id}"
    return _shown(case, response)


@cases.get("")
async def list_cases(
    principal: CaseReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    status: CaseStatus | None = None,
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
async def get_case(case_id: CaseId, principal: CaseReader, session: Session, response: Response) -> CaseView:
    """Read a case. Send the ETag back as If-None-Match to be told cheaply that nothing changed."""
    return _shown(await queries.get_case(session, case_id, readers=principal.readers), response)


@cases.patch("/{case_id}")
async def edit_case(
    case_id: CaseId,
    changes: CaseChanges,
    version: ExpectedVersion,
    principal: CaseWriter,
    session: Session,
    response: Response,
) -> CaseView:
    """Change a draft. Fields that are left out stay as they are; null takes a value out (RFC 7396)."""
    given = changes.model_dump(exclude_unset=True)
    case = await commands.edit_case(session, case_id, version=version, changes=given, actor=principal)
    return _shown(case, response)


@cases.post("/{case_id}/actions/submit")
async def submit_case(
    case_id: CaseId,
    version: ExpectedVersion,
    principal: CaseWriter,
    session: Session,
    events: Events,
    response: Response,
) -> CaseView:
    """Submit the expression of interest.

    From here on the employing body, and the commissioning and deciding bodies if they are others, see the case.
    A draft that lacks something is refused with every missing field named, and stays a draft.
    """
    case = await commands.submit_case(session, case_id, version=version, actor=principal, outbox=events)
    return _shown(case, response)


@cases.post("/{case_id}/actions/withdraw")
async def withdraw_case(
    case_id: CaseId,
    version: ExpectedVersion,
    principal: CaseWriter,
    session: Session,
    events: Events,
    response: Response,
    withdrawal: Annotated[Withdrawal | None, Body()] = None,
) -> CaseView:
    """Withdraw the case at the staff group's wish. A draft that is withdrawn stays unknown to the employing body."""
    reason = withdrawal.reason if withdrawal else None
    case = await commands.withdraw_case(
        session, case_id, version=version, reason=reason, actor=principal, outbox=events
    )
    return _shown(case, response)


@bodies.get("")
async def list_bodies(
    _: Anyone,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    q: Text = None,
    kind: BodyKind | None = None,
    region: Annotated[str | None, Query(max_length=9, description="ONS region code"), Storable] = None,
    ended: Annotated[bool, Query(description="Also those that no longer exist")] = False,
) -> Page[BodyView]:
    """Find public bodies by a part of the name, kind or region; in the order of their names."""
    key = decode_cursor(after, str, UUID)
    rows = await queries.list_bodies(
        session, limit=limit, after=(key[0], key[1]) if key else None, text=q, kind=kind, region=region, ended=ended
    )
    page, last = cut(rows, limit)
    found = await queries.identifiers(session, [row.id for row in page])
    items = [_body(row, found.get(row.id, [])) for row in page]
    return Page(items=items, next=last and encode_cursor(last.sorted_by, last.id))


@bodies.get("/{reference}")
async def get_body(
    reference: Annotated[str, Path(max_length=64, description="Id or identifier, for example GB-NHS-RRV"), Storable],
    _: Anyone,
    session: Session,
) -> BodyView:
    """Read a body by its id or by any of its identifiers, also by one that it no longer has."""
    return _body(*await queries.get_body(session, reference))


def _shown(case: Any, response: Response) -> CaseView:
    response.headers["ETag"] = etag(case.version)
    return CaseView.model_validate(case)


def _body(row: Any, identifiers: Sequence[Any]) -> BodyView:
    shown = [IdentifierView.model_validate(each) for each in identifiers]
    return BodyView.model_validate({**row._mapping, "identifiers": shown})  # noqa: SLF001 - SQLAlchemy's public name


def _number(said: str | None) -> str | None:
    if said is None:
        return None
    number = read_number(said)
    if number is None:
        raise Invalid(errors=[FieldError("number", "not a case number, or a digit is wrong", "query")])
    return number
