"""Events go to public addresses by https, and nowhere else, however a sink is written and whatever its name means."""

import asyncio
import ssl
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rtp_embedded.platform import Keys, Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.identity.commands import register_client
from rtp_gateway.identity.models import new_secret
from rtp_gateway.subscriptions.errors import SinkRefused
from rtp_gateway.subscriptions.sender import Sender
from rtp_gateway.subscriptions.sinks import NOT_PUBLIC, Sinks, is_public
from tests.conftest import PUBLIC_URL, NewClient
from tests.gateway.conftest import NewCourier
from tests.support.webhooks import Receiver, deliveries, publish, receiving, subscribe

pytestmark = pytest.mark.anyio

PRIVATE = [
    "0.0.0.1", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.0.1",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1",
    "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:0a00:0001::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fec0::1", "ff02::1", "4000::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_nothing_that_python_calls_private_is_public() -> None:
    for address in PUBLIC:
        assert ip_address(address).is_global


class Names:
    """A resolver that we tell what names mean."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        if not self.answers:
            raise OSError("no such name")
        return self.answers.pop(0)


REFUSED = [
    *(f"https://[{address}]/" if ":" in address else f"https://{address}/" for address in PRIVATE),
    # Other ways to write 127.0.0.1 that some resolvers and sockets understand.
    "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://017700000001/",
    "https://0177.0.0.1/", "https://127.0.0.1./", "https://127.000.000.001/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
    "https://[::1%25lo]/", "https://[fe80::1%eth0]/", "https://[2606:4700::1%25eth0]/", "https://[::ffff:127.0.0.1]:8443/x",
    # Not https, not a URL, or more than one.
    "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "//example.org/",
    "example.org", "https:example.org", "https:///x",
    "https://", "https://:443/", "https://example.org:0/", "https://example.org:70000/",
    "https://example.org:x/", "https://exa mple.org/", "https://example.org\\@127.0.0.1/",
    "https://example.org/\r\nHost: x", "https://example.org/#part", "https://[::1", "https://a..b/", "https://-/", "https://ex%61mple.org/",
    "https://münchen.example/",
    # Credentials, also those that only look like a host.
    "https://user@example.org/", "https://user:pw@example.org/", "https://@example.org/", "https://127.0.0.1@example.org/",
    "https://example.org@127.0.0.1/", "https://example.org%40127.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("sink", REFUSED)
async def test_refused_whatever_names_mean(sink: str) -> None:
    names = Names(["8.8.8.8"])
    sinks = Sinks(allow_private=False, resolve=names)
    with pytest.raises(SinkRefused) as refused:
        await sinks.check(sink)
    assert refused.value.errors[0].field == "/sink"
    assert names.asked == []
    answer = await Sender(sinks).post(sink, headers={}, body=b"")
    assert answer.status is None
    assert str(answer.error).startswith("the sink ")


@pytest.mark.parametrize(
    "sink",
    [
        "https://example.org/a?b=c@d",
        "https://example.org?@127.0.0.1/@",
        "https://example.org:8443/",
        "https://xn--mnchen-3ya.example/",
        "https://8.8.8.8/",
    ],
)
async def test_accepted(sink: str) -> None:
    await Sinks(allow_private=False, resolve=Names(["8.8.8.8", "2606:4700::1111"])).check(sink)


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_is_refused_if_any_of_its_addresses_is_private(address: str) -> None:
    with pytest.raises(SinkRefused, match="cannot be sent") as refused:
        await Sinks(allow_private=False, resolve=Names(["8.8.8.8", address])).check("https://example.org/")
    assert refused.value.reason == NOT_PUBLIC


async def test_a_name_that_means_nothing_is_refused() -> None:
    with pytest.raises(SinkRefused) as refused:
        await Sinks(allow_private=False, resolve=Names()).check("https://example.org/")
    assert "cannot be resolved" in refused.value.reason


async def test_a_name_that_changes_its_meaning_is_refused_when_sent_and_never_connected_to(receiver: Receiver) -> None:
    """DNS rebinding: public when the subscription was made, private afterwards, and asked for once a connection."""
    names = Names(["8.8.8.8"], ["127.0.0.1"])
    sinks = Sinks(allow_private=False, resolve=names)
    port = receiver.url.split(":")[2].partition("/")[0]
    sink = f"https://hooks.example.org:{port}/hook"
    await sinks.check(sink)
    sender = Sender(sinks)
    answer = await sender.post(sink, headers={}, body=b"{}")
    await sender.close()
    assert answer.error == f"the sink {NOT_PUBLIC}"
    assert names.asked == ["hooks.example.org"] * 2
    assert receiver.received == []


@pytest.fixture
async def strict(platform: Platform, database_server: Postgres) -> AsyncIterator[Platform]:
    """The platform as it is in production: no private sinks. It stands on the databases that `platform` prepared."""
    strict = Platform(database_server.url, public_url=PUBLIC_URL, keys=Keys())
    yield strict
    await strict.close()


async def test_the_answer_names_the_sink_and_the_reason(strict: Platform) -> None:
    client_id, secret = f"test-{uuid.uuid4()}", new_secret()
    async with strict.gateway.database.transaction() as session:
        await register_client(
            session, client_id, name="t", organisation=uuid.uuid4(), secret=secret, scopes=["subscriptions:write"]
        )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(strict.app), base_url=PUBLIC_URL) as client:
        form = {"grant_type": "client_credentials"}
        token = (await client.post("/oauth2/token", data=form, auth=(client_id, secret))).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        for sink, reason in (
            ("https://169.254.169.254/latest/meta-data", NOT_PUBLIC),
            ("https://localhost/hook", NOT_PUBLIC),
            ("http://8.8.8.8/hook", "must be an https URL"),
            ("https://user:pw@8.8.8.8/hook", "must not hold a user name or password"),
        ):
            answer = await client.post("/v1/subscriptions", json={"sink": sink})
            assert answer.status_code == 422, answer.text
            assert answer.json()["type"] == f"{PUBLIC_URL}/problems/sink-refused"
            assert answer.json()["errors"] == [{"in": "body", "field": "/sink", "reason": reason}]
            assert "pw" not in answer.text


async def test_a_sink_that_became_forbidden_is_not_connected_to(
    platform: Platform, strict: Platform, new_client: NewClient, courier: NewCourier, receiver: Receiver
) -> None:
    api = await new_client()
    subscription = await subscribe(api, receiver.url)
    await publish(platform, api, uuid.uuid4(), 1)
    assert await strict.courier.drain() >= 1
    assert receiver.received == []
    (shown,) = await deliveries(api, subscription)
    assert shown["state"] == "pending"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for hooks.example.org, and a client context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.org")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path, ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())


async def test_the_certificate_is_checked_against_the_name_at_the_pinned_address(
    authority: tuple[Path, ssl.SSLContext],
) -> None:
    path, trusting = authority
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    async with receiving(ssl_context=server) as receiver:
        port = receiver.url.split(":")[2].partition("/")[0]
        sinks = Sinks(allow_private=True, resolve=Names(["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"]))
        sender = Sender(sinks, tls=trusting)
        right = await sender.post(f"https://hooks.example.org:{port}/hook", headers={}, body=b"{}")
        wrong = await sender.post(f"https://other.example.org:{port}/hook", headers={}, body=b"{}")
        await sender.close()
        untrusting = Sender(sinks)
        unknown = await untrusting.post(f"https://hooks.example.org:{port}/hook", headers={}, body=b"{}")
        await untrusting.close()
    assert right.status == 204
    assert receiver.received[0].headers["host"] == f"hooks.example.org:{port}"
    assert len(receiver.received) == 1
    assert (wrong.status, unknown.status) == (None, None)
    assert "certificate" in str(wrong.error)
    assert "certificate" in str(unknown.error)


async def test_connections_are_kept_for_the_next_event(receiver: Receiver) -> None:
    names = Names(["127.0.0.1"])
    receiver.url = receiver.url.replace("127.0.0.1", "hooks.example.org")
    sender = Sender(Sinks(allow_private=True, resolve=names))
    for _ in range(3):
        assert (await sender.post(receiver.url, headers={}, body=b"{}")).accepted
    await sender.close()
    assert names.asked == ["hooks.example.org"]


async def test_a_sink_that_speaks_no_http(receiver: Receiver) -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with server:
        sender = Sender(Sinks(allow_private=True))
        answer = await sender.post(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", headers={}, body=b"{}")
        await sender.close()
    assert answer.status is None
    assert answer.error


async def test_an_answer_without_end_is_not_read(receiver: Receiver) -> None:
    sender = Sender(Sinks(allow_private=True), seconds=2)

    async def endless(_: object) -> web.StreamResponse:
        return web.Response(body=b"x" * 50_000_000)

    receiver.answer = endless
    assert (await sender.post(receiver.url, headers={}, body=b"{}")).accepted
    await sender.close()
