"""Managing the clients of one's own organisation.

A manager gives and takes what it may itself, and no more: a client that may more is managed by the operator alone, or
its new secret would be a way to that. The database holds the same rule against this process (migration 0014).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients import commands
from rtp_gateway.clients.models import Client, hash_secret, new_secret
from rtp_gateway.inbound.registration import errors
from rtp_gateway.inbound.registration.queries import get_client
from rtp_shared.etags import Expected

MOST_CLIENTS = 200
"""Clients of an organisation, the deactivated ones with them, which stay for good."""


@dataclass(frozen=True)
class Manager:
    """A client that manages others of its organisation, and the person that it acts for."""

    client_id: str
    organisation: UUID
    scopes: frozenset[str]
    person: str

    def require_within(self, scopes: Collection[str]) -> None:
        """Raise BeyondItsManager if a client with these scopes may what the manager may not."""
        if beyond := sorted(set(scopes) - self.scopes):
            raise errors.BeyondItsManager(f"you may not yourself: {' '.join(beyond)}")


@dataclass(frozen=True)
class WithSecret:
    """A client, with its new secret if it has one."""

    client: Client
    secret: str | None = field(repr=False)
    former_until: datetime | None = None


async def open_client(session: AsyncSession, client_id: str, facts: Mapping[str, Any], *, by: Manager) -> WithSecret:
    """Make a client of the manager's organisation; one without keys gets a secret."""
    by.require_within(facts["scopes"])
    await _require_manager(session, by)
    await _require_room(session, by.organisation)
    secret = new_secret()
    statement = (
        insert(Client)
        .values(
            client_id=client_id,
            organisation=by.organisation,
            secret_hash=hash_secret(secret),
            active=True,
            created_at=func.now(),
            **facts,
        )
        .on_conflict_do_nothing(index_elements=["client_id"])
        .returning(Client)
    )
    client = (await session.execute(statement)).scalar_one_or_none()
    if client is None:
        raise errors.ClientIdTaken
    await _record(session, client, "opened", facts, by)
    has_keys = facts.get("keys") or facts.get("keys_url")
    return WithSecret(client, None if has_keys else secret)


async def change_client(
    session: AsyncSession, client_id: str, facts: Mapping[str, Any], *, version: Expected, by: Manager
) -> Client:
    """Change what is said of a client. Keys of one way replace those of the other."""
    by.require_within(facts.get("scopes", ()))
    client = await _load(session, client_id, version=version, by=by)
    for name, value in facts.items():
        setattr(client, name, value)
    await _save(session, client)
    await _record(session, client, "changed", facts, by)
    return client


async def rotate_secret(
    session: AsyncSession, client_id: str, overlap: timedelta, *, version: Expected, by: Manager
) -> WithSecret:
    """Give the client a new secret beside the one that it has."""
    client = await _load(session, client_id, version=version, by=by)
    if not client.active:
        raise errors.ClientDeactivated
    secret, until = await commands.renew_secret(session, client_id, overlap)
    await session.refresh(client)
    await _record(session, client, "secret rotated", {"overlap_hours": overlap // timedelta(hours=1)}, by)
    return WithSecret(client, secret, until)


async def deactivate_client(session: AsyncSession, client_id: str, *, version: Expected, by: Manager) -> Client:
    """Let the client in no more; its tokens hold no more either."""
    client = await _load(session, client_id, version=version, by=by)
    if not client.active:
        raise errors.ClientDeactivated
    client.active = False
    await _save(session, client)
    await _record(session, client, "deactivated", {}, by)
    return client


async def activate_client(session: AsyncSession, client_id: str, *, version: Expected, by: Manager) -> WithSecret:
    """Let the client in again, by its keys or by a new secret; what it had before holds no more."""
    client = await _load(session, client_id, version=version, by=by)
    if client.active:
        raise errors.ClientActive
    secret = await commands.activate_client(session, client_id, keep_secret=False)
    await session.refresh(client)
    await _record(session, client, "activated", {}, by)
    return WithSecret(client, None if client.keys or client.keys_url else secret)


async def _load(session: AsyncSession, client_id: str, *, version: Expected, by: Manager) -> Client:
    await _require_manager(session, by)
    client = await get_client(session, client_id, organisation=by.organisation, for_update=True)
    by.require_within(client.scopes)
    version.require(client.version)
    return client


async def _require_manager(session: AsyncSession, by: Manager) -> None:
    """Raise ManagesNoMore if the token says more than holds by now: the database goes by what holds."""
    holds = select(func.may_manage(by.organisation, array(sorted(by.scopes))))
    if not await session.scalar(holds):
        raise errors.ManagesNoMore


async def _save(session: AsyncSession, client: Client) -> None:
    await session.flush()
    await session.refresh(client)  # the trigger has counted the change


async def _require_room(session: AsyncSession, organisation: UUID) -> None:
    # One at a time for an organisation, or two would both find the last place.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"clients {organisation}", 0))))
    count = await session.scalar(select(func.count()).where(Client.organisation == organisation))
    if count is not None and count >= MOST_CLIENTS:
        raise errors.TooManyClients(f"at most {MOST_CLIENTS}; deactivated ones can be activated again")


async def _record(session: AsyncSession, client: Client, change: str, facts: Mapping[str, Any], by: Manager) -> None:
    await commands.record_change(session, client, change, facts, by=by.client_id, person=by.person)
