"""The HTTP transport: one request to one sink, over real HTTP and TLS."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web

from rtp_gateway.outbound.subscriptions.http_settings import HttpSettings
from rtp_gateway.outbound.transports.credentials import BasicCredential, GivenAccessToken
from rtp_gateway.outbound.transports.http import HttpTransport
from rtp_gateway.outbound.transports.requests import SNIPPET, DeliveryResult
from rtp_gateway.outbound.transports.signing import Keyring
from rtp_shared.clock import utcnow
from tests.gateway.outbound.conftest import NewSender
from tests.support.hosts import request
from tests.support.webhooks import Clock, Received, Receiver, answering, answering_raw

pytestmark = pytest.mark.anyio
EXPIRED = "the access token in its sinkcredential has expired; nothing was sent"


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
        *signed, "webhook-subscription",
        "traceparent", "x-department", "content-type", "content-length", "host", "user-agent", "accept",
        "accept-encoding",
    }  # fmt: skip
    assert received.headers["content-type"] == "application/cloudevents+json"
    assert received.headers["accept-encoding"] == "identity"


async def test_a_sink_that_consented_is_told_who_sends(sender: HttpTransport, receiver: Receiver) -> None:
    await sender.send(request(receiver.url, settings={"handshake": True}))
    await sender.send(request(receiver.url, settings={"handshake": False}))
    origins = [each.headers.get("webhook-request-origin") for each in receiver.received]
    assert origins == ["events.example.org", None]


async def test_plain_and_token(sender: HttpTransport, receiver: Receiver) -> None:
    await sender.send(request(receiver.url, credential=BasicCredential("trust", "pä:ss")))
    await sender.send(request(receiver.url, credential=GivenAccessToken("t0ken", utcnow() + timedelta(hours=1))))
    assert [each.headers["authorization"] for each in receiver.received] == [
        "Basic dHJ1c3Q6cMOkOnNz",
        "Bearer t0ken",
    ]


async def test_with_an_expired_token_nothing_is_sent(new_sender: NewSender, receiver: Receiver) -> None:
    clock = Clock()
    sender = new_sender(now=clock)
    credential = GivenAccessToken("t0ken", clock() + timedelta(minutes=1))
    assert (await sender.send(request(receiver.url, credential=credential))).accepted
    clock.forward(minutes=1)
    assert await sender.send(request(receiver.url, credential=credential)) == DeliveryResult(error=EXPIRED)
    assert len(receiver.received) == 1


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


LONG = b"x" * 300_000
ODD = {
    "204 with a body": b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
    "204 in chunks": b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "a long header": b"HTTP/1.1 200 OK\r\nX-Policy: " + LONG + b"\r\nContent-Length: 0\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X-Cache: a\r\n" * 5000 + b"Content-Length: 0\r\n\r\n",
    "identity and a length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok",
    "chunks and a length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "no chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "no number": b"HTTP/1.1 200 OK\r\nContent-Length: none\r\n\r\n",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nhello there\r\n\r\n",
    "a header of zeros": b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "headers that break off": b"HTTP/1.1 200 OK\r\nContent-Le",
    "hints before it": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nhello there\r\n\r\n",
    "a long reason": b"HTTP/1.1 200 " + b"x" * 20_000 + b"\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD)
async def test_a_2xx_is_a_success_however_odd_the_rest(sender: HttpTransport, raw: bytes) -> None:
    async with answering_raw(raw) as url:
        answer = await sender.send(request(url))
        again = await sender.send(request(url))
    assert answer.accepted
    assert answer.error is None or answer.error.startswith("accepted; but ")
    assert again.status == answer.status


async def test_what_was_odd_is_said_and_counts_for_other_statuses_too(sender: HttpTransport) -> None:
    async with answering_raw(ODD["204 with a body"]) as url:
        accepted = await sender.send(request(url))
    assert (accepted.status, accepted.error) == (204, "accepted; but more came than an answer that has no body has")
    async with answering_raw(b"HTTP/1.1 410 Gone\r\nX-Policy: " + LONG + b"\r\n\r\n") as url:
        refused = await sender.send(request(url))
    assert (refused.status, refused.error) == (410, "the headers of the answer are too long or too many")


@pytest.mark.parametrize(
    "raw", [b"HTTP/1.1 2", b"HTTP/1.1 2000 OK\r\n\r\n", b"ICY 200 OK\r\n\r\n", b"HTTP/1.1 103 Hints\r\n\r\n"]
)
async def test_without_a_status_line_it_is_no_answer(sender: HttpTransport, raw: bytes) -> None:
    async with answering_raw(raw) as url:
        assert (await sender.send(request(url))).status is None


async def test_retry_after_is_passed_on(sender: HttpTransport, receiver: Receiver) -> None:
    receiver.answer = answering(429, Retry_After="17")
    assert await sender.send(request(receiver.url)) == DeliveryResult(429, retry_after="17")


async def test_a_sink_that_does_not_answer(new_sender: NewSender, receiver: Receiver) -> None:
    async def never(_: Received) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    receiver.answer = never
    sender = new_sender(seconds=0.2)
    assert await sender.send(request(receiver.url)) == DeliveryResult(error="no answer within 0.2 seconds")
    assert await sender.send(request("http://127.0.0.1:1/")) == DeliveryResult(error="no connection")


async def test_a_sink_that_speaks_no_http(sender: HttpTransport) -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        answer = await sender.send(request(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))
    assert answer == DeliveryResult(error="the connection broke off, or the answer was not HTTP")
