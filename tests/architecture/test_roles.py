"""Who may do what in the databases: a written list, and what each role tries in vain.

`python -m tests.architecture.test_roles` writes the list anew.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from rtp_embedded import postgres
from rtp_embedded.platform import Platform, prepare
from rtp_embedded.postgres import Postgres
from rtp_operations.databases import list_role_kinds
from rtp_operations.services import ALL
from rtp_shared.service import Service
from tests.support.catalogue import describe_catalogue

pytestmark = pytest.mark.anyio
PRIVILEGES = Path(__file__).parent / "privileges"
BY_NAME = {service.name: service for service in ALL}
ROLES = [(service, kind) for service in ALL for kind in list_role_kinds(service)]

each_service = pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)
each_role = pytest.mark.parametrize(("service", "kind"), ROLES, ids=lambda each: getattr(each, "name", each))

PUBLISH = (
    "INSERT INTO outbox (event_id, type, case_id, readers, body) "
    "VALUES (gen_random_uuid(), '', gen_random_uuid(), '{}', '')"
)
PUBLISHED = (
    "INSERT INTO outbox (event_id, type, case_id, readers, body, published_at) "
    "VALUES (gen_random_uuid(), '', gen_random_uuid(), '{}', '', now())"
)
EVENT = (
    "INSERT INTO events (event_id, type, case_id, source, sequence, readers, body, hash, about) "
    "VALUES (gen_random_uuid(), '', gen_random_uuid(), '', 1, '{system}', '', '', '{}')"
)
NEW_CLIENT = "INSERT INTO clients SELECT 'mallory', '', gen_random_uuid(), '', '{cases:oversee}', true, now()"

EVERY_ROLE = [
    "UPDATE outbox SET readers = '{client:mallory}'",
    "UPDATE outbox SET body = 'forged'",
    "UPDATE inbox SET handled_at = now()",
    "SELECT * FROM alembic_version",
    "UPDATE alembic_version SET version_num = '0001'",
    "TRUNCATE outbox",
    "SELECT nextval('outbox_position_seq')",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE events (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE outbox DISABLE TRIGGER ALL",
    "CREATE ROLE mallory",
    "SET ROLE postgres",
]
WEB = [
    "SELECT readers, body FROM outbox",
    "SELECT count(*) FROM outbox",
    "DELETE FROM outbox",
    PUBLISHED,
    "SELECT event_id FROM inbox",
    "INSERT INTO inbox (event_id, type) VALUES (gen_random_uuid(), '')",
    "DELETE FROM inbox",
    "DELETE FROM stored_answers",
    "UPDATE stored_answers SET body = 'forged'",
]
BACKGROUND = [
    "SELECT body FROM stored_answers",
    "INSERT INTO stored_answers (client_id, key, fingerprint, status, headers, body) VALUES ('', '', '', 1, '{}', '')",
    "UPDATE stored_answers SET body = 'forged'",
]
OPERATOR = [
    "SELECT body FROM outbox",
    PUBLISH,
    "DELETE FROM outbox",
    "SELECT event_id FROM inbox",
    "SELECT body FROM stored_answers",
]
OWN = {
    ("gateway", "web"): [
        "UPDATE clients SET scopes = '{cases:oversee}'",
        "UPDATE clients SET organisation = gen_random_uuid()",
        NEW_CLIENT,
        "DELETE FROM clients",
        EVENT,
        "UPDATE events SET body = 'forged'",
        "UPDATE events SET readers = '{client:mallory}'",
        "DELETE FROM events",
        "DELETE FROM attempts",
        "UPDATE attempts SET outcome = 'forged'",
        "DELETE FROM calls",
        "UPDATE calls SET path = 'forged'",
        "DELETE FROM deliveries",
        "DELETE FROM subscriptions",
        "DELETE FROM queue_requests",
    ],
    ("gateway", "delivery"): [
        "SELECT secret_hash FROM clients",
        "UPDATE clients SET scopes = '{cases:oversee}'",
        NEW_CLIENT,
        "UPDATE events SET body = 'forged'",
        "DELETE FROM events",
        "UPDATE subscriptions SET sink = 'https://mallory.example'",
        "UPDATE subscriptions SET acts_as = '{scope:cases:oversee}'",
        "UPDATE subscriptions SET sealed_keys = ''",
        "DELETE FROM subscriptions",
        "SELECT path FROM calls",
        "INSERT INTO calls (client_id) VALUES ('forged')",
    ],
    ("gateway", "operator"): [
        "SELECT body FROM events",
        EVENT,
        "SELECT erase_event(1, now())",
        "SELECT sink FROM subscriptions",
        "SELECT position FROM deliveries",
        "SELECT path FROM calls",
        "DELETE FROM clients",
    ],
    ("applications", "web"): [
        "DELETE FROM regions",
        "UPDATE bank_holidays SET title = ''",
        "DELETE FROM cases",
        "UPDATE audit_entries SET reason = 'forged'",
        "DELETE FROM audit_entries",
        "DELETE FROM case_deadlines",
        "DELETE FROM documents",
        "UPDATE document_versions SET sha256 = 'forged'",
        "UPDATE barrier_changes SET note = 'forged'",
        "DELETE FROM published_decisions",
        "INSERT INTO log_leaves (position) VALUES (1)",
        "UPDATE log_leaves SET salt = NULL",
        "UPDATE log_tiles SET hashes = ''",
        "UPDATE log_checkpoints SET note = 'forged'",
        "DELETE FROM witnessed_logs",
    ],
    ("applications", "worker"): [
        "DELETE FROM cases",
        "UPDATE case_changes SET position = 0",
        "INSERT INTO case_sight_ends VALUES (gen_random_uuid(), 'client:mallory', 0, '{}')",
        "UPDATE case_references SET reference = 'forged'",
        "UPDATE audit_entries SET reason = 'forged'",
        "UPDATE audit_entries SET erased = 'whole'",
        "SELECT name FROM party_names",
        "UPDATE bodies SET name = 'forged'",
        "INSERT INTO documents (title) VALUES ('forged')",
        "INSERT INTO document_versions (version) VALUES (1)",
        "SELECT description FROM barriers",
        "SELECT text FROM recommendations",
        "SELECT salt FROM log_leaves",
        "UPDATE log_leaves SET commitment = ''",
        "DELETE FROM log_leaves",
        "DELETE FROM log_tiles",
        "UPDATE log_checkpoints SET root = ''",
        "UPDATE witnessed_logs SET size = 0",
    ],
    ("applications", "operator"): [
        "SELECT summary FROM cases",
        "UPDATE cases SET status = 'approved'",
        "SELECT person FROM case_parties",
        "UPDATE case_deadlines SET due_on = now()",
        "SELECT snapshot FROM audit_entries",
        "SELECT title FROM documents",
        "SELECT description FROM barriers",
        "UPDATE published_decisions SET text = 'forged'",
    ],
    ("advice-matching", "web"): [
        "UPDATE advisers SET network_id = NULL",
        "DELETE FROM advisers",
        "UPDATE adviser_networks SET is_example = true",
        "DELETE FROM adviser_networks",
        "UPDATE proposals SET adviser_id = NULL",
        "DELETE FROM proposals",
        "UPDATE needs SET readers = NULL",
        "UPDATE needs SET rests = NULL",
        "DELETE FROM needs",
        "SELECT barriers FROM case_progress",
        "UPDATE matching_rounds SET certificate = 'forged'",
        "DELETE FROM matching_rounds",
        "UPDATE matching_repairs SET document = 'forged'",
        "UPDATE matching_overrides SET adviser_id = NULL",
        "DELETE FROM engagements",
        "INSERT INTO support_requests (status) VALUES ('')",
        "DELETE FROM support_requests",
    ],
    ("advice-matching", "worker"): [
        "UPDATE advisers SET conflicts = '{}'",
        "UPDATE proposals SET adviser_id = NULL",
        "DELETE FROM proposals",
        "UPDATE needs SET key = 'forged'",
        "DELETE FROM needs",
        "DELETE FROM case_progress",
        "SELECT certificate FROM matching_rounds",
        "DELETE FROM engagements",
        "DELETE FROM support_requests",
    ],
    ("advice-matching", "operator"): [
        "SELECT number FROM support_requests",
        "SELECT rank FROM proposals",
        "SELECT status FROM engagements",
        "SELECT state FROM needs",
        "SELECT barriers FROM case_progress",
    ],
    ("finance-directory", "web"): [
        "DELETE FROM products",
        "UPDATE product_versions SET body = '{}'",
        "INSERT INTO shortlists (status) VALUES ('')",
        "UPDATE shortlists SET readers = '{public}'",
        "UPDATE saved_searches SET readers = '{public}'",
        "UPDATE product_news SET open = true",
        "DELETE FROM shortlist_lines",
        "UPDATE notices SET title = 'forged'",
        "UPDATE case_watches SET readers = '{public}'",
        "DELETE FROM funders",
        "DELETE FROM programmes",
        "UPDATE directory_entry_versions SET body = '{}'",
        "DELETE FROM directory_keepers",
        "UPDATE case_timings SET go_live_on = NULL",
        "UPDATE case_finances SET readers = '{public}'",
        "INSERT INTO case_notices (ocid) VALUES ('')",
    ],
    ("finance-directory", "worker"): [
        "UPDATE products SET status = 'open'",
        "DELETE FROM product_versions",
        "UPDATE saved_searches SET criteria = '{}'",
        "DELETE FROM saved_search_finds",
        "UPDATE shortlist_lines SET why = 'forged'",
        "DELETE FROM shortlists",
        "UPDATE notices SET title = 'forged'",
        "DELETE FROM case_watches",
        "UPDATE funders SET name = 'forged'",
        "INSERT INTO programmes (name) VALUES ('')",
        "SELECT reviewed FROM directory_keepers",
        "DELETE FROM case_timings",
        "DELETE FROM case_finances",
    ],
    ("finance-directory", "operator"): [
        "SELECT facts FROM shortlists",
        "DELETE FROM products",
        "DELETE FROM grants",
        "DELETE FROM notices",
        "DELETE FROM notice_releases",
        "SELECT employer FROM case_watches",
        "SELECT go_live_on FROM case_timings",
        "SELECT assistance FROM case_finances",
        "SELECT reviewed FROM directory_keepers",
    ],
}
REFUSED = re.compile("permission denied|must be owner")
SHARED = {"web": WEB, "operator": OPERATOR}


@asynccontextmanager
async def connect(server: Postgres, service: Service, kind: str, readers: str = "system") -> AsyncIterator[Any]:
    """Open a connection of the role, in a transaction that goes back at the end, as whom it likes."""
    connection = await asyncpg.connect(server.url(service.database, service.get_role(kind)))
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SELECT set_config('rtp.readers', $1, true)", readers)
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


@each_service
async def test_the_catalogue_says_what_the_written_list_says(
    platform: Platform, database_server: Postgres, service: Service
) -> None:
    """A difference is either a fault, or it belongs into the list, where somebody reads it."""
    written = (PRIVILEGES / f"{service.name}.txt").read_text().splitlines()
    assert await describe_catalogue(database_server.url(service.database)) == written


@each_role
async def test_a_role_can_do_nothing_but_its_own_work(
    platform: Platform, database_server: Postgres, service: Service, kind: str
) -> None:
    allowed = []
    for statement in [*EVERY_ROLE, *SHARED.get(kind, BACKGROUND), *OWN[service.name, kind]]:
        async with connect(database_server, service, kind) as connection:
            try:
                await connection.execute(statement)
            except asyncpg.PostgresError as error:
                # A row that a policy or a constraint refuses got past the privileges.
                if not REFUSED.match(str(error)):
                    allowed.append(f"{statement}: {error}")
            else:
                allowed.append(statement)
    assert not allowed


@each_role
async def test_a_role_connects_to_its_own_database_alone(
    platform: Platform, database_server: Postgres, service: Service, kind: str
) -> None:
    others = {each.database for each in ALL} - {service.database}
    for database in sorted(others | {"postgres", "template1"}):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
            await asyncpg.connect(database_server.url(database, service.get_role(kind)))


@each_service
async def test_no_process_comes_in_as_the_role_that_all_shared(
    platform: Platform, database_server: Postgres, service: Service
) -> None:
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="not permitted to log in"):
        await asyncpg.connect(database_server.url(service.database, service.get_role("app")))


async def write_lists(server: Postgres) -> None:
    await prepare(server.url, lambda _: None)
    for service in ALL:
        lines = await describe_catalogue(server.url(service.database))
        (PRIVILEGES / f"{service.name}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory, postgres.start(Path(directory)) as running:
        asyncio.run(write_lists(running))
