"""An administrator of an organisation manages its clients, and nobody else's."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from rtp_embedded.platform import Platform
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import SCOPES
from rtp_gateway.inbound.registration import commands
from tests.conftest import Api, NewClient
from tests.gateway.conftest import assert_refused, read_pages, run_sql
from tests.gateway.inbound.conftest import Anybody
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
ANY = {"If-Match": "*"}
NEW_CLIENT = """INSERT INTO clients (client_id, name, organisation, secret_hash, scopes, active, created_at)
    VALUES ('mallory', '', gen_random_uuid(), '', '{{cases:read}}', true, now())"""


@pytest.fixture
async def manager(new_client: NewClient) -> Api:
    return await new_client(scopes="clients:manage cases:read cases:write")


async def open_client(manager: Api, **said: Any) -> dict[str, Any]:
    """Open a client; return what is shown of it."""
    details = {"clientId": f"made-{uuid.uuid4()}", "name": "Case system", "scopes": ["cases:read"], **said}
    answer = await manager.post("/v1/clients", json=details)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def sign_in(anybody: Anybody, client: dict[str, Any], secret: str | None = None) -> httpx.Response:
    credentials = client["clientId"], secret or client["clientSecret"]
    return await anybody.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=credentials)


def path_of(client: dict[str, Any], action: str = "") -> str:
    return f"/v1/clients/{client['clientId']}" + (f"/actions/{action}" if action else "")


async def test_a_client_is_made_and_gets_tokens_of_its_organisation(anybody: Anybody, manager: Api) -> None:
    made = await open_client(manager)
    assert (made["organisation"], made["scopes"], made["active"]) == (str(manager.organisation), ["cases:read"], True)
    granted = (await sign_in(anybody, made)).json()
    assert granted["scope"] == "cases:read"
    answer = await manager.get(path_of(made))
    assert answer.headers["etag"] == '"1"'
    assert "clientSecret" not in answer.json()
    assert made["clientId"] in [each["clientId"] for page in await read_pages(manager, "/v1/clients") for each in page]


async def test_a_repetition_makes_one_client_and_shows_no_secret(manager: Api, platform: Platform) -> None:
    said = {"clientId": f"made-{uuid.uuid4()}", "name": "x", "scopes": ["cases:read"]}
    once, again = [await manager.post("/v1/clients", json=said, headers={"Idempotency-Key": '"k1"'}) for _ in range(2)]
    assert (once.status_code, again.status_code) == (201, 201)
    assert (once.headers["cache-control"], again.json()["clientSecret"]) == ("no-store", None)
    [row] = await run_sql(
        platform,
        "SELECT (SELECT string_agg(row_to_json(s)::text, '') FROM stored_answers s WHERE client_id = :id)"
        " || (SELECT string_agg(row_to_json(c)::text, '') FROM client_changes c) AS kept",
        id=manager.client_id,
    )
    assert once.json()["clientSecret"] not in row.kept


async def test_a_taken_id_is_refused_whoever_has_it(manager: Api, new_client: NewClient) -> None:
    made = await open_client(manager)
    other = await new_client(scopes="clients:manage cases:read")
    said = {"clientId": made["clientId"], "name": "x", "scopes": ["cases:read"]}
    for each in (manager, other):
        assert_refused(await each.post("/v1/clients", json=said), 409, "client-id-taken")


async def test_nobody_gives_more_than_it_may_itself(manager: Api) -> None:
    said = {"clientId": f"made-{uuid.uuid4()}", "name": "x", "scopes": ["cases:read", "cases:oversee"]}
    assert_refused(await manager.post("/v1/clients", json=said), 403, "beyond-its-manager")
    made = await open_client(manager)
    more = await manager.patch(path_of(made), json={"scopes": ["cases:erase"]}, headers=ANY)
    assert_refused(more, 403, "beyond-its-manager")


async def test_a_client_that_may_more_is_not_taken_over_by_a_new_secret(manager: Api, new_client: NewClient) -> None:
    stronger = await new_client(scopes="cases:oversee", organisation=manager.organisation)
    path = f"/v1/clients/{stronger.client_id}"
    assert (await manager.get(path)).status_code == 200
    for action in ("rotate-client-secret", "deactivate", "activate"):
        body: Any = {} if action.startswith("rotate") else None
        assert_refused(
            await manager.post(f"{path}/actions/{action}", json=body, headers=ANY), 403, "beyond-its-manager"
        )
    jwks = {"jwksUri": "https://mallory.example/keys"}
    assert_refused(await manager.patch(path, json=jwks, headers=ANY), 403, "beyond-its-manager")


async def test_of_other_organisations_it_knows_nothing(manager: Api, new_client: NewClient) -> None:
    other = await new_client(scopes="cases:read")
    for path in (f"/v1/clients/{other.client_id}", "/v1/clients/there-is-none"):
        assert_refused(await manager.get(path), 404, "no-such-client")
        assert_refused(await manager.get(f"{path}/changes"), 404, "no-such-client")
        assert_refused(await manager.patch(path, json={"name": "x"}, headers=ANY), 404, "no-such-client")
        assert_refused(await manager.post(f"{path}/actions/deactivate", headers=ANY), 404, "no-such-client")
    assert other.client_id not in str(await read_pages(manager, "/v1/clients"))


async def test_without_the_scope_nobody_manages(new_client: NewClient) -> None:
    api = await new_client(scopes=" ".join(SCOPES.keys() - {"clients:manage"}))
    assert (await api.get("/v1/clients")).status_code == 403
    answer = await api.post("/v1/clients", json={"clientId": "made-x", "name": "x", "scopes": ["cases:read"]})
    assert 'scope="clients:manage"' in answer.headers["www-authenticate"]


async def test_a_manager_that_lost_its_scope_manages_no_more(manager: Api, platform: Platform) -> None:
    made = await open_client(manager)
    async with platform.operator_database.transaction() as session:
        await register_client(
            session,
            manager.client_id,
            name="x",
            organisation=manager.organisation,
            secret=manager.secret,
            scopes=["cases:read"],
        )
    answer = await manager.post(path_of(made, "deactivate"), headers=ANY)
    assert answer.status_code in (401, 403)  # 401 from the gateway's table; 403 would be the scope of a newer token


async def test_changes_need_the_version_that_was_read(manager: Api) -> None:
    made = await open_client(manager)
    assert (await manager.patch(path_of(made), json={"name": "y"})).status_code == 428
    first = await manager.patch(path_of(made), json={"name": "y"}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["etag"], first.json()["name"]) == (200, '"2"', "y")
    stale = await manager.patch(path_of(made), json={"name": "z"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await manager.patch(path_of(made), json={}, headers=ANY)).status_code == 422
    assert (await manager.patch(path_of(made), json={"name": None}, headers=ANY)).status_code == 422


async def test_two_secrets_hold_while_a_client_changes_over(anybody: Anybody, manager: Api) -> None:
    made = await open_client(manager)
    rotated = await manager.post(path_of(made, "rotate-client-secret"), json={}, headers={"If-Match": '"1"'})
    assert rotated.json()["formerSecretUntil"] is not None
    for secret in (made["clientSecret"], rotated.json()["clientSecret"]):
        assert (await sign_in(anybody, made, secret)).status_code == 200
    known = await manager.post(path_of(made, "rotate-client-secret"), json={"overlapHours": 0}, headers=ANY)
    assert (await sign_in(anybody, made, known.json()["clientSecret"])).status_code == 200
    assert (await sign_in(anybody, made)).status_code == 401
    assert (await sign_in(anybody, made, rotated.json()["clientSecret"])).status_code == 401


async def test_a_removed_client_s_token_holds_no_more_and_none_from_before_holds_again(
    anybody: Anybody, manager: Api
) -> None:
    made = await open_client(manager)
    bearer = {"Authorization": f"Bearer {(await sign_in(anybody, made)).json()['access_token']}"}
    assert (await anybody.get("/v1/cases", headers=bearer)).status_code == 200
    removed = await manager.post(path_of(made, "deactivate"), headers=ANY)
    assert (removed.status_code, removed.json()["active"]) == (200, False)
    assert_refused(await manager.post(path_of(made, "deactivate"), headers=ANY), 409, "client-deactivated")
    assert_refused(
        await manager.post(path_of(made, "rotate-client-secret"), json={}, headers=ANY), 409, "client-deactivated"
    )
    assert (await sign_in(anybody, made)).status_code == 401
    await asyncio.sleep(1.1)  # what is known of clients may be a second old, and no older
    assert (await anybody.get("/v1/cases", headers=bearer)).status_code == 401
    back = (await manager.post(path_of(made, "activate"), headers=ANY)).json()
    assert_refused(await manager.post(path_of(made, "activate"), headers=ANY), 409, "client-active")
    assert (await sign_in(anybody, made, back["clientSecret"])).status_code == 200
    assert (await sign_in(anybody, made)).status_code == 401
    assert (await anybody.get("/v1/cases", headers=bearer)).status_code == 401


async def test_a_client_expires_with_its_tokens(anybody: Anybody, manager: Api) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=60)
    made = await open_client(manager, expiresAt=soon.isoformat())
    granted = (await sign_in(anybody, made)).json()
    assert granted["expires_in"] <= 60
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}
    assert (await anybody.get("/v1/cases", headers=bearer)).status_code == 200
    assert (await manager.patch(path_of(made), json={"expiresAt": past}, headers=ANY)).status_code == 200
    assert (await sign_in(anybody, made)).status_code == 401
    await asyncio.sleep(1.1)
    assert (await anybody.get("/v1/cases", headers=bearer)).status_code == 401
    assert (await manager.patch(path_of(made), json={"expiresAt": None}, headers=ANY)).json()["expiresAt"] is None
    assert (await sign_in(anybody, made)).status_code == 200


async def test_every_change_is_written_down_with_the_person_and_without_secrets(manager: Api) -> None:
    made = await open_client(manager)
    person = {"On-Behalf-Of": "p-admin"}
    rotated = await manager.post(path_of(made, "rotate-client-secret"), json={}, headers=ANY | person)
    await manager.patch(path_of(made), json={"scopes": ["cases:write"]}, headers=ANY | person)
    await manager.post(path_of(made, "deactivate"), headers=ANY)
    answer = await manager.get(f"{path_of(made)}/changes")
    items = answer.json()["items"]
    assert [each["change"] for each in items] == ["deactivated", "changed", "secret rotated", "opened"]
    assert [each["person"] for each in items] == [manager.person, "p-admin", "p-admin", manager.person]
    assert {each["changedBy"] for each in items} == {manager.client_id}
    assert items[1]["facts"] == {"scopes": ["cases:write"]}
    for secret in (made["clientSecret"], rotated.json()["clientSecret"]):
        assert secret not in answer.text
    pages = await read_pages(manager, f"{path_of(made)}/changes", limit=1)
    assert [each["change"] for page in pages for each in page] == [each["change"] for each in items]


async def test_nobody_acts_for_another_client(manager: Api) -> None:
    made = await open_client(manager)
    answer = await manager.patch(path_of(made), json={"name": "x"}, headers=ANY | {"On-Behalf-Of": "client.other"})
    assert_refused(answer, 403, "not-this-person")


async def test_an_organisation_has_no_endless_clients(manager: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_CLIENTS", 2)
    await open_client(manager)
    said = {"clientId": f"made-{uuid.uuid4()}", "name": "x", "scopes": ["cases:read"]}
    assert_refused(await manager.post("/v1/clients", json=said), 409, "too-many-clients")


@pytest.mark.parametrize(
    "said",
    [
        {"clientId": "UPPER"},
        {"clientId": "a"},
        {"clientId": "x/../y"},
        {"scopes": []},
        {"scopes": ["cases:everything"]},
        {"scopes": ["\x00"]},
        {"jwks": {"keys": []}},
        {"jwks": {"keys": [1]}},
        {"jwksUri": "https://a.example/k", "jwks": {"keys": []}},
        {"expiresAt": "tomorrow"},
        {"organisation": str(uuid.uuid4())},
        {"active": True},
    ],
)
async def test_what_is_no_client_is_refused(manager: Api, said: dict[str, Any]) -> None:
    details = {"clientId": f"made-{uuid.uuid4()}", "name": "x", "scopes": ["cases:read"], **said}
    assert (await manager.post("/v1/clients", json=details)).status_code == 422


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clients SET scopes = '{{cases:oversee}}' WHERE client_id = '{own}'",
        "UPDATE clients SET name = 'x' WHERE client_id = '{other}'",
        "UPDATE clients SET secret_hash = '' WHERE client_id = '{other}'",
        "INSERT INTO former_secrets VALUES ('{other}', '', now() + interval '1 day')",
        NEW_CLIENT,
        "UPDATE clients SET organisation = gen_random_uuid() WHERE client_id = '{own}'",
        "UPDATE client_changes SET person = 'forged'",
        "DELETE FROM client_changes",
        "DELETE FROM used_assertions",
        "DELETE FROM revoked_tokens",
    ],
)
async def test_the_database_holds_the_same_rule_against_the_web_process(
    platform: Platform, manager: Api, new_client: NewClient, statement: str
) -> None:
    other = await new_client(scopes="cases:read")
    identities = (f"client:{manager.client_id}", f"org:{manager.organisation}")
    async with open_as(platform.gateway, "web", identities) as session:
        tried = session.execute(text(statement.format(own=manager.client_id, other=other.client_id)))
        with pytest.raises(ProgrammingError, match=r"permission denied|no manager of this client"):
            await tried
