"""Leases of requests from the common account in PostgreSQL: one statement for all that a process asks at a time."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.limits.allowances import Lease
from rtp_gateway.limits.models import RequestAccount
from rtp_gateway.limits.quotas import BURST_SECONDS, SUSTAINED_SECONDS, Quotas
from rtp_shared.db import Database, get_driver


class LeaseRequest(NamedTuple):
    """What a process asks of a quota's owner: to charge what it let through on credit, and more to let through."""

    owner: str
    charged: int
    wanted: int


_ACCOUNTS = RequestAccount.__tablename__
# Accounts are locked in the order of their owners, so that two processes never wait for each other. A client has its
# own limits or those of everybody; an organisation has at least those of its most generous client.
_OPEN = f"""
    INSERT INTO {_ACCOUNTS} (owner, burst_free_at, sustained_free_at)
    SELECT owner, 0, 0 FROM unnest($1::text[]) AS owner ORDER BY owner ON CONFLICT DO NOTHING
"""  # noqa: S608 - a constant of ours
_LEASE = f"""
    WITH moment AS MATERIALIZED (SELECT extract(epoch FROM clock_timestamp())::float8 AS now),
    asked AS (
        SELECT a.owner, a.charged, a.wanted,
            CASE WHEN kind = 'client' THEN coalesce(nullif(own.burst, 0), a.burst)
                ELSE greatest(own.burst, a.burst) END::float8 AS burst,
            CASE WHEN kind = 'client' THEN coalesce(nullif(own.sustained, 0), a.sustained)
                ELSE greatest(own.sustained, a.sustained) END::float8 AS sustained
        FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[])
            AS a (owner, charged, wanted, burst, sustained),
        LATERAL (SELECT split_part(a.owner, ':', 1) AS kind, split_part(a.owner, ':', 2) AS id) named,
        LATERAL (
            SELECT max(c.burst_limit) AS burst, max(c.sustained_limit) AS sustained FROM clients c
            WHERE c.client_id = CASE WHEN kind = 'client' THEN id END
                OR c.organisation = CASE WHEN kind = 'org' THEN id::uuid END
        ) own
    ),
    charged AS MATERIALIZED (
        SELECT q.*, moment.now,
            greatest(0, b.burst_free_at - moment.now) + q.charged * {BURST_SECONDS} / burst AS burst_busy,
            greatest(0, b.sustained_free_at - moment.now) + q.charged * {SUSTAINED_SECONDS} / sustained
                AS sustained_busy
        FROM asked q JOIN {_ACCOUNTS} b USING (owner), moment ORDER BY owner FOR UPDATE OF b
    ),
    given AS (
        SELECT c.*, greatest(0, least(wanted,
            floor(burst - burst_busy * burst / {BURST_SECONDS} + 1e-6),
            floor(sustained - sustained_busy * sustained / {SUSTAINED_SECONDS} + 1e-6))) AS given
        FROM charged c
    )
    UPDATE {_ACCOUNTS} b SET burst_free_at = g.now + g.burst_busy + g.given * {BURST_SECONDS} / g.burst,
        sustained_free_at = g.now + g.sustained_busy + g.given * {SUSTAINED_SECONDS} / g.sustained
    FROM given g WHERE b.owner = g.owner
    RETURNING b.owner, g.burst::int, g.sustained::int, g.given::int,
        b.burst_free_at - g.now AS burst_busy, b.sustained_free_at - g.now AS sustained_busy
"""  # noqa: S608 - constants of ours
_DELETE_FREE = f"""
    DELETE FROM {_ACCOUNTS} WHERE greatest(burst_free_at, sustained_free_at)
        < extract(epoch FROM clock_timestamp()) - 3600
"""  # noqa: S608 - a constant of ours


async def take_leases(
    database: Database, requests: Sequence[LeaseRequest], usual: Mapping[str, Quotas]
) -> dict[str, Lease]:
    """Take a lease for each owner; `usual` are the quotas of whoever has none of its own, by the kind of owner."""
    async with database.transaction() as session:
        driver = await get_driver(session)
        rows = await driver.fetch(_LEASE, *_list_columns(requests, usual))
        found = {row["owner"] for row in rows}
        if missing := [each for each in requests if each.owner not in found]:
            await driver.execute(_OPEN, [each.owner for each in missing])
            rows += await driver.fetch(_LEASE, *_list_columns(missing, usual))
    return {
        row["owner"]: Lease(
            Quotas.build(kind_of(row["owner"]), row["burst"], row["sustained"]),
            row["given"],
            (row["burst_busy"], row["sustained_busy"]),
        )
        for row in rows
    }


def _list_columns(requests: Sequence[LeaseRequest], usual: Mapping[str, Quotas]) -> list[list[object]]:
    quotas = [usual[kind_of(each.owner)] for each in requests]
    return [
        [each.owner for each in requests],
        [each.charged for each in requests],
        [each.wanted for each in requests],
        [each.burst.requests for each in quotas],
        [each.sustained.requests for each in quotas],
    ]


async def delete_free_accounts(session: AsyncSession) -> None:
    """Delete the accounts of which all has been free for an hour."""
    await (await get_driver(session)).execute(_DELETE_FREE)


def kind_of(owner: str) -> str:
    return "client" if owner.startswith("client:") else "organisation"
