"""Another network as an attacker: over HTTP, and with statements that forget the first wall."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from rtp_embedded.postgres import Postgres
from tests.advice_matching.directory.profiles import ADVISERS, NETWORKS, add_person, record_network
from tests.conftest import Api, NewClient

pytestmark = pytest.mark.anyio
HIDDEN = [("draft", 404), ("published", 403)]


@pytest.mark.parametrize(("status", "refused"), HIDDEN)
async def test_another_network_changes_nothing(new_client: NewClient, status: str, refused: int) -> None:
    own, rival = await record_network(new_client), await record_network(new_client)
    path = await add_person(own, published=status == "published")
    before = (await own.get(path)).json()
    star = {"If-Match": "*"}
    for answer in (
        await rival.patch(path, json={"capacity": 100}, headers=star),
        *[await rival.post(f"{path}/actions/{each}", headers=star) for each in ("publish", "verify", "withdraw")],
    ):
        assert answer.status_code == refused, answer.text
    network = f"{NETWORKS}/{own.organisation}"
    assert (await rival.patch(network, json={"name": "Mine"}, headers=star)).status_code == 403
    assert (await own.get(path)).json() == before
    for parameters in ({"status": "draft"}, {"q": before["name"]}, {"networkId": str(own.organisation)}):
        found = {each["id"] for each in (await rival.get(ADVISERS, params=parameters)).json()["items"]}
        assert (before["id"] in found) == (status == "published" and "status" not in parameters)


async def test_a_hidden_profile_is_answered_as_one_that_does_not_exist(new_client: NewClient) -> None:
    own, rival = await record_network(new_client), await record_network(new_client)
    hidden, nowhere = await add_person(own, published=False), f"{ADVISERS}/{uuid.uuid4()}"
    for method in ("GET", "PATCH"):
        answers = [
            await rival.request(method, path, json={} if method == "PATCH" else None, headers={"If-Match": "*"})
            for path in (hidden, nowhere)
        ]
        first, second = ({**each.json(), "instance": ""} for each in answers)
        assert first == second


async def test_the_second_wall_holds_where_a_statement_forgets_the_first(
    database_server: Postgres, new_client: NewClient
) -> None:
    own, rival = await record_network(new_client), await record_network(new_client)
    draft, shown = [await add_person(own, published=each) for each in (False, True)]
    connection = await asyncpg.connect(database_server.url("rtp_advice_matching", "rtp_advice_matching_web"))
    try:
        for api, seen in ((own, {draft, shown}), (rival, {shown})):
            async with acting_as(connection, api):
                rows = await connection.fetch("SELECT id FROM advisers WHERE network_id = $1", own.organisation)
                assert {f"{ADVISERS}/{row['id']}" for row in rows} == seen
        async with acting_as(connection, rival):
            emptied = "UPDATE advisers SET name = '' WHERE network_id = $1"
            assert await connection.execute(emptied, own.organisation) == "UPDATE 0"
            assert await connection.execute("UPDATE adviser_networks SET name = ''") == "UPDATE 1"  # its own
        foisted = "INSERT INTO adviser_networks (id, name, description) VALUES (gen_random_uuid(), '', '')"
        for statement in ("UPDATE advisers SET network_id = gen_random_uuid()", "DELETE FROM advisers", foisted):
            async with acting_as(connection, own):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def acting_as(connection: Any, api: Api) -> AsyncIterator[None]:
    """Open a transaction of the web process's role for a client, which is undone."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(
            "SELECT set_config('rtp.readers', $1, true)", f"client:{api.client_id} org:{api.organisation}"
        )
        yield
    finally:
        await transaction.rollback()
