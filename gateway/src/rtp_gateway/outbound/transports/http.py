"""The HTTP transport: sends one delivery request to one sink, once."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from rtp_gateway.outbound.transports.connections import Connections, NoSinkResponse, SinkRequest, SinkResponse
from rtp_gateway.outbound.transports.credentials import (
    BasicCredential,
    ClientCertificate,
    ClientCredentials,
    Credential,
    GivenAccessToken,
)
from rtp_gateway.outbound.transports.requests import SNIPPET, DeliveryRequest, DeliveryResult
from rtp_gateway.outbound.transports.sinks import Sinks
from rtp_gateway.outbound.transports.tokens import BearerToken, TokenCache, TokenUnavailable
from rtp_shared.clock import utcnow

SECONDS = 15.0
"""A sink has this long from the first step of connecting to its status line."""
LONGEST_ANSWER = 4096
"""Octets of an answer that are read."""
UNAUTHORISED = 401


class HttpTransport:
    """Sends by POST, with the subscription's credential."""

    def __init__(
        self,
        sinks: Sinks,
        *,
        origin: str,
        seconds: float = SECONDS,
        authorities: str | None = None,
        now: Callable[[], datetime] = utcnow,
    ) -> None:
        """`origin`: our DNS name, for sinks that consented. `authorities`: certificates (PEM) to trust as well."""
        self._connections = Connections(sinks, authorities=authorities)
        self._tokens = TokenCache(self._connections, now=now)
        self._origin = origin
        self._seconds = seconds
        self._now = now

    async def send(self, request: DeliveryRequest) -> DeliveryResult:
        """Make one attempt. Never raises for what the sink or the way to it is to blame for. Follows no redirects."""
        ends = asyncio.get_running_loop().time() + self._seconds
        try:
            if isinstance(request.credential, ClientCredentials):
                return await self._send_with_token(request, request.credential, ends)
            return await self._post(request, _build_authorization(request.credential, self._now()), ends)
        except (NoSinkResponse, TokenUnavailable) as reason:
            return DeliveryResult(error=str(reason))

    async def close(self) -> None:
        await self._tokens.close()
        await self._connections.close()

    async def _send_with_token(
        self, request: DeliveryRequest, credential: ClientCredentials, ends: float
    ) -> DeliveryResult:
        was_kept = self._tokens.has(credential)
        token = await self._get_token(credential, ends)
        answer = await self._post(request, f"Bearer {token.value}", ends)
        if answer.status == UNAUTHORISED and was_kept:  # it may have been withdrawn before its time
            self._tokens.forget(credential, token)
            token = await self._get_token(credential, ends)
            answer = await self._post(request, f"Bearer {token.value}", ends)
        return answer

    async def _get_token(self, credential: ClientCredentials, ends: float) -> BearerToken:
        try:
            async with asyncio.timeout_at(ends):
                return await self._tokens.get(credential)
        except TimeoutError:
            raise TokenUnavailable(f"no access token within {self._seconds:g} seconds") from None

    async def _post(self, request: DeliveryRequest, authorization: str | None, ends: float) -> DeliveryResult:
        headers = {
            **request.settings.get("headers", {}),
            **request.headers,
            **request.marks,
            "Content-Type": request.content_type,
            **({"Authorization": authorization} if authorization else {}),
            **({"WebHook-Request-Origin": self._origin} if request.settings.get("handshake") else {}),
        }
        certificate = request.credential if isinstance(request.credential, ClientCertificate) else None
        reply = await self._connections.request(
            SinkRequest("POST", request.sink, headers, request.body, certificate),
            seconds=ends - asyncio.get_running_loop().time(),
            at_most=LONGEST_ANSWER,
        )
        return _build_result(reply)


def _build_result(reply: SinkResponse) -> DeliveryResult:
    result = DeliveryResult(
        reply.status, reply.oddity, retry_after=reply.headers.get("Retry-After"), body=_take_snippet(reply)
    )
    return replace(result, error=f"accepted; but {result.error}") if result.accepted and result.error else result


def _build_authorization(credential: Credential | None, now: datetime) -> str | None:
    if isinstance(credential, BasicCredential):
        return "Basic " + base64.b64encode(f"{credential.identifier}:{credential.secret}".encode()).decode()
    if isinstance(credential, GivenAccessToken):
        if credential.expires <= now:
            raise TokenUnavailable("the access token in its sinkcredential has expired; nothing was sent")
        return f"Bearer {credential.token}"
    return None


def _take_snippet(reply: SinkResponse) -> str:
    """Return the first characters, fit to be stored and shown: what cannot be printed becomes a blank."""
    if reply.headers.get("Content-Encoding", "identity").lower() != "identity":
        return ""
    text = reply.body.decode(errors="replace")[:SNIPPET]
    return "".join(each if each.isprintable() or each in "\n\t" else " " for each in text).strip()
