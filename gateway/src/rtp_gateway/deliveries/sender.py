"""The HTTP carrier: brings one parcel to one sink, once."""

import asyncio
import base64
from collections.abc import Callable
from datetime import datetime

from rtp_gateway.deliveries.parcels import SNIPPET, Answer, Parcel
from rtp_gateway.deliveries.tokens import NoToken, Token, Tokens
from rtp_gateway.subscriptions.connections import Connections, NoReply, Question, Reply
from rtp_gateway.subscriptions.credentials import (
    AccessToken,
    ClientCertificate,
    ClientCredentials,
    Credential,
    Plain,
)
from rtp_gateway.subscriptions.sinks import Sinks
from rtp_shared.clock import utcnow

SECONDS = 15.0
"""A sink has this long from the first step of connecting to its status line."""
LONGEST_ANSWER = 4096
"""Octets of an answer that are read."""
UNAUTHORISED = 401


class HttpCarrier:
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
        self._tokens = Tokens(self._connections, now=now)
        self._origin = origin
        self._seconds = seconds
        self._now = now

    async def carry(self, parcel: Parcel) -> Answer:
        """Never raises for what the sink or the way to it is to blame for. Redirects are not followed."""
        ends = asyncio.get_running_loop().time() + self._seconds
        try:
            if isinstance(parcel.credential, ClientCredentials):
                return await self._carry_with_token(parcel, parcel.credential, ends)
            return await self._post(parcel, _authorization(parcel.credential, self._now()), ends)
        except (NoReply, NoToken) as reason:
            return Answer(error=str(reason))

    async def close(self) -> None:
        await self._tokens.close()
        await self._connections.close()

    async def _carry_with_token(self, parcel: Parcel, credential: ClientCredentials, ends: float) -> Answer:
        kept = self._tokens.has(credential)
        token = await self._token(credential, ends)
        answer = await self._post(parcel, f"Bearer {token.value}", ends)
        if answer.status == UNAUTHORISED and kept:  # it may have been withdrawn before its time
            self._tokens.forget(credential, token)
            token = await self._token(credential, ends)
            answer = await self._post(parcel, f"Bearer {token.value}", ends)
        return answer

    async def _token(self, credential: ClientCredentials, ends: float) -> Token:
        try:
            async with asyncio.timeout_at(ends):
                return await self._tokens.get(credential)
        except TimeoutError:
            raise NoToken(f"no access token within {self._seconds:g} seconds") from None

    async def _post(self, parcel: Parcel, authorization: str | None, ends: float) -> Answer:
        headers = {
            **parcel.settings.get("headers", {}),
            **parcel.headers,
            "Content-Type": parcel.content_type,
            **({"Authorization": authorization} if authorization else {}),
            **({"WebHook-Request-Origin": self._origin} if parcel.settings.get("handshake") else {}),
        }
        certificate = parcel.credential if isinstance(parcel.credential, ClientCertificate) else None
        reply = await self._connections.ask(
            Question("POST", parcel.sink, headers, parcel.body, certificate),
            seconds=ends - asyncio.get_running_loop().time(),
            at_most=LONGEST_ANSWER,
        )
        return Answer(reply.status, retry_after=reply.headers.get("Retry-After"), body=_snippet(reply))


def _authorization(credential: Credential | None, now: datetime) -> str | None:
    if isinstance(credential, Plain):
        return "Basic " + base64.b64encode(f"{credential.identifier}:{credential.secret}".encode()).decode()
    if isinstance(credential, AccessToken):
        if credential.expires <= now:
            raise NoToken("the access token in its sinkcredential has expired; nothing was sent")
        return f"Bearer {credential.token}"
    return None


def _snippet(reply: Reply) -> str:
    """The first characters, fit to be stored and shown: what cannot be printed becomes a blank."""
    if reply.headers.get("Content-Encoding", "identity").lower() != "identity":
        return ""
    text = reply.body.decode(errors="replace")[:SNIPPET]
    return "".join(each if each.isprintable() or each in "\n\t" else " " for each in text).strip()
