"""The rule for sinks: events are sent by https to public addresses, and nowhere else.

Checked when a subscription is made, and for every connection: a name is resolved once, every address it has must be
public, and the connection goes to one of those very addresses, so that a name cannot mean something else in between.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from yarl import URL

from rtp_gateway.outbound.transports.errors import SinkRefused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name; raises OSError where there are none."""

RESOLVE_SECONDS = 5.0
NOT_PUBLIC = "leads to an address that is not public"
NO_PUBLIC_NAME = "leads to no address, or to one that is not public"
"""The same for a name that does not exist and for one of a private network: nobody maps that network by asking."""

# The last label starts with a letter. Whatever else inet_aton would take for an address (127.1, 0x7f000001,
# 2130706433) is neither a name nor an address here, and never reaches a resolver or a socket.
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?")

# Nothing that two readers of URLs could take for two different hosts.
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]|[A-Za-z0-9._-]+)(:[0-9]{0,5})?")

# Source: IANA special-purpose address registries; written out because what `ipaddress` calls global changes by release.
_CLOSED = [
    ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure answers its own machines there
        "2001::/23",  # IETF protocols, among them Teredo, which holds an IPv4 address
        "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
]  # fmt: skip
_OPEN = (ip_network("0.0.0.0/0"), ip_network("2000::/3"))
"""Outside 2000::/3 no IPv6 address is public: mapped and translated IPv4, loopback, local and multicast are not."""


def is_public(address: str) -> bool:
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if "%" in address:  # a zone: this machine's network, whatever the address
        return False
    return any(parsed in network for network in _OPEN) and not any(parsed in network for network in _CLOSED)


_LOCAL_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def list_warnings(sink: str) -> list[str]:
    """Say what is taken for trials alone, and may not be meant: a sink that no platform in earnest takes."""
    url = URL(sink, encoded=True)
    host = (url.raw_host or "").lower().rstrip(".")
    local = not is_public(host) if _is_literal(host) else "." not in host or host.endswith(_LOCAL_NAMES)
    found = []
    if local:
        found.append(
            f"{host} is the platform's own machine, or one in its network, and not yours unless it runs there: "
            "it is taken for trials alone, and other platforms refuse it"
        )
    if url.scheme == "http":
        found.append("http is taken for trials alone: events travel in the clear, and other platforms want https")
    return found


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class Sinks:
    """Checks sinks by this rule, with the resolver that it needs."""

    def __init__(self, *, allow_private: bool, resolve: Resolve | None = None) -> None:
        self._allow_private = allow_private
        # Threads of its own: names of dead subscribers that resolve slowly must not hold up anything else.
        self._threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="rtp-names")
        self._resolve = resolve or self._resolve_by_system

    async def check(self, sink: str, *, field: str = "/sink") -> None:
        """Raise SinkRefused, pointing to the field that names the address, if nothing may be sent there."""
        try:
            url = self.parse(sink)
            if not _is_literal(url.raw_host or ""):
                await self.resolve(url.raw_host or "", url.port or 443)
        except SinkRefused as refused:
            raise SinkRefused(refused.reason, field=field) from None

    def parse(self, sink: str) -> URL:
        """Return the URL to connect to; raise SinkRefused where the way it is written rules it out already."""
        if not sink.isascii() or re.search(r'[\x00-\x20\x7f\\"<>^`{|}]', sink):
            raise SinkRefused("write it in ASCII, without spaces; a host of other letters as xn--")
        try:
            url = URL(sink, encoded=True)
            host, port = url.raw_host or "", url.port
        except ValueError:
            raise SinkRefused("is not a URL") from None
        if url.scheme != "https" and not (self._allow_private and url.scheme == "http"):
            raise SinkRefused("must be an https URL")
        authority = re.split(r"[/?#]", sink.partition("://")[2], maxsplit=1)[0]
        if "@" in authority:
            raise SinkRefused("must not hold a user name or password")
        if "#" in sink:
            raise SinkRefused("must not have a fragment")
        if not port:
            raise SinkRefused("has no port that can be connected to")
        if not _AUTHORITY.fullmatch(authority) or not (_is_literal(host) or _NAME.fullmatch(host.lower())):
            raise SinkRefused("has no host that is a domain name or an IP address in its usual form")
        if _is_literal(host) and not self._allow_private and not is_public(host):
            raise SinkRefused(NOT_PUBLIC)
        return url

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses to connect to; raise SinkRefused if there are none or any of them is not public."""
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await self._resolve(host, port)
        except (OSError, UnicodeError, TimeoutError):
            found = []
        if not found or (not self._allow_private and not all(is_public(address) for address in found)):
            raise SinkRefused(NO_PUBLIC_NAME)
        return found

    async def _resolve_by_system(self, host: str, port: int) -> Sequence[str]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(address[0]) for *_, address in found))
