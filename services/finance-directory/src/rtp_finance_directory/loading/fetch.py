"""Fetches a file from an address: by https from a public address, and no larger than is allowed.

Whoever loads names the address, and what it redirects to is named by others: each name is resolved once, and the
connection goes to an address that is public.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

MOST_REDIRECTS = 5
BLOCK = 262_144
SECONDS_OF_SILENCE = 60.0
SECONDS_OF_A_PAUSE = 5.0
_CLOSED = [
    ip_network(each) for each in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16")
]
_PUBLIC_V6 = ip_network("2000::/3")


class NotFetched(Exception):
    """The address gave no file; the message says why."""


class Busy(NotFetched):
    """The server asks to come back later."""

    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(f"it answers {status}, and asks to come back after {seconds:.0f} seconds")
        self.seconds = seconds


def is_public(address: str) -> bool:
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if parsed.is_multicast or not parsed.is_global or any(parsed in network for network in _CLOSED):
        return False
    return parsed.version == 4 or parsed in _PUBLIC_V6


class _PublicResolver(AbstractResolver):
    """Resolves a name to its public addresses; one that has another besides is not resolved at all."""

    def __init__(self) -> None:
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise OSError(None, f"{host} leads to an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()


async def fetch(
    address: str, to: Path, *, most_bytes: int, allow_private: bool, show: Callable[[int], Any] = lambda _: None
) -> None:
    """Write what the address answers to the file. Raises NotFetched."""
    resolver = aiohttp.ThreadedResolver() if allow_private else _PublicResolver()
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=SECONDS_OF_SILENCE)
    connector = aiohttp.TCPConnector(resolver=resolver)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session:
            url = URL(address)
            for _ in range(MOST_REDIRECTS + 1):
                _require_open(url, allow_private=allow_private)
                async with session.get(url, allow_redirects=False) as response:
                    if response.status not in (301, 302, 303, 307, 308) or "Location" not in response.headers:
                        await _save(response, to, most_bytes, show)
                        return
                    url = url.join(URL(response.headers["Location"]))
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise NotFetched(str(error) or type(error).__name__) from error
    raise NotFetched(f"it redirects more than {MOST_REDIRECTS} times")


def _require_open(url: URL, *, allow_private: bool) -> None:
    if url.scheme not in ("https", "http") or not url.host:
        raise NotFetched("an address begins with https://")
    if allow_private:
        return
    if url.scheme != "https":
        raise NotFetched("it is not fetched by http: use https, or --allow-private inside a network of your own")
    # A resolver is asked for names alone. What looks like a number is none, however a socket would read it.
    literal = ":" in url.host or not any(sign.isalpha() for sign in url.host.rpartition(".")[2][:1])
    if literal and not is_public(url.host):
        raise NotFetched("it is an address that is not public")


async def _save(response: aiohttp.ClientResponse, to: Path, most: int, show: Callable[[int], Any]) -> None:
    if response.status in (429, 503):
        raise Busy(response.status, _read_wait(response.headers.get("Retry-After", "")))
    if response.status != 200:
        raise NotFetched(f"it answers {response.status}")
    size = 0
    with to.open("wb") as file:
        async for block in response.content.iter_chunked(BLOCK):
            size += len(block)
            if size > most:
                raise NotFetched(f"it is larger than {most:,} bytes: --most-bytes allows more")
            file.write(block)
            show(size)


def _read_wait(said: str) -> float:
    """Return the seconds that the server asks for: a date is not understood, and waited for as if nothing was said."""
    return float(said) if said.isdecimal() and said.isascii() else SECONDS_OF_A_PAUSE
