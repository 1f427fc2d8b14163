"""How long cases are kept: HTTP in, HTTP out."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.auth import Acting, Anyone, CaseReader, CaseWriter
from rtp_applications.cases.dependencies import CaseId, Context
from rtp_applications.cases.queries import get_case, get_whole_case
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.retention import commands, queries
from rtp_applications.retention.schedule import RetentionClass, find_in_force, find_retention
from rtp_applications.retention.schemas import DisposalLine, HoldOrder, HoldView, PeriodView, RetentionView
from rtp_applications.sides import is_on_bodies_side
from rtp_shared.db import system_scope
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Day
from rtp_shared.web import create_router

retention = create_router(prefix="/v1/cases", tags=["Retention"])
disposals = create_router(prefix="/v1/disposals", tags=["Retention"])
schedule = create_router(prefix="/v1/retention-schedule", tags=["Retention"])

HoldId = Annotated[UUID, Path(description="The hold's id")]


@schedule.get("")
async def list_retention_schedule(_: Anyone, now: Now) -> list[PeriodView]:
    """How long cases are kept by the kind of their outcome, with the sources. Bodies set other lengths by their own
    rules: `retention-launched`, `retention-tender-lost`, `retention-other`.
    """
    periods = [(each, find_in_force(each, civil_date(now))) for each in RetentionClass]
    return [
        PeriodView(
            kept_as=kept_as,
            months=period.value["number"],
            source=period.source,
            tag=period.tag,
            since=period.since,
            replaced_by=kept_as.rule,
        )
        for kept_as, period in periods
    ]


@retention.get("/{case_id}/retention")
async def get_retention(case_id: CaseId, _: CaseReader, caller: Acting, session: Session, now: Now) -> RetentionView:
    """Read when the case may be destroyed, and why then: by the outcome, the schedule, and its body's own rules.

    Ninety days before it at the least, `case-disposal-due` warns all who see it. While a legal hold stands nothing of
    it is destroyed. What was said in it goes then, for good: names, texts, records, contents of documents, and all
    content of its history. Outcome, dates, hashes and the public register of decisions stay.
    """
    seen = await get_case(session, case_id, readers=caller.identities, now=now)
    whole = await get_whole_case(session, case_id, now=now, reason="the time is the same for all who see the case")
    found = find_retention(whole, civil_date(now))
    async with system_scope(session, "whether it is held is shown to the bodies' side alone"):
        held = await queries.is_held(session, case_id) if is_on_bodies_side(seen.case, caller) else None
    warning = await queries.find_warning(session, case_id)
    return RetentionView(
        kept_as=found.kept_as,
        because=found.because,
        counted_from=found.counted_from,
        months=found.months,
        source=found.source,
        tag=found.tag,
        dispose_on=max(found.dispose_on, warning.dispose_on) if found.dispose_on and warning else found.dispose_on,
        warned_at=warning.warned_at if warning else None,
        held=held,
        disposed_at=seen.case.disposed_at,
    )


@retention.get("/{case_id}/holds")
async def list_holds(
    case_id: CaseId, _: CaseReader, caller: Acting, session: Session, now: Now, limit: Limit = 50, after: After = None
) -> Page[HoldView]:
    """List the legal holds of the case, those that were lifted too. They are for its bodies' side alone."""
    key = decode_cursor(after, UUID)
    snapshot = await get_case(session, case_id, readers=caller.identities, now=now)
    rows = await queries.list_holds(session, snapshot.case, caller, limit=limit, after=key[0] if key else None)
    page, last = cut(rows, limit)
    return Page(items=[HoldView.model_validate(each) for each in page], next=last and encode_cursor(last.id))


@retention.post("/{case_id}/holds", status_code=201)
async def place_hold(
    case_id: CaseId, order: HoldOrder, _: CaseWriter, context: Context, response: Response
) -> HoldView:
    """Put the case on legal hold: nothing of it is destroyed, and nobody is erased from it, until every hold is lifted.

    Officers and decision makers of the case's bodies do it, and the central team. Their side alone learns of it.
    """
    hold_id = await commands.place_hold(context, case_id, order.reason)
    response.headers["Location"] = f"/v1/cases/{case_id}/holds"
    return await _show(context, case_id, hold_id)


@retention.post("/{case_id}/holds/{hold_id}/actions/lift")
async def lift_hold(case_id: CaseId, hold_id: HoldId, order: HoldOrder, _: CaseWriter, context: Context) -> HoldView:
    """Lift one legal hold, and say why. What is due by then is not destroyed at once: a warning is given before it."""
    await commands.lift_hold(context, case_id, hold_id, order.reason)
    return await _show(context, case_id, hold_id)


@disposals.get("")
async def list_disposals(
    principal: CaseReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    due_before: Annotated[Day | None, Query(alias="dueBefore", description="Due on a day before this one")] = None,
) -> Page[DisposalLine]:
    """List the cases that you may see whose time of keeping is nearly over, the next due first."""
    key = decode_cursor(after, date.fromisoformat, UUID)
    place = (key[0], key[1]) if key else None
    rows = await queries.list_warnings(
        session, readers=principal.identities, limit=limit, after=place, due_before=due_before
    )
    page, last = cut(rows, limit)
    items = [DisposalLine.model_validate(each) for each in page]
    return Page(items=items, next=last and encode_cursor(last.dispose_on, last.case_id))


async def _show(context: Context, case_id: UUID, hold_id: UUID) -> HoldView:
    snapshot = await get_case(context.session, case_id, readers=context.caller.identities, now=context.now)
    hold = await queries.get_hold(context.session, snapshot.case, context.caller, hold_id)
    return HoldView.model_validate(hold)
