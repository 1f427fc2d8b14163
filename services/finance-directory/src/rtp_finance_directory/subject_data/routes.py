"""What finance-directory keeps of one person, for the gateway alone: it is forwarded to nobody.

It names nobody but clients that act for themselves: what they look for. A funder's published contacts are the funder's.
"""

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.alerts.models import SavedSearch
from rtp_finance_directory.auth import SubjectReader
from rtp_shared.contracts.subject_data import OVERSEE, PATH, ServiceQuestion, SubjectData, SubjectRecord
from rtp_shared.db import system_scope, visible_to
from rtp_shared.dependencies import Session
from rtp_shared.identities import SYSTEM, Principal
from rtp_shared.web import create_router

subject_data: APIRouter = create_router(tags=["Personal data"])

SERVICE = "finance-directory"
COLUMNS = {"saved_searches": "client name criteria saved_at looked_at"}
"""Columns that hold something of a person, as `tests/architecture/test_personal_columns.py` knows them."""
OF_OTHERS = {
    "funders": "public_email public_telephone contact_page",
    "grants": "title description recipient_name document search",
    "incoming_grants": "title description recipient_name document",
    "grant_problems": "wrong",
    "notice_releases": "document",
    "incoming_notice_releases": "document",
    "notices": "document",
    "notice_problems": "wrong",
}
"""What organisations published, and may speak of people: whoever published it answers for it."""


@subject_data.post(PATH, include_in_schema=False)
async def collect_finance_subject_data(
    question: ServiceQuestion, principal: SubjectReader, session: Session
) -> SubjectData:
    """Return all that is kept here of one person."""
    kind, _, client_id = question.reference.partition(".")
    if kind != "client" or not client_id:
        return SubjectData(records=[], withheld=[])
    return SubjectData(records=await _list_searches(session, f"client:{client_id}", principal), withheld=[])


async def _list_searches(session: AsyncSession, client: str, principal: Principal) -> list[SubjectRecord]:
    everybody = OVERSEE in principal.scopes
    readers = SYSTEM if everybody else principal.identities
    query = select(SavedSearch).where(SavedSearch.client == client, visible_to(SavedSearch.readers, readers))
    if not everybody:
        return [_build(each) for each in await session.scalars(query)]
    async with system_scope(session, "whoever answers for the data hands out all that is kept of a person"):
        return [_build(each) for each in await session.scalars(query)]


def _build(search: SavedSearch) -> SubjectRecord:
    return SubjectRecord(
        service=SERVICE,
        kind="saved search",
        id=str(search.id),
        case_id=None,
        content={"client": search.client, "name": search.name, "criteria": search.criteria, "savedAt": search.saved_at},
        source="the client itself",
        recipients=["the client itself"],
        kept="until the client deletes it",
    )
