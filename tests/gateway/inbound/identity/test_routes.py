"""Tokens by client credentials, and what verifies them."""

import base64
import hmac
import json
import re
import time
import uuid
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy.exc import IntegrityError

from rtp_embedded.platform import Platform
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import Client, hash_secret
from tests.conftest import NewClient
from tests.gateway.inbound.conftest import Anybody

pytestmark = pytest.mark.anyio


@pytest.fixture
async def credentials(platform: Platform) -> tuple[str, str]:
    client_id, secret = f"id-{uuid.uuid4()}", "s%cret:with/odd chars"
    async with platform.operator_database.transaction() as session:
        scopes = ["cases:read", "cases:write", "not:known"]
        await register_client(session, client_id, name="t", organisation=uuid.uuid4(), secret=secret, scopes=scopes)
    return client_id, secret


GRANT = {"grant_type": "client_credentials"}


async def ask_for_token(anybody: Anybody, credentials: tuple[str, str], **form: str) -> httpx.Response:
    client_id, secret = credentials
    form = {**GRANT, "client_id": client_id, "client_secret": secret, **form}
    return await anybody.post("/oauth2/token", data=form)


async def test_a_token_is_what_rfc_9068_says(
    anybody: Anybody, credentials: tuple[str, str], platform: Platform
) -> None:
    answer = await ask_for_token(anybody, credentials)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    granted = answer.json()
    assert granted["token_type"] == "Bearer"
    assert granted["scope"] == "cases:read cases:write"
    keys = KeySet.import_key_set((await anybody.get("/.well-known/jwks.json")).json())
    token = jwt.decode(granted["access_token"], keys, algorithms=["RS256"])
    assert token.header["typ"] == "at+jwt"
    assert token.claims.keys() >= {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope"}
    assert token.claims["iss"] == platform.public_url
    assert token.claims["exp"] - token.claims["iat"] == granted["expires_in"]


async def test_published_keys_hold_nothing_private(anybody: Anybody) -> None:
    (key,) = (await anybody.get("/.well-known/jwks.json")).json()["keys"]
    assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}


async def test_metadata_names_this_issuer_and_places_that_answer(anybody: Anybody, platform: Platform) -> None:
    metadata = (await anybody.get("/.well-known/oauth-authorization-server")).json()
    assert metadata["issuer"] == platform.public_url
    assert (await anybody.get(metadata["jwks_uri"])).status_code == 200
    assert (await anybody.post(metadata["token_endpoint"])).status_code == 400
    assert all(metadata.values())  # RFC 8414 section 3.2: claims with zero elements must be omitted


async def test_basic_credentials_are_form_encoded_first(anybody: Anybody, credentials: tuple[str, str]) -> None:
    client_id, _ = credentials
    encoded = base64.b64encode(f"{client_id}:s%25cret%3Awith%2Fodd+chars".encode()).decode()
    answer = await anybody.post("/oauth2/token", data=GRANT, headers={"Authorization": f"Basic {encoded}"})
    assert answer.status_code == 200


async def test_fewer_scopes_can_be_asked_for(anybody: Anybody, credentials: tuple[str, str]) -> None:
    narrow = await ask_for_token(anybody, credentials, scope="cases:read")
    assert narrow.json()["scope"] == "cases:read"
    headers = {"Authorization": f"Bearer {narrow.json()['access_token']}"}
    assert (await anybody.post("/v1/cases", json={}, headers=headers)).status_code == 403
    more = await ask_for_token(anybody, credentials, scope="cases:read finance:read")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({**GRANT}, 401, "invalid_client"),
        ({**GRANT, "client_id": "nobody", "client_secret": "x"}, 401, "invalid_client"),
        ({**GRANT, "client_id": "\x00", "client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "password", "client_id": "x", "client_secret": "y"}, 400, "unsupported_grant_type"),
        ({"client_id": "x", "client_secret": "y"}, 400, "invalid_request"),
    ],
)
async def test_errors_are_those_of_rfc_6749(anybody: Anybody, form: dict[str, str], status: int, error: str) -> None:
    answer = await anybody.post("/oauth2/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("www-authenticate" in answer.headers) == (status == 401)


FORM = ("Content-Type", "application/x-www-form-urlencoded")
GRANTED = b"grant_type=client_credentials"
BASIC = ("Authorization", "Basic eA==")


@pytest.mark.parametrize(
    ("headers", "content", "status", "error"),
    [
        ([FORM], b"grant_type=x", 400, "unsupported_grant_type"),
        ([FORM, ("Authorization", "Basic !")], GRANTED, 401, "invalid_client"),
        ([FORM, FORM], b"", 400, "invalid_request"),
        ([BASIC, BASIC], b"", 400, "invalid_request"),
        ([FORM, ("Content-Encoding", "gzip")], b"\x1f\x8b", 415, "invalid_request"),
        ([FORM], b"x=" + b"a" * 9000, 413, "invalid_request"),
        ([FORM, ("Authorization", "Bearer stale")], GRANTED, 401, "invalid_client"),
        ([("Content-Type", "application/json")], b"{", 400, "invalid_request"),
    ],
)  # fmt: skip
async def test_whatever_is_sent_errors_are_those_of_rfc_6749_and_not_stored(
    anybody: Anybody, headers: list[tuple[str, str]], content: bytes, status: int, error: str
) -> None:
    answer = await anybody.post("/oauth2/token", content=content, headers=httpx.Headers(headers))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert answer.json()["error"] == error
    assert answer.json().keys() <= {"error", "error_description"}
    assert ALLOWED.fullmatch(answer.json()["error_description"])
    assert answer.headers.get("www-authenticate", "Basic").startswith("Basic")


@pytest.mark.parametrize("stale", ["stale", "eyJhbGciOiJSUzI1NiJ9.e30.x"])
async def test_a_stale_token_keeps_nobody_from_getting_a_new_one(
    anybody: Anybody, credentials: tuple[str, str], stale: str
) -> None:
    """Many clients send the token they have with every request."""
    client_id, secret = credentials
    form, headers = {**GRANT, "client_id": client_id, "client_secret": secret}, {"Authorization": f"Bearer {stale}"}
    assert (await anybody.post("/oauth2/token", data=form, headers=headers)).status_code == 200
    for path in ("/.well-known/jwks.json", "/.well-known/oauth-authorization-server"):
        assert (await anybody.get(path, headers=headers)).status_code == 200


async def test_a_form_larger_than_any_token_request_is_not_read(anybody: Anybody) -> None:
    form = b"grant_type=client_credentials&x=" + b"a" * 9000
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await anybody.post("/oauth2/token", content=form, headers=headers)).status_code == 413


@pytest.mark.parametrize("content", [b"\xff", b"grant_type=a&grant_type=b", b"&".join([b"a=1"] * 30)])
async def test_a_form_that_cannot_be_read_is_an_invalid_request(anybody: Anybody, content: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await anybody.post("/oauth2/token", content=content, headers=headers)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_request", "invalid_client")
    as_json = await anybody.post("/oauth2/token", json=GRANT)
    assert (as_json.status_code, as_json.json()["error"]) == (400, "invalid_request")


ALLOWED = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")
"""RFC 6749 section 5.2: what an error_description may hold."""


@pytest.mark.parametrize("scope", ['cases:read "quoted"', "back\\slash", "caf\u00e9", "a\x07b"])
async def test_an_error_description_holds_only_what_it_may(
    anybody: Anybody, credentials: tuple[str, str], scope: str
) -> None:
    answer = await ask_for_token(anybody, credentials, scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert ALLOWED.fullmatch(answer.json()["error_description"])
    assert "?" in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("scope", "status", "granted"), [("", 200, "cases:read cases:write"), (" ", 400, None), ("\t \n", 400, None)]
)
async def test_a_blank_scope_gives_no_token_without_scopes(
    anybody: Anybody, credentials: tuple[str, str], scope: str, status: int, granted: str | None
) -> None:
    answer = await ask_for_token(anybody, credentials, scope=scope)
    said = answer.json()
    error = None if granted else "invalid_scope"
    assert (answer.status_code, said.get("scope"), said.get("error")) == (status, granted, error)


async def test_credentials_come_in_one_way(anybody: Anybody, credentials: tuple[str, str]) -> None:
    client_id, secret = credentials
    basic = (client_id, quote(secret, safe=""))
    for twice in ({"client_id": client_id, "client_secret": secret}, {"client_secret": "x"}, {"client_id": "other"}):
        answer = await anybody.post("/oauth2/token", data={**GRANT, **twice}, auth=basic)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    named = await anybody.post("/oauth2/token", data={**GRANT, "client_id": client_id}, auth=basic)
    assert named.status_code == 200


@pytest.mark.parametrize("active", [True, False])
def test_a_secret_is_compared_also_where_the_client_may_not(active: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(kept: bytes, given: bytes) -> bool:
        compared.append(given)
        return kept == given

    monkeypatch.setattr(hmac, "compare_digest", compare)
    client = Client(client_id="one", secret_hash=hash_secret("right"), active=active)
    assert client.accepts("right") is active
    assert client.accepts("wrong") is False
    assert compared == [hash_secret("right"), hash_secret("wrong")]


@pytest.mark.parametrize("client_id", ["a b", "ab", "-ab", "Abc", "a" * 64, "abc\n", "abc,org:1"])
async def test_no_client_gets_an_id_that_could_be_taken_for_two_readers(platform: Platform, client_id: str) -> None:
    with pytest.raises(IntegrityError, match="ck_clients_client_id"):
        async with platform.operator_database.transaction() as session:
            await register_client(session, client_id, name="t", organisation=uuid.uuid4(), secret="x", scopes=[])


def claims(platform: Platform, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {
        "iss": platform.public_url,
        "sub": "x",
        "client_id": "x",
        "aud": "right-to-provide",
        "iat": now,
        "exp": now + 60,
        "jti": "1",
        "scope": "cases:read",
        "organisation": str(uuid.uuid4()),
    }
    return {key: value for key, value in {**usual, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("header", "changes"),
    [
        ({"typ": "JWT"}, {}),
        ({}, {"exp": int(time.time()) - 10}),
        ({}, {"exp": None}),
        ({}, {"iss": "https://elsewhere.example"}),
        ({}, {"aud": "something-else"}),
        ({}, {"organisation": "none"}),
        ({}, {"client_id": None}),
    ],
)
async def test_a_token_signed_rightly_that_says_something_wrong_is_refused(
    platform: Platform, anybody: Anybody, header: dict[str, str], changes: dict[str, Any]
) -> None:
    key = platform.app.own.state.signing_key.current
    token = jwt.encode({"typ": "at+jwt", "alg": "RS256", "kid": key.kid, **header}, claims(platform, **changes), key)
    answer = await anybody.get("/v1/cases", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401, answer.text


async def test_tokens_of_other_keys_and_algorithms_are_refused(
    platform: Platform, anybody: Anybody, new_client: NewClient
) -> None:
    public = (await anybody.get("/.well-known/jwks.json")).json()["keys"][0]
    stranger = RSAKey.generate_key(2048)
    kid = public["kid"]
    # The classic confusion: the public key, which everybody has, taken as the secret of an HMAC.
    signed = f"{_part({'typ': 'at+jwt', 'alg': 'HS256', 'kid': kid})}.{_part(claims(platform))}"
    digest = hmac.digest(RSAKey.import_key(public).as_pem(private=False), signed.encode(), "sha256")
    tokens = [
        jwt.encode({"typ": "at+jwt", "alg": "RS256", "kid": kid}, claims(platform), stranger),
        f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}",
        ".".join((_part({"typ": "at+jwt", "alg": "none"}), _part(claims(platform)), "")),
    ]
    for token in tokens:
        answer = await anybody.get("/v1/cases", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    # Also where no token is needed: one that is sent must hold.
    assert (await anybody.get("/v1/bodies", headers={"Authorization": "Bearer x.y.z"})).status_code == 401


def _part(document: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])
async def test_another_method_is_refused_as_rfc_6749_has_it(anybody: Anybody, method: str) -> None:
    answer = await anybody.request(method, "/oauth2/token?grant_type=client_credentials")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert answer.headers["content-type"] == "application/json"
    if method != "HEAD":
        assert answer.json() == {
            "error": "invalid_request",
            "error_description": f"{method} is not taken here, only POST",
        }
