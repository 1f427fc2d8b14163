"""Reading clients, for whoever hands out tokens and for operators."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.models import Client, FormerSecret
from rtp_shared.db import AnyRow

_holds = FormerSecret.holds_until > func.now()


async def read_credentials(session: AsyncSession, client_id: str) -> tuple[Client | None, Sequence[bytes]]:
    """Return the client and the hashes of its former secrets that still hold, by one statement for whatever id."""
    former = func.array(
        select(FormerSecret.secret_hash).where(FormerSecret.client_id == Client.client_id, _holds).scalar_subquery()
    )
    row = (await session.execute(select(Client, former).where(Client.client_id == client_id))).one_or_none()
    return (None, ()) if row is None else (row[0], row[1])


async def list_clients(session: AsyncSession) -> Sequence[AnyRow]:
    """Return every client by its id, with the time until which a former secret of it holds."""
    until = (
        select(func.max(FormerSecret.holds_until))
        .where(FormerSecret.client_id == Client.client_id, _holds)
        .scalar_subquery()
        .label("former_until")
    )
    columns = (
        Client.client_id,
        Client.name,
        Client.organisation,
        Client.scopes,
        Client.active,
        Client.created_at,
        Client.burst_limit,
        Client.sustained_limit,
    )
    return (await session.execute(select(*columns, until).order_by(Client.client_id))).all()
