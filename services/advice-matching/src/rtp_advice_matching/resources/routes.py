"""HTTP in, HTTP out: guides, toolkits and templates, for everybody."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from rtp_advice_matching.auth import Anyone
from rtp_advice_matching.resources import queries
from rtp_advice_matching.resources.models import ResourceKind
from rtp_advice_matching.resources.rules import read_stage
from rtp_advice_matching.resources.schemas import ResourceView
from rtp_shared.contracts.vocabulary import Route, Sector, Stage, SupportTopic
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Day, Storable
from rtp_shared.web import create_router

resources = create_router(prefix="/v1/resources", tags=["Resources"])


@resources.get("")
async def list_resources(
    _: Anyone,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    q: Annotated[
        str | None, Query(max_length=200, description="Words of title, publisher or description"), Storable
    ] = None,
    stage: Annotated[Stage | None, Query(description="What helps at this stage, or at any")] = None,
    case_status: Annotated[
        str | None,
        Query(alias="caseStatus", max_length=64, description="Instead of `stage`: the status of a case"),
        Storable,
    ] = None,
    topic: Annotated[SupportTopic | None, Query(description="What is about this, or about all of it")] = None,
    route: Annotated[Route | None, Query(description="What is for this route, or for any")] = None,
    sector: Annotated[Sector | None, Query(description="What is for such services, or for any")] = None,
    kind: ResourceKind | None = None,
    stale_since: Annotated[
        Day | None, Query(alias="staleSince", description="Whose source nobody has looked at since this day")
    ] = None,
) -> Page[ResourceView]:
    """Find guides, toolkits and templates that others publish, by title, each with its source and its date."""
    key = decode_cursor(after, str, UUID)
    filters = {
        "q": q,
        "stage": read_stage(stage, case_status),
        "topic": topic,
        "route": route,
        "sector": sector,
        "kind": kind,
        "stale_since": stale_since,
    }
    rows = await queries.list_resources(session, filters=filters, limit=limit, after=(key[0], key[1]) if key else None)
    page, last = cut(rows, limit)
    items = [ResourceView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.title, last.id))


@resources.get("/{resource_id}")
async def get_resource(
    resource_id: Annotated[UUID, Path(description="The resource's id")], _: Anyone, session: Session
) -> ResourceView:
    """Read what is known of a guide, toolkit or template."""
    return ResourceView.model_validate(await queries.get_resource(session, resource_id))
