"""Fetches a feed from an address: by https from a public address, in bounded time, and no larger than is allowed.

Whoever loads names the address, and what it redirects to is named by others: each name is resolved once, and the
connection goes to the address that was looked at.
"""

import socket
import ssl
import time
from collections.abc import Sequence
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

MOST_BYTES = 100_000_000
MOST_REDIRECTS = 5
SECONDS_OF_SILENCE = 30.0
MOST_SECONDS = 600.0
_BLOCK = 262_144
_REDIRECTS = (301, 302, 303, 307, 308)
_CLOSED = [
    ip_network(each) for each in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16")
]
_PUBLIC_V6 = ip_network("2000::/3")


class FeedNotFetched(Exception):
    """The address gave no feed; the message says why."""


def is_public(address: str) -> bool:
    """Return whether anybody in the world may be meant by an address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if parsed.is_multicast or not parsed.is_global or any(parsed in network for network in _CLOSED):
        return False
    return parsed.version == 4 or parsed in _PUBLIC_V6


def fetch(
    address: str,
    *,
    most_bytes: int = MOST_BYTES,
    most_seconds: float = MOST_SECONDS,
) -> bytes:
    """Return what an address answers. Raises FeedNotFetched."""
    until = time.monotonic() + most_seconds
    try:
        for _ in range(MOST_REDIRECTS + 1):
            parts = _require_https(address)
            connection = _connect(parts)
            try:
                connection.request("GET", _write_target(parts), headers={"Accept": "application/json"})
                answer = connection.getresponse()
                location = answer.headers["Location"]
                if answer.status not in _REDIRECTS or location is None:
                    return _read(answer, most_bytes, until)
                address = urljoin(address, location)
            finally:
                connection.close()
    except (OSError, HTTPException, ValueError) as error:
        raise FeedNotFetched(str(error) or type(error).__name__) from error
    raise FeedNotFetched(f"it redirects more than {MOST_REDIRECTS} times")


def _require_https(address: str) -> SplitResult:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise FeedNotFetched("an address begins with https://, and names nobody")
    return parts


def _write_target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class _ConnectionTo(HTTPSConnection):
    """A connection to one address, which has to have the certificate of the name."""

    def __init__(self, address: str, parts: SplitResult, context: ssl.SSLContext) -> None:
        super().__init__(parts.hostname or "", parts.port or 443, timeout=SECONDS_OF_SILENCE, context=context)
        self._address, self._context_of_name = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), SECONDS_OF_SILENCE)
        self.sock = self._context_of_name.wrap_socket(plain, server_hostname=self.host)


def _connect(parts: SplitResult) -> HTTPSConnection:
    """Connect to a public address of the name; one that has another besides is not connected to at all."""
    host = parts.hostname or ""
    found = _resolve(host, parts.port or 443)
    if not all(map(is_public, found)):
        raise FeedNotFetched(f"{host} leads to an address that is not public")
    return _ConnectionTo(found[0], parts, ssl.create_default_context())


def _resolve(host: str, port: int) -> Sequence[str]:
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _read(answer: HTTPResponse, most: int, until: float) -> bytes:
    if answer.status != 200:
        raise FeedNotFetched(f"it answers {answer.status}")
    blocks, size = [], 0
    while block := answer.read1(_BLOCK):
        size += len(block)
        if size > most:
            raise FeedNotFetched(f"it is larger than {most:,} bytes")
        if time.monotonic() > until:
            raise FeedNotFetched("it takes too long")
        blocks.append(block)
    return b"".join(blocks)
