"""Deadlines over HTTP: lists, histories and forecasts."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.auth import Acting, CaseReader
from rtp_applications.bodies.queries import find_bodies
from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.cases.queries import get_case
from rtp_applications.cases.schemas import BY_EMPLOYER
from rtp_applications.deadlines import views
from rtp_applications.deadlines.forecast import forecast
from rtp_applications.deadlines.listing import list_deadlines as find_deadlines
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.deadlines.rules.deadline import Basis, DeadlineState
from rtp_applications.deadlines.schemas import DeadlineHistory, DeadlineLine, Forecast, Supposed, WorkLine
from rtp_applications.deadlines.worklist import Wanted
from rtp_applications.deadlines.worklist import list_work as find_work
from rtp_applications.history.entries import parse_instant
from rtp_applications.sides import count_version
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import Processes
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.parameters import require_order
from rtp_shared.schemas import Day
from rtp_shared.web import create_router

deadlines = create_router(prefix="/v1/deadlines", tags=["Deadlines"])
worklist = create_router(prefix="/v1/worklist", tags=["Deadlines"])
of_a_case = create_router(prefix="/v1/cases", tags=["Deadlines"])

CaseId = Annotated[UUID, Path(description="The case's id")]
ClockName = Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,100}$", description="Name of the clock in the process")]
Statuses = Annotated[
    list[Status], Query(alias="status", max_length=50, description="Of cases in it. May be repeated: any of them")
]
Overdue = Annotated[
    bool, Query(description="Only those whose time is up though what was due had not been done, open or missed")
]


@deadlines.get("")
async def list_deadlines(
    principal: CaseReader,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    due_before: Annotated[Day | None, Query(alias="dueBefore", description="Due on a day before this one")] = None,
    due_after: Annotated[Day | None, Query(alias="dueAfter", description="Due on a day after this one")] = None,
    state: Annotated[DeadlineState | None, Query(description="Without it, all that are open")] = None,
    clock: ClockName = None,
    basis: Basis | None = None,
    case_id: Annotated[UUID | None, Query(alias="caseId")] = None,
    employer: Annotated[BodyReference | None, Query(description=BY_EMPLOYER)] = None,
    route: Route | None = None,
    case_status: Statuses = [],  # noqa: B006 - FastAPI copies it
    overdue: Overdue = False,
) -> Page[DeadlineLine]:
    """List what is due over all cases that you may see, the next due first.

    The due date of a paused deadline is the one it had: it moves on by the pause when that ends.
    """
    require_order(due_after, due_before, names=("dueAfter", "dueBefore"))
    key = decode_cursor(after, parse_instant, UUID)
    rows = await find_deadlines(
        session,
        readers=principal.identities,
        limit=limit,
        after=(key[0], key[1]) if key else None,
        filters={
            "due_before": due_before,
            "due_after": due_after,
            "state": state and state.value,
            "clock": clock,
            "basis": basis and basis.value,
            "case_id": case_id,
            "employer": await find_bodies(session, employer, parameter="employer"),
            "route": route,
            "status": [str(each) for each in case_status] or None,
            "overdue": now if overdue else None,
        },
    )
    page, last = cut(rows, limit)
    items = [DeadlineLine.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.due_at.isoformat(), last.id))


@worklist.get("")
async def list_work(
    principal: CaseReader,
    caller: Acting,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    role: Annotated[
        list[Role], Query(max_length=20, description="What waits for this role. May be repeated: for any of them")
    ] = [],  # noqa: B006 - FastAPI copies it
    mine: Annotated[
        bool, Query(description="Only what the person named by On-Behalf-Of may do, by their parts in the cases")
    ] = False,
    due_before: Annotated[Day | None, Query(alias="dueBefore", description="Due on a day before this one")] = None,
    due_after: Annotated[Day | None, Query(alias="dueAfter", description="Due on a day after this one")] = None,
    clock: ClockName = None,
    basis: Basis | None = None,
    case_id: Annotated[UUID | None, Query(alias="caseId")] = None,
    employer: Annotated[BodyReference | None, Query(description=BY_EMPLOYER)] = None,
    route: Route | None = None,
    case_status: Statuses = [],  # noqa: B006
    overdue: Overdue = False,
) -> Page[WorkLine]:
    """List what waits for whom over all cases that you may see, by when and why, the next due first.

    A line is a clock with the actions that answer it from where the case is now: those that meet it, or that lead out
    of the statuses in which it runs. What was missed stays on the list for as long as it still waits. Ways out of a
    case at nearly any time, as to withdraw it, answer no clock.
    """
    require_order(due_after, due_before, names=("dueAfter", "dueBefore"))
    key = decode_cursor(after, parse_instant, UUID)
    roles = frozenset(role) or None
    rows = await find_work(
        session,
        Wanted(roles, caller if mine else None, civil_date(now)),
        readers=principal.identities,
        limit=limit,
        after=(key[0], key[1]) if key else None,
        filters={
            "due_before": due_before,
            "due_after": due_after,
            "clock": clock,
            "basis": basis and basis.value,
            "case_id": case_id,
            "employer": await find_bodies(session, employer, parameter="employer"),
            "route": route,
            "status": [str(each) for each in case_status] or None,
            "overdue": now if overdue else None,
        },
    )
    page, last = cut(rows, limit)
    items = [views.show_work(row, roles, now) for row in page]
    return Page(items=items, next=last and encode_cursor(last.due_at.isoformat(), last.id))


@of_a_case.get("/{case_id}/deadlines", responses={200: {"headers": {"ETag": {"schema": {"type": "string"}}}}})
async def list_deadlines_of_case(
    case_id: CaseId, principal: CaseReader, caller: Acting, session: Session, now: Now, response: Response
) -> Page[DeadlineHistory]:
    """List all deadlines of a case, closed ones too, each with its pauses, extensions and recalculations."""
    snapshot = await get_case(session, case_id, readers=principal.identities, now=now)
    response.headers["ETag"] = format_etag(count_version(snapshot.case, caller))
    return Page(items=views.show_histories(snapshot))


@of_a_case.post("/{case_id}/forecast")
async def forecast_deadlines(
    case_id: CaseId, supposed: Supposed, principal: CaseReader, session: Session, now: Now
) -> Forecast:
    """Say when the case's open deadlines would be due if it rested, had more time, or bank holidays were moved.

    Nothing is saved. Statutory times do not rest; times that the law or a decision sets are not extended.
    """
    snapshot = await get_case(session, case_id, readers=principal.identities, now=now)
    process = Processes()[snapshot.case.route, snapshot.case.process_version]
    found = forecast(process, snapshot, supposed, now)
    return Forecast(case_id=case_id, at=now, deadlines=[views.show_forecast(each) for each in found])
