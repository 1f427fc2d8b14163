"""Events go to public addresses by https, and nowhere else, however a sink is written and whatever its name means."""

import uuid
from collections.abc import AsyncIterator
from ipaddress import IPv4Address, IPv6Address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import new_secret
from rtp_gateway.outbound.transports.errors import SinkRefused
from rtp_gateway.outbound.transports.http import HttpTransport
from rtp_gateway.outbound.transports.sinks import NO_PUBLIC_NAME, NOT_PUBLIC, Sinks, is_public
from rtp_operations.keys import Keys
from tests.conftest import PUBLIC_URL
from tests.gateway.conftest import Owner
from tests.gateway.outbound.conftest import NewSender
from tests.support.hosts import HOOKS, Names, receiving_as, request
from tests.support.webhooks import Receiver, answering

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
    # Addresses that hold an IPv4 one: translated (NAT64), 6to4, Teredo, compatible, mapped and ISATAP's prefix.
    "64:ff9b::8.8.8.8", "64:ff9b::a9fe:a9fe", "64:ff9b:1:a9fe:a9:fe00::", "2002:a9fe:a9fe::1", "2002:808:808::1",
    "2001:0:a9fe:a9fe::1", "::169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:0:169.254.169.254", "fe80::5efe:a9fe:a9fe",
    "fe80::1%eth0", "2606:4700::1111%eth0", "", "8.8.8", "08.8.8.8", "0x8.8.8.8", "8.8.8.8 ", "8.8.8.8\n",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "223.255.255.255", "2606:4700::1111",
    "2a00:1450::1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "public"), [*[(each, False) for each in PRIVATE], *[(each, True) for each in PUBLIC]]
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_closed_in_any_ipv6_clothes(address: IPv4Address) -> None:
    """Translation and tunnels end where we cannot look, so such addresses are refused whatever they hold."""
    mapped, translated, compatible = 0xFFFF << 32, 0x64_FF9B << 96, 0
    for prefix in (mapped, translated, compatible):
        assert not is_public(str(IPv6Address(prefix | int(address))))
    assert not is_public(str(IPv6Address(0x2002 << 112 | int(address) << 80))), "6to4"
    assert not is_public(str(IPv6Address(0x2001 << 112 | int(address) << 64))), "Teredo"


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_taken_for_public(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(str(address)) or (address.is_global and not address.is_multicast)


REFUSED = [
    *(f"https://[{address}]/" if ":" in address else f"https://{address}/" for address in PRIVATE if address.strip()),
    # Other ways to write 127.0.0.1 that some resolvers and sockets understand.
    "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://017700000001/",
    "https://0177.0.0.1/", "https://127.0.0.1./", "https://127.000.000.001/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
    "https://[::1%25lo]/", "https://[2606:4700::1%25eth0]/", "https://[::ffff:127.0.0.1]:8443/x",
    "https://0x7f.1/", "https://0X7F000001/", "https://127.0x1/", "https://0/", "https://00000.0/", "https://4294967297/",
    "https://127.0.0.1.:443/", "https://127.0.0.1%2e/", "https://127%2e0%2e0%2e1/", "https://0251.0376.0251.0376/",
    "https://2852039166/", "https://0xa9fea9fe/", "https://169.254.43518/", "https://0xA9.254.0251.254/",
    "https://127.0.0.1\u2024/", "https://127\uff0e0\uff0e0\uff0e1/", "https://127\u30020\uff610\u30021/", "https://ⓛocalhost/",
    "https://loca\u00adlhost/", "https://exam\u200bple.org/", "https://[::FFFF:A9FE:A9FE]/", "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    "https://[::1]./", "https://[::1]x/", "https://[[::1]]/", "https://[v1.x]/", "https://[::1%251]/", "https://[fe80::1%251]/",
    "https://example.org./", "https://localhost./", "https://.example.org/", "https://.../",
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
    "https://example.org:443@127.0.0.1/", "https://[::1]@example.org/", "https://127.0.0.1\\@example.org/",
    "https://example.org:80:443/", "https://127.0.0.1:443:/", "https://example.org:+443/", "https://example.org:-1/",
    "https://example.org:443 /", " https://example.org/", "https://example.org/\t", "https://example.org\x00.evil/",
    "https:\\\\example.org/",
    "https:/example.org/", "HTTP://example.org/", "https+unix://x/", "blob:https://example.org/", "view-source:https://example.org/",
]  # fmt: skip


@pytest.mark.parametrize("sink", REFUSED)
async def test_refused_whatever_names_mean(new_sender: NewSender, sink: str) -> None:
    names = Names(["8.8.8.8"])
    sinks = Sinks(allow_private=False, resolve=names)
    with pytest.raises(SinkRefused) as refused:
        await sinks.check(sink)
    assert refused.value.errors[0].field == "/sink"
    assert names.asked == []
    sender = new_sender(private=False, resolve=names)
    answer = await sender.send(request(sink))
    assert answer.status is None
    assert str(answer.error).startswith("the address ")
    assert names.asked == []


@pytest.mark.parametrize(
    ("sink", "asked"),
    [
        ("https://example.org/a?b=c@d", ["example.org"]),
        ("https://example.org?@127.0.0.1/@", ["example.org"]),
        ("https://example.org:8443/", ["example.org"]),
        ("https://xn--mnchen-3ya.example/", ["xn--mnchen-3ya.example"]),
        ("https://8.8.8.8/", []),
        ("https://[2606:4700::1111]:8443/", []),
        ("HTTPS://Hooks.EXAMPLE.org/Path", ["Hooks.EXAMPLE.org"]),
        ("https://a_b.example.org/", ["a_b.example.org"]),
        ("https://127.0.0.1.example.org/", ["127.0.0.1.example.org"]),
        ("https://localhost.example.org/", ["localhost.example.org"]),
    ],
)
async def test_accepted(sink: str, asked: list[str]) -> None:
    names = Names(["8.8.8.8", "2606:4700::1111"])
    await Sinks(allow_private=False, resolve=names).check(sink)
    assert names.asked == asked


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_is_refused_if_any_of_its_addresses_is_private(address: str) -> None:
    with pytest.raises(SinkRefused, match="cannot be sent") as refused:
        await Sinks(allow_private=False, resolve=Names(["8.8.8.8", address])).check("https://example.org/")
    assert refused.value.reason == NO_PUBLIC_NAME


@pytest.mark.parametrize("answers", [[], [[]]])
async def test_a_name_that_means_nothing_is_refused(answers: list[list[str]]) -> None:
    with pytest.raises(SinkRefused) as refused:
        await Sinks(allow_private=False, resolve=Names(*answers)).check("https://example.org/")
    assert refused.value.reason == NO_PUBLIC_NAME


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "metadata.google.internal", "a.localhost"])
async def test_a_name_counts_for_what_it_means(name: str) -> None:
    for address in ("127.0.0.1", "169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254"):
        with pytest.raises(SinkRefused, match="cannot be sent"):
            await Sinks(allow_private=False, resolve=Names([address])).check(f"https://{name}/")


async def test_the_refusal_points_to_the_field_that_names_the_address() -> None:
    with pytest.raises(SinkRefused) as refused:
        await Sinks(allow_private=False).check("https://127.0.0.1/", field="/elsewhere")
    assert [tuple(error) for error in refused.value.errors] == [("/elsewhere", NOT_PUBLIC, "body")]


async def test_a_name_that_changes_its_meaning_is_refused_when_sent_and_never_connected_to(
    new_sender: NewSender, receiver: Receiver
) -> None:
    """DNS rebinding: public when the subscription was made, private afterwards, and asked for once a connection."""
    names = Names(["8.8.8.8"], ["127.0.0.1"])
    sink = receiver.url.replace("http://127.0.0.1", f"https://{HOOKS}")
    await Sinks(allow_private=False, resolve=names).check(sink)
    sender = new_sender(private=False, resolve=names)
    answer = await sender.send(request(sink))
    assert answer.error == f"the address {NO_PUBLIC_NAME}"
    assert names.asked == [HOOKS] * 2
    assert receiver.received == []


async def test_each_connection_asks_what_the_name_means_now(new_sender: NewSender) -> None:
    """The first delivery is let through and its connection closed; by the second the name has been bound anew."""
    async with receiving_as(HOOKS) as receiver:
        receiver.answer = answering(204, Connection="close")
        names = Names(["127.0.0.1"], [], ["127.0.0.1"])
        sender = new_sender(resolve=names)
        first = await sender.send(request(receiver.url))
        second = await sender.send(request(receiver.url))
        third = await sender.send(request(receiver.url))
    assert (first.status, second.status, third.status) == (204, None, 204)
    assert NO_PUBLIC_NAME in str(second.error)
    assert len(receiver.received) == 2


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(sender: HttpTransport, receiver: Receiver, status: int) -> None:
    async with receiving_as("127.0.0.1") as inside:
        receiver.answer = answering(status, Location=inside.url)
        answer = await sender.send(request(receiver.url))
    assert answer.status == status
    assert not answer.accepted
    assert (len(receiver.received), inside.received) == (1, [])


@pytest.fixture
async def strict(platform: Platform, database_server: Postgres) -> AsyncIterator[Platform]:
    """The platform as it is in production: no private sinks. It stands on the databases that `platform` prepared."""
    strict = Platform(database_server.url, public_url=PUBLIC_URL, keys=Keys())
    yield strict
    await strict.close()


async def test_the_answer_names_the_sink_and_the_reason(strict: Platform) -> None:
    client_id, secret = f"test-{uuid.uuid4()}", new_secret()
    async with strict.operator_database.transaction() as session:
        await register_client(
            session, client_id, name="t", organisation=uuid.uuid4(), secret=secret, scopes=["subscriptions:write"]
        )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(strict.app), base_url=PUBLIC_URL) as client:
        form = {"grant_type": "client_credentials"}
        token = (await client.post("/oauth2/token", data=form, auth=(client_id, secret))).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        for sink, reason in (
            ("https://169.254.169.254/latest/meta-data", NOT_PUBLIC),
            ("https://localhost/hook", NO_PUBLIC_NAME),
            ("http://8.8.8.8/hook", "must be an https URL"),
            ("https://user:pw@8.8.8.8/hook", "must not hold a user name or password"),
        ):
            answer = await client.post("/v1/subscriptions", json={"sink": sink})
            assert answer.status_code == 422, answer.text
            assert answer.json()["type"] == f"{PUBLIC_URL}/problems/sink-refused"
            assert answer.json()["errors"] == [{"in": "body", "field": "/sink", "reason": reason}]
            assert "pw" not in answer.text


async def test_a_sink_that_became_forbidden_is_not_connected_to(owner: Owner, strict: Platform) -> None:
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1)
    assert await strict.delivery_worker.drain() >= 1
    assert owner.receiver.received == []
    (shown,) = await owner.deliveries(subscription)
    assert shown["state"] == "pending"
