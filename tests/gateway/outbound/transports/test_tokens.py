"""Access tokens by client credentials: asked for when needed, kept until shortly before they expire."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from rtp_gateway.outbound.transports.credentials import ClientCredentials
from rtp_gateway.outbound.transports.http import HttpTransport
from rtp_gateway.outbound.transports.requests import DeliveryResult
from rtp_gateway.outbound.transports.sinks import NO_PUBLIC_NAME, NOT_PUBLIC
from tests.gateway.outbound.conftest import NewSender
from tests.support.hosts import Names, receiving_as, request
from tests.support.webhooks import Clock, Received, Receiver, answering

pytestmark = pytest.mark.anyio


class TokenCache:
    """A subscriber's authorisation server: `answer` may be changed at any time."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.given = 0
        self.answer: dict[str, object] = {"token_type": "Bearer", "expires_in": 3600}
        receiver.answer = self._give

    def _give(self, _: Received) -> web.StreamResponse:
        self.given += 1
        return web.json_response({"access_token": f"t{self.given}", **self.answer})

    def credential(self, scope: str = "") -> ClientCredentials:
        return ClientCredentials(self.receiver.url, "plat form", "s3cr3t:&", scope)


@pytest.fixture
async def tokens() -> AsyncIterator[TokenCache]:
    async with receiving_as("127.0.0.1") as receiver:
        yield TokenCache(receiver)


def list_shown(receiver: Receiver) -> list[str]:
    return [each.headers["authorization"] for each in receiver.received]


async def test_client_credentials(sender: HttpTransport, receiver: Receiver, tokens: TokenCache) -> None:
    sent = request(receiver.url, credential=tokens.credential(scope="a b"))
    answers = await asyncio.gather(*(sender.send(sent) for _ in range(8)))
    answers.append(await sender.send(sent))
    assert {answer.status for answer in answers} == {204}
    assert set(list_shown(receiver)) == {"Bearer t1"}
    (asked,) = tokens.receiver.received
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["a b"]}
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.headers["authorization"] == "Basic cGxhdCtmb3JtOnMzY3IzdCUzQSUyNg=="
    other = ClientCredentials(tokens.receiver.url, "another", "s3cr3t:&")
    await sender.send(request(receiver.url, credential=other))
    assert list_shown(receiver)[-1] == "Bearer t2"


@pytest.mark.parametrize(
    ("expires_in", "holds", "is_over"),
    [
        (3600, 3539, 3540),
        (100, 89, 90),
        ("200", 179, 180),
        (None, 299, 300),
        ("soon", 299, 300),
        (True, 299, 300),
        (10**9, 86_339, 86_340),
    ],
)
async def test_a_token_is_used_until_shortly_before_it_expires(
    new_sender: NewSender, receiver: Receiver, tokens: TokenCache, expires_in: object, holds: int, is_over: int
) -> None:
    clock = Clock()
    sender = new_sender(now=clock)
    tokens.answer["expires_in"] = expires_in
    for seconds in (0, holds, is_over - holds):
        clock.forward(seconds=seconds)
        await sender.send(request(receiver.url, credential=tokens.credential()))
    assert list_shown(receiver) == ["Bearer t1", "Bearer t1", "Bearer t2"]


async def test_a_token_that_was_withdrawn_is_replaced_once(
    sender: HttpTransport, receiver: Receiver, tokens: TokenCache
) -> None:
    sent = request(receiver.url, credential=tokens.credential())
    refused = {"Bearer t1"}
    receiver.answer = lambda got: web.Response(status=401 if got.headers["authorization"] in refused else 204)
    assert (await sender.send(sent)).status == 401, "the token was new: another one would be no better"
    assert (await sender.send(sent)).status == 204
    assert list_shown(receiver) == ["Bearer t1", "Bearer t1", "Bearer t2"]
    refused |= {"Bearer t2", "Bearer t3"}
    assert (await sender.send(sent)).status == 401
    assert list_shown(receiver)[3:] == ["Bearer t2", "Bearer t3"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (web.json_response, "answered 400 (invalid_client)"),
        (answering(500), "answered 500"),
        (answering(302, Location="http://127.0.0.1/"), "answered 302"),
        (answering(200), "holds none that can be sent"),
    ],
    ids=range(4),
)
async def test_without_a_token_nothing_is_sent(
    sender: HttpTransport, receiver: Receiver, tokens: TokenCache, answer: object, reason: str
) -> None:
    if answer is web.json_response:
        body = {"error": "invalid_client", "error_description": "s3cr3t"}
        tokens.receiver.answer = lambda _: web.json_response(body, status=400)
    else:
        tokens.receiver.answer = answer  # type: ignore[assignment]
    found = await sender.send(request(receiver.url, credential=tokens.credential()))
    assert found == DeliveryResult(error=found.error)
    assert str(found.error).startswith("no access token: ")
    assert reason in str(found.error)
    assert "s3cr3t" not in str(found.error)
    assert receiver.received == []
    tokens.receiver.answer = tokens._give
    assert (await sender.send(request(receiver.url, credential=tokens.credential()))).accepted


@pytest.mark.parametrize(
    "token",
    [
        {"access_token": "a\r\nX-Injected: b"},
        {"access_token": "a b"},
        {"access_token": ""},
        {"access_token": 5},
        {"token_type": "mac"},
        {"token_type": None},
    ],
)
async def test_a_token_that_cannot_be_sent_is_not(
    sender: HttpTransport, receiver: Receiver, tokens: TokenCache, token: dict[str, object]
) -> None:
    tokens.answer.update(token)
    answer = await sender.send(request(receiver.url, credential=tokens.credential()))
    assert str(answer.error).startswith("no access token: ")
    assert receiver.received == []


async def test_a_token_endpoint_that_leads_inside_is_never_connected_to(
    new_sender: NewSender, tokens: TokenCache
) -> None:
    """Bound anew since the subscription was made; the sink itself is not asked for at all."""
    names = Names(["127.0.0.1"])
    sender = new_sender(private=False, resolve=names)
    endpoint = tokens.receiver.url.replace("http://127.0.0.1", "https://login.example.org")
    literal = tokens.receiver.url.replace("http:", "https:")
    for address, reason in ((endpoint, NO_PUBLIC_NAME), (literal, NOT_PUBLIC)):
        credential = ClientCredentials(address, "platform", "s3cr3t")
        answer = await sender.send(request("https://8.8.8.8/", credential=credential))
        assert answer.error == f"no access token: the address {reason}"
    assert (names.asked, tokens.receiver.received) == (["login.example.org"], [])


async def test_a_token_endpoint_that_does_not_answer_takes_no_longer_than_an_attempt(
    new_sender: NewSender, receiver: Receiver, tokens: TokenCache
) -> None:
    async def never(_: Received) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    tokens.receiver.answer = never
    sender = new_sender(seconds=0.2)
    answer = await sender.send(request(receiver.url, credential=tokens.credential()))
    assert answer == DeliveryResult(error="no access token within 0.2 seconds")
