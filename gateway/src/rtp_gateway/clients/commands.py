"""Registering and deactivating clients."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.models import SCOPES, Client, hash_secret


async def register_client(
    session: AsyncSession, client_id: str, *, name: str, organisation: uuid.UUID, secret: str, scopes: Sequence[str]
) -> None:
    """Make the client, or bring it up to date."""
    facts = {
        "name": name,
        "organisation": organisation,
        "secret_hash": hash_secret(secret),
        "scopes": sorted(set(scopes) & SCOPES.keys()),
        "active": True,
    }
    statement = insert(Client).values(client_id=client_id, created_at=func.now(), **facts)
    await session.execute(statement.on_conflict_do_update(index_elements=["client_id"], set_=facts))


async def deactivate_client(session: AsyncSession, client_id: str) -> bool:
    """Let the client in no more, within two seconds everywhere; return False if there is none of this id."""
    statement = update(Client).where(Client.client_id == client_id).values(active=False).returning(Client.client_id)
    return (await session.execute(statement)).scalar_one_or_none() is not None
