"""Registering, changing and deactivating clients."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.errors import CannotRegister
from rtp_gateway.clients.models import (
    SCOPES,
    Client,
    ClientChange,
    FormerSecret,
    RevokedToken,
    UsedAssertion,
    hash_secret,
    new_secret,
)


async def register_client(
    session: AsyncSession, client_id: str, *, name: str, organisation: uuid.UUID, secret: str, scopes: Sequence[str]
) -> None:
    """Make the client, or bring it up to date with all that is said here, its secret too."""
    facts = {
        "name": name,
        "organisation": organisation,
        "secret_hash": hash_secret(secret),
        "scopes": sorted(set(scopes) & SCOPES.keys()),
        "active": True,
    }
    statement = insert(Client).values(client_id=client_id, created_at=func.now(), **facts)
    await session.execute(statement.on_conflict_do_update(index_elements=["client_id"], set_=facts))


@dataclass(frozen=True, kw_only=True)
class ClientFacts:
    """The facts that an operator states of a client; None is left as it is."""

    name: str | None = None
    organisation: uuid.UUID | None = None
    scopes: Sequence[str] | None = None
    burst_limit: int | None = None
    sustained_limit: int | None = None

    def list_given(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if value is not None}


async def add_client(session: AsyncSession, client_id: str, facts: ClientFacts) -> str:
    """Make a client that is not there yet; return its secret. Raises CannotRegister."""
    secret = new_secret()
    statement = (
        insert(Client)
        .values(
            client_id=client_id,
            secret_hash=hash_secret(secret),
            active=True,
            created_at=func.now(),
            **facts.list_given(),
        )
        .on_conflict_do_nothing(index_elements=["client_id"])
        .returning(Client.client_id)
    )
    if (await session.execute(statement)).scalar_one_or_none() is None:
        raise CannotRegister(
            f"{client_id} is registered already and stays as it is: `change` changes it, `renew` gives it a new secret"
        )
    return secret


async def change_client(session: AsyncSession, client_id: str, facts: ClientFacts) -> None:
    """Change what is said of a client; its secret and whether it is let in stay. Raises CannotRegister."""
    await _lock_client(session, client_id)
    await session.execute(update(Client).where(Client.client_id == client_id).values(facts.list_given()))


async def renew_secret(session: AsyncSession, client_id: str, overlap: timedelta) -> tuple[str, datetime | None]:
    """Give the client a new secret; return it and the time until which the one before still holds, if it does.

    What holds no longer than that anyway keeps its own time. Raises CannotRegister.
    """
    if not (client := await _lock_client(session, client_id)).active:
        raise CannotRegister(f"{client_id} is deactivated: `activate` lets it in again, with a new secret")
    until = func.now() + overlap
    shortened = func.least(FormerSecret.holds_until, until)
    own = FormerSecret.client_id == client_id
    await session.execute(update(FormerSecret).where(own).values(holds_until=shortened))
    kept = insert(FormerSecret).values(client_id=client_id, secret_hash=client.secret_hash, holds_until=until)
    await session.execute(kept)
    await session.execute(delete(FormerSecret).where(own, FormerSecret.holds_until <= func.now()))
    secret = await _replace_secret(session, client_id)
    return secret, await session.scalar(select(func.max(FormerSecret.holds_until)).where(own))


async def deactivate_client(session: AsyncSession, client_id: str) -> bool:
    """Let the client in no more, within two seconds everywhere; return False if it was not let in before."""
    was_active = (await _lock_client(session, client_id)).active
    await session.execute(update(Client).where(Client.client_id == client_id).values(active=False))
    return was_active


async def deactivate_by_secret(session: AsyncSession, client_id: str, secret: str) -> bool:
    """Deactivate the client if it is let in, and by this secret; return whether it was."""
    own = (Client.client_id == client_id, Client.secret_hash == hash_secret(secret), Client.active)
    change = update(Client).where(*own).values(active=False).returning(Client.client_id)
    return (await session.execute(change)).scalar_one_or_none() is not None


async def activate_client(session: AsyncSession, client_id: str, *, keep_secret: bool) -> str | None:
    """Let a deactivated client in again; return the new secret, by which alone it comes in, unless it keeps its own.

    Raises CannotRegister.
    """
    if (await _lock_client(session, client_id)).active:
        raise CannotRegister(f"{client_id} is active: `renew` gives it a new secret")
    secret = None
    if not keep_secret:
        await session.execute(delete(FormerSecret).where(FormerSecret.client_id == client_id))
        secret = await _replace_secret(session, client_id)
    await session.execute(update(Client).where(Client.client_id == client_id).values(active=True))
    return secret


async def record_change(
    session: AsyncSession,
    client: Client,
    change: str,
    facts: Mapping[str, Any],
    *,
    by: str = "operator",
    person: str | None = None,
) -> None:
    """Write down a change of a client and who made it. `facts` hold no secret."""
    written = {name: value if value is None or _is_json(value) else str(value) for name, value in facts.items()}
    row = {"client_id": client.client_id, "organisation": client.organisation, "change": change, "facts": written}
    await session.execute(insert(ClientChange).values(**row, changed_by=by, person=person))


def _is_json(value: object) -> bool:
    return isinstance(value, str | int | list | dict)


async def delete_expired_tokens(session: AsyncSession) -> None:
    """Forget revoked tokens and used assertions that expired long enough ago for every clock."""
    past = func.now() - timedelta(hours=1)
    for kept in (RevokedToken, UsedAssertion):
        forget = delete(kept).where(kept.expires_at < past)
        await session.execute(forget, execution_options={"synchronize_session": False})


async def _replace_secret(session: AsyncSession, client_id: str) -> str:
    secret = new_secret()
    change = update(Client).where(Client.client_id == client_id).values(secret_hash=hash_secret(secret))
    await session.execute(change)
    return secret


async def _lock_client(session: AsyncSession, client_id: str) -> Client:
    client = await session.scalar(select(Client).where(Client.client_id == client_id).with_for_update())
    if client is None:
        raise CannotRegister(f"there is no client {client_id}: `list` shows those that there are")
    return client
