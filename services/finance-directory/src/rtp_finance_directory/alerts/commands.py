"""Commands on saved searches: verb(session, subject, *, details)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, Uuid, delete, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.alerts import queries
from rtp_finance_directory.alerts.errors import TooManySavedSearches
from rtp_finance_directory.alerts.models import SavedSearch, SavedSearchFind
from rtp_finance_directory.alerts.schemas import SavedSearchGiven
from rtp_shared.clock import LONDON
from rtp_shared.etags import Expected
from rtp_shared.identities import Principal


async def save_search(
    session: AsyncSession, said: SavedSearchGiven, *, actor: Principal, most: int, now: datetime
) -> SavedSearch:
    """Save a search. What it finds now is not news: the client sees it by searching."""
    # One after another for a client, so that its bound holds.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(actor.own_identity, 0))))
    count = await session.scalar(select(func.count()).where(SavedSearch.client == actor.own_identity))
    if count is not None and count >= most:
        raise TooManySavedSearches(f"it has {count}; delete one that is not needed")
    search = SavedSearch.begin(actor, name=said.name, criteria=said.read_criteria(), now=now)
    session.add(search)
    await session.flush()
    await _note_what_is_found(session, search.id, said, now=now)
    return search


async def replace_search(
    session: AsyncSession,
    search_id: UUID,
    said: SavedSearchGiven,
    *,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> SavedSearch:
    """Say anew what is looked for. Of other criteria, what they find now is not news."""
    search = await queries.get_search(session, search_id, client=actor.own_identity, lock=True)
    version.require(search.version)
    if search.replace(name=said.name, criteria=said.read_criteria()):
        await session.execute(delete(SavedSearchFind).where(SavedSearchFind.search_id == search_id))
        await _note_what_is_found(session, search_id, said, now=now)
    return search


async def delete_search(session: AsyncSession, search_id: UUID, *, version: Expected, actor: Principal) -> None:
    """Delete a search: nothing is told of it any more."""
    search = await queries.get_search(session, search_id, client=actor.own_identity, lock=True)
    version.require(search.version)
    await session.delete(search)


async def _note_what_is_found(session: AsyncSession, search_id: UUID, said: SavedSearchGiven, *, now: datetime) -> None:
    today = now.astimezone(LONDON).date()
    found = queries.select_new_finds(search_id, said.criteria.read(), today=today).subquery("found")
    rows = select(literal(search_id, Uuid), found.c.id, found.c.opening.cast(Integer))
    names = ("search_id", "product_id", "opening")
    await session.execute(insert(SavedSearchFind).from_select(names, rows))
