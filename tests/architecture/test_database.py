"""Rules that every database keeps: the service's role owns nothing and is bound by row-level security."""

import asyncpg
import pytest

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_operations.services import ALL
from rtp_shared.service import Service
from tests.conftest import NewClient
from tests.support.cases import open_case

pytestmark = pytest.mark.anyio

each_service = pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)


OPEN = {"outbox", "inbox", "alembic_version"}
"""Not walled: what only relay, consumer and migrations use, and below, per service, what anybody may know."""
OPEN_OF = {
    "applications": {
        "bodies",
        "body_identifiers",
        "body_rules",
        "body_aliases",
        "regions",
        "bank_holidays",
        "recommendations",
        "recommendation_updates",
        "statistics_releases",
        "contract_awards",
        "change_clock",
        "log_tiles",
        "log_checkpoints",
        "log_cosignatures",
        "witnessed_logs",
    },
    "advice-matching": {"resources"},
    "finance-directory": {
        "directory_clock",
        "grants",
        "grant_blocks",
        "grant_changes",
        "grant_clock",
        "grant_facets",
        "grant_index",
        "grant_places",
        "grant_postings",
        "incoming_grants",
        "grant_loads",
        "grant_problems",
        "notices",
        "notice_contracts",
        "notice_releases",
        "incoming_notice_releases",
        "notice_loads",
        "notice_problems",
    },
    "gateway": {"clients", "former_secrets", "used_assertions", "revoked_tokens"},
}


@each_service
async def test_every_table_is_walled_or_known_to_be_open(
    platform: Platform, database_server: Postgres, service: Service
) -> None:
    connection = await asyncpg.connect(database_server.url(service.database))
    try:
        unwalled = await connection.fetch("""
            SELECT c.relname FROM pg_class c
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
              AND (NOT c.relrowsecurity OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
        """)
    finally:
        await connection.close()
    assert {row["relname"] for row in unwalled} == OPEN | OPEN_OF[service.name]


async def test_a_query_that_forgets_the_first_wall_meets_the_second(
    platform: Platform, database_server: Postgres, new_client: NewClient
) -> None:
    api = await new_client()
    case = await open_case(api)
    connection = await asyncpg.connect(database_server.url("rtp_applications", "rtp_applications_web"))
    count = "SELECT count(*) FROM cases WHERE id = $1::text::uuid"
    try:
        async with connection.transaction():
            assert await connection.fetchval(count, case["id"]) == 0  # nobody in particular
        for readers, seen in ((f"client:{api.client_id}", 1), (f"org:{api.organisation}", 0), ("system", 1)):
            async with connection.transaction():
                await connection.execute("SELECT set_config('rtp.readers', $1, true)", readers)
                assert await connection.fetchval(count, case["id"]) == seen, readers
        async with connection.transaction():
            await connection.execute("SELECT set_config('rtp.readers', 'client:other', true)")
            assert (
                await connection.execute("UPDATE cases SET status = 'withdrawn' WHERE id = $1::text::uuid", case["id"])
                == "UPDATE 0"
            )
    finally:
        await connection.close()
