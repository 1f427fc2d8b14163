"""Connections to sinks: to the pinned address by the right certificate, kept for the next event, and never mixed up."""

import asyncio
import socket
import ssl
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web

from rtp_gateway.outbound.transports import connections
from rtp_gateway.outbound.transports.credentials import ClientCertificate, Credential
from rtp_gateway.outbound.transports.http import HttpTransport
from rtp_gateway.outbound.transports.requests import DeliveryResult
from tests.gateway.outbound.conftest import NewSender
from tests.support.hosts import HOOKS, Names, here, issue, receiving_as, request, server_side
from tests.support.webhooks import Receiver, answering, receiving

pytestmark = pytest.mark.anyio


AUTHORITY, CLIENTS = issue("Test authority"), issue("Client authority")


async def test_the_certificate_is_checked_against_the_name_at_the_pinned_address(
    new_sender: NewSender, tmp_path: Path
) -> None:
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path)
    async with receiving_as(HOOKS, ssl_context=server) as receiver:
        sender = new_sender(resolve=here, authorities=AUTHORITY.pem)
        right = await sender.send(request(receiver.url))
        wrong = await sender.send(request(receiver.url.replace(HOOKS, "other.example.org")))
        untrusting = new_sender(resolve=here)
        unknown = await untrusting.send(request(receiver.url))
    assert right.status == 204
    assert [each.headers["host"] for each in receiver.received] == [receiver.url.split("/")[2]]
    assert (wrong.status, unknown.status) == (None, None)
    assert "not accepted: Hostname mismatch, certificate is not valid for 'other.example.org'" in str(wrong.error)
    assert "not accepted: unable to get local issuer certificate" in str(unknown.error)


async def test_a_port_that_speaks_no_tls_is_named_as_such(sender: HttpTransport) -> None:
    async with receiving() as receiver:
        answer = await sender.send(request(receiver.url.replace("http://", "https://")))
    assert "it does not speak TLS there" in str(answer.error)


async def test_no_older_tls_than_1_2(new_sender: NewSender, tmp_path: Path) -> None:
    old = server_side(issue(HOOKS, AUTHORITY), tmp_path)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    async with receiving_as(HOOKS, ssl_context=old) as receiver:
        sender = new_sender(resolve=here, authorities=AUTHORITY.pem)
        answer = await sender.send(request(receiver.url))
    assert answer.status is None
    assert "connection" in str(answer.error)
    assert receiver.received == []


async def test_mutual_tls(new_sender: NewSender, tmp_path: Path) -> None:
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path, clients=CLIENTS)
    ours, strange = issue("platform", CLIENTS), issue("platform")
    sender = new_sender(resolve=here, authorities=AUTHORITY.pem)
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
    assert [answer.status for answer in found] == [204, None, None, 204]
    assert "connection" in str(found[1].error)
    assert "connection" in str(found[2].error)
    assert len(receiver.received) == 2


async def test_a_server_that_says_that_it_wants_a_certificate(new_sender: NewSender, tmp_path: Path) -> None:
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path, clients=CLIENTS)
    sender = new_sender(resolve=here, authorities=AUTHORITY.pem)

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
    assert "our certificate wanted" in str(answer.error)


async def test_a_connection_that_showed_a_certificate_is_not_used_without_it(
    new_sender: NewSender, tmp_path: Path
) -> None:
    """Pooled for the same name and port, but not for another subscription."""
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path, clients=CLIENTS)
    server.verify_mode = ssl.CERT_OPTIONAL
    ours, names = issue("platform", CLIENTS), Names(["127.0.0.1"], ["127.0.0.1"])
    sender = new_sender(resolve=names, authorities=AUTHORITY.pem)
    async with receiving_as(HOOKS, ssl_context=server) as receiver:
        for credential in (ClientCertificate(ours.pem, ours.key), None) * 3:
            assert (await sender.send(request(receiver.url, credential=credential))).accepted
    assert names.asked == [HOOKS] * 2


async def test_tls_contexts_are_kept_for_so_many_certificates_only(
    new_sender: NewSender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CERTIFICATES", 2)
    server = server_side(issue(HOOKS, AUTHORITY), tmp_path, clients=CLIENTS)
    pairs = [issue("platform", CLIENTS) for _ in range(4)]
    sender = new_sender(resolve=here, authorities=AUTHORITY.pem)
    async with receiving_as(HOOKS, ssl_context=server) as receiver:
        sent = [request(receiver.url, credential=ClientCertificate(pair.pem, pair.key)) for pair in pairs]
        answers = await asyncio.gather(*(sender.send(each) for each in sent * 2))
    assert {answer.status for answer in answers} == {204}
    assert len(sender._connections._contexts) == 2


async def test_connections_are_kept_for_the_next_event(new_sender: NewSender) -> None:
    names = Names(["127.0.0.1"])
    async with receiving_as(HOOKS) as receiver:
        receiver.answer = lambda _: web.Response(text="thank you")
        sender = new_sender(resolve=names)
        for _ in range(3):
            assert await sender.send(request(receiver.url)) == DeliveryResult(200, body="thank you")
    assert names.asked == [HOOKS]


async def test_a_kept_connection_that_was_just_closed_costs_no_attempt(sender: HttpTransport) -> None:
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
        answers = [await sender.send(request(url)) for _ in range(2)]
    assert [answer.status for answer in answers] == [204, 204]
    assert bodies == [b"POST{}"] * 3


async def test_a_new_connection_that_breaks_off_fails_the_attempt(sender: HttpTransport) -> None:
    connected = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connected
        connected += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        answer = await sender.send(request(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))
    assert answer == DeliveryResult(error="the connection broke off, or the answer was not HTTP")
    assert connected == 1


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


async def test_cookies_are_not_kept(sender: HttpTransport, receiver: Receiver) -> None:
    receiver.answer = answering(204, Set_Cookie=f"session={uuid.uuid4()}")
    for _ in range(2):
        await sender.send(request(receiver.url))
    assert not any("cookie" in each.headers for each in receiver.received)
