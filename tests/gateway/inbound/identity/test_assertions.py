"""Clients that prove themselves by a JWT of their own key, in the form of NHS England."""

import asyncio
import base64
import hmac
import json
import time
import uuid
import warnings
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from rtp_embedded.platform import Platform
from rtp_gateway.clients.keys import UnusableKeys, read_client_keys
from rtp_gateway.inbound.identity.assertions import ASSERTION_TYPE
from rtp_gateway.inbound.identity.client_keys import ClientKeys, KeysUnreachable
from rtp_gateway.inbound.identity.commands import TokenRefused
from tests.conftest import Api, NewClient
from tests.gateway.conftest import run_sql
from tests.gateway.inbound.conftest import Anybody

pytestmark = pytest.mark.anyio
Key = RSAKey | ECKey | OKPKey
RSA = RSAKey.generate_key(2048, {"kid": "test-1"})
KEYS: dict[str, Key] = {
    "RS512": RSA,
    "PS256": RSA,
    "ES256": ECKey.generate_key("P-256", {"kid": "test-1"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "test-1"}),
}


@pytest.fixture
async def manager(new_client: NewClient) -> Api:
    return await new_client(scopes="clients:manage cases:read")


async def register(manager: Api, *keys: Key, **more: Any) -> str:
    """Register a client with these keys; return its id."""
    client_id = f"key-{uuid.uuid4()}"
    said: dict[str, Any] = {"clientId": client_id, "name": "Keys", "scopes": ["cases:read"], **more}
    if keys:
        said["jwks"] = {"keys": [key.as_dict(private=False) for key in keys]}
    answer = await manager.post("/v1/clients", json=said)
    assert answer.status_code == 201, answer.text
    assert answer.json()["clientSecret"] is None
    return client_id


def sign(
    client_id: str, key: Key = RSA, alg: str = "RS512", *, header: dict[str, Any] | None = None, **claims: Any
) -> str:
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": "http://rtp.test/oauth2/token",
        "jti": str(uuid.uuid4()),
        "exp": int(time.time()) + 300,
        **claims,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        head = {"alg": alg, "kid": "test-1", "typ": "JWT", **(header or {})}
        return jwt.encode(
            head, {name: value for name, value in said.items() if value is not None}, key, algorithms=[alg]
        )


def sign_by_public_key(client_id: str) -> str:
    """Sign by HS256, with the public key as if it were a secret of both."""
    claims = sign(client_id).split(".")[1]
    signed = f"{encode(json.dumps({'alg': 'HS256', 'kid': 'test-1'}).encode())}.{claims}"
    return f"{signed}.{encode(hmac.digest(RSA.as_pem(private=False), signed.encode(), 'sha256'))}"


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


async def ask(anybody: Anybody, assertion: str, **form: str) -> httpx.Response:
    said = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        **form,
    }
    return await anybody.post("/oauth2/token", data=said)


@pytest.mark.parametrize("alg", KEYS)
async def test_a_key_gets_a_token_that_holds(anybody: Anybody, manager: Api, alg: str) -> None:
    client_id = await register(manager, KEYS[alg])
    answer = await ask(anybody, sign(client_id, KEYS[alg], alg))
    assert answer.status_code == 200, answer.text
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await anybody.get("/v1/cases", headers=bearer)).status_code == 200
    metadata = (await anybody.get("/.well-known/oauth-authorization-server")).json()
    assert alg in metadata["token_endpoint_auth_signing_alg_values_supported"]
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]


async def test_the_issuer_is_taken_for_the_audience_too(anybody: Anybody, manager: Api) -> None:
    client_id = await register(manager, RSA)
    assert (await ask(anybody, sign(client_id, aud="http://rtp.test"))).status_code == 200
    assert (await ask(anybody, sign(client_id, aud=["http://rtp.test"]))).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "http://rtp.test/oauth2/token/"},
        {"aud": ["http://rtp.test", "https://elsewhere.example"]},
        {"aud": None},
        {"exp": int(time.time()) - 1},
        {"exp": int(time.time()) + 3600},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 256},
        {"jti": 7},
        {"iss": "somebody-else"},
        {"nbf": int(time.time()) + 3600},
        {"iat": int(time.time()) + 3600},
    ],
)
async def test_other_claims_get_none(anybody: Anybody, manager: Api, claims: dict[str, Any]) -> None:
    client_id = await register(manager, RSA)
    answer = await ask(anybody, sign(client_id, **claims))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), answer.text
    assert (await ask(anybody, sign(client_id))).status_code == 200


async def test_other_keys_and_algorithms_get_none(anybody: Anybody, manager: Api) -> None:
    client_id = await register(manager, RSA)
    others = [
        sign(client_id, RSAKey.generate_key(2048, {"kid": "test-1"})),
        sign(client_id, header={"kid": "another"}),
        sign(client_id, header={"kid": "../../test-1"}),
        sign(client_id, KEYS["ES256"], "ES256"),
        sign(client_id, RSA, "RS256"),
        sign_by_public_key(client_id),
    ]
    head, claims, signature = sign(client_id).split(".")
    none = encode(json.dumps({"alg": "none", "kid": "test-1"}).encode())
    others += [f"{none}.{claims}.", f"{head}.{claims}.{'A' * len(signature)}", f"{head}.{claims}", "..", "", "é.é.é"]
    others.append(sign(client_id, header={"jwk": RSA.as_dict(private=False), "kid": "another"}))
    for other in others:
        answer = await ask(anybody, other)
        assert answer.status_code in (400, 401), (other, answer.text)


async def test_one_of_twenty_at_once_gets_a_token_for_an_assertion(anybody: Anybody, manager: Api) -> None:
    assertion = sign(await register(manager, RSA))
    answers = await asyncio.gather(*(ask(anybody, assertion) for _ in range(20)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 429}


async def test_an_assertion_whose_token_was_refused_was_not_used(anybody: Anybody, manager: Api) -> None:
    assertion = sign(await register(manager, RSA))
    assert (await ask(anybody, assertion, scope="cases:erase")).json()["error"] == "invalid_scope"
    assert (await ask(anybody, assertion)).status_code == 200


async def test_a_second_key_stands_beside_the_first_and_the_first_can_go(anybody: Anybody, manager: Api) -> None:
    newer = ECKey.generate_key("P-256", {"kid": "test-2"})
    client_id = await register(manager, RSA, newer)
    assert (await ask(anybody, sign(client_id))).status_code == 200
    assert (await ask(anybody, sign(client_id, newer, "ES256", header={"kid": "test-2"}))).status_code == 200
    alone = {"jwks": {"keys": [newer.as_dict(private=False)]}}
    changed = await manager.patch(f"/v1/clients/{client_id}", json=alone, headers={"If-Match": "*"})
    assert changed.status_code == 200
    assert (await ask(anybody, sign(client_id))).status_code == 401
    assert (await ask(anybody, sign(client_id, newer, "ES256", header={"kid": "test-2"}))).status_code == 200


async def test_an_assertion_beside_other_credentials_is_refused(anybody: Anybody, manager: Api) -> None:
    client_id = await register(manager, RSA)
    answer = await ask(anybody, sign(client_id), client_secret="x")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    answer = await ask(anybody, sign(client_id), client_id="another-client")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = await ask(anybody, sign(client_id), client_assertion_type="urn:saml")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_removed_client_has_no_use_of_its_key(anybody: Anybody, manager: Api) -> None:
    client_id = await register(manager, RSA)
    gone = await manager.post(f"/v1/clients/{client_id}/actions/deactivate", headers={"If-Match": "*"})
    assert gone.status_code == 200
    assert (await ask(anybody, sign(client_id))).status_code == 401


async def test_keys_are_read_at_the_address_where_the_client_publishes_them(
    anybody: Anybody, manager: Api, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def fetch(url: str) -> bytes:
        asked.append(url)
        return json.dumps({"keys": [RSA.as_dict(private=False)]}).encode()

    monkeypatch.setattr(platform.app.own.state.client_keys, "_fetch", fetch)
    client_id = await register(manager, jwksUri="https://cases.example.org/jwks.json")
    assert [(await ask(anybody, sign(client_id))).status_code for _ in range(3)] == [200, 200, 200]
    assert (await ask(anybody, sign(client_id, header={"kid": "unknown"}))).status_code == 401
    assert asked == ["https://cases.example.org/jwks.json"]


async def test_an_address_of_this_machine_is_answered_in_the_clients_words(anybody: Anybody, manager: Api) -> None:
    client_id = await register(manager, jwksUri="http://127.0.0.1:9/keys")
    answer = await ask(anybody, sign(client_id))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_no_address_is_asked_twice_at_once_and_a_dead_one_not_again_and_again() -> None:
    asked = 0

    async def fetch(_: str) -> bytes:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        raise KeysUnreachable("no answer")

    keys = ClientKeys(fetch)
    refused = await asyncio.gather(*(keys.get("https://a.example", "k") for _ in range(50)), return_exceptions=True)
    assert all(isinstance(each, TokenRefused) for each in refused)
    with pytest.raises(TokenRefused):
        await keys.get("https://a.example", "k")
    assert asked == 1


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"keys": []},
        {"keys": "x"},
        {"keys": [None]},
        {"keys": [{"kty": "oct", "kid": "a", "k": "AAAA"}]},
        {"keys": [RSA.as_dict(private=True)]},
        {"keys": [RSA.as_dict(private=False), RSA.as_dict(private=False)]},
        {"keys": [{**RSA.as_dict(private=False), "kid": ""}]},
        {"keys": [{**RSA.as_dict(private=False), "n": "AQAB"}]},
        {"keys": [{**RSA.as_dict(private=False), "n": "A" * 20_000}]},
        {"keys": [{**RSA.as_dict(private=False), "e": "A" * 600}]},
        {"keys": [{**RSA.as_dict(private=False), "n": "é" * 400}]},
        {"keys": [{**RSA.as_dict(private=False), "use": "enc"}]},
        {"keys": [ECKey.generate_key("P-521", {"kid": "a"}).as_dict(private=False)]},
        {"keys": [{"kty": "EC", "crv": "P-256", "kid": "a", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "OKP", "crv": "X25519", "kid": "a", "x": "A" * 43}]},
        {"keys": [RSA.as_dict(private=False)] * 21},
    ],
)
def test_keys_that_are_not_taken(document: object) -> None:
    with pytest.raises(UnusableKeys):
        read_client_keys(document)


async def test_a_private_key_is_kept_nowhere(manager: Api, platform: Platform) -> None:
    said = {"clientId": f"key-{uuid.uuid4()}", "name": "x", "scopes": ["cases:read"]}
    private = RSA.as_dict(private=True)
    answer = await manager.post("/v1/clients", json={**said, "jwks": {"keys": [private]}})
    assert answer.status_code == 422
    assert str(private["d"]) not in answer.text
    assert await run_sql(platform, "SELECT 1 FROM clients WHERE client_id = :id", id=said["clientId"]) == []
