"""What migrations do to rows that are there already."""

import importlib
import uuid

import asyncpg
import pytest

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.app import service as gateway
from tests.conftest import Api, NewClient
from tests.gateway.conftest import run_sql
from tests.support.webhooks import publish, subscribe

pytestmark = pytest.mark.anyio


async def test_events_that_name_rivals_are_hidden_from_networks(
    platform: Platform, api: Api, new_client: NewClient, database_server: Postgres
) -> None:
    migration = importlib.import_module("rtp_gateway.migrations.versions.0006_rivals_unseen")
    network, case_id = await new_client(), uuid.uuid4()
    own = [f"client:{api.client_id}", "system"]
    submitted, proposed = await publish(platform, api, case_id, 1, 2, readers=[*own, f"org:{network.organisation}"])
    owner = await asyncpg.connect(database_server.url(gateway.database, f"{gateway.database}_owner"))
    try:
        async with owner.transaction():
            # The type alone matters to it: as if these two were the case's submission and its proposals.
            change = "UPDATE events SET type = $2, readers = $3 WHERE event_id = $1"
            submission = "org.righttoprovide.applications.case-submitted.v1"
            await owner.execute(change, submitted.event_id, submission, own)
            proposal = "org.righttoprovide.advice-matching.support-proposed.v1"
            await owner.execute(change, proposed.event_id, proposal, [*own, f"org:{network.organisation}"])
        await owner.execute(migration.HIDE_RIVALS)
    finally:
        await owner.close()
    [row] = await run_sql(platform, "SELECT readers FROM events WHERE event_id = :id", id=proposed.event_id)
    assert row.readers == own
    assert (await network.get("/v1/events")).json()["items"] == []
    assert len((await api.get("/v1/events")).json()["items"]) == 2


async def test_keys_that_sign_already_are_recorded(platform: Platform, api: Api) -> None:
    migration = importlib.import_module("rtp_gateway.migrations.versions.0010_subscription_keys")
    made = await subscribe(api, "http://127.0.0.1:9/hook")
    path = f"/v1/subscriptions/{made['id']}/keys"
    await run_sql(platform, "DELETE FROM subscription_keys")
    await run_sql(platform, migration.RECORD_CURRENT)
    assert (await api.get(path)).json()["items"] == [{"publicKey": made["publicKey"], "from": made["madeAt"]}]
