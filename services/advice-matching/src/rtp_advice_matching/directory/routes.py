"""HTTP in, HTTP out: the directory."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from rtp_advice_matching.auth import AdviserReader
from rtp_advice_matching.directory import queries
from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.directory.schemas import AdviserView
from rtp_shared.contracts.vocabulary import Sector, SupportTopic
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Storable
from rtp_shared.web import create_router

advisers = create_router(prefix="/v1/advisers", tags=["Advisers"])


@advisers.get("")
async def list_advisers(
    _: AdviserReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    sector: Annotated[Sector | None, Query(description="Who serve this sector, or any")] = None,
    region: Annotated[
        str | None, Query(max_length=9, description="ONS code: who meet there, or online"), Storable
    ] = None,
    topic: SupportTopic | None = None,
    kind: AdviserKind | None = None,
    has_capacity: Annotated[
        bool | None, Query(alias="hasCapacity", description="Who have a free place, or none")
    ] = None,
) -> Page[AdviserView]:
    """Find advisers, mentors and ambassadors who take part, in the order of their names."""
    key = decode_cursor(after, str, UUID)
    rows = await queries.list_advisers(
        session,
        limit=limit,
        after=(key[0], key[1]) if key else None,
        sector=sector,
        region=region,
        topic=topic,
        kind=kind,
        has_capacity=has_capacity,
    )
    page, last = cut(rows, limit)
    items = [AdviserView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.name, last.id))


@advisers.get("/{adviser_id}")
async def get_adviser(
    adviser_id: Annotated[UUID, Path(description="The adviser's id")], _: AdviserReader, session: Session
) -> AdviserView:
    """Read an adviser, also one who no longer takes part."""
    return AdviserView.model_validate(await queries.get_adviser(session, adviser_id))
