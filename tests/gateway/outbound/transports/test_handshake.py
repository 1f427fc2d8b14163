"""Asking a sink for its consent (CloudEvents webhook validation)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from rtp_gateway.outbound.transports.connections import Connections
from rtp_gateway.outbound.transports.credentials import ClientCertificate
from rtp_gateway.outbound.transports.errors import RateUnreadable
from rtp_gateway.outbound.transports.handshake import (
    ConsentGiven,
    ConsentUnanswered,
    ConsentWithheld,
    ask_for_consent,
    parse_rate,
    read_origin,
)
from rtp_gateway.outbound.transports.sinks import Sinks
from tests.support.hosts import HOOKS, here, issue, receiving_as, server_side
from tests.support.webhooks import Receiver

pytestmark = pytest.mark.anyio
ORIGIN = "events.example.org"


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    connections = Connections(Sinks(allow_private=True))
    yield connections
    await connections.close()


def answer_consent(status: int = 200, origin: str | None = ORIGIN, rate: str | None = None) -> web.Response:
    said = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": rate}
    return web.Response(status=status, headers={name: value for name, value in said.items() if value is not None})


async def test_what_is_asked(connections: Connections, receiver: Receiver) -> None:
    receiver.answer = lambda _: answer_consent()
    sink = receiver.url + "/a%20b?key=c&d=%2F"
    callback = "https://events.example.org/v1/subscriptions/consent/1/secret"
    verdict = await ask_for_consent(connections, sink, origin=ORIGIN, callback=callback, rate=120)
    assert verdict == ConsentGiven(120)
    await ask_for_consent(connections, sink, origin=ORIGIN)
    full, bare = receiver.received
    assert full.body == b""
    assert {name: value for name, value in full.headers.items() if name.startswith("webhook-")} == {
        "webhook-request-origin": ORIGIN,
        "webhook-request-callback": callback,
        "webhook-request-rate": "120",
    }
    assert [name for name in bare.headers if name.startswith("webhook-")] == ["webhook-request-origin"]
    assert (full.method, full.target) == ("OPTIONS", "/hook/a%20b?key=c&d=%2F")


@pytest.mark.parametrize("status", [200, 204, 405, 404, 500, 301])
async def test_consent_is_in_the_headers_whatever_the_status(
    connections: Connections, receiver: Receiver, status: int
) -> None:
    receiver.answer = lambda _: answer_consent(status)
    assert await ask_for_consent(connections, receiver.url, origin=ORIGIN) == ConsentGiven(None)
    receiver.answer = lambda _: answer_consent(status, origin=None)
    assert isinstance(await ask_for_consent(connections, receiver.url, origin=ORIGIN), ConsentWithheld)


@pytest.mark.parametrize(
    ("origin", "rate", "asked", "verdict"),
    [
        (ORIGIN, "100", None, ConsentGiven(100)),
        (ORIGIN.upper(), "100", 50, ConsentGiven(100)),
        (f" {ORIGIN} ", "1", 50, ConsentGiven(1)),
        ("*", "*", 50, ConsentGiven(None)),
        ("*", None, 50, ConsentGiven(50)),
        ("*", None, None, ConsentGiven(None)),
        ("*", "0", 50, None),
        ("*", "-5", None, None),
        ("*", "1.5", None, None),
        ("*", "many", None, None),
        ("*", "1" * 30, None, None),
        ("example.org", "*", None, None),
        (f"x.{ORIGIN}", "*", None, None),
        (f"https://{ORIGIN}", "*", None, None),
        (f"{ORIGIN}, other.example.org", "*", None, None),
        ("", "*", None, None),
        (None, "*", None, None),
    ],
)
async def test_verdicts(
    connections: Connections,
    receiver: Receiver,
    origin: str | None,
    rate: str | None,
    asked: int | None,
    verdict: ConsentGiven | None,
) -> None:
    receiver.answer = lambda _: answer_consent(origin=origin, rate=rate)
    found = await ask_for_consent(connections, receiver.url, origin=ORIGIN, rate=asked)
    assert found == verdict if verdict else isinstance(found, ConsentWithheld)


async def test_a_redirect_is_not_followed(connections: Connections, receiver: Receiver) -> None:
    async with receiving_as("127.0.0.1") as other:
        other.answer = lambda _: answer_consent()
        receiver.answer = lambda _: web.Response(status=307, headers={"Location": other.url})
        assert isinstance(await ask_for_consent(connections, receiver.url, origin=ORIGIN), ConsentWithheld)
        assert other.received == []


async def test_nobody_there_and_nobody_allowed(connections: Connections, receiver: Receiver) -> None:
    strict = Connections(Sinks(allow_private=False, resolve=here))
    secure = receiver.url.replace("http:", "https:")
    for sink in (secure, secure.replace("127.0.0.1", HOOKS)):
        answer = await ask_for_consent(strict, sink, origin=ORIGIN)
        assert isinstance(answer, ConsentUnanswered)
        assert "not public" in answer.reason
    await strict.close()
    assert receiver.received == []
    assert await ask_for_consent(connections, "http://127.0.0.1:1/hook", origin=ORIGIN) == ConsentUnanswered(
        "no connection"
    )


async def test_a_sink_that_wants_a_certificate_is_shown_it(tmp_path: Path) -> None:
    authority, clients = issue("Test authority"), issue("Client authority")
    ours, server = issue("platform", clients), server_side(issue(HOOKS, authority), tmp_path, clients=clients)
    connections = Connections(Sinks(allow_private=True, resolve=here), authorities=authority.pem)
    async with receiving_as(HOOKS, ssl_context=server) as receiver:
        receiver.answer = lambda _: answer_consent()
        assert isinstance(await ask_for_consent(connections, receiver.url, origin=ORIGIN), ConsentUnanswered)
        shown = ClientCertificate(ours.pem, ours.key)
        assert await ask_for_consent(connections, receiver.url, origin=ORIGIN, credential=shown) == ConsentGiven(None)
    await connections.close()


def test_rates_given_by_callback() -> None:
    assert parse_rate(None, requested=60) == 60
    assert parse_rate("30", requested=60) == 30
    assert parse_rate("*", requested=60) is None
    with pytest.raises(RateUnreadable):
        parse_rate("", requested=60)


def test_the_origin_is_a_dns_name() -> None:
    assert read_origin("https://events.example.org:8443") == ORIGIN
