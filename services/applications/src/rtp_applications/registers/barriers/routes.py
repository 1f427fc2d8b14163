"""The register of barriers over HTTP: the Mutuals Task Force's escalation point."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Path, Query, Response

from rtp_applications.auth import Acting, Anyone, CaseReader, CaseWriter
from rtp_applications.bodies.queries import find_bodies
from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.dependencies import CaseId, Context
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.registers.barriers import commands, queries, views
from rtp_applications.registers.barriers.models import Barrier, BarrierKind, BarrierState
from rtp_applications.registers.barriers.schemas import (
    BarrierAnswer,
    BarrierChangeView,
    BarrierClosing,
    BarrierCount,
    BarrierDetail,
    BarrierReport,
    BarrierView,
    BarrierWithdrawal,
)
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

case_barriers = create_router(prefix="/v1/cases", tags=["Barriers"])
barriers = create_router(prefix="/v1/barriers", tags=["Barriers"])

BarrierId = Annotated[UUID, Path(description="The barrier's id")]
OfBody = Annotated[BodyReference | None, Query(description="The body that can remove it")]
Overdue = Annotated[bool | None, Query(description="Only those that are overdue, or only those that are not")]


@case_barriers.post("/{case_id}/barriers", status_code=201)
async def report_barrier(
    case_id: CaseId,
    payload: BarrierReport,
    _: CaseWriter,
    context: Context,
    response: Response,
) -> BarrierDetail:
    """Report what stands in the staff group's way.

    For applicants, the staff's representative and advisers. Unless it is disclosed, it is known to the reporting side
    alone, and once the case is submitted to the central team: no body can tell that it exists. In a draft nothing can
    be disclosed yet.
    """
    barrier = Barrier(**payload.model_dump(exclude={"body"}))
    barrier_id = await commands.report_barrier(context, case_id, barrier, body=payload.body)
    response.headers["Location"] = f"/v1/barriers/{barrier_id}"
    return await _present(context, barrier_id, response)


@case_barriers.get("/{case_id}/barriers")
async def list_case_barriers(
    case_id: CaseId, principal: CaseReader, session: Session, now: Now, limit: Limit = 50, after: After = None
) -> Page[BarrierView]:
    """List the barriers of a case that you may know of, newest first; those that were reported undisclosed stand
    before the others, in no order of time.
    """
    await queries.require_case(session, case_id, readers=principal.identities)
    return await _list_page(session, principal.identities, now, limit, after, case_id=case_id)


@barriers.get("")
async def list_barriers(
    principal: CaseReader,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    body: OfBody = None,
    state: BarrierState | None = None,
    kind: BarrierKind | None = None,
    overdue: Overdue = None,
) -> Page[BarrierView]:
    """List the barriers that you may know of in all cases you see, newest first; those that were reported undisclosed
    stand before the others, in no order of time.

    The central team sees every one of submitted cases, disclosed or not.
    """
    return await _list_page(
        session,
        principal.identities,
        now,
        limit,
        after,
        body=await find_bodies(session, body, parameter="body"),
        state=state,
        kind=kind,
        overdue=overdue,
    )


@barriers.get("/counts")
async def count_barriers(
    _: Anyone,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    body: OfBody = None,
) -> Page[BarrierCount]:
    """Count, per body and kind, the barriers that were raised with it and what became of them.

    Only what was disclosed before this month counts, as it stood when the month began: a number does not change within
    it. None of less than eight is shown, and the others are rounded, so that no number tells of one case, of a draft,
    or of a barrier that is not disclosed. In the order of bodies and kinds.
    """
    key = decode_cursor(after, UUID, BarrierKind)
    rows = await queries.count_barriers(
        session,
        month=civil_date(now).replace(day=1),
        limit=limit,
        after=(key[0], key[1]) if key else None,
        body=await find_bodies(session, body, parameter="body"),
    )
    page, last = cut(rows, limit)
    items = [views.build_count(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.body_id, last.kind))


@barriers.get("/{barrier_id}")
async def get_barrier(
    barrier_id: BarrierId, _: CaseReader, caller: Acting, session: Session, now: Now, response: Response
) -> BarrierDetail:
    """Read a barrier with its changes, oldest first. Bodies see those from the disclosure on."""
    return await _read_barrier(session, barrier_id, caller.identities, now, response)


@barriers.post("/{barrier_id}/actions/disclose")
async def disclose_barrier(
    barrier_id: BarrierId,
    version: ExpectedVersion,
    _: CaseWriter,
    context: Context,
    response: Response,
) -> BarrierDetail:
    """Disclose a barrier to everybody who sees the case. It cannot be undone. For the reporting side."""
    await commands.disclose_barrier(context, barrier_id, version=version)
    return await _present(context, barrier_id, response)


@barriers.post("/{barrier_id}/actions/answer")
async def answer_barrier(
    barrier_id: BarrierId,
    payload: BarrierAnswer,
    version: ExpectedVersion,
    _: CaseWriter,
    context: Context,
    response: Response,
) -> BarrierDetail:
    """Say what will be done about a barrier and by when. For the body that can remove it, and officers in the case."""
    await commands.answer_barrier(context, barrier_id, answer=payload.answer, due_on=payload.due_on, version=version)
    return await _present(context, barrier_id, response)


@barriers.post("/{barrier_id}/actions/close")
async def close_barrier(
    barrier_id: BarrierId,
    payload: BarrierClosing,
    version: ExpectedVersion,
    _: CaseWriter,
    context: Context,
    response: Response,
) -> BarrierDetail:
    """Say that a barrier is removed, or that it was not. For the reporting side and the central team."""
    await commands.close_barrier(context, barrier_id, state=payload.state, outcome=payload.outcome, version=version)
    return await _present(context, barrier_id, response)


@barriers.post("/{barrier_id}/actions/withdraw")
async def withdraw_barrier(
    barrier_id: BarrierId,
    version: ExpectedVersion,
    _: CaseWriter,
    context: Context,
    response: Response,
    payload: Annotated[BarrierWithdrawal, Body()] = None,  # type: ignore[assignment]
) -> BarrierDetail:
    """Withdraw a barrier that was reported. For the reporting side."""
    reason = payload.reason if payload else None
    await commands.close_barrier(context, barrier_id, state=BarrierState.WITHDRAWN, outcome=reason, version=version)
    return await _present(context, barrier_id, response)


async def _list_page(
    session: Session, readers: tuple[str, ...], now: datetime, limit: int, after: str | None, **filters: Any
) -> Page[BarrierView]:
    key = decode_cursor(after, UUID)
    rows = await queries.list_barriers(
        session,
        readers=readers,
        today=civil_date(now),
        limit=limit,
        after=key[0] if key else None,
        **filters,
    )
    page, last = cut(rows, limit)
    return Page(items=[BarrierView.model_validate(row) for row in page], next=last and encode_cursor(last.id))


async def _present(context: CommandContext, barrier_id: UUID, response: Response) -> BarrierDetail:
    return await _read_barrier(context.session, barrier_id, context.caller.identities, context.now, response)


async def _read_barrier(
    session: Session, barrier_id: UUID, readers: tuple[str, ...], now: datetime, response: Response
) -> BarrierDetail:
    row, changes = await queries.get_barrier(session, barrier_id, readers=readers, today=civil_date(now))
    response.headers["ETag"] = format_etag(row.version)
    views = [BarrierChangeView.model_validate(each) for each in changes]
    return BarrierDetail.model_validate({**row._mapping, "changes": views})  # noqa: SLF001 - public name
