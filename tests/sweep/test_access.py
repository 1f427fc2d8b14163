"""Who is let in: every operation of the document with every kind of token, at the gateway and past it at the service.

The operations come from the document, so a new one is tried by itself. What is hidden from a token that holds, of
another organisation's client, is in `test_unknown.py`. A service reached past the gateway goes by the keys alone, as a
process of its own does (docs/adr/0022).
"""

import base64
import hmac
import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.types import ASGIApp

from rtp_embedded.platform import Platform
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.routing import NAMES, service_for
from rtp_shared.auth import AUDIENCE, TokenVerifier
from rtp_shared.web import build_app
from tests.conftest import PUBLIC_URL
from tests.sweep.clients import Client
from tests.sweep.operations import Operation, Raw
from tests.sweep.population import Population

pytestmark = pytest.mark.anyio

OAUTH = "/oauth2/"
"""Its endpoints take credentials and leave every token aside (RFC 6749)."""


@dataclass(frozen=True)
class Forger:
    """Makes tokens of a client that hold, and others that do not by one thing alone."""

    key: SigningKey
    client: Client
    others: SigningKey = field(default_factory=lambda: SigningKey(SigningKey.generate()))

    def sign(self, *, by: RSAKey | None = None, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        now = int(time.time())
        said = {
            "iss": PUBLIC_URL,
            "sub": self.client.client_id,
            "client_id": self.client.client_id,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 600,
            "jti": str(uuid.uuid4()),
            "scope": " ".join(sorted(self.client.scopes)),
            "organisation": self.client.organisation,
            "generation": 0,
            **claims,
        }
        signed_by = by or self.key.current
        head = {"typ": "at+jwt", "alg": "RS256", "kid": self.key.current.kid, **(header or {})}
        return jwt.encode(head, said, signed_by)

    def list_invalid(self) -> Iterator[tuple[str, str]]:
        """Every kind of token that holds for nobody."""
        own, head, claims, signature = self.key.current, *self.sign().split(".")
        public = own.as_pem(private=False)
        yield "expired", self.sign(exp=int(time.time()) - 1)
        yield "of another audience", self.sign(aud="somebody-else")
        yield "of another issuer", self.sign(iss="https://mallory.example")
        yield "tampered", f"{head}.{encode({**decode(claims), 'client_id': 'mallory'})}.{signature}"
        yield "with another's signature", self.sign(by=self.others.current)
        yield "with the kid of another key", self.sign(header={"kid": self.others.current.kid})
        yield "with a path for a kid", self.sign(by=self.others.current, header={"kid": f"../{own.kid}"})
        yield (
            "with its key inside",
            self.sign(by=self.others.current, header={"jwk": self.others.current.as_dict(private=False)}),
        )
        yield "unsigned", f"{encode({'alg': 'none', 'typ': 'at+jwt', 'kid': own.kid})}.{claims}."
        yield "signed by HS256 with the public key", sign_by_secret(public, own.kid, claims)
        yield "no access token", self.sign(header={"typ": "JWT"})
        yield "not yet", self.sign(nbf=int(time.time()) + 3600)
        yield "no token", "x"


def encode(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def decode(part: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def sign_by_secret(secret: bytes, kid: str | None, claims: str) -> str:
    signed = f"{encode({'alg': 'HS256', 'typ': 'at+jwt', 'kid': kid})}.{claims}"
    digest = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@dataclass(frozen=True)
class Door:
    """A way to reach operations: through the gateway, or a service itself."""

    name: str
    http: httpx.AsyncClient

    def leads_to(self, operation: Operation) -> bool:
        return self.name in ("gateway", service_for(operation.path))


@pytest.fixture
def forger(population: Population) -> Forger:
    return Forger(population.platform.app.own.state.signing_key, population.clients["central team"])


@pytest.fixture
async def doors(population: Population) -> Any:
    platform: Platform = population.platform
    verifier = TokenVerifier(issuer=PUBLIC_URL, keys=platform.app.own.state.signing_key)
    services = {name: build_app(replace(platform.runtimes[name], verifier=verifier)) for name in NAMES}
    apps: dict[str, ASGIApp] = {"gateway": platform.app, **services}
    made = [
        Door(name, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC_URL))
        for name, app in apps.items()
    ]
    yield made
    for door in made:
        await door.http.aclose()


async def call(door: Door, operation: Operation, token: str | None) -> httpx.Response:
    path = operation.path
    for name in operation.leads_to:
        path = path.replace("{" + name + "}", str(uuid.uuid4()))
    while "{" in path:  # a parameter that has another name where the sweep looks for it
        path = path.partition("{")[0] + str(uuid.uuid4()) + path.partition("}")[2]
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    given: dict[str, Any] = {}
    if isinstance(operation.body, Raw):
        headers["Content-Type"], given["content"] = operation.body.media_type, operation.body.content
    elif operation.body is not None:
        given["json"] = operation.body
    return await door.http.request(operation.method, path, headers=headers, **given)


def list_tried(operations: Sequence[Operation], door: Door) -> list[Operation]:
    return [each for each in operations if door.leads_to(each) and not each.path.startswith(OAUTH)]


def says(answer: httpx.Response, error: str) -> bool:
    """Whether it says so in the words of RFC 6750 section 3."""
    return f'error="{error}"' in answer.headers.get("www-authenticate", "")


async def test_a_token_that_is_none_opens_nothing_anywhere(
    doors: list[Door], operations: list[Operation], forger: Forger
) -> None:
    """Also where none is needed: a token that is there must hold, or its bearer thinks that it does."""
    let_in = []
    for door in doors:
        for operation in list_tried(operations, door):
            for kind, token in forger.list_invalid():
                answer = await call(door, operation, token)
                leaves_aside = not operation.scopes and answer.status_code != 401
                if not leaves_aside and (answer.status_code != 401 or not says(answer, "invalid_token")):
                    let_in.append((door.name, operation.key, kind, answer.status_code))
    assert let_in == []


async def test_without_a_token_or_without_the_scope_nothing_opens(
    doors: list[Door], operations: list[Operation], forger: Forger
) -> None:
    wrong = []
    for door in doors:
        for operation in list_tried(operations, door):
            if not operation.scopes:
                continue
            answer = await call(door, operation, None)
            if answer.status_code != 401 or answer.headers["www-authenticate"] != "Bearer":
                wrong.append((door.name, operation.key, "no token", answer.status_code))
            others = " ".join(sorted(forger.client.scopes - operation.scopes))
            answer = await call(door, operation, forger.sign(scope=others))
            if answer.status_code != 403 or not says(answer, "insufficient_scope"):
                wrong.append((door.name, operation.key, "without the scope", answer.status_code))
    assert wrong == []


async def test_a_token_that_holds_is_not_the_reason_for_a_refusal(
    doors: list[Door], operations: list[Operation], forger: Forger
) -> None:
    """The forger's tokens differ from one that holds by the one thing that is tried."""
    for door in doors:
        tried = [each for each in list_tried(operations, door) if each.scopes & forger.client.scopes]
        answers = [await call(door, each, forger.sign()) for each in tried if each.method == "GET"]
        assert answers
        assert all(answer.status_code != 401 for answer in answers)


@pytest.mark.parametrize(
    "claims",
    [
        {"scope": "cases:read cases:erase clients:manage"},
        {"organisation": str(uuid.UUID(int=7))},
        {"client_id": "there-is-none"},
        {"generation": 1},
    ],
)
async def test_what_holds_no_more_of_a_client_opens_nothing(
    doors: list[Door], operations: list[Operation], forger: Forger, claims: Mapping[str, Any]
) -> None:
    """Signed by us and out of date: removed, moved, or given less since (docs/adr/0022)."""
    token = forger.sign(**claims)
    for operation in list_tried(operations, doors[0]):
        answer = await call(doors[0], operation, token)
        assert answer.status_code == 401 or not operation.scopes, operation.key
        assert answer.status_code != 401 or says(answer, "invalid_token")
