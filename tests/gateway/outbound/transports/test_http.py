"""The HTTP transport: one request to one sink, over real HTTP and TLS."""

import asyncio
import socket
import ssl
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from pydantic import ValidationError

from rtp_gateway.outbound.subscriptions.http_settings import HttpSettings
from rtp_gateway.outbound.transports import connections
from rtp_gateway.outbound.transports.credentials import (
    BasicCredential,
    ClientCertificate,
    ClientCredentials,
    Credential,
    GivenAccessToken,
)
from rtp_gateway.outbound.transports.http import HttpTransport
from rtp_gateway.outbound.transports.requests import SNIPPET, DeliveryResult
from rtp_gateway.outbound.transports.signing import Keyring
from rtp_gateway.outbound.transports.sinks import NOT_PUBLIC
from rtp_shared.clock import utcnow
from tests.support.hosts import HOOKS, Names, here, issue, receiving_as, request, server_side, transport
from tests.support.webhooks import Clock, Received, Receiver, answering

pytestmark = pytest.mark.anyio
AUTHORITY, CLIENTS = issue("Test authority"), issue("Client authority")
EXPIRED = "the access token in its sinkcredential has expired; nothing was sent"


@pytest.fixture
async def sender() -> AsyncIterator[HttpTransport]:
    sender = transport()
    yield sender
    await sender.close()


async def test_what_arrives(sender: HttpTransport, receiver: Receiver) -> None:
    keyring = Keyring.new()
    settings = HttpSettings.model_validate({"headers": {"X-Department": "commissioning"}}).model_dump()
    signed = keyring.sign_message("e-1", at=utcnow(), body=b'{"a": 1}')
    sent = request(
        receiver.url + "?a=b%2Fc", body=b'{"a": 1}', settings=settings, headers={**signed, "traceparent": "00-1-2-01"}
    )
    assert await sender.send(sent) == DeliveryResult(204)
    (received,) = receiver.received
    assert (received.method, received.target, received.body) == ("POST", "/hook?a=b%2Fc", b'{"a": 1}')
    assert received.verified(keyring.secret) == {"a": 1}
    assert set(received.headers) == {
        *signed, "traceparent", "x-department", "content-type", "content-length", "host", "user-agent", "accept",
        "accept-encoding",
    }  # fmt: skip
    assert received.headers["content-type"] == "application/cloudevents+json"
    assert received.headers["accept-encoding"] == "identity"


async def test_a_sink_that_consented_is_told_who_sends(sender: HttpTransport, receiver: Receiver) -> None:
    await sender.send(request(receiver.url, settings={"handshake": True}))
    await sender.send(request(receiver.url, settings={"handshake": False}))
    told = [each.headers.get("webhook-request-origin") for each in receiver.received]
    assert told == ["events.example.org", None]


@pytest.mark.parametrize(
    "name",
    [
        "Host", "host", "Content-Type", "content-length", "Content-Encoding", "webhook-id", "WebHook-Signature",
        "WebHook-Request-Origin", "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "Transfer-Encoding",
        "TE", "Trailer", "Connection", "Keep-Alive", "Upgrade", "Expect", "traceparent", "tracestate", "Baggage",
        "ce-id", "User-Agent", "Forwarded", "X-Forwarded-For", "X-Real-IP", "Via", "X-HTTP-Method-Override",
        "X-Original-URL", "Origin", "Range", "", "a b", "a:b", "X_Api", "webhook_id", "é", "a\r\nb", "a\n", "-a", "1a",
        "x" * 65,
    ],
)  # fmt: skip
def test_headers_that_are_not_the_subscribers_to_set(name: str) -> None:
    with pytest.raises(ValidationError):
        HttpSettings.model_validate({"headers": {name: "value"}})


@pytest.mark.parametrize("value", ["", " a", "a ", "a\r\nb: c", "a\nb", "a\tb", "a\x00b", "é", "a" * 1001])
def test_values_that_are_none(value: str) -> None:
    with pytest.raises(ValidationError):
        HttpSettings.model_validate({"headers": {"X-Ours": value}})


def test_settings() -> None:
    good = {"headers": {"X-Api-Version": "2 of 3", "x-b": "a" * 1000}, "method": "POST", "handshake": True}
    assert HttpSettings.model_validate(good).model_dump() == good
    assert HttpSettings().model_dump() == {"headers": {}, "method": "POST", "handshake": False}
    twice = {"X-A": "1", "x-a": "2"}
    many = {f"X-{number}": "1" for number in range(21)}
    for wrong in ({"headers": twice}, {"headers": many}, {"method": "PUT"}, {"unknown": 1}):
        with pytest.raises(ValidationError):
            HttpSettings.model_validate(wrong)


async def test_plain_and_token(sender: HttpTransport, receiver: Receiver) -> None:
    await sender.send(request(receiver.url, credential=BasicCredential("trust", "pä:ss")))
    await sender.send(request(receiver.url, credential=GivenAccessToken("t0ken", utcnow() + timedelta(hours=1))))
    assert [each.headers["authorization"] for each in receiver.received] == [
        "Basic dHJ1c3Q6cMOkOnNz",
        "Bearer t0ken",
    ]


async def test_with_an_expired_token_nothing_is_sent(receiver: Receiver) -> None:
    clock = Clock()
    sender = transport(now=clock)
    credential = GivenAccessToken("t0ken", clock() + timedelta(minutes=1))
    assert (await sender.send(request(receiver.url, credential=credential))).accepted
    clock.forward(minutes=1)
    assert await sender.send(request(receiver.url, credential=credential)) == DeliveryResult(error=EXPIRED)
    assert len(receiver.received) == 1
    await sender.close()


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


def shown(receiver: Receiver) -> list[str]:
    return [each.headers["authorization"] for each in receiver.received]


async def test_client_credentials(sender: HttpTransport, receiver: Receiver, tokens: TokenCache) -> None:
    sent = request(receiver.url, credential=tokens.credential(scope="a b"))
    answers = await asyncio.gather(*(sender.send(sent) for _ in range(8)))
    answers.append(await sender.send(sent))
    assert {answer.status for answer in answers} == {204}
    assert set(shown(receiver)) == {"Bearer t1"}
    (asked,) = tokens.receiver.received
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["a b"]}
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.headers["authorization"] == "Basic cGxhdCtmb3JtOnMzY3IzdCUzQSUyNg=="
    other = ClientCredentials(tokens.receiver.url, "another", "s3cr3t:&")
    await sender.send(request(receiver.url, credential=other))
    assert shown(receiver)[-1] == "Bearer t2"


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
    receiver: Receiver, tokens: TokenCache, expires_in: object, holds: int, is_over: int
) -> None:
    clock = Clock()
    sender = transport(now=clock)
    tokens.answer["expires_in"] = expires_in
    for seconds in (0, holds, is_over - holds):
        clock.forward(seconds=seconds)
        await sender.send(request(receiver.url, credential=tokens.credential()))
    assert shown(receiver) == ["Bearer t1", "Bearer t1", "Bearer t2"]
    await sender.close()


async def test_a_token_that_was_withdrawn_is_replaced_once(
    sender: HttpTransport, receiver: Receiver, tokens: TokenCache
) -> None:
    sent = request(receiver.url, credential=tokens.credential())
    refused = {"Bearer t1"}
    receiver.answer = lambda got: web.Response(status=401 if got.headers["authorization"] in refused else 204)
    assert (await sender.send(sent)).status == 401, "the token was new: another one would be no better"
    assert (await sender.send(sent)).status == 204
    assert shown(receiver) == ["Bearer t1", "Bearer t1", "Bearer t2"]
    refused |= {"Bearer t2", "Bearer t3"}
    assert (await sender.send(sent)).status == 401
    assert shown(receiver)[3:] == ["Bearer t2", "Bearer t3"]


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
        told = {"error": "invalid_client", "error_description": "s3cr3t"}
        tokens.receiver.answer = lambda _: web.json_response(told, status=400)
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


async def test_a_token_endpoint_that_leads_inside_is_never_connected_to(tokens: TokenCache) -> None:
    """Bound anew since the subscription was made; the sink itself is not asked for at all."""
    names = Names(["127.0.0.1"])
    sender = transport(private=False, resolve=names)
    endpoint = tokens.receiver.url.replace("http://127.0.0.1", "https://login.example.org")
    for address in (endpoint, tokens.receiver.url.replace("http:", "https:")):
        credential = ClientCredentials(address, "platform", "s3cr3t")
        answer = await sender.send(request("https://8.8.8.8/", credential=credential))
        assert answer.error == f"no access token: the address {NOT_PUBLIC}"
    assert (names.asked, tokens.receiver.received) == (["login.example.org"], [])
    await sender.close()


async def test_a_token_endpoint_that_does_not_answer_takes_no_longer_than_an_attempt(
    receiver: Receiver, tokens: TokenCache
) -> None:
    async def never(_: Received) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    tokens.receiver.answer = never
    sender = transport(seconds=0.2)
    answer = await sender.send(request(receiver.url, credential=tokens.credential()))
    assert answer == DeliveryResult(error="no access token within 0.2 seconds")
    await sender.close()


async def test_the_certificate_is_checked_against_the_name_at_the_pinned_address(tmp_path: Path) -> None:
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path)
    async with receiving_as(HOOKS, ssl_context=server) as receiver:
        sender = transport(resolve=here, authorities=AUTHORITY.pem)
        right = await sender.send(request(receiver.url))
        wrong = await sender.send(request(receiver.url.replace(HOOKS, "other.example.org")))
        await sender.close()
        untrusting = transport(resolve=here)
        unknown = await untrusting.send(request(receiver.url))
        await untrusting.close()
    assert right.status == 204
    assert [each.headers["host"] for each in receiver.received] == [receiver.url.split("/")[2]]
    assert (wrong.status, unknown.status) == (None, None)
    assert "certificate" in str(wrong.error)
    assert "certificate" in str(unknown.error)


async def test_no_older_tls_than_1_2(tmp_path: Path) -> None:
    old = server_side(issue(HOOKS, AUTHORITY), tmp_path)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    async with receiving_as(HOOKS, ssl_context=old) as receiver:
        sender = transport(resolve=here, authorities=AUTHORITY.pem)
        answer = await sender.send(request(receiver.url))
        await sender.close()
    assert answer.status is None
    assert "connection" in str(answer.error)
    assert receiver.received == []


async def test_mutual_tls(tmp_path: Path) -> None:
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path, clients=CLIENTS)
    ours, strange = issue("platform", CLIENTS), issue("platform")
    sender = transport(resolve=here, authorities=AUTHORITY.pem)
    found: list[DeliveryResult] = []
    async with receiving_as(HOOKS, ssl_context=server) as receiver:
        credentials: list[Credential | None] = [
            ClientCertificate(ours.pem, ours.key),
            None,
            ClientCertificate(strange.pem, strange.key),
            ClientCertificate(ours.pem, ours.key),
        ]
        for credential in credentials:
            found.append(await sender.send(request(receiver.url, credential=credential)))  # noqa: PERF401 - in order
    await sender.close()
    assert [answer.status for answer in found] == [204, None, None, 204]
    assert "connection" in str(found[1].error)
    assert "connection" in str(found[2].error)
    assert len(receiver.received) == 2


async def test_a_server_that_says_that_it_wants_a_certificate(tmp_path: Path) -> None:
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path, clients=CLIENTS)
    sender = transport(resolve=here, authorities=AUTHORITY.pem)

    def refuse(listener: socket.socket) -> None:
        connection = server.wrap_socket(listener.accept()[0], server_side=True, do_handshake_on_connect=False)
        with pytest.raises(ssl.SSLError):
            connection.do_handshake()
        with socket.socket(fileno=connection.detach()) as plain, suppress(ConnectionError):
            while plain.recv(4096):  # closing before all is read would reset the connection and lose what was said
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        refused = asyncio.create_task(asyncio.to_thread(refuse, listener))
        answer = await sender.send(request(f"https://{HOOKS}:{listener.getsockname()[1]}/"))
        await refused
    await sender.close()
    assert "our certificate wanted" in str(answer.error)


async def test_a_connection_that_showed_a_certificate_is_not_used_without_it(tmp_path: Path) -> None:
    """Pooled for the same name and port, but not for another subscription."""
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path, clients=CLIENTS)
    server.verify_mode = ssl.CERT_OPTIONAL
    ours, names = issue("platform", CLIENTS), Names(["127.0.0.1"], ["127.0.0.1"])
    sender = transport(resolve=names, authorities=AUTHORITY.pem)
    async with receiving_as(HOOKS, ssl_context=server) as receiver:
        for credential in (ClientCertificate(ours.pem, ours.key), None) * 3:
            assert (await sender.send(request(receiver.url, credential=credential))).accepted
    await sender.close()
    assert names.asked == [HOOKS] * 2


async def test_tls_contexts_are_kept_for_so_many_certificates_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CERTIFICATES", 2)
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path, clients=CLIENTS)
    pairs = [issue("platform", CLIENTS) for _ in range(4)]
    sender = transport(resolve=here, authorities=AUTHORITY.pem)
    async with receiving_as(HOOKS, ssl_context=server) as receiver:
        sent = [request(receiver.url, credential=ClientCertificate(pair.pem, pair.key)) for pair in pairs]
        answers = await asyncio.gather(*(sender.send(each) for each in sent * 2))
    assert {answer.status for answer in answers} == {204}
    assert len(sender._connections._contexts) == 2
    await sender.close()


async def test_connections_are_kept_for_the_next_event() -> None:
    names = Names(["127.0.0.1"])
    async with receiving_as(HOOKS) as receiver:
        receiver.answer = lambda _: web.Response(text="thank you")
        sender = transport(resolve=names)
        for _ in range(3):
            assert await sender.send(request(receiver.url)) == DeliveryResult(200, body="thank you")
        await sender.close()
    assert names.asked == [HOOKS]


async def test_a_kept_connection_that_was_just_closed_costs_no_attempt() -> None:
    """A server that closes without saying so, at the moment that the next event comes."""
    bodies: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (b"HTTP/1.1 204 No Content\r\n\r\n", b""):
            with suppress(asyncio.IncompleteReadError):  # the last connection is closed by our side
                head = await reader.readuntil(b"\r\n\r\n")
                bodies.append(head[:4] + await reader.readexactly(2))
                writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        sender = transport()
        answers = [await sender.send(request(url)) for _ in range(2)]
        await sender.close()
    assert [answer.status for answer in answers] == [204, 204]
    assert bodies == [b"POST{}"] * 3


async def test_a_new_connection_that_breaks_off_fails_the_attempt() -> None:
    connected = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connected
        connected += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        sender = transport()
        answer = await sender.send(request(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))
        await sender.close()
    assert answer == DeliveryResult(error="the connection broke off, or the answer was not HTTP")
    assert connected == 1


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"", ""),
        (b"no\x00 such\x1b[31m c\x7fase\r\n\tsorry", "no  such [31m c ase \n\tsorry"),
        ("£\u202e\u2028x".encode(), "£  x"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 499 + "é€".encode(), "x" * 499 + "é"),
        (b"x" * 100_000, "x" * SNIPPET),
    ],
    ids=range(6),
)
async def test_the_beginning_of_an_answer_is_kept(
    sender: HttpTransport, receiver: Receiver, body: bytes, kept: str
) -> None:
    receiver.answer = lambda _: web.Response(status=400, body=body)
    assert await sender.send(request(receiver.url)) == DeliveryResult(400, body=kept)


async def test_an_answer_is_never_unpacked(sender: HttpTransport, receiver: Receiver) -> None:
    receiver.answer = lambda _: web.Response(body=b"\x1f\x8b bomb", headers={"Content-Encoding": "gzip"})
    assert await sender.send(request(receiver.url)) == DeliveryResult(200, body="")


async def test_an_answer_without_end_is_not_read(sender: HttpTransport, receiver: Receiver) -> None:
    receiver.answer = lambda _: web.Response(body=b"x" * 50_000_000)
    answer = await sender.send(request(receiver.url))
    assert (answer.status, answer.body) == (200, "x" * SNIPPET)


async def test_a_body_that_does_not_come_takes_nothing_back(
    sender: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The status is the answer; a body that is promised and stalls, or breaks off, is for the log only."""
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.05)
    stalled = asyncio.Event()

    async def stall(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nso far")
        await stalled.wait()
        writer.close()

    async with await asyncio.start_server(stall, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        assert await sender.send(request(url)) == DeliveryResult(200, body="so far")
        stalled.set()
        assert await sender.send(request(url)) == DeliveryResult(200, body="so far")


async def test_retry_after_is_passed_on(sender: HttpTransport, receiver: Receiver) -> None:
    receiver.answer = answering(429, Retry_After="17")
    assert await sender.send(request(receiver.url)) == DeliveryResult(429, retry_after="17")


async def test_a_sink_that_does_not_answer(receiver: Receiver) -> None:
    async def never(_: Received) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    receiver.answer = never
    sender = transport(seconds=0.2)
    assert await sender.send(request(receiver.url)) == DeliveryResult(error="no answer within 0.2 seconds")
    assert await sender.send(request("http://127.0.0.1:1/")) == DeliveryResult(error="no connection")
    await sender.close()


async def test_a_sink_that_speaks_no_http(sender: HttpTransport) -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        answer = await sender.send(request(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))
    assert answer == DeliveryResult(error="the connection broke off, or the answer was not HTTP")


async def test_cookies_are_not_kept(sender: HttpTransport, receiver: Receiver) -> None:
    receiver.answer = answering(204, Set_Cookie=f"session={uuid.uuid4()}")
    for _ in range(2):
        await sender.send(request(receiver.url))
    assert not any("cookie" in each.headers for each in receiver.received)
