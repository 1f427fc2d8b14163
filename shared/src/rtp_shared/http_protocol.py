"""HTTP/1.1 on a connection: only whole requests are read, and nobody may stay who does not move.

uvicorn's protocol reads on where a request asks for another protocol (its body would be the next request), has no bound
for a head or trailers, and waits for ever. RFC 9112 is what a request has to be.
"""

import asyncio
import logging
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rtp_shared import problems, tracing
from rtp_shared.connections import Admission, ConnectionLimits

log = logging.getLogger(__name__)

HEAD_LIMIT = 65_536
"""Most bytes of a request line with its headers, and of what comes within a body that is none of it: trailers."""
HEAD_SECONDS = 15.0
"""For a whole head, from the opening of the connection or from the first byte of a further request."""
WINDOW_SECONDS = 15.0
LEAST_BYTES = 7_500
"""Of a body, in each window, as long as we would take more."""
DISCARDED_BYTES = 268_435_456
"""Most bytes of a body that are read and dropped once its request was answered: many callers send a whole document
before they look at the answer, and would not see it if the connection were cut."""
HEALTH_SECONDS = 2.0
"""For a whole head in the reserve, in which only health is asked for."""
UNREAD_SECONDS = 45.0
"""How long the caller may leave a full buffer of a response unread."""
_ALONE = frozenset({b"host", b"authorization", b"content-length", b"transfer-encoding"})
"""Headers of which two would be read in two ways."""


class BoundedHttp(HttpToolsProtocol):
    """Reads requests within limits of size and time; answers in our form what is no request, and closes."""

    def __init__(self, *arguments: Any, limits: ConnectionLimits, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._connections = limits
        self._admission = Admission.REFUSED
        self._in_head = True
        self._in_body = False
        self._between = 0
        """Bytes since the last that belonged to a body: of a head, a chunk's size line or trailers."""
        self._body_bytes = self._discarded = 0
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._admission = self._connections.admit(self.client)
        if self._admission is Admission.REFUSED:
            self._refuse(503)
        else:
            seconds = HEAD_SECONDS if self._admission is Admission.ADMITTED else HEALTH_SECONDS
            self._set_timer(seconds, self._end_slow_head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.release(self.client, self._admission)
        self._cancel_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._unset_keepalive_if_required()
        if self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._set_timer(HEAD_SECONDS, self._end_slow_head)
        self._between += len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse(400)
        if self._between > HEAD_LIMIT:
            self._refuse(431)

    def _feed(self, data: bytes) -> None:
        """Have the data parsed. A request that asks for another protocol is read anew without its asking."""
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # The parser takes what follows this head for the other protocol, whatever its Content-Length says.
                head = self._write_head()
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                data = head + data[upgrade.args[0] :]
            else:
                return

    def _write_head(self) -> bytes:
        """Return the head that was read, without Upgrade (RFC 9110 section 7.8: a server may ignore it)."""
        if (method := self.parser.get_method()) == b"CONNECT":
            raise httptools.HttpParserError("no tunnel")
        kept = [(name, value) for name, value in self.headers if name != b"upgrade"]
        lines = [b"%s: %s" % header for header in kept]
        return b"\r\n".join(
            [b"%s %s HTTP/%s" % (method, self.url, self.parser.get_http_version().encode()), *lines, b"\r\n"]
        )

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._in_body = True, False
        if self._timer is None:
            self._set_timer(HEAD_SECONDS, self._end_slow_head)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # trailers are no headers: whoever checked those did not see them
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._refused or self.parser.should_upgrade():
            return
        if refused := self._find_refusal():
            self._refuse(*refused)
            return
        self._between, self._body_bytes, self._discarded, self._in_body = 0, 0, 0, True
        super().on_headers_complete()
        if self.expect_100_continue:
            # A caller that is refused early need not send its body: nobody knows then what follows.
            self.cycle.keep_alive = False
        self._set_timer(WINDOW_SECONDS, self._check_pace)

    def on_body(self, body: bytes) -> None:
        self._between = 0
        self._body_bytes += len(body)
        if self._refused:
            return
        if self.cycle.response_complete:
            self._discarded += len(body)
            if self._discarded > DISCARDED_BYTES:
                self._refuse(413)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._refused or self.parser.should_upgrade():
            return
        self._in_body = False
        self._between = 0
        self._set_timer(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self._end_unread)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refused:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400)

    def _find_refusal(self) -> tuple[int, str] | None:
        """Return the status with which a request with this head is refused, with the reason; or None."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_LIMIT:
            return 431, f"at most {HEAD_LIMIT} bytes"
        if reason := self._find_ambiguity():
            return 400, reason
        is_health = self.url.partition(b"?")[0] == b"/health"
        return (503, "") if self._admission is Admission.HEALTH_ONLY and not is_health else None

    def _find_ambiguity(self) -> str:
        """Return why readers of this head could understand it in two ways (RFC 9112 sections 2.3, 3.2 and 6)."""
        version, names = self.parser.get_http_version(), [name for name, _ in self.headers if name in _ALONE]
        if twice := next((name for name in names if names.count(name) > 1), None):
            return f"{twice.decode().title()} is there more than once"
        if version not in ("1.0", "1.1"):
            return "the version of HTTP is neither 1.0 nor 1.1"
        if b"host" not in names and version == "1.1":
            return "Host is missing"
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings in ([], [b"chunked"]) and (not codings or version == "1.1"):
            return ""
        return "Transfer-Encoding is not chunked alone, or comes with HTTP 1.0"

    def _end_slow_head(self) -> None:
        self._timer = None
        if self._between:
            self._refuse(408)
        else:
            self.transport.close()

    def _end_unread(self) -> None:
        log.info("a caller left its response unread: the connection is cut")
        self.transport.abort()

    def _check_pace(self) -> None:
        """Refuse a body that comes too slowly, unless it is we who do not take it."""
        ours = self.flow.read_paused or self.cycle.waiting_for_100_continue
        if not ours and self._body_bytes < LEAST_BYTES:
            self._refuse(408)
            return
        self._body_bytes = 0
        self._set_timer(WINDOW_SECONDS, self._check_pace)

    def _refuse(self, status: int, detail: str = "") -> None:
        """Answer and close: nothing that comes after this is read. An answer under way is not broken into."""
        if self._refused:
            return
        self._refused = True
        self._cancel_timers()
        answering = self.cycle is not None and not self.cycle.response_complete
        if self.pipeline or (answering and (self.cycle.response_started or not self._in_body)):
            self.pipeline.clear()
            return
        if self._in_body and not answering:
            self.transport.close()
            return
        path = "" if self._in_head else self.url.partition(b"?")[0].decode("latin-1")
        body = problems.render_plain_problem(status, instance=path, detail=detail)
        # The request's id, which it had sent or is given now, as with every other answer.
        trace = tracing.continue_request({} if self._in_head else dict(self.headers))
        log.info("refused by the connection", extra={"status": status, "correlation_id": trace.correlation_id})
        head = (
            f"HTTP/1.1 {status} Refused\r\nContent-Type: {problems.CONTENT_TYPE}\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            f"Correlation-Id: {trace.correlation_id}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _set_timer(self, seconds: float | None, act: Any = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, act)

    def _cancel_timers(self) -> None:
        self._set_timer(None)
        if self._unread is not None:
            self._unread.cancel()
