"""Deadlines over HTTP: lists, histories and forecasts."""

from datetime import datetime
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
from rtp_applications.deadlines.rules.deadline import Basis, DeadlineState
from rtp_applications.deadlines.schemas import DeadlineHistory, DeadlineLine, Forecast, Supposed
from rtp_applications.sides import count_version
from rtp_applications.workflow.processes import Processes
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.parameters import require_order
from rtp_shared.schemas import Day
from rtp_shared.web import create_router

deadlines = create_router(prefix="/v1/deadlines", tags=["Deadlines"])
of_a_case = create_router(prefix="/v1/cases", tags=["Deadlines"])

CaseId = Annotated[UUID, Path(description="The case's id")]


def _parse_instant(text: str) -> datetime:
    """Read an instant; raise ValueError for one without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant has a time zone")
    return at


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
    clock: Annotated[
        str | None, Query(pattern=r"^[a-z0-9-]{1,100}$", description="Name of the clock in the process")
    ] = None,
    basis: Basis | None = None,
    case_id: Annotated[UUID | None, Query(alias="caseId")] = None,
    employer: Annotated[BodyReference | None, Query(description=BY_EMPLOYER)] = None,
    overdue: Annotated[
        bool, Query(description="Only those whose time is up though what was due had not been done, open or missed")
    ] = False,
) -> Page[DeadlineLine]:
    """List what is due over all cases that you may see, the next due first.

    The due date of a paused deadline is the one it had: it moves on by the pause when that ends.
    """
    require_order(due_after, due_before, names=("dueAfter", "dueBefore"))
    key = decode_cursor(after, _parse_instant, UUID)  # type: ignore[arg-type]
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
            "overdue": now if overdue else None,
        },
    )
    page, last = cut(rows, limit)
    items = [DeadlineLine.model_validate(row) for row in page]
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
