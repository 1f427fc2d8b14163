"""The session of a delivery worker: PostgreSQL knows which workers are there, so that a lease ends with its worker.

A worker holds a lock on a connection of its own. However it dies, the connection goes and the lock with it, and any
other worker ends its leases. A worker that lives and loses its connection gives up its attempts at once, because their
leases are others' to take from then on.
"""

import secrets
from datetime import datetime, timedelta

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.db import get_driver

_CLASS = 0x52_54_50_05
_LOCK = f"SELECT pg_try_advisory_lock({_CLASS}, $1::int)"
# What is being reported just now is passed over.
_END_LEASES = f"""
    WITH there AS MATERIALIZED (
        SELECT objid::bigint AS worker FROM pg_locks
        WHERE locktype = 'advisory' AND classid = {_CLASS} AND objsubid = 2 AND granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ), left_behind AS MATERIALIZED (
        SELECT subscription_id, position FROM deliveries
        WHERE state = 'pending' AND under_way AND next_attempt_at > $1 AND next_attempt_at <= $1 + $2::interval
          AND worker IS NOT NULL AND worker NOT IN (SELECT worker FROM there)
        FOR UPDATE SKIP LOCKED
    )
    UPDATE deliveries d SET next_attempt_at = $1, worker = NULL
    FROM left_behind l WHERE d.subscription_id = l.subscription_id AND d.position = l.position
    RETURNING d.position
"""  # noqa: S608 - a constant of ours


async def lock_session(connection: asyncpg.Connection) -> int:
    """Lock a number that no other worker has, for as long as the connection lasts; return it."""
    while True:
        worker = secrets.randbelow(2**31)
        if await connection.fetchval(_LOCK, worker):
            return worker


async def end_leases(session: AsyncSession, *, now: datetime, lease: timedelta) -> int:
    """End the leases of workers that are no more: what they held is due at once. Return how many there were."""
    return len(await (await get_driver(session)).fetch(_END_LEASES, now, lease))
