"""Keys to check tokens with, when the gateway that gives them out is slow or away."""

import asyncio
import base64
import json
import time
import uuid

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_shared.auth import AUDIENCE, FixedKeys, RemoteKeys, TokenVerifier
from rtp_shared.clock import utcnow
from rtp_shared.problems import Unauthenticated, Unavailable
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.anyio

ISSUER = "http://rtp.test"
ODD: tuple[object, ...] = ([], {}, [[]])


class Gateway(RemoteKeys):
    """Its answers come when the test lets them."""

    def __init__(self, keys: KeySet) -> None:
        super().__init__("http://nowhere.test")
        self.keys, self.answers, self.asked, self.away = keys, asyncio.Event(), 0, False
        self.answers.set()

    async def _fetch(self) -> KeySet:
        self.asked += 1
        await self.answers.wait()
        if self.away:
            raise Unavailable
        return self.keys


def token(key: SigningKey) -> str:
    return key.sign_access_token(
        issuer=ISSUER,
        client_id=str(uuid.uuid4()),
        organisation=uuid.uuid4(),
        scopes=["cases:read"],
        seconds=60,
        now=utcnow(),
    )


@pytest.fixture
def key() -> SigningKey:
    return SigningKey(SigningKey.generate())


async def test_keys_are_fetched_once_and_garbage_fetches_none(key: SigningKey) -> None:
    gateway = Gateway(key.public_keys)
    verifier = TokenVerifier(issuer=ISSUER, keys=gateway)
    await verifier.verify(token(key))
    for garbage in ("garbage", "a.b.c", "", "e30.e30.e30", token(key)[:-4] + "AAAA", "W" * 5000):
        with pytest.raises(Unauthenticated):
            await verifier.verify(garbage)
    await verifier.verify(token(key))
    assert gateway.asked <= 2  # once at first, and once for a key id that nobody knows


def encode(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("kid", [None, 5, True, ["a"], {"a": "b"}, [[]], "nobody's"])
@pytest.mark.parametrize("more", [{}, {"alg": 5}, {"alg": ["RS256"]}, {"typ": []}, {"crit": ["kid"]}, {"b64": False}])
async def test_a_head_of_any_shape_is_no_token(key: SigningKey, kid: object, more: dict[str, object]) -> None:
    verifier = TokenVerifier(issuer=ISSUER, keys=FixedKeys(key.public_keys))
    head = {"alg": "RS256", "typ": "at+jwt", **({} if kid is None else {"kid": kid}), **more}
    _, claims, signature = token(key).split(".")
    for forged in (f"{encode(head)}.{claims}.{signature}", f"{encode([head])}.{claims}.{signature}"):
        with pytest.raises(Unauthenticated):
            await verifier.verify(forged)


@pytest.mark.parametrize(
    "changed",
    [
        *({name: odd} for name in ("aud", "iss", "exp", "client_id", "organisation", "scope", "nbf") for odd in ODD),
        *({name: None} for name in ("aud", "iss", "exp", "client_id", "organisation")),
        {"exp": 1e400},
        {"exp": 10**400},
        {"exp": "later"},
        {"exp": float("nan")},
        {"nbf": 10**400},
        {"client_id": 5},
        {"organisation": "x" * 5000},
        {"scope": ["cases:oversee"]},
        {"scope": "x" * 9000},
    ],
)
async def test_signed_claims_of_any_shape_are_no_token(key: SigningKey, changed: dict[str, object]) -> None:
    verifier = TokenVerifier(issuer=ISSUER, keys=FixedKeys(key.public_keys))
    with pytest.raises(Unauthenticated):
        await verifier.verify(sign(key, changed))


async def test_a_token_does_not_hold_before_its_time(key: SigningKey) -> None:
    verifier = TokenVerifier(issuer=ISSUER, keys=FixedKeys(key.public_keys))
    assert await verifier.verify(sign(key, {"nbf": time.time()}))
    with pytest.raises(Unauthenticated, match="not hold yet"):
        await verifier.verify(sign(key, {"nbf": time.time() + 60}))


def sign(key: SigningKey, changed: dict[str, object]) -> str:
    good = {
        "iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 60, "client_id": "a", "organisation": str(uuid.uuid4()),
        "scope": "",
    }  # fmt: skip
    private = key.current
    header = {"alg": "RS256", "typ": "at+jwt", "kid": private.kid}
    return jwt.encode(header, good | changed, private, algorithms=["RS256"])


async def test_whoever_has_keys_does_not_wait_for_a_gateway_that_hangs(key: SigningKey) -> None:
    gateway = Gateway(key.public_keys)
    verifier = TokenVerifier(issuer=ISSUER, keys=gateway)
    await verifier.verify(token(key))
    gateway.answers.clear()
    stranger = SigningKey(SigningKey.generate())
    waiting = asyncio.ensure_future(verifier.verify(token(stranger)))
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        assert await verifier.verify(token(key))
    gateway.away = True
    gateway.answers.set()
    with pytest.raises(Unauthenticated):
        await waiting
    assert await verifier.verify(token(key))


async def test_a_new_key_is_found_when_its_first_token_comes(key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Gateway(key.public_keys)
    verifier = TokenVerifier(issuer=ISSUER, keys=gateway)
    await verifier.verify(token(key))
    newer = SigningKey(SigningKey.generate())
    gateway.keys = KeySet([*key.public_keys.keys, *newer.public_keys.keys])
    later = time.monotonic() + RemoteKeys.PAUSE_SECONDS + 1
    monkeypatch.setattr("rtp_shared.auth.time.monotonic", lambda: later)
    assert await verifier.verify(token(newer))
    assert gateway.asked == 2


async def test_without_any_keys_it_is_not_the_caller_s_fault(key: SigningKey) -> None:
    gateway = Gateway(key.public_keys)
    gateway.away = True
    with pytest.raises(Unavailable):
        await TokenVerifier(issuer=ISSUER, keys=gateway).verify(token(key))
