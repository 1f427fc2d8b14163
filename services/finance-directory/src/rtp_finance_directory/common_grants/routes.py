"""The routes of CommonGrants 0.4.0 for opportunities, for everybody. The base of its paths is /v1."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request

from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.common_grants import queries
from rtp_finance_directory.common_grants.mapping import make_opportunity
from rtp_finance_directory.common_grants.schemas import OpportunityAnswer, OpportunityPage, OpportunityPageInfo
from rtp_finance_directory.common_grants.search_schemas import (
    OpportunityFilterInfo,
    OpportunitySearch,
    OpportunitySearchPage,
)
from rtp_finance_directory.common_grants.searching import choose_order, list_left_out, search_opportunities
from rtp_finance_directory.patience import answer_soon
from rtp_shared.clock import LONDON
from rtp_shared.dependencies import Now, Session
from rtp_shared.service import Runtime
from rtp_shared.web import create_router

common_grants = create_router(prefix="/v1/common-grants", tags=["CommonGrants"])


@common_grants.get("/opportunities", response_model_exclude_none=True)
async def list_opportunities(
    _: Anyone,
    request: Request,
    session: Session,
    now: Now,
    page: Annotated[int, Query(ge=1, le=1_000_000, description="Number of the page, from 1")] = 1,
    size: Annotated[int, Query(alias="pageSize", ge=1, le=200, description="How many on a page, at the most")] = 100,
) -> OpportunityPage:
    """List the directory's grants, and finance that is partly a grant, as opportunities of CommonGrants 0.4.0.

    The last changed come first. What closed long ago is among them, and says so. Information, never an offer.
    """
    rows, total = await queries.list_opportunities(session, page=page, size=size)
    runtime: Runtime = request.app.state.runtime
    today, url = now.astimezone(LONDON).date(), runtime.settings.public_url
    return OpportunityPage(
        items=[make_opportunity(row, today=today, url=url) for row in rows],
        pagination_info=OpportunityPageInfo(
            page=page, page_size=size, total_items=total, total_pages=-(-total // size)
        ),
    )


@common_grants.post("/opportunities/search", response_model_exclude_none=True)
async def search_common_grants(
    _: Anyone, request: Request, session: Session, now: Now, said: OpportunitySearch
) -> OpportunitySearchPage:
    """Search the opportunities of CommonGrants 0.4.0 by words, state, closing date and amounts of an award.

    A filter finds only what says the value that it goes by. What cannot be applied here is named in `filterInfo` and
    `sortInfo`, and the rest is. Information, never an offer.
    """
    today = now.astimezone(LONDON).date()
    async with answer_soon(session):
        rows = await queries.find_opportunities(session, said.search)
    found = await asyncio.to_thread(search_opportunities, rows, said.filters, said.sorting, today=today)
    page, size = said.pagination.page, said.pagination.page_size
    runtime: Runtime = request.app.state.runtime
    url, shown = runtime.settings.public_url, found[(page - 1) * size : page * size]
    return OpportunitySearchPage(
        items=[make_opportunity(row, today=today, url=url) for row in shown],
        pagination_info=OpportunityPageInfo(
            page=page, page_size=size, total_items=len(found), total_pages=-(-len(found) // size)
        ),
        sort_info=choose_order(said.sorting),
        filter_info=OpportunityFilterInfo(
            filters=said.filters.model_dump(mode="json", by_alias=True, exclude_none=True),
            errors=list(list_left_out(said.filters)) or None,
        ),
    )


@common_grants.get("/opportunities/{product_id}", response_model_exclude_none=True)
async def get_opportunity(
    product_id: Annotated[UUID, Path(description="The opportunity's id, which is its product's")],
    _: Anyone,
    request: Request,
    session: Session,
    now: Now,
) -> OpportunityAnswer:
    """Read one opportunity of CommonGrants 0.4.0. It is information from public sources, never an offer."""
    row = await queries.get_opportunity(session, product_id)
    runtime: Runtime = request.app.state.runtime
    today, url = now.astimezone(LONDON).date(), runtime.settings.public_url
    return OpportunityAnswer(data=make_opportunity(row, today=today, url=url))
