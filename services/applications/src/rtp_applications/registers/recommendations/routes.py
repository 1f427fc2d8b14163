"""The register of recommendations over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.auth import Anyone, Overseer
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.registers.recommendations import commands, queries
from rtp_applications.registers.recommendations.models import Kind, State
from rtp_applications.registers.recommendations.schemas import (
    Progress,
    RecommendationDetail,
    RecommendationGiven,
    RecommendationView,
    UpdateView,
)
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Storable
from rtp_shared.web import create_router

recommendations = create_router(prefix="/v1/recommendations", tags=["Recommendations"])

RecommendationId = Annotated[UUID, Path(description="The recommendation's id")]
Addressee = Annotated[
    str | None,
    Query(alias="addressedTo", max_length=200, description="Words in the name of an addressee, or a body's id or code"),
    Storable,
]


@recommendations.get("")
async def list_recommendations(
    _: Anyone,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    kind: Kind | None = None,
    state: State | None = None,
    addressed_to: Addressee = None,
    overdue: Annotated[
        bool | None, Query(description="Only those that are overdue, or only those that are not")
    ] = None,
) -> Page[RecommendationView]:
    """Read what the Mutuals Task Force recommended and what the law obliges to: to whom, by when, and what came of it.

    The Task Force's report could only be recovered in part, and the entries say so. In the order of kinds and numbers.
    """
    key = decode_cursor(after, Kind, int)
    rows = await queries.list_recommendations(
        session,
        today=civil_date(now),
        limit=limit,
        after=(key[0], key[1]) if key else None,
        kind=kind,
        state=state,
        addressed_to=addressed_to,
        overdue=overdue,
    )
    page, last = cut(rows, limit)
    items = [RecommendationView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.kind, last.number))


@recommendations.get("/{recommendation_id}")
async def get_recommendation(
    recommendation_id: RecommendationId, _: Anyone, session: Session, now: Now, response: Response
) -> RecommendationDetail:
    """Read one with every report of progress, oldest first."""
    return await _read_detail(session, recommendation_id, now, response)


@recommendations.post("", status_code=201)
async def add_recommendation(
    payload: RecommendationGiven, _: Overseer, session: Session, now: Now, response: Response
) -> RecommendationDetail:
    """Enter a recommendation or obligation. It gets the next number of its kind, and is open."""
    added = await commands.add_recommendation(
        session,
        details=payload.model_dump(exclude={"addressed_bodies"}),
        addressed_bodies=payload.addressed_bodies,
        now=now,
    )
    response.headers["Location"] = f"/v1/recommendations/{added.id}"
    return await _read_detail(session, added.id, now, response)


@recommendations.post("/{recommendation_id}/actions/report-progress")
async def report_progress(
    recommendation_id: RecommendationId,
    progress: Progress,
    version: ExpectedVersion,
    principal: Overseer,
    session: Session,
    now: Now,
    response: Response,
) -> RecommendationDetail:
    """Report how far it has come, with a note and where that can be checked. Reports are public, and never changed."""
    await commands.report_progress(
        session,
        recommendation_id,
        state=progress.state,
        note=progress.note,
        evidence=progress.evidence,
        done_on=progress.done_on,
        version=version,
        actor=principal,
        now=now,
    )
    return await _read_detail(session, recommendation_id, now, response)


async def _read_detail(
    session: Session, recommendation_id: UUID, now: datetime, response: Response
) -> RecommendationDetail:
    row, updates = await queries.get_recommendation(session, recommendation_id, today=civil_date(now))
    response.headers["ETag"] = format_etag(row.version)
    shown = [UpdateView.model_validate(each) for each in updates]
    return RecommendationDetail.model_validate({**row._mapping, "updates": shown})  # noqa: SLF001 - public name
