"""Reading the clients of one organisation, and their changes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.models import Client, ClientChange
from rtp_gateway.inbound.registration.errors import NoSuchClient


async def list_clients(session: AsyncSession, organisation: UUID, *, limit: int, after: str | None) -> Sequence[Client]:
    """Return one more than the limit, by their ids."""
    query = select(Client).where(Client.organisation == organisation).order_by(Client.client_id).limit(limit + 1)
    if after is not None:
        query = query.where(Client.client_id > after)
    return (await session.scalars(query)).all()


async def get_client(session: AsyncSession, client_id: str, *, organisation: UUID, for_update: bool = False) -> Client:
    """Return the organisation's client. Raises NoSuchClient, for that of another organisation too."""
    query = select(Client).where(Client.client_id == client_id, Client.organisation == organisation)
    client = await session.scalar(query.with_for_update() if for_update else query)
    if client is None:
        raise NoSuchClient
    return client


async def list_changes(
    session: AsyncSession, client: Client, *, limit: int, after: UUID | None
) -> Sequence[ClientChange]:
    """Return one more than the limit, newest first; none from when it was of another organisation."""
    query = select(ClientChange).where(
        ClientChange.client_id == client.client_id, ClientChange.organisation == client.organisation
    )
    if after is not None:
        query = query.where(ClientChange.id < after)
    return (await session.scalars(query.order_by(ClientChange.id.desc()).limit(limit + 1))).all()
