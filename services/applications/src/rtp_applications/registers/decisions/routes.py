"""The public register of decisions over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Header, Path, Query, Response

from rtp_applications.auth import Anyone
from rtp_applications.bodies.queries import find_bodies
from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.registers.decisions import queries
from rtp_applications.registers.decisions.schemas import DecisionView
from rtp_applications.registers.decisions.spreadsheet import MEDIA_TYPE, prefers_csv, to_csv
from rtp_applications.workflow.enums import Decision, Ground
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.parameters import require_order
from rtp_shared.schemas import Day, Storable
from rtp_shared.web import create_router

decisions = create_router(prefix="/v1/decisions", tags=["Decisions"])

DecisionId = Annotated[UUID, Path(description="The decision's id in the register")]
OfBody = Annotated[
    BodyReference | None,
    Query(description="The body that decided, which need not be the employing one: that is `employer` of the cases"),
]
Since = Annotated[Day | None, Query(alias="from", description="Decided on this day or later")]
Until = Annotated[Day | None, Query(alias="to", description="Decided on this day or earlier")]
Region = Annotated[str | None, Query(max_length=9, description="ONS region code"), Storable]
Words = Annotated[
    str | None, Query(alias="q", max_length=200, description="Words in the service's name or the text"), Storable
]
Accept = Annotated[str | None, Header(include_in_schema=False)]


def read_instant(text: str) -> datetime:
    """Read an instant; raises ValueError for one without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant has a time zone")
    return at


@decisions.get(
    "",
    response_model=Page[DecisionView],
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
async def list_decisions(
    _: Anyone,
    session: Session,
    response: Response,
    limit: Limit = 50,
    after: After = None,
    body: OfBody = None,
    route: Route | None = None,
    decision: Decision | None = None,
    ground: Ground | None = None,
    since: Since = None,
    until: Until = None,
    sector: Sector | None = None,
    region: Region = None,
    words: Words = None,
    accept: Accept = None,
) -> Page[DecisionView] | Response:
    """Read the decisions that were published, newest first: what was decided on which service, by whom and why.

    One that was quashed or remitted later stays, and says so. With `Accept: text/csv` the page comes as CSV, whose
    header `Next-Cursor` is what `next` is in JSON.
    """
    require_order(since, until, names=("from", "to"))
    key = decode_cursor(after, read_instant, UUID)
    rows = await queries.list_decisions(
        session,
        limit=limit,
        after=(key[0], key[1]) if key else None,
        body=await find_bodies(session, body, parameter="body"),
        route=route,
        decision=decision,
        ground=ground,
        since=since,
        until=until,
        sector=sector,
        region=region,
        words=words,
    )
    page, last = cut(rows, limit)
    items = [DecisionView.model_validate(row) for row in page]
    following = last and encode_cursor(last.published_at, last.id)
    if prefers_csv(accept):
        headers = {"Vary": "Accept", **({"Next-Cursor": following} if following else {})}
        return Response(to_csv(items, DecisionView), media_type=MEDIA_TYPE, headers=headers)
    response.headers["Vary"] = "Accept"
    return Page(items=items, next=following)


@decisions.get("/{decision_id}")
async def get_decision(decision_id: DecisionId, _: Anyone, session: Session, response: Response) -> DecisionView:
    """Read one published decision."""
    row = await queries.get_decision(session, decision_id)
    response.headers["ETag"] = format_etag(row.version)
    return DecisionView.model_validate(row)
