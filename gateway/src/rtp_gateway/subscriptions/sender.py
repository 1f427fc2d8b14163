"""Sending one event to one sink over HTTP, once.

aiohttp's client as in the gateway's forwarding (docs/adr/0004): it takes a resolver of ours, checks the certificate
against the name whatever address it connects to, and pools connections by name. Only this file of the part knows it.
"""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from rtp_gateway.subscriptions.errors import SinkRefused
from rtp_gateway.subscriptions.sinks import Sinks

SECONDS = 15.0
"""A sink has this long from the first step of connecting to its status line."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sink answered, or why it did not."""

    status: int | None = None
    error: str | None = None
    retry_after: str | None = None

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Sender:
    def __init__(self, sinks: Sinks, *, seconds: float = SECONDS, tls: ssl.SSLContext | None = None) -> None:
        self._sinks = sinks
        self._seconds = seconds
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def post(self, sink: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Never raises for what the sink or the way to it is to blame for. Redirects are not followed."""
        try:
            url = self._sinks.read(sink)
            async with self._client().post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return Answer(answer.status, retry_after=answer.headers.get("Retry-After"))
        except SinkRefused as refused:
            return Answer(error=f"the sink {refused.reason}")
        except TimeoutError:
            return Answer(error=f"no answer within {self._seconds:g} seconds")
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError):
            return Answer(error="no secure connection: certificate or TLS version not accepted")
        except aiohttp.ClientConnectorError:
            return Answer(error="no connection")
        except (aiohttp.ClientError, OSError, ValueError):
            return Answer(error="the connection broke off, or the answer was not HTTP")

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=_Pinned(self._sinks),
                use_dns_cache=False,  # a name is checked again for each connection
                ssl=self._tls or True,
                limit=0,  # the courier says how many at once
                keepalive_timeout=3,  # many servers drop idle connections after 5 s, and the two must not race
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"User-Agent": "Right-to-Provide/1.0"},
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Pinned(AbstractResolver):
    """Gives the client the addresses that were checked. About literal ones it is not asked: Sinks.read checks those."""

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._sinks.addresses(host, port)
            if family in (socket.AF_UNSPEC, socket.AF_INET6 if ":" in address else socket.AF_INET)
        ]

    async def close(self) -> None:
        return None
