"""Revoking and introspecting tokens, and guessing secrets."""

import time
import uuid

import httpx
import pytest

from rtp_embedded.platform import Platform
from rtp_gateway.clients.commands import delete_expired_tokens
from rtp_gateway.inbound.identity.guessing import FAILURES, GuessingLimiter, TooManyFailures
from tests.conftest import Api, NewClient
from tests.gateway.conftest import run_sql
from tests.gateway.inbound.conftest import Anybody

pytestmark = pytest.mark.anyio


def token_of(api: Api) -> str:
    return str(api.headers["Authorization"]).removeprefix("Bearer ")


async def ask_about(anybody: Anybody, endpoint: str, asking: Api, token: str) -> httpx.Response:
    return await anybody.post(f"/oauth2/{endpoint}", data={"token": token}, auth=(asking.client_id, asking.secret))


async def test_a_revoked_token_holds_no_more_and_others_of_its_client_do(
    anybody: Anybody, new_client: NewClient
) -> None:
    api = await new_client(scopes="cases:read")
    first = token_of(api)
    await api.sign_in()
    assert (await ask_about(anybody, "introspect", api, first)).json()["active"] is True
    revoked = await ask_about(anybody, "revoke", api, first)
    assert (revoked.status_code, revoked.content, revoked.headers["cache-control"]) == (200, b"", "no-store")
    again = await ask_about(anybody, "revoke", api, first)
    assert again.status_code == 200
    deadline = time.monotonic() + 2
    while (await anybody.get("/v1/cases", headers={"Authorization": f"Bearer {first}"})).status_code != 401:
        assert time.monotonic() < deadline, "a revoked token still holds after two seconds"
    assert (await ask_about(anybody, "introspect", api, first)).json() == {"active": False}
    assert (await api.get("/v1/cases")).status_code == 200


async def test_nobody_revokes_anothers_token(anybody: Anybody, new_client: NewClient) -> None:
    api = await new_client(scopes="cases:read")
    colleague = await new_client(scopes="cases:read", organisation=api.organisation)
    answer = await ask_about(anybody, "revoke", colleague, token_of(api))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await api.get("/v1/cases")).status_code == 200


async def test_introspection_tells_ones_own_organisation_alone(anybody: Anybody, new_client: NewClient) -> None:
    api, stranger = await new_client(scopes="cases:read"), await new_client(scopes="cases:read")
    colleague = await new_client(scopes="cases:read", organisation=api.organisation)
    told = (await ask_about(anybody, "introspect", colleague, token_of(api))).json()
    assert (told["active"], told["client_id"], told["scope"]) == (True, api.client_id, "cases:read")
    assert told["exp"] > time.time()
    assert (await ask_about(anybody, "introspect", stranger, token_of(api))).json() == {"active": False}
    for no_token in ("x", "a.b.c", "x" * 7000):
        assert (await ask_about(anybody, "introspect", api, no_token)).json() == {"active": False}
        assert (await ask_about(anybody, "revoke", api, no_token)).status_code == 200


@pytest.mark.parametrize("endpoint", ["introspect", "revoke"])
async def test_who_proves_nothing_is_told_nothing(anybody: Anybody, new_client: NewClient, endpoint: str) -> None:
    api = await new_client(scopes="cases:read")
    answer = await anybody.post(f"/oauth2/{endpoint}", data={"token": token_of(api)}, auth=(api.client_id, "wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = await anybody.post(f"/oauth2/{endpoint}", data={}, auth=(api.client_id, api.secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_what_has_expired_is_forgotten(platform: Platform) -> None:
    values = "VALUES (:id, 'c', now() - interval '2 hours'), (:kept, 'c', now())"
    gone, kept = str(uuid.uuid4()), str(uuid.uuid4())
    await run_sql(
        platform, f"INSERT INTO revoked_tokens (token_id, client_id, expires_at) {values}", id=gone, kept=kept
    )
    async with platform.background["gateway"].database.transaction() as session:
        await delete_expired_tokens(session)
    rows = await run_sql(platform, "SELECT token_id FROM revoked_tokens WHERE client_id = 'c'")
    assert [row.token_id for row in rows] == [kept]


async def test_guessing_is_slowed_and_the_owner_comes_in(anybody: Anybody, new_client: NewClient) -> None:
    api = await new_client(scopes="cases:read")
    form = {"grant_type": "client_credentials"}
    wrong = [
        await anybody.post("/oauth2/token", data=form, auth=(api.client_id, f"w{n}")) for n in range(FAILURES + 10)
    ]
    assert {answer.status_code for answer in wrong[:FAILURES]} == {401}
    assert 429 in {answer.status_code for answer in wrong}
    slowed = next(answer for answer in wrong if answer.status_code == 429)
    assert (slowed.headers["retry-after"], slowed.json()["error"]) == ("1", "temporarily_unavailable")
    right = await anybody.post("/oauth2/token", data=form, auth=(api.client_id, api.secret))
    assert right.status_code == 200


def test_a_secret_that_was_right_is_looked_at_until_it_is_wrong() -> None:
    limiter = GuessingLimiter()
    limiter.count_success("client", "10.0.0.1", "right")
    for number in range(FAILURES + 1):
        limiter.count_failure("client", "10.0.0.1", f"guess {number}")
    limiter.require_turn("client", "10.0.0.1", "right")
    limiter.count_failure("client", "10.0.0.1", "right")
    with pytest.raises(TooManyFailures):
        limiter.require_turn("client", "10.0.0.1", "right")


def test_failures_at_one_address_keep_nobody_out_at_another() -> None:
    limiter = GuessingLimiter()
    for _ in range(FAILURES + 1):
        limiter.count_failure("client", "10.0.0.1", "guess")
    with pytest.raises(TooManyFailures):
        limiter.require_turn("client", "10.0.0.1", "guess")
    limiter.require_turn("client", "10.0.0.2", "guess")
    limiter.require_turn("other", "10.0.0.1", "guess")


def test_ten_thousand_wrong_secrets_cost_less_than_a_second() -> None:
    limiter, began = GuessingLimiter(), time.process_time()
    for number in range(10_000):
        try:
            limiter.require_turn("client", "10.0.0.1", f"guess {number}")
        except TooManyFailures:
            continue
        limiter.count_failure("client", "10.0.0.1", "guess")
    assert time.process_time() - began < 1
