"""Headers for browsers: they say which other origins' pages may call, and what no page may do with an answer."""

from collections.abc import Sequence

from starlette.types import Message, Scope, Send

from rtp_gateway.routing import is_open_to_browsers

METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
ASKED = (
    b"Accept, Authorization, Content-Type, Correlation-Id, Idempotency-Key, If-Match, If-None-Match, On-Behalf-Of, "
    b"Prefer, traceparent, tracestate"
)
EXPOSED = (
    b"Correlation-Id, Deprecation, ETag, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, "
    b"Sunset, WWW-Authenticate"
)
KEPT_SECONDS = b"600"
_STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_SECURE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_NOTHING_LOADED = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""For what is no page; pages say themselves what they load."""


class Browsers:
    """Answers preflights, and adds to every answer what it lacks of headers for browsers."""

    def __init__(self, origins: Sequence[str] = (), *, secure: bool = False) -> None:
        self._origins = frozenset(origin.encode("ascii") for origin in origins)
        self._headers = (*_SECURE, _STRICT_TRANSPORT) if secure else _SECURE

    def find_allowed(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
        """Return the headers that let the page that asks see the answer; none if its origin may not."""
        if is_open_to_browsers(scope["path"]):
            return ((b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", EXPOSED))
        if not self._origins:
            return ()
        origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
        if origin not in self._origins:
            return ((b"vary", b"Origin"),)
        return (
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", EXPOSED),
            (b"vary", b"Origin"),
        )

    def is_preflight(self, scope: Scope) -> bool:
        names = {name for name, _ in scope["headers"]} if scope["method"] == "OPTIONS" else set()
        return {b"origin", b"access-control-request-method"} <= names

    async def answer_preflight(self, scope: Scope, send: Send) -> None:
        """Say what pages of the origin may do. No credentials are allowed: tokens are sent by hand, not by browsers."""
        allowed = self.find_allowed(scope)
        headers = list(allowed)
        if any(name == b"access-control-allow-origin" for name, _ in allowed):
            headers += [
                (b"access-control-allow-methods", METHODS),
                (b"access-control-allow-headers", ASKED),
                (b"access-control-max-age", KEPT_SECONDS),
            ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def add_headers(self, scope: Scope, send: Send) -> Send:
        """Return where an answer goes that gets the headers it lacks."""
        allowed = self.find_allowed(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
                names = {name for name, _ in sent}
                sent += [
                    header for header in (*allowed, *self._headers) if header[0] not in names or header[0] == b"vary"
                ]
                if b"content-security-policy" not in names and b"html" not in dict(sent).get(b"content-type", b""):
                    sent.append(_NOTHING_LOADED)
                message = {**message, "headers": sent}
            await send(message)

        return send_with_headers
