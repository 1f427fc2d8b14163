"""The order of deliveries. Every function is one step of a transaction.

Deliveries of one case to one subscription share an ordering key (subscription, subject). Invariant: of the open
deliveries of an ordering key only the first has a time (`next_attempt_at`). So whatever has a time may be sent, order
per case holds whatever happens, and claiming looks at nothing that has to wait.

Locks are taken in this order: recording, subjects, deliveries by subscription and position, one subscription. Whoever
records an event, or settles a delivery, holds its subject's lock until it has committed: so the one sees what the other
did. Whoever records holds several in the order in which events came; so whoever settles waits for one only while it
holds none. Whoever opens deliveries that were not open (replay, dead letters), or settles those of many subjects,
pauses recording instead.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog.models import OPEN
from rtp_shared.db import get_driver

OrderingKey: TypeAlias = tuple[UUID, UUID]
"""A subscription and the subject (a case, or a subscription) of its events."""

# Gives its time to the first open delivery of each key; a dead one has none, and holds up the others.
_RELEASE_NEXT = f"""
    UPDATE deliveries d SET next_attempt_at = $3
    FROM unnest($1::uuid[], $2::uuid[]) AS k (subscription_id, case_id)
    CROSS JOIN LATERAL (
        SELECT position FROM deliveries
        WHERE subscription_id = k.subscription_id AND case_id = k.case_id AND state IN {OPEN}
        ORDER BY position LIMIT 1
    ) first
    WHERE d.subscription_id = k.subscription_id AND d.position = first.position
      AND d.state = 'pending' AND d.next_attempt_at IS NULL
"""  # noqa: S608 - a constant of ours

_STUCK = f"""
    SELECT subscription_id, case_id FROM (
        SELECT DISTINCT ON (subscription_id, case_id) subscription_id, case_id, state, next_attempt_at
        FROM deliveries WHERE state IN {OPEN} ORDER BY subscription_id, case_id, position
    ) first WHERE state = 'pending' AND next_attempt_at IS NULL
"""  # noqa: S608 - a constant of ours

_PAUSE_RECORDING = f"SELECT pg_advisory_xact_lock({0x52_54_50_03})"
"""The lock that recording events holds until it has committed (migration 0001)."""

_SUBJECT_KEY = f"hashtextextended(%s::text, {0x52_54_50_04})"
_LOCK_SUBJECT = f"SELECT pg_advisory_xact_lock({_SUBJECT_KEY % '$1::uuid'})"
_SUBJECTS = "SELECT DISTINCT case_id FROM events WHERE position = ANY($1::bigint[])"
_TRY_LOCK_SUBJECTS = f"""
    SELECT subject_id FROM unnest($1::uuid[]) AS t (subject_id)
    WHERE pg_try_advisory_xact_lock({_SUBJECT_KEY % "subject_id"})
"""  # noqa: S608 - a constant of ours

_LOCK_OPEN = f"""
    SELECT FROM deliveries
    WHERE subscription_id = $1 AND state IN {OPEN} AND (state = 'dead' OR next_attempt_at IS NOT NULL)
    ORDER BY position FOR UPDATE
"""
_RESTART_FAILED = """
    UPDATE deliveries
    SET failures = 0, first_failed_at = NULL,
        next_attempt_at = CASE WHEN under_way THEN next_attempt_at WHEN next_attempt_at > $2 THEN $2::timestamptz
            ELSE next_attempt_at END
    WHERE subscription_id = $1 AND state = 'pending' AND (failures > 0 OR first_failed_at IS NOT NULL)
"""
# A dead letter is the first of its key, unless an older event of the key was replayed meanwhile.
_REOPEN_DEAD = """
    UPDATE deliveries d
    SET state = 'pending', failures = 0, first_failed_at = NULL, next_attempt_at = CASE WHEN NOT EXISTS (
        SELECT FROM deliveries e WHERE e.subscription_id = d.subscription_id AND e.case_id = d.case_id
          AND e.position < d.position AND e.state IN ('pending', 'dead')) THEN $2::timestamptz END
    WHERE subscription_id = $1 AND state = 'dead'
"""
_CANCEL_OPEN = f"""
    UPDATE deliveries SET state = 'cancelled', next_attempt_at = NULL, settled_at = $2
    WHERE subscription_id = $1 AND state IN {OPEN} AND NOT under_way
"""  # noqa: S608 - a constant of ours
_OPEN_SUBJECTS = f"SELECT DISTINCT case_id FROM deliveries WHERE subscription_id = $1 AND state IN {OPEN}"  # noqa: S608


async def release_next(session: AsyncSession, keys: Sequence[OrderingKey], *, now: datetime) -> None:
    """Make the first open delivery of each ordering key due, if it is not dead.

    A statement of its own, so that it sees what was recorded while the one before waited for its lock.
    """
    await (await get_driver(session)).execute(_RELEASE_NEXT, [key[0] for key in keys], [key[1] for key in keys], now)


async def release_stuck(session: AsyncSession, *, now: datetime) -> int:
    """Release the first of each ordering key that waits for nothing; return how many keys there were.

    There are none, unless a process of a version with other locks ran beside this one: so this is for upgrades.
    """
    connection = await get_driver(session)
    if not await connection.fetch(_STUCK):
        return 0
    await pause_recording(session)
    keys = [(row["subscription_id"], row["case_id"]) for row in await connection.fetch(_STUCK)]
    await release_next(session, keys, now=now)
    return len(keys)


async def pause_recording(session: AsyncSession) -> None:
    """Let no event be recorded, and nobody else open deliveries, until this transaction ends, which must be soon."""
    await (await get_driver(session)).execute(_PAUSE_RECORDING)


async def lock_subject(session: AsyncSession, subject_id: UUID) -> None:
    """Let nobody else record or settle anything about the subject until this transaction ends."""
    await (await get_driver(session)).execute(_LOCK_SUBJECT, subject_id)


async def lock_subjects_of(session: AsyncSession, positions: Collection[int]) -> None:
    """Let nobody record or settle anything about the subjects of these events until this transaction ends."""
    await pause_recording(session)  # who records may wait for several, and in another order
    rows = await (await get_driver(session)).fetch(_SUBJECTS, list(positions))
    for row in rows:
        await lock_subject(session, row["case_id"])


async def lock_free_subjects(session: AsyncSession, subject_ids: Collection[UUID]) -> set[UUID]:
    """Lock those of the subjects that nobody holds, or wait for one if all are held; return those that are locked."""
    rows = await (await get_driver(session)).fetch(_TRY_LOCK_SUBJECTS, list(subject_ids))
    if rows:
        return {row["subject_id"] for row in rows}
    first = min(subject_ids)
    await lock_subject(session, first)
    return {first}


async def lock_open(session: AsyncSession, subscription_id: UUID) -> None:
    """Lock the deliveries that workers may report on, before the subscription is locked, as they do."""
    await (await get_driver(session)).execute(_LOCK_OPEN, subscription_id)


async def restart_failed(session: AsyncSession, subscription_id: UUID, *, now: datetime) -> None:
    """Make due whatever failed before, and forget its failures: its sink is another one, or works again."""
    await (await get_driver(session)).execute(_RESTART_FAILED, subscription_id, now)


async def restart_all(session: AsyncSession, subscription_id: UUID, *, now: datetime) -> None:
    """Try all that waits from the beginning, dead letters too."""
    await (await get_driver(session)).execute(_REOPEN_DEAD, subscription_id, now)
    await restart_failed(session, subscription_id, now=now)


async def cancel_open(session: AsyncSession, subscription_id: UUID, *, now: datetime) -> None:
    """Cancel all that waits or is dead, but not what is under way; the first of what is recorded meanwhile is due."""
    connection = await get_driver(session)
    await connection.execute(_CANCEL_OPEN, subscription_id, now)
    rows = await connection.fetch(_OPEN_SUBJECTS, subscription_id)
    await release_next(session, [(subscription_id, row["case_id"]) for row in rows], now=now)
