"""The only way out to addresses that subscribers name: sinks, their handshakes, token endpoints.

aiohttp's client as in the gateway's forwarding (docs/adr/0004): it takes a resolver of ours, checks the certificate
against the name whatever address it connects to, and pools connections by name. Only this file of the part knows it.
"""

import asyncio
import socket
import ssl
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from rtp_gateway.subscriptions.certificates import show
from rtp_gateway.subscriptions.credentials import ClientCertificate
from rtp_gateway.subscriptions.errors import SinkRefused
from rtp_gateway.subscriptions.sinks import Sinks

BODY_SECONDS = 2.0
"""Once a status has come, the beginning of a body is waited for no longer than this."""
MOST_CERTIFICATES = 32
"""TLS contexts kept, at about a megabyte each."""
BUFFER = 8192


class NoReply(Exception):
    """There was no answer; the message says why, in words for the owner of the address."""


@dataclass(frozen=True, slots=True)
class Question:
    method: str
    address: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    certificate: ClientCertificate | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    """To be looked up in any case."""
    body: bytes
    """As much as was asked for and came, as it came: still compressed if it was."""


class Connections:
    def __init__(self, sinks: Sinks, *, authorities: str | None = None) -> None:
        """`authorities`: certificates (PEM) to trust beside the system's."""
        self._sinks = sinks
        self._authorities = authorities
        self._session: aiohttp.ClientSession | None = None
        self._contexts: OrderedDict[ClientCertificate, ssl.SSLContext] = OrderedDict()
        self._building = asyncio.Lock()

    async def ask(self, question: Question, *, seconds: float, at_most: int = 0) -> Reply:
        """The answer, whose status came within `seconds`, with `at_most` octets of its body.

        Redirects are not followed. Raises only NoReply.
        """
        try:
            return await self._ask(question, self._sinks.read(question.address), seconds, at_most)
        except SinkRefused as refused:
            raise NoReply(f"the address {refused.reason}") from None
        except TimeoutError:
            raise NoReply(f"no answer within {seconds:.3g} seconds") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoReply(_why(error)) from None

    async def _ask(self, question: Question, url: URL, seconds: float, at_most: int) -> Reply:
        ends = asyncio.get_running_loop().time() + seconds
        tls = await self._context(question.certificate) if question.certificate else None
        kept = SimpleNamespace(reused=False)
        try:
            return await self._ask_once(question, url, tls, kept, ends, at_most)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            # The other side was just closing a kept connection: nobody's fault, and what is sent here may come twice.
            if not kept.reused:
                raise
            return await self._ask_once(question, url, tls, kept, ends, at_most)

    async def _ask_once(
        self,
        question: Question,
        url: URL,
        tls: ssl.SSLContext | None,
        kept: SimpleNamespace,
        ends: float,
        at_most: int,
    ) -> Reply:
        left = max(ends - asyncio.get_running_loop().time(), 0.001)
        async with self._client().request(
            question.method,
            url,
            headers=question.headers,
            data=question.body,
            ssl=tls or True,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=left),
            trace_request_ctx=kept,
        ) as answer:
            return Reply(answer.status, answer.headers, await _beginning(answer, at_most) if at_most else b"")

    async def _context(self, certificate: ClientCertificate) -> ssl.SSLContext:
        async with self._building:
            if certificate not in self._contexts:
                self._contexts[certificate] = await asyncio.to_thread(self._new_context, certificate)
            self._contexts.move_to_end(certificate)
            while len(self._contexts) > MOST_CERTIFICATES:
                self._contexts.popitem(last=False)
            return self._contexts[certificate]

    def _new_context(self, certificate: ClientCertificate | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._authorities:
            context.load_verify_locations(cadata=self._authorities)
        if certificate:
            show(context, certificate.certificate, certificate.private_key)
        return context

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_connection_reuseconn.append(_note_reuse)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_Pinned(self._sinks),
                    use_dns_cache=False,  # a name is checked again for each connection
                    ssl=self._new_context(),
                    limit=0,  # the courier says how many at once
                    keepalive_timeout=3,  # many servers drop idle connections after 5 s, and the two must not race
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=BUFFER,
                headers={"User-Agent": "Right-to-Provide/1.0", "Accept-Encoding": "identity"},
                trace_configs=[trace],
            )
        return self._session

    async def close(self) -> None:
        self._contexts.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None


def _why(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "no secure connection: its certificate is not accepted"
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        # With TLS 1.3 a server says only after the handshake that it wants a certificate, or another one.
        return "no secure connection: TLS version not accepted, or our certificate wanted or not accepted"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "no connection"
    return "the connection broke off, or the answer was not HTTP"


async def _beginning(answer: aiohttp.ClientResponse, at_most: int) -> bytes:
    """What comes of the body, up to a limit. The status has come, so what breaks now breaks nothing."""
    found = b""
    if answer.content.at_eof():
        return found
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(BODY_SECONDS):
            while len(found) < at_most and (more := await answer.content.read(at_most - len(found))):
                found += more
    return found


async def _note_reuse(_session: object, context: SimpleNamespace, _params: object) -> None:
    context.trace_request_ctx.reused = True


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
