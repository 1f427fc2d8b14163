"""Letting through to the services only callers whose tokens still hold.

A service verifies a token by its signature, which holds until the token expires. Whether its client may still do what
it says is known to the gateway, which every request from outside comes through: it refuses before it forwards, and
cuts off what is on its way when that changes.
"""

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from rtp_gateway.inbound.proxy.exchanges import ExchangeLimiter, Turn
from rtp_gateway.inbound.proxy.forward import Upstreams, send_refusal
from rtp_gateway.limits.slots import SharedSlots
from rtp_gateway.routing import is_streamed
from rtp_gateway.types import JsonObject
from rtp_shared.auth import TokenVerifier, authenticate
from rtp_shared.identities import Principal
from rtp_shared.problems import Refusal


class CutOff(ConnectionAbortedError):
    """An answer is not sent to its end, because its caller may no longer have it."""


class AdmittedOnly:
    """The services behind the gateway, for callers without a token and for those whose token holds."""

    def __init__(
        self, upstreams: Upstreams, verifier: TokenVerifier, *, public_url: str, slots: SharedSlots | None = None
    ) -> None:
        self._upstreams = upstreams
        self._verifier = verifier
        self._public_url = public_url
        self._limiter = ExchangeLimiter(slots)

    async def forward(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            principal = await authenticate(self._verifier, Headers(scope=scope).get("authorization"))
            if principal is not None:
                exchange = _AdmittedExchange(self._verifier, principal, receive, send)
                receive, send = exchange.receive, exchange.send
            if is_streamed(scope["path"]):
                async with self._limiter.transfer(principal):
                    await self._upstreams.forward(name, scope, receive, send)
            else:
                async with self._limiter.new_turn(principal, name) as turn:
                    await self._forward_in_turn(turn, name, scope, receive, send)
        except Refusal as refusal:
            await send_refusal(refusal, scope, send, public_url=self._public_url)

    async def _forward_in_turn(self, turn: Turn, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the turn once the request is there whole: one whose body is slow keeps no other waiting."""

        async def receive_then_take() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                await turn.take()
            return message

        if not _has_body(scope):
            await turn.take()
        await self._upstreams.forward(name, scope, receive_then_take, send)

    async def fetch_json(self, name: str, path: str) -> JsonObject:
        return await self._upstreams.fetch_json(name, path)

    async def close(self) -> None:
        await self._upstreams.close()


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


class _AdmittedExchange:
    """A request and its answer on their way, for as long as the caller's token holds."""

    def __init__(self, verifier: TokenVerifier, principal: Principal, receive: Receive, send: Send) -> None:
        self._verifier, self._principal = verifier, principal
        self._receive, self._send = receive, send
        self._begun = False

    async def receive(self) -> Message:
        """Raise Unauthenticated instead of passing on what a caller sends that may no longer send it."""
        message = await self._receive()
        if message["type"] == "http.request":
            await self._verifier.require_current(self._principal)
        return message

    async def send(self, message: Message) -> None:
        """Raise CutOff instead of going on with an answer; one that was made in time is begun."""
        if self._begun and message.get("body"):
            try:
                await self._verifier.require_current(self._principal)
            except Refusal as refusal:
                raise CutOff from refusal
        self._begun = self._begun or message["type"] == "http.response.body"
        await self._send(message)
