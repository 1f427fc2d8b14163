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
from functools import partial
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import LineTooLong
from yarl import URL

from rtp_gateway.outbound.transports.certificates import present
from rtp_gateway.outbound.transports.credentials import ClientCertificate
from rtp_gateway.outbound.transports.errors import SinkRefused
from rtp_gateway.outbound.transports.sinks import Sinks
from rtp_gateway.outbound.transports.status_lines import StatusReader

BODY_SECONDS = 2.0
"""Once a status has come, the beginning of a body is waited for no longer than this."""
MOST_CERTIFICATES = 32
"""TLS contexts kept, at about a megabyte each."""
BUFFER = 8192
LONGEST_HEADER = 65_536
MOST_HEADERS = 1000
"""Of an answer with longer headers, or more, only the status counts."""
WITHOUT_BODY = (204, 304)


class NoSinkResponse(Exception):
    """There was no response; the message says why, in words for the owner of the address."""


@dataclass(frozen=True, slots=True)
class SinkRequest:
    """A request to an address that a subscriber named."""

    method: str
    address: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    certificate: ClientCertificate | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SinkResponse:
    """The response of such an address."""

    status: int
    headers: Mapping[str, str]
    """Looked up whatever the case of their names."""
    body: bytes
    """As much as was asked for and came, as it came: still compressed if it was."""
    oddity: str | None = None
    """The part of it that was not as HTTP has it, so that only its status could be read; None if there was none."""


class Connections:
    """Sends requests to addresses that subscribers named, over pooled connections that `Sinks` has checked."""

    def __init__(self, sinks: Sinks, *, authorities: str | None = None) -> None:
        """`authorities`: certificates (PEM) to trust beside the system's."""
        self._sinks = sinks
        self._authorities = authorities
        self._session: aiohttp.ClientSession | None = None
        self._contexts: OrderedDict[ClientCertificate, ssl.SSLContext] = OrderedDict()
        self._building = asyncio.Lock()

    async def request(self, request: SinkRequest, *, seconds: float, at_most: int = 0) -> SinkResponse:
        """Return the response, whose status came within `seconds`, with `at_most` octets of its body.

        Redirects are not followed. Raises only NoSinkResponse.
        """
        try:
            return await self._request(request, self._sinks.parse(request.address), seconds, at_most)
        except SinkRefused as refused:
            raise NoSinkResponse(f"the address {refused.reason}") from None
        except TimeoutError:
            raise NoSinkResponse(f"no answer within {seconds:.3g} seconds") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoSinkResponse(_explain(error)) from None

    async def _request(self, request: SinkRequest, url: URL, seconds: float, at_most: int) -> SinkResponse:
        ends = asyncio.get_running_loop().time() + seconds
        tls = await self._get_context(request.certificate) if request.certificate else None
        kept = SimpleNamespace(reused=False)
        try:
            return await self._request_once(request, url, tls, kept, ends, at_most)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            # The other side was just closing a kept connection: nobody's fault, and what is sent here may come twice.
            if not kept.reused:
                raise
            return await self._request_once(request, url, tls, kept, ends, at_most)

    async def _request_once(
        self,
        request: SinkRequest,
        url: URL,
        tls: ssl.SSLContext | None,
        kept: SimpleNamespace,
        ends: float,
        at_most: int,
    ) -> SinkResponse:
        left = max(ends - asyncio.get_running_loop().time(), 0.001)
        try:
            async with self._get_session().request(
                request.method,
                url,
                headers=request.headers,
                data=request.body,
                ssl=tls or True,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=left),
                trace_request_ctx=kept,
            ) as answer:
                body = await _read_start(answer, at_most) if at_most else b""
                return SinkResponse(answer.status, answer.headers, body)
        except _OddAnswer as odd:
            return SinkResponse(odd.status, {}, b"", odd.reason)

    async def _get_context(self, certificate: ClientCertificate) -> ssl.SSLContext:
        async with self._building:
            if certificate not in self._contexts:
                self._contexts[certificate] = await asyncio.to_thread(self._build_context, certificate)
            self._contexts.move_to_end(certificate)
            while len(self._contexts) > MOST_CERTIFICATES:
                self._contexts.popitem(last=False)
            return self._contexts[certificate]

    def _build_context(self, certificate: ClientCertificate | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._authorities:
            context.load_verify_locations(cadata=self._authorities)
        if certificate:
            present(context, certificate.certificate, certificate.private_key)
        return context

    def _get_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_connection_reuseconn.append(_note_reuse)
            self._session = aiohttp.ClientSession(
                connector=_StatusKeepingConnector(
                    resolver=_CheckedResolver(self._sinks),
                    use_dns_cache=False,  # a name is checked again for each connection
                    ssl=self._build_context(),
                    limit=0,  # the delivery worker says how many at once
                    keepalive_timeout=3,  # many servers drop idle connections after 5 s, and the two must not race
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=BUFFER,
                max_line_size=LONGEST_HEADER,
                max_field_size=LONGEST_HEADER,
                max_headers=MOST_HEADERS,
                response_class=_Answer,
                headers={"User-Agent": "Right-to-Provide/1.0", "Accept-Encoding": "identity"},
                trace_configs=[trace],
            )
        return self._session

    async def close(self) -> None:
        self._contexts.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None


def _explain(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "")
        return "no secure connection: its certificate is not accepted" + (reason and f": {reason}")
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        # With TLS 1.3 a server says only after the handshake that it wants a certificate, or another one.
        return (
            "no secure connection: it does not speak TLS there, TLS version not accepted, or our certificate wanted or "
            "not accepted"
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        return "no connection"
    return "the connection broke off, or the answer was not HTTP"


async def _read_start(answer: aiohttp.ClientResponse, at_most: int) -> bytes:
    """Read the body up to a limit, or as much as comes. The status has come, so an error here is none."""
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


class _OddAnswer(Exception):
    """A status has come, and what came after it could not be read."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class _StatusKeepingProtocol(ResponseHandler):
    """Keeps the status of the answer that comes, whatever the library makes of the rest."""

    reader = StatusReader()

    def set_response_params(self, **params: Any) -> None:
        """Begin another answer."""
        self.reader = StatusReader()
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        self.reader.feed(data)
        super().data_received(data)


class _StatusKeepingConnector(aiohttp.TCPConnector):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        protocol: type[ResponseHandler] = _StatusKeepingProtocol
        self._factory = partial(protocol, loop=self._loop)


class _Answer(aiohttp.ClientResponse):
    """An answer of which the status is enough: many frameworks and proxies write the rest as HTTP does not have it."""

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        protocol = connection.protocol
        try:
            return await super().start(connection)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if not isinstance(protocol, _StatusKeepingProtocol) or (status := protocol.reader.status) is None:
                raise
            raise _OddAnswer(status, _describe_oddity(status, error)) from error


def _describe_oddity(status: int, error: BaseException) -> str:
    if not isinstance(error, aiohttp.ClientResponseError):
        return "the answer broke off in its headers"
    cause = error.__cause__ and error.__cause__.__cause__
    if isinstance(cause, LineTooLong) or error.message.startswith("Too many headers"):
        return "the headers of the answer are too long or too many"
    if status in WITHOUT_BODY:
        return "more came than an answer that has no body has"
    return f"the answer was not as HTTP has it ({error.message.partition(':')[0]})"


class _CheckedResolver(AbstractResolver):
    """Gives the client the addresses that were checked. Literal ones are checked by Sinks.parse."""

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
            for address in await self._sinks.resolve(host, port)
            if family in (socket.AF_UNSPEC, socket.AF_INET6 if ":" in address else socket.AF_INET)
        ]

    async def close(self) -> None:
        return None
