"""Recording calls at the gateway's front."""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from rtp_gateway.inbound.calls.log import PATH_LENGTH, CallLog, RecordedCall
from rtp_shared.auth import TokenVerifier, authenticate
from rtp_shared.clock import utcnow
from rtp_shared.exception_handlers import GONE_AWAY
from rtp_shared.problems import Refusal
from rtp_shared.responses import ResponseRecorder

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

Handler = ASGIApp | Callable[[Scope, Receive, Send], Awaitable[None]]


class Recorder:
    """Records every write that bears a valid token, under the client that the token names and no other.

    The token is verified here as well, whoever answers: its verifier remembers tokens, so this costs next to nothing,
    and nothing that is not verified can get into another client's traces.
    """

    def __init__(self, calls: CallLog, verifier: TokenVerifier, now: Callable[[], datetime] = utcnow) -> None:
        self.calls = calls
        self._verifier = verifier
        self._now = now

    def records(self, scope: Scope) -> bool:
        return scope["type"] == "http" and scope["method"] in WRITES

    async def watch(self, handler: Handler, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request be handled, and record its outcome."""
        response, at, started = ResponseRecorder(send), self._now(), time.perf_counter()
        try:
            await handler(scope, receive, response.send)
        finally:
            ms = round((time.perf_counter() - started) * 1000, 3)
            with suppress(Refusal):  # a token that does not hold: nobody's call
                await self._record(scope, response, at, ms)

    async def _record(self, scope: Scope, response: ResponseRecorder, at: datetime, ms: float) -> None:
        bearer = next((value for name, value in scope["headers"] if name == b"authorization"), b"").decode("latin-1")
        principal = await authenticate(self._verifier, bearer)
        correlation_id = response.headers.get(b"correlation-id", b"").decode("latin-1")
        if principal is not None and correlation_id:
            status = response.status or GONE_AWAY
            made = RecordedCall(
                correlation_id, principal.client_id, scope["method"], _clean_path(scope), status, at, ms
            )
            self.calls.note(made)


def _clean_path(scope: Scope) -> str:
    """Return the path as it was sent, which can be stored; never the query, which may hold a search for a person."""
    sent: bytes = scope.get("raw_path") or scope["path"].encode()
    path = sent.partition(b"?")[0][:PATH_LENGTH].decode("latin-1")
    if path.isascii() and path.isprintable():
        return path
    return "".join(each if each.isascii() and each.isprintable() else "?" for each in path)
